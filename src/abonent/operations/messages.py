"""What an operation leaves behind for others: notices, orders to the network, journal lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, Guest, Person, Staff, System
from abonent.kernel.ids import LineId
from abonent.kernel.text import Text, Value
from abonent.kernel.time import SECOND_US, Instant
from abonent.notices import journal, outbox
from abonent.operations.env import Env
from abonent.store.tx import WriteTx

_NOTICE_LIFE_US = 24 * 3600 * SECOND_US
_ORDER_LIFE_US = 30 * 24 * 3600 * SECOND_US


async def notice(tx: WriteTx, env: Env, line: Line, kind: str, values: Mapping[str, Value]) -> None:
    """An SMS `sms.KIND` to the line, where the operator sends that kind and its owner wants it."""
    if kind not in env.operator.notices:
        return
    optional = kind in env.operator.optional_notices
    if optional and kind in await lines.notices_off(tx, line.person):
        return
    now = env.clock.now()
    await outbox.put(
        tx,
        outbox.Message(
            id=env.ids.next(),
            peer="sms",
            order_key=f"sms:{line.id}",
            priority=outbox.PRIORITY_NOTICE,
            line=line.id,
            kind=kind,
            details=dict(values),
            sealed=None,
            language=line.language,
            created_at=now,
            expires_at=Instant(now + _NOTICE_LIFE_US),
        ),
    )


async def code_sms(tx: WriteTx, env: Env, line: Line, told: tuple[Text, str]) -> None:
    """An SMS with a one-time code, the second of `told`, which is sealed while it waits.

    The first of `told` is the kind of SMS and the values that its text has besides `{secret}`.
    """
    about, code = told
    now = env.clock.now()
    life_us = env.operator.codes.valid_minutes * 60 * SECOND_US
    await outbox.put(
        tx,
        outbox.Message(
            id=env.ids.next(),
            peer="sms",
            order_key=f"code:{line.id}",
            priority=outbox.PRIORITY_CODE,
            line=line.id,
            kind=about.key,
            details=dict(about.values),
            sealed=env.secrets.seal(code),
            language=line.language,
            created_at=now,
            expires_at=Instant(now + life_us),
        ),
    )


async def network_order(
    tx: WriteTx, env: Env, line: LineId, kind: str, values: Mapping[str, Value]
) -> None:
    """An order to the network (`forwarding`, `bar`, `unbar`), in order per line."""
    now = env.clock.now()
    await outbox.put(
        tx,
        outbox.Message(
            id=env.ids.next(),
            peer="network",
            order_key=f"network:{line}",
            priority=outbox.PRIORITY_NETWORK,
            line=line,
            kind=kind,
            details=dict(values),
            sealed=None,
            language="",
            created_at=now,
            expires_at=Instant(now + _ORDER_LIFE_US),
        ),
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """What is remembered of something: `code` is an operation or visit, worded `journal.CODE`.

    `result` is done, accepted, or the code of the refusal.
    """

    code: str
    result: str = "done"
    details: Mapping[str, Value] = field(default_factory=dict)


async def journal_line(tx: WriteTx, env: Env, case: Case, deed: Deed) -> None:
    """Remember what was done or refused in the case; cases about nothing leave no line."""
    if case.on is None:
        return
    who, name = actor(case)
    await journal.write(
        tx,
        journal.Line(
            id=env.ids.next(),
            at=env.clock.now(),
            person=case.on.person,
            line=case.on.line,
            who=who,
            who_name=name,
            channel=case.channel,
            code=deed.code,
            result=deed.result,
            details=dict(deed.details),
        ),
    )


def actor(case: Case) -> tuple[str, str]:
    """The kind of who asks, and for staff the name with the reason given."""
    match case.who:
        case Guest():
            return "guest", ""
        case Person():
            return "person", ""
        case Staff(name, reason):
            return "staff", f"{name}: {reason}"
        case System():
            return "system", ""
