"""Rating: usage records become charges and draws, in the transaction that stores them.

An operation of the system, without a channel. There is no reservation: records arrive finished,
are never refused for lack of money, and may take a prepaid account below zero. What is due on an
account is settled first. A record counts by its own instant (tariff in force, catalogue, lots that
were valid), with what is left of those lots now. Its charge is booked at that instant too, so that
movements and statistics of a period agree; when it arrived stands in the record.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import cast

from abonent.catalog import shortages
from abonent.catalog import sql as catalog
from abonent.catalog.model import Subscription
from abonent.catalog.shortages import Shortage
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.msisdn import NumberProblem
from abonent.kernel.time import Instant, day_of
from abonent.ledger import due, lots
from abonent.ledger import sql as ledger
from abonent.ledger.lots import Lot
from abonent.ledger.model import Entry, House, charge
from abonent.operations.env import Env
from abonent.operations.settlement import settle_all
from abonent.profile.model import Unit, Zone
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage import collect_calls
from abonent.usage import sql as usage
from abonent.usage.collect_calls import Consent
from abonent.usage.model import LotLeft, Rated, Record, Usage
from abonent.usage.rating import Terms, after, rate
from abonent.usage.sql import RatedRecord
from abonent.usage.zones import zone_of


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record whose line is known. `id` is drawn before the transaction; `key` is its source's."""

    id: int
    line: LineId
    account: AccountId
    record: Record
    key: str
    payer: Consent | None = None
    """Who has agreed to pay for this call; found by `rate_batch`."""

    @property
    def paid_from(self) -> AccountId:
        return self.payer.account if self.payer else self.account

    @property
    def priced_as(self) -> LineId:
        """The line by whose tariff and lots it is rated: as if its payer had called."""
        return self.payer.payer if self.payer else self.line


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one source in the order of their arrival, and the time now."""

    source: str
    now: Instant
    records: Sequence[Arrived]


@dataclass(frozen=True, slots=True)
class Added:
    """The record was stored and charged."""

    arrived: Arrived
    zone: Zone
    tariff: str
    rated: Rated


@dataclass(frozen=True, slots=True)
class Repeated:
    """The source has sent it before; nothing was done."""


@dataclass(frozen=True, slots=True)
class Unrated:
    """It has no price; nothing was done. `reason` is `tariff_missing` or `rate_missing`."""

    key: str
    reason: str


Verdict = Added | Repeated | Unrated


def key_of(line: LineId, record: Record) -> str:
    """The key of a record that has no id of its own: everything that is in it."""
    parts = (line, record.kind, record.direction, record.peer, record.at, record.amount)
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=16).hexdigest()


async def rate_batch(tx: WriteTx, env: Env, batch: Batch) -> list[Verdict]:
    """Rate and store records; what became of each, in their order."""
    records = await _agreed(tx, env, batch.records)
    accounts = {arrived.paid_from for arrived in records}
    await ledger.lock(tx, accounts)
    await settle_all(tx, env, await due.ripe_among(tx, accounts, batch.now), batch.now)
    new = await usage.remember(tx, batch.source, [arrived.key for arrived in records])
    holdings = await _holdings(tx, records)
    verdicts: list[Verdict] = []
    for arrived in records:
        if arrived.key in new:
            new.remove(arrived.key)
            verdicts.append(_rate(env, arrived, holdings[arrived.priced_as]))
        else:
            verdicts.append(Repeated())
    await _store(tx, env, batch, [done for done in verdicts if isinstance(done, Added)])
    await usage.forget(tx, batch.source, [no.key for no in verdicts if isinstance(no, Unrated)])
    return verdicts


def terms_at(env: Env, tariff: str, at: Instant) -> Terms | None:
    """The tariff as the catalogue of the instant has it, or else the nearest older or newer one."""
    day = day_of(at, env.zone)
    versions = [(shelf, found) for shelf in env.profile.catalogs if (found := shelf.tariff(tariff))]
    if not versions:
        return None
    older = [version for version in versions if version[0].valid_from <= day]
    shelf, found = older[-1] if older else versions[0]
    return Terms(found, shelf)


async def _agreed(tx: ReadTx, env: Env, records: Sequence[Arrived]) -> Sequence[Arrived]:
    """The records with who pays for them, where the operator lets others pay: one look-up."""
    calls = [a for a in records if (a.record.kind, a.record.direction) == ("call", "out")]
    if env.operator.collect_call is None or not calls:
        return records
    times = [arrived.record.at for arrived in calls]
    callers = {arrived.line for arrived in calls}
    agreed = await collect_calls.consents(tx, callers, min(times), max(times))
    if not agreed:
        return records
    return [replace(arrived, payer=_payer(env, arrived, agreed)) for arrived in records]


def _payer(env: Env, arrived: Arrived, agreed: Iterable[Consent]) -> Consent | None:
    record = arrived.record
    if (record.kind, record.direction) != ("call", "out"):
        return None
    try:
        number = env.number_plan.parse(record.peer)
    except NumberProblem:
        return None
    return next((each for each in agreed if each.covers(arrived.line, number, record.at)), None)


@dataclass(slots=True)
class _Holding:
    """What a line has: its tariffs, oldest first, and what the batch has left of its lots."""

    tariffs: list[Subscription] = field(default_factory=list)
    partial: list[Shortage] = field(default_factory=list)
    """When its monthly fee was not paid, and its tariff had it pay as it goes."""
    lots: tuple[LotLeft, ...] = ()

    def tariff_at(self, at: Instant) -> str | None:
        """The tariff in force; for records from before the line's first one, the first."""
        in_force = [held for held in self.tariffs if held.valid_from <= at] or self.tariffs[:1]
        return in_force[-1].tariff if in_force else None

    def is_partial(self, at: Instant) -> bool:
        return any(
            owed.since <= at and (owed.until is None or at < owed.until) for owed in self.partial
        )


async def _holdings(tx: ReadTx, records: Iterable[Arrived]) -> dict[LineId, _Holding]:
    lines = {arrived.priced_as for arrived in records}
    times = [arrived.record.at for arrived in records]
    if not times:
        return {}
    found: defaultdict[LineId, _Holding] = defaultdict(_Holding)
    for held in await catalog.histories(tx, lines):
        found[held.line].tariffs.append(held)
    for owed in await shortages.partial_of(tx, lines):
        found[owed.line].partial.append(owed)
    for lot in await lots.of_owners(tx, set(lines), min(times), max(times)):
        found[LineId(lot.owner)].lots += (_left(lot),)
    return found


def _left(lot: Lot) -> LotLeft:
    unit = cast("Unit", lot.unit)
    return LotLeft(lot.id, lot.bucket, unit, lot.remaining, lot.valid_from, lot.expires_at)


def _rate(env: Env, arrived: Arrived, holding: _Holding) -> Added | Unrated:
    record = arrived.record
    zone = zone_of(record, env.operator.numbering)
    tariff = holding.tariff_at(record.at)
    terms = None if tariff is None else terms_at(env, tariff, record.at)
    if terms is not None and terms.tariff.unpaid_rates and holding.is_partial(record.at):
        terms = terms_at(env, terms.tariff.unpaid_rates, record.at)
    if terms is None:
        return Unrated(arrived.key, "tariff_missing")
    used = Usage(record.at, record.kind, record.direction, zone, record.amount)
    rated = rate(used, terms, holding.lots)
    if rated is None:
        return Unrated(arrived.key, "rate_missing")
    if rated.draws:
        holding.lots = after(holding.lots, rated.draws)
    return Added(arrived, zone, terms.tariff.id, rated)


async def _store(tx: WriteTx, env: Env, batch: Batch, added: Sequence[Added]) -> None:
    draws = [
        (done.arrived.id, draw.lot_id, draw.amount) for done in added for draw in done.rated.draws
    ]
    await usage.add(tx, [_row(done, batch.now) for done in added], draws)
    taken: defaultdict[int, int] = defaultdict(int)
    for _, lot_id, amount in draws:
        taken[lot_id] += amount
    await lots.draw(tx, sorted(taken.items()))
    await ledger.post_all(tx, [_entry(env, done) for done in added if done.rated.charge_minor])


def _row(done: Added, now: Instant) -> RatedRecord:
    arrived, record = done.arrived, done.arrived.record
    return RatedRecord(
        id=arrived.id,
        line=arrived.line,
        account=arrived.paid_from,
        at=record.at,
        kind=record.kind,
        direction=record.direction,
        peer=record.peer,
        zone=done.zone,
        amount=record.amount,
        from_lots=done.rated.from_lots,
        charge_minor=done.rated.charge_minor,
        tariff=done.tariff,
        arrived_at=now,
    )


def _entry(env: Env, done: Added) -> Entry:
    arrived, record = done.arrived, done.arrived.record
    # To who pays for others it is no usage of their own, and statistics show it beside the fees.
    kind = "collect_call" if arrived.payer else f"usage_{record.kind}"
    entry = (arrived.id, kind, record.at, arrived.priced_as)
    amount = env.money(done.rated.charge_minor)
    return charge(entry, arrived.paid_from, House.REVENUE_USAGE, amount, {})
