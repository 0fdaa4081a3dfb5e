"""An operation asked for by a program: JSON, a token, propose and confirm."""

import httpx

from abonent.accounts.model import Line
from tests.fixtures.house import PASSWORD
from tests.matrix.cases import Asked
from tests.matrix.stage import Stage

API = "/api/v1"


class Api:
    channel = "api"

    def __init__(self, stage: Stage, line: Line, asked: Asked) -> None:
        self._stage = stage
        self._client = stage.client(asked.answered_in)
        self._line = line
        self._asked = asked

    async def enter(self) -> None:
        body = {"login": self._line.number, "password": PASSWORD}
        answer = await self._client.post(f"{API}/sessions", json=body)
        assert answer.status_code == 201, answer.text
        self._client.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    async def do(self, name: str) -> str:
        """What the receipt says."""
        fields = dict(self._asked.fields(self._line))
        answer = await self._client.post(f"{API}/operations/{name}", json=fields)
        if answer.status_code == 202 and answer.json()["outcome"] == "prove":
            body = {"code": await self._stage.code_for(self._line)}
            proposal = answer.json()["proposal"]
            answer = await self._client.post(f"{API}/proposals/{proposal}/prove", json=body)
        if answer.status_code == 202:
            proposal = answer.json()["proposal"]
            answer = await self._client.post(f"{API}/proposals/{proposal}/confirm")
        assert answer.status_code == 200, answer.text
        return _receipt(answer)

    async def leave(self) -> None:
        await self._client.aclose()


def _receipt(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["outcome"] == "done"
    return str(body["receipt"]["text"])
