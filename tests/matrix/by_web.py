"""An operation asked for by a person in a browser without JavaScript: pages, forms, cookies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from abonent.accounts.model import Line
from tests.fixtures.house import PASSWORD
from tests.matrix.cases import Asked
from tests.matrix.stage import Stage


@dataclass
class Form:
    """A form of a page: the fields that stand filled in, those to fill in, and its buttons."""

    action: str
    filled: dict[str, str] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    choices: dict[str, set[str]] = field(default_factory=dict)

    def takes(self, wanted: Mapping[str, str]) -> bool:
        """Whether a person could send these values with it."""
        return all(
            self.filled.get(name) == value
            or name in self.empty
            or value in self.choices.get(name, ())
            for name, value in wanted.items()
        )


class Page(HTMLParser):
    """The forms of a page and the text of its main heading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.heading = ""
        self._select = ""
        self._in_heading = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(have.get("action", "")))
        elif tag in {"input", "button", "select"} and have.get("name"):
            self._field(tag, have)
        elif tag == "option" and self._select:
            self.forms[-1].choices[self._select].add(have.get("value", ""))
        elif tag == "h1":
            self._in_heading = True

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._in_heading = False if tag == "h1" else self._in_heading

    def handle_data(self, data: str) -> None:
        self.heading += data if self._in_heading else ""

    def _field(self, tag: str, have: dict[str, str]) -> None:
        form, name, value = self.forms[-1], have["name"], have.get("value", "")
        if tag == "select":
            self._select = name
            form.choices[name] = set()
        elif tag == "button" or have.get("type") in {"radio", "checkbox"}:
            form.choices.setdefault(name, set()).add(value)
        elif have.get("type") == "hidden" or value:
            form.filled[name] = value
        else:
            form.empty.add(name)


class Web:
    channel = "web"

    def __init__(self, stage: Stage, line: Line, asked: Asked) -> None:
        self._stage = stage
        self._client = stage.client()
        self._line = line
        self._asked = asked

    async def enter(self) -> None:
        wanted = {"number": self._line.number, "password": PASSWORD}
        answer = await self._send(await self._get("/login"), "/login", wanted)
        assert answer.url.path == "/home", answer.text

    async def do(self, name: str) -> str:
        """What the receipt says."""
        page = await self._get(self._asked.page)
        answer = await self._send(page, f"/do/{name}", self._asked.fields(self._line))
        if "/prove" in answer.text and answer.url.path.startswith("/proposals/"):
            code = {"code": await self._stage.code_for(self._line)}
            path = answer.url.path
            answer = await self._send(Page(answer.text), f"{path}/prove", code)
        if answer.url.path.startswith("/proposals/"):
            quote = Page(answer.text)
            answer = await self._send(quote, f"{answer.url.path}/confirm", {})
        assert answer.url.path.startswith("/receipts/"), answer.text
        return Page(answer.text).heading

    async def leave(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str) -> Page:
        answer = await self._client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    async def _send(self, page: Page, action: str, wanted: Mapping[str, str]) -> httpx.Response:
        """Send the form of the page that leads there, with these values."""
        fitting = [form for form in page.forms if form.action == action and form.takes(wanted)]
        assert fitting, f"no form for {action} with {dict(wanted)}"
        data = {**fitting[0].filled, **wanted}
        return await self._client.post(action, data=data, follow_redirects=True)
