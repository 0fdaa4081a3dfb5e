"""What a link may do to a session: repeat, overtake itself, send rubbish, come back too late."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abonent.channels.dialogue.tree import Tree
from abonent.channels.ussd import Ussd, UssdReply, open_ussd
from abonent.channels.ussd.alphabet import fits
from abonent.operations.dialogues import forget_sessions
from abonent.operations.ports import Unavailable
from abonent.operations.runner import Runner
from abonent.profile.load import ProfileErrors
from abonent.store.database import Database
from tests.transcripts.stage import LINK, NUMBER, Stage, operator, postings, set_up
from tests.transcripts.transcript import Transcript

VOUCHER = "1234567890123450"
SETTINGS = Transcript(
    "",
    [
        ("profile", "internet-assistant"),
        ("clock", "2026-11-17 12:00"),
        ("language", "en"),
        ("tariff", "everyday"),
        ("balance", "300.00"),
        ("voucher", f"{VOUCHER} 50.00"),
    ],
)
CLOSED = UssdReply("The session has ended. To start again, dial *111#", end=True)
CONFIRMATION = "*111*2*1*6#"


@pytest.fixture
async def stage(db: Database) -> Stage:
    return await set_up(SETTINGS, db)


async def paid(stage: Stage) -> list[str]:
    entries = await stage.db.read(postings)
    return [entry for entry in entries if entry.startswith("service_activation")]


async def test_a_step_that_is_repeated_gets_the_stored_answer(stage: Stage) -> None:
    asked = await stage.ussd.handle(LINK, NUMBER, "s", CONFIRMATION, 1)
    assert await stage.ussd.handle(LINK, NUMBER, "s", CONFIRMATION, 1) == asked
    done = await stage.ussd.handle(LINK, NUMBER, "s", "1", 2)
    assert done == UssdReply('"Voicemail" is on.', end=True)
    assert await stage.ussd.handle(LINK, NUMBER, "s", "1", 2) == done
    assert len(await paid(stage)) == 1


async def test_a_step_that_comes_twice_at_once_is_done_once(stage: Stage) -> None:
    await stage.ussd.handle(LINK, NUMBER, "s", CONFIRMATION, 1)
    twice = (stage.ussd.handle(LINK, NUMBER, "s", "1", 2) for _ in range(2))
    assert set(await asyncio.gather(*twice)) == {UssdReply('"Voicemail" is on.', end=True)}
    assert len(await paid(stage)) == 1


async def test_a_voucher_that_comes_twice_at_once_is_credited_once(stage: Stage) -> None:
    chain = f"*111*6*{VOUCHER}#"
    await asyncio.gather(*(stage.ussd.handle(LINK, NUMBER, "s", chain, 1) for _ in range(2)))
    entries = await stage.db.read(postings)
    assert len([entry for entry in entries if entry.startswith("top_up")]) == 1


async def test_a_code_dialled_in_a_session_starts_over(stage: Stage) -> None:
    await stage.ussd.handle(LINK, NUMBER, "s", CONFIRMATION)
    reply = await stage.ussd.handle(LINK, NUMBER, "s", "*100#")
    assert reply.text.startswith("Balance: UAH 300")
    assert await paid(stage) == []


async def test_a_session_belongs_to_its_link(stage: Stage) -> None:
    await stage.ussd.handle(LINK, NUMBER, "s", CONFIRMATION)
    assert await stage.ussd.handle("smsc-2", NUMBER, "s", "1") == CLOSED


async def test_an_id_that_a_peer_uses_again_begins_anew(stage: Stage) -> None:
    await stage.ussd.handle(LINK, NUMBER, "s", CONFIRMATION, 1)
    await stage.ussd.handle(LINK, NUMBER, "s", "1", 2)
    stage.real.advance(181_000_000)
    again = await stage.ussd.handle(LINK, NUMBER, "s", "*111*2#", 1)
    assert again.text.startswith("Services")


async def test_another_version_of_the_menu_starts_over(stage: Stage) -> None:
    await stage.ussd.handle(LINK, NUMBER, "s", CONFIRMATION)
    newer = changed_tree(stage)
    reply = await newer.handle(LINK, NUMBER, "s", "1")
    assert reply.text.startswith("The menu has been updated.\nMenu\n1 Balance")
    assert await paid(stage) == []


def changed_tree(stage: Stage) -> Ussd:
    tree: Tree = stage.ussd._tree
    newer = tree.model_copy(update={"digest": "newer"})
    return Ussd(stage.runner, stage.ussd._wordings, newer, stage.real)


async def test_a_number_that_is_not_ours_is_told_so(stage: Stage) -> None:
    for number in ("380949999999", "", "\x00", "а", NUMBER[3:]):
        reply = await stage.ussd.handle(LINK, number, "s", "*100#")
        assert reply.end
        assert reply.text.startswith("Цей номер тут не обслуговується")


async def test_a_voucher_code_is_kept_nowhere(stage: Stage) -> None:
    for text in ("*111*6#", "1111222233334440", "*", "5555", VOUCHER):
        await stage.ussd.handle(LINK, NUMBER, "s", text)
        rows = await stage.db.read(lambda tx: tx.rows("SELECT * FROM dialogue_session"))
        assert "1111222233334440" not in str(rows)
        assert VOUCHER not in str(rows)


async def test_what_was_said_is_forgotten_after_an_hour(stage: Stage) -> None:
    await stage.ussd.handle(LINK, NUMBER, "old", "*111#")
    stage.real.advance(3_500_000_000)
    await stage.ussd.handle("smsc-2", NUMBER, "new", "*111#")
    stage.real.advance(200_000_000)
    assert await forget_sessions(stage.db, stage.real.now()) == 1
    rows = await stage.db.read(lambda tx: tx.rows("SELECT id FROM dialogue_session"))
    assert [row[0] for row in rows] == ["new"]


async def test_a_database_that_is_down_gets_a_sentence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise Unavailable

    await stage.ussd.handle(LINK, NUMBER, "s", "*111#")
    monkeypatch.setattr(stage.db, "read", down)
    reply = await stage.ussd.handle(LINK, NUMBER, "s", "1")
    assert reply.end
    assert reply.text.startswith("Зараз не вдається")
    assert fits(reply.text)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.lists(st.sampled_from([*"0123456789*#", "*111#", "*111*2*1#", "10"]), max_size=9))
async def test_whatever_is_pressed_every_answer_fits_a_screen(
    stage: Stage, typed: list[str]
) -> None:
    for text in ("*111#", *typed):
        reply = await stage.ussd.handle(LINK, NUMBER, "s", text)
        assert reply.text
        assert fits(reply.text)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.text(max_size=300), session=st.text(max_size=80))
async def test_rubbish_is_answered_too(stage: Stage, typed: str, session: str) -> None:
    for start in ("*111*6#", "*111*5*1*1#", "*111#"):
        await stage.ussd.handle(LINK, NUMBER, session, start)
        reply = await stage.ussd.handle(LINK, NUMBER, session, typed)
        assert fits(reply.text)


async def test_a_profile_without_a_menu_has_no_ussd(stage: Stage) -> None:
    profile, _, wordings = operator("internet-assistant", "2026-11-17 12:00")
    bare = profile.model_copy(update={"menus": ()})
    env = replace(stage.runner.env, profile=bare)
    assert open_ussd(Runner(stage.db, env, stage.runner.operations), wordings) is None


async def test_a_menu_with_mistakes_does_not_start(stage: Stage) -> None:
    profile, _, wordings = operator("internet-assistant", "2026-11-17 12:00")
    menu = profile.menus[0]
    broken = menu.model_copy(update={"tree": menu.tree | {"main": "nowhere"}})
    env = replace(stage.runner.env, profile=profile.model_copy(update={"menus": (broken,)}))
    with pytest.raises(ProfileErrors, match="main: there is no node 'nowhere'"):
        open_ussd(Runner(stage.db, env, stage.runner.operations), wordings)
