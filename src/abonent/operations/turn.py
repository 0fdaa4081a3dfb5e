"""The books of some accounts while what is due on them is done: read at once, written at once.

What a month takes is a handful of rows for each account. Asking for them one by one costs more
than the work itself, so handlers of what is due change what is held here, and nothing waits for the
database until it is all written, in a dozen statements for two hundred accounts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from abonent.accounts import lines
from abonent.catalog import discounts, shortages
from abonent.catalog import sql as catalog
from abonent.catalog.discounts import Discount
from abonent.catalog.model import Activation, Subscription
from abonent.catalog.shortages import Shortage
from abonent.kernel.case import by_itself
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.text import Value
from abonent.kernel.time import Instant
from abonent.ledger import due, lots, promises, sql
from abonent.ledger.due import Due
from abonent.ledger.lots import Lot
from abonent.ledger.model import Entry
from abonent.operations.env import Env
from abonent.operations.messages import (
    Deed,
    Notice,
    Order,
    journal_lines,
    network_orders,
    notices,
)
from abonent.store.tx import WriteTx, together

Key = tuple[LineId, str, str]
"""What a due row is about: its line, kind and ref."""


@dataclass(slots=True)
class _Written:
    """What is to be written when the turn is flushed."""

    entries: list[Entry] = field(default_factory=list)
    granted: list[Lot] = field(default_factory=list)
    drawn: list[tuple[int, int]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    added: dict[int, Due] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    activations: dict[int, Activation] = field(default_factory=dict)
    tariffs: list[Subscription] = field(default_factory=list)
    begun: dict[int, Shortage] = field(default_factory=dict)
    ended: list[Shortage] = field(default_factory=list)
    discounts: dict[int, Discount] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    deeds: list[tuple[LineId, Deed]] = field(default_factory=list)


class Turn:
    """What accounts have and owe, and what is to become of it.

    The accounts are locked. `load` reads, the other methods change what is held here, `flush`
    writes it.
    """

    def __init__(self, tx: WriteTx, env: Env, until: Instant) -> None:
        self.tx = tx
        self.env = env
        self.until = until
        self._out = _Written()
        self._items: defaultdict[AccountId, dict[Key, Due]] = defaultdict(dict)
        self._left: dict[AccountId, int] = {}
        self._lent: dict[AccountId, int] = {}
        self._tariffs: dict[LineId, str] = {}
        self._active: defaultdict[LineId, dict[str, Activation]] = defaultdict(dict)
        self._lots: dict[int, Lot] = {}
        self._short: defaultdict[LineId, dict[tuple[str, str], Shortage]] = defaultdict(dict)
        self._discounts: defaultdict[LineId, list[Discount]] = defaultdict(list)

    async def load(self, accounts: Iterable[AccountId]) -> None:
        """Read what there is of the accounts on which something is due."""
        wanted = set(accounts)
        for account in wanted:
            self._items[account] = {}
            self._lent.pop(account, None)
        for item in await due.of_accounts(self.tx, wanted):
            self._items[item.account][_key(item)] = item
        ripe = [item for account in wanted for item in self._ripe(account)]
        if not ripe:
            return
        concerned = _Concerned.by(ripe)
        left, tariffs, active, expiring, owed, reduced, lent = await together(
            self.tx,
            sql.all_available(self.tx, {item.account for item in ripe}),
            catalog.tariffs_of(self.tx, concerned.changing),
            catalog.activations_of(self.tx, concerned.served),
            lots.by_ids(self.tx, concerned.lots),
            shortages.open_of(self.tx, concerned.lines),
            discounts.of_lines(self.tx, concerned.lines),
            promises.open_among(self.tx, concerned.served_accounts),
        )
        self._lent |= {account: each.outstanding.amount_minor for account, each in lent.items()}
        self._left |= left
        self._tariffs |= tariffs
        self._lots |= expiring
        for line in concerned.lines:
            self._active[line], self._short[line], self._discounts[line] = {}, {}, []
        for each in active:
            self._active[each.line][each.service] = each
        for lacking in owed:
            self._short[lacking.line][lacking.kind, lacking.ref] = lacking
        for discount in reduced:
            self._discounts[discount.line].append(discount)

    def kinds(self, account: AccountId) -> set[str]:
        """Kinds of what is due on the account."""
        return {item.kind for item in self._ripe(account)}

    def next(self, account: AccountId) -> Due | None:
        """What is due on the account first and does not wait for money.

        A change of tariff goes before the fees of its instant: those of the old tariff end with it.
        """
        return min(self._ripe(account), key=_order, default=None)

    # what is due -------------------------------------------------------------------------------

    def drop(self, item: Due) -> None:
        """The row has been done, or is not to be."""
        del self._items[item.account][_key(item)]
        if self._out.added.pop(item.id, None) is None:
            self._out.removed.append(item.id)

    def add(self, item: Due) -> None:
        self._items[item.account][_key(item)] = item
        self._out.added[item.id] = item

    def find(self, account: AccountId, key: Key) -> Due | None:
        return self._items[account].get(key)

    def of_kind(self, account: AccountId, line: LineId, kind: str) -> list[Due]:
        """The line's rows of a kind."""
        items = self._items[account].values()
        return [item for item in items if (item.line, item.kind) == (line, kind)]

    def wait(self, item: Due) -> None:
        """It was due, and there is too little money."""
        waiting = replace(item, waiting=True)
        self._items[item.account][_key(item)] = waiting
        if item.id in self._out.added:
            self._out.added[item.id] = waiting
        else:
            self._out.waiting.append(item.id)

    # money and lots ----------------------------------------------------------------------------

    def left(self, account: AccountId) -> int:
        """Minor units of the operator's currency that may be spent."""
        return self._left[account]

    def own(self, account: AccountId) -> int:
        """The same without what is lent, which no content is paid with."""
        return self.left(account) - self._lent.get(account, 0)

    def post(self, entry: Entry) -> None:
        self._out.entries.append(entry)
        for posting in entry.postings:
            if posting.account in self._left:
                mine = posting.amount.currency == self.env.operator.currency
                self._left[AccountId(posting.account)] += posting.amount.amount_minor * mine

    def grant(self, granted: Sequence[Lot]) -> None:
        self._out.granted += granted
        self._lots |= {lot.id: lot for lot in granted}

    def lot(self, id: int) -> Lot:
        """A lot that expires."""
        return self._lots[id]

    def empty(self, lot: Lot) -> None:
        self._out.drawn.append((lot.id, lot.remaining))

    # what lines have ---------------------------------------------------------------------------

    def tariff(self, line: LineId) -> str:
        return self._tariffs[line]

    def start_tariff(self, line: LineId, tariff: str, at: Instant) -> None:
        self._tariffs[line] = tariff
        self._out.tariffs.append(Subscription(self.env.ids.next(), line, tariff, at, None))

    def activation(self, line: LineId, service: str) -> Activation | None:
        return self._active[line].get(service)

    def activations(self, line: LineId) -> Sequence[Activation]:
        return tuple(self._active[line].values())

    def change(self, activation: Activation) -> None:
        """An activation is paid for, paused, or has ended."""
        self._out.activations[activation.id] = activation
        if activation.valid_to is None:
            self._active[activation.line][activation.service] = activation
        else:
            del self._active[activation.line][activation.service]

    def discount(self, line: LineId) -> Discount | None:
        """The one that the next monthly fee is reduced by."""
        return next(iter(self._discounts[line]), None)

    def use_discount(self, discount: Discount) -> None:
        used = replace(discount, fees_left=discount.fees_left - 1)
        self._out.discounts[used.id] = used
        self._discounts[used.line][:1] = [used] if used.fees_left else []

    def begin_shortage(self, item: Due, rule: str) -> None:
        """The fee cannot be taken; where the rule says so, the line can only receive from now."""
        owed = self._short[item.line]
        if (item.kind, item.ref) in owed:
            return
        if rule == "one_way" and not _bars(owed):
            self.order(item.line, "bar_outgoing", {})
        id = self.env.ids.next()
        begun = Shortage(id, item.line, item.kind, item.ref, rule, item.due_at)
        owed[item.kind, item.ref] = self._out.begun[id] = begun

    def end_shortage(self, key: Key, at: Instant) -> None:
        """The fee is paid, or there is no such fee any more."""
        line, kind, ref = key
        owed = self._short[line]
        ended = owed.pop((kind, ref), None)
        if ended is None:
            return
        if ended.id in self._out.begun:
            self._out.begun[ended.id] = replace(ended, until=at)
        else:
            self._out.ended.append(replace(ended, until=at))
        if ended.rule == "one_way" and not _bars(owed):
            self.order(line, "unbar_outgoing", {})

    # what others are told ----------------------------------------------------------------------

    def tell(self, line: LineId, kind: str, values: Mapping[str, Value]) -> None:
        self._out.notices.append(Notice(line, kind, values))

    def order(self, line: LineId, kind: str, values: Mapping[str, Value]) -> None:
        self._out.orders.append(Order(line, kind, values))

    def remember(self, line: LineId, deed: Deed) -> None:
        """A line of the journal."""
        self._out.deeds.append((line, deed))

    async def flush(self) -> None:
        """Write everything that has changed since the last time."""
        out, tx = self._out, self.tx
        self._out = _Written()
        await sql.post_all(tx, out.entries)
        await lots.grant(tx, *out.granted)
        await lots.draw(tx, out.drawn)
        await due.remove_all(tx, out.removed)
        await due.add(tx, *out.added.values())
        await due.mark_waiting(tx, out.waiting)
        await catalog.change(tx, out.activations.values())
        await catalog.start_tariffs(tx, out.tariffs)
        await shortages.end(tx, out.ended)
        await shortages.begin(tx, *out.begun.values())
        await discounts.change(tx, out.discounts.values())
        await network_orders(tx, self.env, out.orders)
        await self._tell(out)

    async def _tell(self, out: _Written) -> None:
        concerned = {told.line for told in out.notices} | {line for line, _ in out.deeds}
        known = await lines.by_ids(self.tx, concerned)
        await notices(self.tx, self.env, known, out.notices)
        cases = ((by_itself(known[line].subject), deed) for line, deed in out.deeds)
        await journal_lines(self.tx, self.env, tuple(cases))

    def _ripe(self, account: AccountId) -> list[Due]:
        items = self._items[account].values()
        return [item for item in items if item.due_at <= self.until and not item.waiting]


@dataclass(frozen=True, slots=True)
class _Concerned:
    """Whose books are needed for what is due."""

    lines: set[LineId]
    changing: set[LineId]
    served: set[LineId]
    served_accounts: set[AccountId]
    lots: set[int]

    @classmethod
    def by(cls, ripe: Sequence[Due]) -> "_Concerned":
        changing = {item.line for item in ripe if item.kind == "tariff_change"}
        return cls(
            {item.line for item in ripe},
            changing,
            changing | {item.line for item in ripe if item.kind == "service_fee"},
            {item.account for item in ripe if item.kind == "service_fee"},
            {int(item.ref) for item in ripe if item.kind == "points_expiry"},
        )


def _key(item: Due) -> Key:
    return item.line, item.kind, item.ref


def _order(item: Due) -> tuple[int, bool, int]:
    return item.due_at, item.kind != "tariff_change", item.id


def _bars(owed: Mapping[tuple[str, str], Shortage]) -> bool:
    return any(each.rule == "one_way" for each in owed.values())
