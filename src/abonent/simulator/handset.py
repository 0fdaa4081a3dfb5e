"""What the drawn telephone does when a key is pressed. Its state travels with the form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from abonent.accounts.model import Line
from abonent.kernel.money import Money
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations.dialogues import load_session
from abonent.operations.env import Env
from abonent.simulator.deps import Ussd
from abonent.simulator.faults import Fault
from abonent.simulator.telephony import Telephony, has_telephone, new_session
from abonent.store.database import Database
from abonent.usage.model import Record

LINK = "phone"
"""The link by which the drawn telephone reaches the USSD channel."""
KEYS = "123456789*0#"
DIALLED = "+0123456789*#"
LONGEST_TYPED = 160
_LONGEST_CALL_S = 4 * 3600


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that is over."""

    peer: str
    seconds: int
    charge: Money


@dataclass(frozen=True, slots=True)
class Handset:
    """The telephone between two presses.

    `session` and `step` name the dialogue, so that a form sent twice is answered alike; `waits`:
    the network waits for an answer to what it `said`. A call goes on with `peer` since `since`.
    """

    session: str
    step: int = 0
    typed: str = ""
    said: str = ""
    waits: bool = False
    peer: str = ""
    since: Instant | None = None
    ended: Ended | None = None
    fault: str = ""


class Hand:
    """Presses the keys of one line's telephone."""

    def __init__(self, db: Database, env: Env, ussd: Ussd, telephony: Telephony) -> None:
        self._db = db
        self._env = env
        self._ussd = ussd
        self._telephony = telephony

    async def held(self, line: Line, form: Mapping[str, str]) -> Handset:
        """The telephone as the form says it was left."""
        handset = Handset(
            session=form.get("session", "")[:64] or new_session(),
            step=_number(form.get("step", "")),
            typed=form.get("typed", "")[:LONGEST_TYPED],
            waits=form.get("waits") == "yes",
            peer=form.get("peer", "")[:24],
            since=Instant(_number(form.get("since", ""))),
        )
        if not handset.waits:
            return handset
        saved = await load_session(self._db, LINK, line.id, handset.session)
        return replace(handset, said=saved.reply if saved else "")

    async def press(self, line: Line, handset: Handset, key: str) -> Handset:
        """The telephone after a key: a digit, `back`, `call` or `end`."""
        if handset.peer:
            return await self._hang_up(line, handset) if key == "end" else handset
        if key == "end":
            return Handset(new_session())
        if key == "back":
            return replace(handset, typed=handset.typed[:-1])
        if key == "call":
            return await self._send(line, handset)
        if len(key) == 1 and key in KEYS:
            return replace(handset, typed=(handset.typed + key)[:LONGEST_TYPED])
        return handset

    async def _send(self, line: Line, handset: Handset) -> Handset:
        """The green key: answer the network, dial a code, or call a number."""
        typed = handset.typed.strip()
        if not has_telephone(line):
            return Handset(new_session(), fault="no_telephone")
        if handset.waits or (typed.startswith(("*", "#")) and typed.endswith("#")):
            return await self._ask(line, handset, typed)
        peer = dialled(typed)
        if not peer:
            return handset
        if await self._telephony.is_blocked(line):
            return Handset(new_session(), fault="line_blocked")
        call = Record(self._env.clock.now(), "call", "out", peer, 1)
        if await self._telephony.may_only_receive(line, call):
            return Handset(new_session(), fault="line_one_way")
        return Handset(handset.session, peer=peer, since=self._env.clock.now())

    async def _ask(self, line: Line, handset: Handset, typed: str) -> Handset:
        # A code opens a session of its own; an answer is the next step of the open one.
        dials = typed.startswith("*") and typed.endswith("#")
        opens = not handset.waits or dials
        session = new_session() if handset.waits and dials else handset.session
        step = 1 if opens else handset.step + 1
        reply = await self._ussd.handle(LINK, line.number, session, typed, step)
        if reply.end:
            return Handset(new_session(), said=reply.text)
        return Handset(session, step, said=reply.text, waits=True)

    async def _hang_up(self, line: Line, handset: Handset) -> Handset:
        """The call is over and becomes a record, once however often it is said."""
        now = self._env.clock.now()
        since = min(max(handset.since or now, now - _LONGEST_CALL_S * SECOND_US), now)
        seconds = max(1, (now - since) // SECOND_US)
        record = Record(Instant(since), "call", "out", handset.peer, seconds)
        try:
            rated = await self._telephony.use(line, record, handset.session)
        except Fault as fault:
            return Handset(new_session(), fault=fault.code)
        return Handset(new_session(), ended=Ended(handset.peer, seconds, rated.charge))


def dialled(text: str) -> str:
    """What of a text can be dialled; empty where nothing can."""
    return "".join(sign for sign in text if sign in DIALLED)[:24]


def _number(text: str) -> int:
    """A whole number of a hidden field; whatever else stands there is 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
