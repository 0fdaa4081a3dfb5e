"""What people can have done is the same through web, API and USSD: once written, once done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from abonent.accounts.model import Line
from abonent.channels.ussd.alphabet import sendable
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done, Receipt
from abonent.operations.registry import OPERATIONS
from abonent.operations.stored import outcome_from_json
from abonent.store.database import Database
from tests.fixtures.traces import Watch
from tests.matrix.by_api import Api
from tests.matrix.by_runner import Dialled
from tests.matrix.by_ussd import Phone, offered, tree_of
from tests.matrix.by_web import Web
from tests.matrix.cabinet_cases import CABINET, EXCEPT
from tests.matrix.cases import CASES, Asked
from tests.matrix.more_cases import MORE
from tests.matrix.stage import Stage, stage
from tests.profiles import ALL_RULES, SHIPPED, profile_named

Channel = type[Web] | type[Api] | type[Phone] | type[Dialled]
OF_CHANNELS = {"dialogue_session", "session", "proposal", "attempt"}
"""Where channels differ: who is logged in, what was only proposed, tries by address."""
EVERYTHING = {**CASES, **MORE, **CABINET}
OFFERED = [(SHIPPED, name) for name in CASES] + [(ALL_RULES, name) for name in (*MORE, *CABINET)]


@dataclass(frozen=True)
class Left:
    """What an operation leaves behind, whoever asked for it and wherever."""

    receipt: Receipt
    entries: list[str]
    journal: list[tuple[object, ...]]
    messages: list[tuple[object, ...]]
    changed: set[str]


def test_there_is_a_case_for_every_operation_of_the_menu() -> None:
    assert CASES.keys() == offered(tree_of(profile_named(SHIPPED)))
    assert CASES.keys() | MORE.keys() == offered(tree_of(profile_named(ALL_RULES)))


def test_every_operation_is_compared_or_has_a_reason_not_to_be() -> None:
    assert OPERATIONS.keys() - EVERYTHING.keys() == EXCEPT.keys()
    assert len(EVERYTHING) == len(CASES) + len(MORE) + len(CABINET)
    asked_by_people = {name for name, each in OPERATIONS.items() if "person" in each.askers}
    assert EXCEPT.keys().isdisjoint(asked_by_people)


@pytest.mark.parametrize(("profile", "name"), OFFERED)
async def test_an_operation_is_the_same_through_every_channel(
    db: Database, profile: str, name: str
) -> None:
    at, asked = stage(db, profile), EVERYTHING[name]
    wording = at.wording(asked.answered_in)
    by_channel: dict[str, Left] = {}
    for channel in channels_of(name):
        said, left = await through(at, channel, name, asked)
        assert plain(said) == plain(wording.text(left.receipt.text)), channel
        by_channel[channel.channel] = left
    assert len(by_channel) > 1
    for left in by_channel.values():
        assert left == by_channel["web"]
    await at.house.books_are_sound()


def channels_of(name: str) -> list[Channel]:
    """Those that the operation declares: by the menu where one offers it."""
    phone: Channel = Dialled if name in CABINET else Phone
    known: tuple[Channel, ...] = (Web, Api, phone)
    return [each for each in known if each.channel in OPERATIONS[name].channels]


async def through(at: Stage, channel: Channel, name: str, asked: Asked) -> tuple[str, Left]:
    """Ask for the operation as such a person would; what was said, and what is left behind."""
    line = await at.house.registered(await asked.who(at.house))
    if asked.prepare is not None:
        found = await asked.prepare(at.house, line)
        more = found if isinstance(found, Mapping) else {}
        asked = replace(asked, chosen={**asked.chosen, **more})
    visit = channel(at, line, asked)
    await visit.enter()
    since = at.house.env.ids.next()
    watch = await Watch.over(at.house, line)
    said = await visit.do(name)
    new = await watch.new()
    await visit.leave()
    journal = await lines(at, "journal", "channel, who, code, result, details", line, since)
    assert {row[0] for row in journal} == {visit.channel}
    # Only where no telephone is vouched for is a code sent first.
    sent = await lines(at, "outbox", "peer, kind, details, language", line, since)
    return said, Left(
        receipt=await receipt(at, line, name),
        entries=new.entries,
        journal=[row[1:] for row in journal],
        messages=[row for row in sent if not str(row[1]).startswith("code")],
        changed=await watch.changed_tables() - OF_CHANNELS,
    )


async def lines(
    at: Stage, table: str, columns: str, line: Line, since: int
) -> list[tuple[object, ...]]:
    return await at.house.rows(
        f"SELECT {columns} FROM {table} WHERE line_id = $1 AND id > $2 ORDER BY id", line.id, since
    )


async def receipt(at: Stage, line: Line, name: str) -> Receipt:
    """The stored receipt of the operation, without its id and what is made from it."""
    rows = await at.house.rows(
        "SELECT outcome FROM execution WHERE owner = $1 ORDER BY id DESC",
        f"person:{line.person}:{line.id}",
    )
    answer = outcome_from_json(str(rows[0][0]))
    assert isinstance(answer, Done)
    assert answer.receipt.text.key.startswith(f"done.{name}")
    id, link = answer.receipt.id, answer.receipt.link
    bare = link and re.sub(rf"(?:(^/pay)/[^/]+)?/{id}$", r"\1", link)
    return replace(answer.receipt, id=OperationId(0), link=bare)


def plain(text: str) -> str:
    """The text as the plainest of channels writes it, on one line."""
    return " ".join(sendable(text).split())
