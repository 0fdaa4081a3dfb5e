"""A month's statement of one line among ten million records, and among ten thousand.

The statement is the totals and the records themselves. Each line has a hundred of the month, which
arrived as records do: mixed with everybody else's, in order of time.
"""

import asyncio
import statistics
import time
from datetime import date, timedelta

from abonent.kernel.case import Case, Person, Subject
from abonent.kernel.ids import AccountId, ContractId, LineId, PersonId, TimeOrderedIds
from abonent.kernel.time import SystemClock, day_of, midnight
from abonent.operations.env import Env
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.operations.secrets import KeyedSecrets
from abonent.operations.views.paging import Page
from abonent.operations.views.usage import detail, usage
from abonent.profile.load import find, load
from abonent.store.database import open_database
from bench.figure import Figure
from tests.fixtures.databases import migrate
from tests.fixtures.population import PROFILE, SECRET_KEY, TARIFF
from tests.fixtures.postgres import Cluster, running_cluster

FEW, MANY = 10_000, 10_000_000
PER_LINE = 100
ASKED_LINES = 40
ROUNDS = 15
DAYS = 30
FIRST_LINE = 1_000_000


def measure() -> list[Figure]:
    """Median times of the statement, and their ratio."""
    with running_cluster() as cluster:
        urls = [filled(cluster, count) for count in (FEW, MANY)]
        few, many = asyncio.run(_median_ms(urls))
    how = f"{many:.2f} ms among {MANY:,} records ÷ {few:.2f} ms among {FEW:,}"
    return [Figure("month's statement, many ÷ few", many / few, 1.3, how, at_most=True)]


def filled(cluster: Cluster, count: int) -> str:
    """A database with so many records of one month; its url."""
    name = f"records_{count}"
    url = cluster.create(name)
    migrate(url)
    env = environment()
    first, last = month(env)
    begin, end = midnight(first, env.zone), midnight(last, env.zone)
    lines = count // PER_LINE
    index = cluster.sql("SELECT indexdef FROM pg_indexes WHERE indexname = 'usage_by_line'", name)
    cluster.sql(
        f"""
        SET session_replication_role = replica;
        DROP INDEX usage_by_line;
        INSERT INTO person VALUES (1, 'uk', 'person', {begin}, {begin});
        INSERT INTO account VALUES (2000, 'UAH', 0, {begin});
        INSERT INTO contract VALUES (1, 1, 2000, 'prepaid', {begin});
        INSERT INTO line
            SELECT {FIRST_LINE} + n, 1, 2000, 'mobile', '', 0, {begin}
            FROM generate_series(0, {lines - 1}) n;
        INSERT INTO subscription
            SELECT n + 1, {FIRST_LINE} + n, '{TARIFF}', {begin}, NULL
            FROM generate_series(0, {lines - 1}) n;
        INSERT INTO usage_record
            SELECT n + 1, {FIRST_LINE} + n % {lines}, 2000,
                {begin} + n * (({end} - {begin}) / {count}),
                (ARRAY['call', 'call', 'call', 'sms', 'data'])[1 + n / {lines} % 5], 'out',
                '380671234567', 'national', 60 + n % 600, 0, n / {lines} % 3 * 25, '{TARIFF}',
                {begin} + n * (({end} - {begin}) / {count})
            FROM generate_series(0::BIGINT, {count - 1}) n;
        {index};
        INSERT INTO detail_order
            SELECT {FIRST_LINE} + n, {FIRST_LINE} + n, '{first}', '{last}', 0, {end}
            FROM generate_series(0, {ASKED_LINES - 1}) n;
        """,
        name,
    )
    cluster.sql("VACUUM ANALYZE", name)
    return url


async def _median_ms(urls: list[str]) -> list[float]:
    """Of each database, asked in turn, so that whatever else the machine does meets all alike."""
    env = environment()
    runners = [Runner(open_database(url), env, OPERATIONS) for url in urls]
    taken: list[list[float]] = [[] for _ in urls]
    for turn in range(ROUNDS + 1):
        for runner, times in zip(runners, taken, strict=True):
            round_ms = [await _statement_ms(runner, FIRST_LINE + n) for n in range(ASKED_LINES)]
            if turn:  # the first round warms the caches
                times.extend(round_ms)
    for runner in runners:
        await runner.db.close()
    return [statistics.median(times) for times in taken]


async def _statement_ms(runner: Runner, line: int) -> float:
    first, last = month(runner.env)
    begun = time.perf_counter()
    totals = await runner.read(usage, case(line), first, last)
    records = await runner.read(detail, case(line), line, Page(limit=PER_LINE))
    taken_ms = (time.perf_counter() - begun) * 1000
    assert sum(kind.count for kind in totals.kinds) == PER_LINE, "totals of all records"
    assert records is not None, "the detail was ordered"
    assert len(records.records) == PER_LINE, "every record"
    return taken_ms


def environment() -> Env:
    return Env(load(find(PROFILE)), SystemClock(), TimeOrderedIds(), KeyedSecrets(SECRET_KEY))


def month(env: Env) -> tuple[date, date]:
    """The last thirty days, today excluded from the records and included in the statement."""
    today = day_of(env.clock.now(), env.zone)
    return today - timedelta(days=DAYS), today


def case(line: int) -> Case:
    subject = Subject(LineId(line), ContractId(1), AccountId(2000), PersonId(1))
    return Case(Person(PersonId(1)), subject, 1, "web")
