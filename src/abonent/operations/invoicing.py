"""Making tax invoices: one for each finished month in which services were charged (docs/adr/018).

An invoice is made when its account first asks for it. What is on it is kept and never changes; what
is charged to its month afterwards stands on the next one, so that all invoices of an account
together are what it was charged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from abonent.accounts import lines
from abonent.kernel.case import Case, by_itself
from abonent.kernel.text import Item
from abonent.kernel.time import Instant, day_of, first_of_next_month, midnight
from abonent.ledger import due, invoices, sql, statement
from abonent.ledger.invoices import Invoice, InvoiceLine
from abonent.ledger.statement import Charged
from abonent.operations.env import Env
from abonent.operations.messages import Deed, journal_line
from abonent.operations.runner import Runner
from abonent.operations.settlement import settle
from abonent.profile.model import Invoices
from abonent.store.tx import ReadTx, WriteTx

_Key = tuple[str, tuple[tuple[str, Item], ...]]


@dataclass
class _Owed:
    """What was charged and stands on no invoice yet: of months before, and of the month."""

    earlier: dict[_Key, Charged] = field(default_factory=dict)
    month: dict[_Key, Charged] = field(default_factory=dict)

    def lines(self) -> list[InvoiceLine]:
        found = [
            InvoiceLine(each.kind, each.items, earlier, each.count, each.amount_minor)
            for earlier, charged in ((False, self.month), (True, self.earlier))
            for each in charged.values()
            if each.amount_minor
        ]
        return sorted(found, key=lambda line: (line.earlier, -line.amount_minor))

    def carry(self) -> None:
        """The month has no invoice: what it owes is of months before from now on."""
        for charged in self.month.values():
            _add(self.earlier, charged)
        self.month = {}


async def issue_invoices(runner: Runner, case: Case) -> None:
    """Make the invoices that finished months of the case's account still lack, oldest first."""
    env = runner.env
    rule = env.operator.invoices
    if rule is None:
        return
    wanted = await runner.read(_wanted, case, rule)
    if wanted:
        await runner.db.write(lambda tx: _issue(tx, case, env, rule))


async def _wanted(tx: ReadTx, case: Case, env: Env, rule: Invoices) -> bool:
    """Whether a month may lack its invoice, also where its fees are still to be taken."""
    after = await _begin(tx, case, rule)
    if await _next_month(tx, case, env, after) is not None:
        return True
    today = day_of(env.clock.now(), env.zone)
    finished = midnight(today.replace(day=1), env.zone)
    return bool(await due.ripe_among(tx, [case.subject.account], Instant(finished - 1)))


async def _issue(tx: WriteTx, case: Case, env: Env, rule: Invoices) -> None:
    account, currency = case.subject.account, env.operator.currency
    await sql.lock(tx, [account])
    await settle(tx, env, account, env.clock.now())
    after = await _begin(tx, case, rule)
    before = (midnight(rule.since, env.zone), midnight(after, env.zone))
    owed = _Owed(await statement.charged(tx, account, currency, before))
    for line in await invoices.invoiced(tx, account):
        _add(owed.earlier, Charged(line.kind, line.items, -line.count, -line.amount_minor))
    while (month := await _next_month(tx, case, env, after)) is not None:
        after = first_of_next_month(month)
        period = (midnight(month, env.zone), midnight(after, env.zone))
        owed.month = await statement.charged(tx, account, currency, period)
        if sum(line.amount_minor for line in owed.lines()) > 0:
            await _make(tx, case, env, (month, owed.lines()))
            owed = _Owed()
        else:
            owed.carry()


async def _begin(tx: ReadTx, case: Case, rule: Invoices) -> date:
    """The first month that may lack its invoice."""
    last = await invoices.last_month(tx, case.subject.account)
    return first_of_next_month(date.fromisoformat(f"{last}-01")) if last else rule.since


async def _next_month(tx: ReadTx, case: Case, env: Env, after: date) -> date | None:
    """The first finished month from `after` on in which a service was charged or given back."""
    today = day_of(env.clock.now(), env.zone)
    period = (midnight(after, env.zone), midnight(today.replace(day=1), env.zone))
    account, currency = case.subject.account, env.operator.currency
    at = await statement.next_charged(tx, account, currency, period)
    return None if at is None else day_of(at, env.zone).replace(day=1)


async def _make(tx: WriteTx, case: Case, env: Env, made: tuple[date, list[InvoiceLine]]) -> None:
    month, charged = made
    rule, operator = env.operator.invoices, env.operator
    assert rule is not None, "asked before"
    total = sum(line.amount_minor for line in charged)
    length = len("2026") if rule.numbering == "year" else len("2026-10")
    series = rule.prefix + month.isoformat()[:length]
    invoice = Invoice(
        id=env.ids.next(),
        account=case.subject.account,
        month=month.isoformat()[:7],
        series=series,
        n=await invoices.draw_number(tx, series),
        issued_at=env.clock.now(),
        currency=operator.currency,
        total_minor=total,
        vat_minor=invoices.vat_of(total, rule.vat_rate),
        vat_rate=rule.vat_rate,
        words=dict(_words(env, charged)),
    )
    await invoices.add(tx, invoice, charged)
    person = case.subject.person
    buyer = await lines.personal(tx, person, "name")
    await lines.set_personal(tx, env.ids.next(), person, buyer_kind(invoice.id), buyer)
    system = by_itself(case.subject)
    await journal_line(tx, env, system, Deed("invoice", details={"number": invoice.number}))


def buyer_kind(invoice: int) -> str:
    """The kind of personal data under which the buyer's name of an invoice is kept."""
    return f"invoice-{invoice}"


def item_key(item: Item) -> str:
    """Where the words of an invoice have the name of a thing."""
    return f"{item.kind}:{item.id}"


def _words(env: Env, charged: list[InvoiceLine]) -> Iterator[tuple[str, dict[str, str]]]:
    """Who sells, and the names of what was sold, as they are now."""
    legal = env.operator.legal
    assert legal is not None, "a profile with invoices has it"
    yield "seller", legal.name
    yield "address", legal.address
    for n, registration in enumerate(legal.registrations):
        value = registration.value
        said = {language: f"{label}: {value}" for language, label in registration.label.items()}
        yield f"registration{n}", said
    for line in charged:
        for _, item in line.items:
            named = env.profile.named(item.kind, item.id)
            if named is not None:
                yield item_key(item), named


def _add(charged: dict[_Key, Charged], more: Charged) -> None:
    known = charged.get(more.what, Charged(more.kind, more.items, 0, 0))
    count, amount_minor = known.count + more.count, known.amount_minor + more.amount_minor
    charged[more.what] = Charged(more.kind, more.items, count, amount_minor)
