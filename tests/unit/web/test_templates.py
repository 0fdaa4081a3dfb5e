"""Every page in every language, from views as the handlers hand them over."""

import gzip
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import Markup

from abonent.channels.http.templating import Templates
from abonent.channels.web.assets import STATIC, Assets
from abonent.channels.web.display import GLOBALS
from abonent.channels.wording import Wordings
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import NeedsConfirm, NeedsProof, Quote, Receipt, Refused
from abonent.kernel.text import Text
from abonent.kernel.time import MovableClock
from abonent.operations.views.invoices import InvoicesView
from abonent.profile.load import find, load
from tests.unit.web import views

OPERATOR = load(find("internet-assistant"))
LANGUAGES = OPERATOR.operator.languages
ASSETS = Assets((STATIC,), {"brand.css": ""})
TEMPLATES = Templates(
    [STATIC.parent / "templates"],
    Wordings(OPERATOR, MovableClock()),
    {**GLOBALS, "mark": Markup("<svg></svg>")},
    {"asset": ASSETS.url, "icon": ASSETS.icon},
)
PROPOSAL = OperationId(77)
WRONG = "Перевірте, будь ласка, цифри."
QUOTE = Quote(
    Text("quote.change_tariff", {"tariff": views.OTHER_TARIFF}),
    views.uah(2000),
    views.days_on(10),
    (Text("term.free"),),
)
FREE = Quote(Text("quote.block_line"), views.uah(0))
DONE = Receipt(PROPOSAL, Text("done.block_line"), "done", "/services", "unblock_line")
HELP = {"html": Markup("<h1>Допомога</h1><p>Текст</p>"), "sections": ("tariffs", "phone-lost")}

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("home", {"view": views.home_of(OPERATOR)}),
    "bare home": ("home", {"view": views.bare_home()}),
    "statistics": (
        "statistics",
        {"view": views.usage_of(21), "form": {"period": "month", "kind": ""}},
    ),
    "statistics of a kind": (
        "statistics",
        {"view": views.usage_of(7), "form": {"period": "", "kind": "call"}},
    ),
    "statistics by weeks": ("statistics", {"view": views.usage_of(92)}),
    "no statistics": ("statistics", {"view": views.NO_USAGE, "problems": {"from": WRONG}}),
    "detail": ("detail", {"view": views.DETAIL}),
    "no detail": ("detail", {"view": views.NO_DETAIL}),
    "tariffs": ("tariffs", {"view": views.TARIFFS}),
    "pending tariff": ("tariffs", {"view": views.PENDING_TARIFF}),
    "services": ("services", {"view": views.SERVICES}),
    "wrong forwarding": (
        "services",
        {"view": views.SERVICES, "form": {"kind": "busy", "to": "12"}, "problems": {"to": WRONG}},
    ),
    "no services": ("services", {"view": views.NO_SERVICES}),
    "loyalty": ("loyalty", {"view": views.LOYALTY}),
    "no loyalty": ("loyalty", {"view": views.NO_LOYALTY}),
    "profile": ("profile", {"view": views.PROFILE, "problems": {"password": WRONG}}),
    "topup": (
        "topup",
        {
            "card": views.CARD_TOP_UP,
            "balance": views.uah(9_999_999),
            "problems": {"code": WRONG, "amount": WRONG, "to": WRONG},
        },
    ),
    "topup without cards": ("topup", {"card": views.NO_CARDS, "balance": views.uah(0)}),
    "topup by voucher alone": ("topup", {"card": None, "balance": views.uah(0)}),
    "pay by a form": ("pay", views.pay(views.CHECKOUT)),
    "pay later": ("pay", views.pay(None)),
    "pay for another": ("pay", views.pay(None, for_another=True)),
    **{
        f"paid: {state}": ("paid", {"payment": views.payment(state)})
        for state in ("created", "pending", "paid", "failed", "refunded", "charged_back", "review")
    },
    "payments": (
        "payments",
        {**views.STATEMENT_OF, "view": views.MOVEMENTS, "shown": "", "ahead": views.AHEAD},
    ),
    "payments received": (
        "payments",
        {
            **views.STATEMENT_OF,
            "view": views.PAYMENTS,
            "shown": "received",
            "ahead": None,
            "problems": {"from": WRONG, "to": ""},
        },
    ),
    "invoices": ("invoices", {"view": views.INVOICES}),
    "no invoices": ("invoices", {"view": InvoicesView((), None)}),
    **{
        f"paper {paper.state}": ("paper", {"paper": paper, "back": "/payments"})
        for paper in views.PAPERS
    },
    "journal": ("journal", {"view": views.JOURNAL}),
    "contacts": ("contacts", {"view": views.contacts_of(OPERATOR)}),
    "help": ("help", HELP),
    "help on a section": ("help_section", {"section": "phone-lost", **HELP}),
    "safety": ("safety", {}),
    "lost": ("lost", {}),
    "more": ("more", {}),
    "quote": (
        "confirm",
        {
            "quote": QUOTE,
            "proposal": PROPOSAL,
            "operation": "change_tariff",
            "balance_after": views.uah(-1),
            "back": "/tariffs",
        },
    ),
    "free quote": (
        "confirm",
        {
            "quote": FREE,
            "proposal": PROPOSAL,
            "operation": "block_line",
            "balance_after": None,
            "back": "/lost",
        },
    ),
    "receipt": ("receipt", {"receipt": DONE, "back": "/lost", "undo_action": "/do/unblock_line"}),
    "slow receipt": (
        "receipt",
        {"receipt": replace(DONE, state="accepted", link=None), "back": "/", "undo_action": None},
    ),
    "refusal": ("refused", {"refused": Refused("tariff_same"), "back": "/tariffs"}),
    "changed terms": (
        "refused",
        {
            "refused": Refused("terms_changed", Text(""), NeedsConfirm(PROPOSAL, QUOTE)),
            "back": "/",
        },
    ),
    "proof": (
        "prove",
        {
            "needs": NeedsProof(PROPOSAL, "+380 ** *** ** 67"),
            "back": "/",
            "problems": {"code": WRONG},
            "resend": "/do/register",
        },
    ),
    **{f"error {status}": ("error", {"status": status, "code": "x"}) for status in (400, 403, 503)},
    "too many papers": ("error", {"status": 429, "code": "papers_too_many"}),
}
STRANGERS_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "login": ("login", {"problems": {"form": WRONG, "number": WRONG}}),
    "register": ("register", {"form": {"number": "<12>"}, "problems": {"puk": WRONG}}),
    "registered": ("registered", {}),
    "logged out": ("logged_out", {"why": "idle"}),
    "lost": ("lost", {}),
    "outage": ("error", {"status": 503, "code": "unavailable"}),
}
EVERY_PAGE = [(name, True) for name in PAGES] + [(name, False) for name in STRANGERS_PAGES]


def shell(language: str, known: bool, notice: Text | None = None) -> SimpleNamespace:
    """What the frame is handed; `known`: whether somebody has logged in."""
    operator = OPERATOR.operator
    return SimpleNamespace(
        line=views.LINE if known else None,
        lines=(views.LINE, views.BLOCKED) if known else (),
        language=language,
        languages=LANGUAGES,
        section="home",
        sections=operator.sections,
        tabs=operator.tabs,
        operator=operator,
        path="/home",
        csrf="token",
        idle=600,
        warn=60,
        theme="auto",
        notice=notice,
        demo=True,
    )


def rendered(name: str, known: bool, language: str) -> str:
    template, context = (PAGES if known else STRANGERS_PAGES)[name]
    frame = shell(language, known, notice=Text("done.set_password"))
    return TEMPLATES.render(f"{template}.html", language, {"shell": frame, **context})


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the fields of each form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.forms: list[tuple[dict[str, str | None], list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"{tag} has an attribute twice: {attrs}"
        self.found.append((tag, attributes))
        if tag == "form":
            self.forms.append((attributes, []))
        elif tag in {"input", "button"} and self.forms and attributes.get("name"):
            self.forms[-1][1].append(attributes["name"] or "")

    def values(self, attribute: str) -> list[str]:
        return [each[attribute] or "" for _, each in self.found if attribute in each]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "known"), EVERY_PAGE)
def test_every_page_stands_in_every_language(name: str, known: bool, language: str) -> None:
    html = rendered(name, known, language)
    page = Elements(html)
    assert f'lang="{language}"' in html
    assert sum(tag == "h1" for tag, _ in page.found) == 1
    assert sum(tag == "main" for tag, _ in page.found) == 1
    assert re.search(r"<title>\S", html)


@pytest.mark.parametrize(("name", "known"), EVERY_PAGE)
def test_nothing_stands_in_a_page_that_the_content_policy_forbids(name: str, known: bool) -> None:
    for tag, attributes in Elements(rendered(name, known, "uk")).found:
        assert tag != "style"
        assert tag != "script" or attributes.get("src", "")
        assert not [each for each in attributes if each == "style" or each.startswith("on")]
        for address in (attributes.get("src"), attributes.get("href"), attributes.get("action")):
            ours = ("/", "#", "tel:", views.CHECKOUT.url)
            assert address is None or address.startswith(ours), address


@pytest.mark.parametrize(("name", "known"), EVERY_PAGE)
def test_ids_are_there_once_and_lead_somewhere(name: str, known: bool) -> None:
    page = Elements(rendered(name, known, "uk"))
    ids = Counter(page.values("id"))
    assert [id for id, times in ids.items() if times > 1] == []
    named = page.values("for") + page.values("aria-labelledby")
    named += [id for ids in page.values("aria-describedby") for id in ids.split()]
    named += [each[1:] for each in page.values("href") if each.startswith("#")]
    assert sorted(set(named) - ids.keys()) == []


@pytest.mark.parametrize(("name", "known"), EVERY_PAGE)
def test_every_form_that_changes_something_carries_a_token(name: str, known: bool) -> None:
    for form, fields in Elements(rendered(name, known, "uk")).forms:
        assert form.get("method") in {"post", None}
        if form.get("action") == views.CHECKOUT.url:
            assert "csrf" not in fields, "nothing of ours is told to a provider"
            continue
        assert ("csrf" in fields) == (form.get("method") == "post"), form
        assert "csrf" not in fields or fields.count("csrf") == 1


def test_what_was_typed_is_shown_again_but_never_as_markup() -> None:
    html = rendered("register", False, "uk")
    assert 'value="&lt;12&gt;"' in html
    assert "<12>" not in html


def test_forms_of_the_same_page_are_told_apart_when_they_are_sent_twice() -> None:
    html = rendered("services", True, "uk")
    keys = re.findall(r'name="key" value="([^"]*)"', html)
    assert len(keys) == len(set(keys)) > 5


def test_every_icon_that_a_page_shows_is_drawn() -> None:
    drawn = set(re.findall(r'id="([a-z]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    shown = {
        icon
        for name, known in EVERY_PAGE
        for icon in re.findall(r'icons\.svg#([^"]+)"', rendered(name, known, "uk"))
    }
    assert shown <= drawn
    assert drawn - shown <= {"more"}  # A tab where a profile names it.


def test_what_a_first_visit_to_home_loads_is_small() -> None:
    def sent(*names: str) -> int:
        return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names)

    assert sent("app.css", "pieces.css") < 9_000
    assert sent("app.js") < 5_000
    page = len(gzip.compress(rendered("home", True, "uk").encode()))
    assert page + sent(*[path.name for path in STATIC.iterdir()]) < 30_000
