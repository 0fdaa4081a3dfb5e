"""One USSD input and its answer, whatever happens in between."""

from dataclasses import dataclass, replace

from abonent.channels.dialogue.driver import Driver
from abonent.channels.dialogue.steps import Again, Reply, Session
from abonent.channels.dialogue.tree import Tree
from abonent.channels.ussd.alphabet import sendable
from abonent.channels.ussd.dialling import dialled, is_code
from abonent.channels.ussd.pages import Screen
from abonent.channels.ussd.render import further, screen
from abonent.channels.ussd.talk import Talk, talk_from_json, talk_to_json
from abonent.channels.wording import Wording, Wordings
from abonent.kernel.case import Case
from abonent.kernel.text import Text
from abonent.kernel.time import SECOND_US, Clock, Instant, SystemClock
from abonent.operations.dialogues import (
    DialogueSession,
    Listener,
    listener,
    load_session,
    save_session,
)
from abonent.operations.identity.lines import find_case
from abonent.operations.ports import Unavailable
from abonent.operations.runner import Runner

LONGEST_ID = 64
MENU_CHANGED = Text("dialogue.menu_changed")


@dataclass(frozen=True, slots=True)
class UssdReply:
    """What the telephone shows; with `end`, the network closes the session."""

    text: str
    end: bool


@dataclass(frozen=True, slots=True)
class _Input:
    """One input in its place. `key` names this step of this dialogue, for idempotency."""

    case: Case
    text: str
    now: Instant
    session: str
    step: int

    def key(self, begun: Instant, count: int = 0) -> str:
        return f"{self.session}:{begun}:{self.step}:{count}"


class Ussd:
    """The dialogue of one profile over USSD. The network vouches for the number: level 0."""

    def __init__(
        self, runner: Runner, wordings: Wordings, tree: Tree, real: Clock | None = None
    ) -> None:
        self._runner = runner
        self._wordings = wordings
        self._tree = tree
        self._driver = Driver(runner, tree)
        self._real = real or SystemClock()

    async def handle(
        self, link: str, number: str, session: str, text: str, step: int | None = None
    ) -> UssdReply:
        """Answer one input: a dialled code, or what was typed in reply to the last screen.

        `link` is the peer that the session came over, `number` is E.164 digits. Where a link counts
        the inputs of a session from 1, a `step` that was answered before gets the same answer.
        Raises for nothing that a person or a peer sends, nor for an outage of the database.
        """
        session = _clean(session)[:LONGEST_ID]
        try:
            case = await find_case(self._runner.db, _clean(number), "ussd")
            if case is None:
                return self._last_word("dialogue.unknown_number")
            return await self._answer(case, (link, session), _clean(text), step)
        except Unavailable:
            return self._last_word("dialogue.unavailable")

    async def _answer(
        self, case: Case, name: tuple[str, str], text: str, step: int | None
    ) -> UssdReply:
        link, session = name
        now = self._real.now()
        oldest = Instant(now - self._tree.timeout_s * SECOND_US)
        saved = await load_session(self._runner.db, link, case.subject.line, session)
        if saved is not None and saved.at < oldest:
            saved = None
        if saved is not None and step is not None and step <= saved.step:
            return UssdReply(saved.reply, saved.ended)
        step = step or (saved.step + 1 if saved else 1)
        talk = await self._talk(_Input(case, text, now, f"ussd:{link}:{session}", step), saved)
        row = DialogueSession(
            link=link,
            line=case.subject.line,
            id=session,
            step=step,
            digest=self._tree.digest,
            state="" if talk.ended else talk_to_json(talk),
            reply=talk.text,
            ended=talk.ended,
            at=now,
        )
        if not await save_session(self._runner.db, row, forget_before=oldest):
            # Another delivery of the same step was faster, and its answer is the answer.
            row = await load_session(self._runner.db, link, row.line, session) or row
        return UssdReply(row.reply, row.ended)

    async def _talk(self, asked: _Input, saved: DialogueSession | None) -> Talk:
        """The talk after an input."""
        who = await self._listener(asked.case)
        wording = self._wordings.for_language(who.language)
        ongoing = saved if saved is not None and not saved.ended else None
        talk = None
        if ongoing is not None and ongoing.digest == self._tree.digest:
            talk = talk_from_json(ongoing.state)
        if talk is not None and talk.unread and asked.text == self._tree.keys.next:
            return talk.turned()
        if who.refusal is not None:
            return self._over(asked.now, wording, wording.refused(who.refusal))
        if is_code(asked.text):
            found = dialled(self._tree.dial, asked.text)
            if found is None:
                text = wording.t("dialogue.unknown_code", code=self._code)
                return self._over(asked.now, wording, text)
            return await self._dial(asked, *found)
        if talk is not None:
            return await self._next(asked, talk)
        if ongoing is not None:
            return await self._begin(asked, self._tree.main, (MENU_CHANGED,))
        text = wording.t("dialogue.closed", code=self._code)
        return self._over(asked.now, wording, text)

    async def _dial(self, asked: _Input, entry: str, inputs: tuple[str, ...]) -> Talk:
        """Begin, and give the answers that were dialled along, up to a price at the most."""
        talk = await self._begin(asked, entry)
        for count, text in enumerate(inputs, start=1):
            if talk.over or talk.session.stage != "node" or talk.screen.notice:
                break
            talk = await self._next(replace(asked, text=text), talk, count)
        return talk

    async def _begin(self, asked: _Input, entry: str, preface: tuple[Text, ...] = ()) -> Talk:
        key = asked.key(asked.now)
        session, reply = await self._driver.begin(asked.case, entry, key, preface)
        return await self._show(asked, session, reply, asked.now)

    async def _next(self, asked: _Input, talk: Talk, count: int = 0) -> Talk:
        keys = self._tree.keys
        if talk.must_be_read and asked.text not in {keys.back, keys.main}:
            return talk.read_on()
        key = asked.key(talk.begun, count)
        session, answer = await self._driver.advance(asked.case, talk.session, asked.text, key)
        if isinstance(answer, Again):
            wording = self._wordings.for_language((await self._listener(asked.case)).language)
            return replace(talk, session=session).noticed(wording.text(answer.notice))
        return await self._show(asked, session, answer, talk.begun)

    async def _show(self, asked: _Input, session: Session, reply: Reply, begun: Instant) -> Talk:
        # The language is read after the step, which may have changed it.
        wording = self._wordings.for_language((await self._listener(asked.case)).language)
        shown = screen(reply, session, self._tree, wording)
        return Talk(begun, session, shown, further(self._tree, wording), reply.end)

    async def _listener(self, case: Case) -> Listener:
        return await self._runner.read(listener, case)

    def _over(self, now: Instant, wording: Wording, text: str) -> Talk:
        """A talk that is over with one sentence."""
        session = Session(self._tree.main)
        return Talk(now, session, Screen((text,)), further(self._tree, wording), over=True)

    def _last_word(self, key: str) -> UssdReply:
        """What is said where nothing can be looked up or kept: one screen."""
        return UssdReply(sendable(self._wordings.default.t(key)), end=True)

    @property
    def _code(self) -> str:
        """What to dial for the main menu."""
        codes = self._tree.dial
        return next((code for code, node in codes.items() if node == self._tree.main), min(codes))


def _clean(text: str) -> str:
    """Without what no keypad types and no database takes."""
    return "".join(char for char in text if char.isprintable()).strip()
