"""What an operation leaves behind for others: notices, orders to the network, journal lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, Guest, Person, Staff, System, by_itself
from abonent.kernel.ids import LineId
from abonent.kernel.text import Text, Value
from abonent.kernel.time import SECOND_US, Instant
from abonent.notices import journal, outbox
from abonent.operations.env import Env
from abonent.store.tx import WriteTx, together

_NOTICE_LIFE_US = 24 * 3600 * SECOND_US
_ORDER_LIFE_US = 30 * 24 * 3600 * SECOND_US


@dataclass(frozen=True, slots=True)
class Notice:
    """An SMS `sms.KIND` to a line with the values of its text."""

    line: LineId
    kind: str
    values: Mapping[str, Value]


async def notice(tx: WriteTx, env: Env, line: Line, kind: str, values: Mapping[str, Value]) -> None:
    """An SMS `sms.KIND` to the line, where the operator sends that kind and its owner wants it."""
    await notices(tx, env, {line.id: line}, (Notice(line.id, kind, values),))


async def notices(
    tx: WriteTx, env: Env, known: Mapping[LineId, Line], told: Sequence[Notice]
) -> None:
    """The same of many; `known` are their lines."""
    sent = [each for each in told if each.kind in env.operator.notices]
    optional = {
        known[each.line].person for each in sent if each.kind in env.operator.optional_notices
    }
    off = await lines.all_notices_off(tx, optional)
    wanted = [
        _sms(env, known[each.line], each)
        for each in sent
        if (known[each.line].person, each.kind) not in off
        or each.kind not in env.operator.optional_notices
    ]
    await outbox.put(tx, *wanted)


def _sms(env: Env, line: Line, told: Notice) -> outbox.Message:
    now = env.clock.now()
    return outbox.Message(
        id=env.ids.next(),
        peer="sms",
        order_key=f"sms:{line.id}",
        priority=outbox.PRIORITY_NOTICE,
        line=line.id,
        kind=told.kind,
        details=dict(told.values),
        sealed=None,
        language=line.language,
        created_at=now,
        expires_at=Instant(now + _NOTICE_LIFE_US),
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


@dataclass(frozen=True, slots=True)
class Order:
    """An order to the network about a line."""

    line: LineId
    kind: str
    values: Mapping[str, Value]


async def network_order(
    tx: WriteTx, env: Env, line: LineId, kind: str, values: Mapping[str, Value]
) -> None:
    """An order to the network, in order per line.

    Kinds are `forwarding`, `bar`, `unbar`, `bar_outgoing`, `unbar_outgoing`, `service_on` and
    `service_off`.
    """
    await network_orders(tx, env, (Order(line, kind, values),))


async def network_orders(tx: WriteTx, env: Env, orders: Sequence[Order]) -> None:
    """The same of many."""
    now = env.clock.now()
    messages = (
        outbox.Message(
            id=env.ids.next(),
            peer="network",
            order_key=f"network:{order.line}",
            priority=outbox.PRIORITY_NETWORK,
            line=order.line,
            kind=order.kind,
            details=dict(order.values),
            sealed=None,
            language="",
            created_at=now,
            expires_at=Instant(now + _ORDER_LIFE_US),
        )
        for order in orders
    )
    await outbox.put(tx, *messages)


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
    await journal_lines(tx, env, ((case, deed),))


async def journal_lines(tx: WriteTx, env: Env, done: Sequence[tuple[Case, Deed]]) -> None:
    """The same of many."""
    await journal.write(tx, *(_line(env, case, deed) for case, deed in done if case.on is not None))


async def tell_of(
    tx: WriteTx, env: Env, line: Line, kind: str, values: Mapping[str, Value]
) -> None:
    """Tell the line's owner what somebody else did: an SMS `sms.KIND`, and the journal.

    The journal keeps the `amount` of the values, if there is one, and nothing of the other side.
    """
    kept = {name: value for name, value in values.items() if name == "amount"}
    await together(
        tx,
        journal_line(tx, env, by_itself(line.subject), Deed(kind, details=kept)),
        notice(tx, env, line, kind, values),
    )


def _line(env: Env, case: Case, deed: Deed) -> journal.Line:
    who, name = actor(case)
    return journal.Line(
        id=env.ids.next(),
        at=env.clock.now(),
        person=case.subject.person,
        line=case.subject.line,
        who=who,
        who_name=name,
        channel=case.channel,
        code=deed.code,
        result=deed.result,
        details=dict(deed.details),
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
