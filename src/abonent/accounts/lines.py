"""SQL of persons, contracts, lines and identifiers."""

from collections.abc import Iterable
from dataclasses import dataclass

from abonent.accounts.model import Line, NewLine
from abonent.kernel.ids import AccountId, ContractId, LineId, PersonId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

LINE_COLUMNS = (
    "l.id, l.contract_id, l.account_id, p.id, i.value, l.label, l.blocked, c.billing,"
    " p.holder, p.language, p.registered_at, l.created_at"
)
"""What `line_of` reads, of line `l`, contract `c`, person `p` and identifier `i`."""

_LINE = (
    f"SELECT {LINE_COLUMNS}"
    " FROM line l JOIN contract c ON c.id = l.contract_id JOIN person p ON p.id = c.person_id"
    " JOIN identifier i ON i.target_id = l.id AND i.valid_to IS NULL"
    " AND i.kind IN ('msisdn', 'login')"
)


async def add_person(
    tx: WriteTx, person: PersonId, *, language: str, holder: str, at: Instant
) -> None:
    await tx.run("INSERT INTO person VALUES ($1, $2, $3, NULL, $4)", person, language, holder, at)


async def add_contract(
    tx: WriteTx, ids: tuple[ContractId, PersonId, AccountId], billing: str, at: Instant
) -> None:
    """A contract of a person, paid by an account."""
    await tx.run("INSERT INTO contract VALUES ($1, $2, $3, $4, $5)", *ids, billing, at)


async def add_line(tx: WriteTx, line: NewLine, identifier_id: int, at: Instant) -> bool:
    """Put the line on the books; False if its number is in use."""
    taken = await tx.value(
        "SELECT 1 FROM identifier WHERE kind IN ('msisdn', 'login') AND value = $1"
        " AND valid_to IS NULL",
        line.number,
    )
    if taken is not None:
        return False
    await tx.run(
        "INSERT INTO line VALUES ($1, $2, $3, $4, $5, 0, $6)",
        line.id,
        line.contract,
        line.account,
        line.kind,
        line.label,
        at,
    )
    kind = "msisdn" if line.kind == "mobile" else "login"
    await tx.run(
        "INSERT INTO identifier VALUES ($1, $2, $3, $4, $5, NULL)",
        identifier_id,
        kind,
        line.number,
        line.id,
        at,
    )
    if line.sealed_puk is not None:
        await tx.run("INSERT INTO puk VALUES ($1, $2)", line.id, line.sealed_puk)
    return True


async def by_id(tx: ReadTx, line: LineId) -> Line | None:
    row = await tx.row(f"{_LINE} WHERE l.id = $1", line)
    return None if row is None else line_of(row)


async def known(tx: ReadTx, line: LineId) -> Line:
    """The line of an id that our own tables hold; raises LookupError if there is none."""
    found = await by_id(tx, line)
    if found is None:
        raise LookupError(f"no line {line}")
    return found


async def kind_of(tx: ReadTx, line: LineId) -> str:
    """Mobile or internet."""
    return str(await tx.value("SELECT kind FROM line WHERE id = $1", line))


async def by_ids(tx: ReadTx, ids: Iterable[LineId]) -> dict[LineId, Line]:
    """Many lines at once."""
    rows = await tx.many(f"{_LINE} WHERE l.id IN ($*)", sorted(ids))
    return {row[0]: line_of(row) for row in rows}


async def paid_by(tx: ReadTx, account: AccountId) -> list[LineId]:
    """The lines that the account pays for."""
    rows = await tx.rows("SELECT id FROM line WHERE account_id = $1 ORDER BY id", account)
    return [LineId(row[0]) for row in rows]


async def by_number(tx: ReadTx, number: str) -> Line | None:
    """The line that has the number or login now."""
    row = await tx.row(f"{_LINE} WHERE i.value = $1", number)
    return None if row is None else line_of(row)


async def of_person(tx: ReadTx, person: PersonId) -> list[Line]:
    rows = await tx.rows(f"{_LINE} WHERE c.person_id = $1 ORDER BY l.id", person)
    return [line_of(row) for row in rows]


async def registered_at(tx: ReadTx, person: PersonId) -> Instant:
    """When the person registered; of one who has not, when the contract was made."""
    return Instant(
        await tx.value(
            "SELECT COALESCE(registered_at, created_at) FROM person WHERE id = $1", person
        )
    )


async def holding_of(tx: ReadTx, contract: ContractId) -> tuple[PersonId, AccountId] | None:
    """Who holds a contract and which account pays; None if there is no such contract."""
    row = await tx.row("SELECT person_id, account_id FROM contract WHERE id = $1", contract)
    return None if row is None else (row[0], row[1])


async def opened_at(tx: ReadTx, contract: ContractId) -> Instant:
    """When the contract began."""
    return Instant(await tx.value("SELECT opened_at FROM contract WHERE id = $1", contract))


async def set_blocked(tx: WriteTx, line: LineId, blocked: bool) -> bool:
    """Whether that changed anything."""
    changed = await tx.run(
        "UPDATE line SET blocked = $2 WHERE id = $1 AND blocked <> $2", line, int(blocked)
    )
    return changed == 1


async def set_language(tx: WriteTx, person: PersonId, language: str) -> None:
    await tx.run("UPDATE person SET language = $2 WHERE id = $1", person, language)


async def set_personal(
    tx: WriteTx, id: int, person: PersonId, kind: str, value: str | None
) -> None:
    """Keep a value of the person until another one takes its place."""
    await keep_personal(tx, id, person, (kind, value), None)


async def keep_personal(
    tx: WriteTx,
    id: int,
    person: PersonId,
    named: tuple[str, str | None],
    erase_after: Instant | None,
) -> None:
    """Keep a (kind, value) of the person, until the instant where one is given."""
    await tx.run(
        "INSERT INTO personal VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (person_id, kind) DO UPDATE SET value = excluded.value,"
        " erase_after = excluded.erase_after",
        id,
        person,
        *named,
        erase_after,
    )


async def erase_personal(tx: WriteTx, now: Instant) -> int:
    """Null what has been kept for long enough; how many values there were."""
    return await tx.run(
        "UPDATE personal SET value = NULL, erase_after = NULL WHERE erase_after <= $1", now
    )


@dataclass(frozen=True, slots=True)
class Dated:
    """A line with the days that its bonuses may count from; `birthday` is an ISO date."""

    line: LineId
    account: AccountId
    kind: str
    created_at: Instant
    birthday: str | None


async def dated_after(tx: ReadTx, line: LineId, limit: int) -> list[Dated]:
    """Lines with an id above this one, in order."""
    rows = await tx.rows(
        "SELECT l.id, l.account_id, l.kind, l.created_at, b.value FROM line l"
        " JOIN contract c ON c.id = l.contract_id"
        " LEFT JOIN personal b ON b.person_id = c.person_id AND b.kind = 'birthday'"
        " WHERE l.id > $1 ORDER BY l.id LIMIT $2",
        line,
        limit,
    )
    return [Dated(*row) for row in rows]


async def personal(tx: ReadTx, person: PersonId, kind: str) -> str | None:
    value = await tx.value(
        "SELECT value FROM personal WHERE person_id = $1 AND kind = $2", person, kind
    )
    return None if value is None else str(value)


async def forwardings(tx: ReadTx, line: LineId) -> list[tuple[str, str]]:
    """(kind, number) pairs of the line's call forwarding (3GPP TS 22.082 kinds)."""
    rows = await tx.rows(
        "SELECT kind, to_number FROM forwarding WHERE line_id = $1 ORDER BY kind", line
    )
    return [(row[0], row[1]) for row in rows]


async def set_forwarding(tx: WriteTx, line: LineId, kind: str, to: str) -> None:
    await tx.run(
        "INSERT INTO forwarding VALUES ($1, $2, $3)"
        " ON CONFLICT (line_id, kind) DO UPDATE SET to_number = excluded.to_number",
        line,
        kind,
        to,
    )


async def clear_forwarding(tx: WriteTx, line: LineId, kind: str) -> bool:
    """Whether there was any of that kind."""
    return await tx.run("DELETE FROM forwarding WHERE line_id = $1 AND kind = $2", line, kind) == 1


async def notices_off(tx: ReadTx, person: PersonId) -> set[str]:
    rows = await tx.rows("SELECT kind FROM notice_off WHERE person_id = $1", person)
    return {row[0] for row in rows}


async def all_notices_off(tx: ReadTx, persons: Iterable[PersonId]) -> set[tuple[PersonId, str]]:
    """(person, kind) pairs of many people."""
    rows = await tx.many(
        "SELECT person_id, kind FROM notice_off WHERE person_id IN ($*)", sorted(persons)
    )
    return {(row[0], row[1]) for row in rows}


async def set_notices_off(tx: WriteTx, person: PersonId, kinds: set[str]) -> None:
    await tx.run("DELETE FROM notice_off WHERE person_id = $1", person)
    await tx.run_many(
        "INSERT INTO notice_off VALUES ($1, $2)", [(person, kind) for kind in sorted(kinds)]
    )


def line_of(row: Row) -> Line:
    """A row of `LINE_COLUMNS`."""
    return Line(
        id=row[0],
        contract=row[1],
        account=row[2],
        person=row[3],
        number=row[4],
        label=row[5],
        blocked=bool(row[6]),
        billing=row[7],
        holder=row[8],
        language=row[9],
        registered=row[10] is not None,
        created_at=row[11],
    )
