"""Putting people and lines on the books: the operator's own work, from the shell or the demo."""

from dataclasses import dataclass
from typing import Literal

from abonent.accounts import lines, secrets
from abonent.accounts.model import Line, NewLine
from abonent.catalog import sql as catalog
from abonent.kernel.case import by_itself
from abonent.kernel.ids import AccountId, ContractId, LineId, PersonId
from abonent.kernel.money import Money
from abonent.kernel.text import Value
from abonent.kernel.time import Instant
from abonent.ledger import sql as ledger
from abonent.ledger.model import Entry, House, Posting
from abonent.operations.env import Env
from abonent.operations.messages import Deed, journal_line
from abonent.operations.settlement import start_fee
from abonent.store.tx import WriteTx


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody with one contract and one account; lines come after.

    `credit_minor` is how far below nothing the account may be taken by what is asked for.
    """

    name: str
    language: str
    holder: Literal["person", "company"] = "person"
    billing: Literal["prepaid", "postpaid"] = "prepaid"
    email: str | None = None
    credit_minor: int = 0
    birthday: str | None = None
    """An ISO date."""


@dataclass(frozen=True, slots=True)
class Holding:
    person: PersonId
    contract: ContractId
    account: AccountId


@dataclass(frozen=True, slots=True)
class LineOrder:
    """A line to be added to a holding. `number` is E.164 digits, or an internet login."""

    kind: Literal["mobile", "internet"]
    number: str
    tariff: str
    label: str = ""
    puk: str | None = None


async def add_person(tx: WriteTx, env: Env, new: NewPerson) -> Holding:
    """A person with an empty account in the operator's currency."""
    now = env.clock.now()
    holding = Holding(
        PersonId(env.ids.next()), ContractId(env.ids.next()), AccountId(env.ids.next())
    )
    await lines.add_person(tx, holding.person, language=new.language, holder=new.holder, at=now)
    await ledger.open_account(
        tx, holding.account, env.operator.currency, now, floor_minor=-new.credit_minor
    )
    await lines.add_contract(
        tx, (holding.contract, holding.person, holding.account), new.billing, now
    )
    await lines.set_personal(tx, env.ids.next(), holding.person, "name", new.name)
    if new.email is not None:
        await lines.set_personal(tx, env.ids.next(), holding.person, "email", new.email)
    if new.birthday is not None:
        await lines.set_personal(tx, env.ids.next(), holding.person, "birthday", new.birthday)
    return holding


async def add_line(tx: WriteTx, env: Env, holding: Holding, order: LineOrder) -> Line | None:
    """A line on its tariff, whose first fee is due at once; None if the number is in use.

    Raises ValueError for a tariff that is not in the catalogue.
    """
    now = env.clock.now()
    if env.catalog().tariff(order.tariff) is None:
        raise ValueError(f"there is no tariff {order.tariff}")
    line = LineId(env.ids.next())
    new = NewLine(
        id=line,
        contract=holding.contract,
        account=holding.account,
        kind=order.kind,
        number=order.number,
        label=order.label,
        sealed_puk=None if order.puk is None else env.secrets.seal(order.puk),
    )
    if not await lines.add_line(tx, new, env.ids.next(), now):
        return None
    await catalog.start_tariff(tx, env.ids.next(), line, order.tariff, now)
    await start_fee(tx, env, (holding.account, line), order.tariff, now)
    added = await lines.known(tx, line)
    case = by_itself(added.subject)
    await journal_line(tx, env, case, Deed("line_added"))
    return added


async def register_with(tx: WriteTx, person: PersonId, password_hash: str, at: Instant) -> None:
    """Make somebody registered without a PUK: imports, and the people of the demo."""
    await secrets.mark_registered(tx, person, at)
    await secrets.set_password(tx, person, password_hash, at)


async def opening_balance(tx: WriteTx, env: Env, line: Line, amounts: tuple[Money, ...]) -> None:
    """What an account brings along from elsewhere, in any currencies of the ledger but points."""
    postings = tuple(
        posting
        for amount in amounts
        for posting in (Posting(line.account, amount), Posting(House.OPENING, -amount))
    )
    details: dict[str, Value] = {}
    entry = Entry(env.ids.next(), "opening", env.clock.now(), line.id, postings, details)
    await ledger.lock(tx, (line.account,))
    await ledger.post(tx, entry)


async def add_staff(tx: WriteTx, env: Env, name: str, password_hash: str) -> None:
    """A member of staff, or a new password for one."""
    await secrets.set_staff(tx, env.ids.next(), name, password_hash, env.clock.now())
