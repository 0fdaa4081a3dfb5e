"""Commands on the books: tables, people, lines, staff, and the check of the ledger."""

import csv
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from abonent.accounts import lines
from abonent.kernel.ids import ContractId
from abonent.kernel.msisdn import NumberProblem
from abonent.kernel.time import day_of
from abonent.ledger.invariants import INVARIANTS, broken
from abonent.main.compose import Ground
from abonent.main.failure import Failure
from abonent.main.open_store import books, ground, opened
from abonent.main.settings import required
from abonent.operations.identity import provision
from abonent.operations.identity.provision import Holding, LineOrder, NewPerson
from abonent.store.tx import ReadTx, WriteTx

W = TypeVar("W")


async def migrate(_options: Namespace) -> None:
    async with opened(required(os.environ, "ABONENT_DATABASE_URL")) as db:
        done = await db.migrate()
    print(f"applied: {', '.join(done)}" if done else "nothing to apply")


async def verify(_options: Namespace) -> None:
    """Every invariant of the live book; may run beside the program."""
    async with books(read_only=True) as db:
        found = await db.report(broken)
    for name, ids in found:
        print(f"broken: {name}: {', '.join(map(str, ids))}")
    if found:
        raise Failure(f"{len(found)} of {len(INVARIANTS)} invariants do not hold")
    print(f"{len(INVARIANTS)} invariants hold")


async def add_person(options: Namespace) -> None:
    async with ground() as held:
        row = {name: getattr(options, name) for name in _PERSON_FIELDS}
        print(await _add_person(held, row))


async def import_people(options: Namespace) -> None:
    """One person a row; prints the contracts in order. Nothing is done where a row is wrong."""
    async with ground() as held:
        people = [_person(held, row, n) for n, row in _rows(options.file, _PERSON_FIELDS)]

        async def fn(tx: WriteTx) -> list[ContractId]:
            return [(await provision.add_person(tx, held.env, new)).contract for new in people]

        for contract in await held.db.write(fn):
            print(contract)


async def add_line(options: Namespace) -> None:
    async with ground() as held:
        row = {name: getattr(options, name) for name in _LINE_FIELDS}
        await held.db.write(lambda tx: _add_line(tx, held, row, 0))
    print(f"{options.number} is on {options.tariff}")


async def import_lines(options: Namespace) -> None:
    """One line a row, all or none."""
    async with ground() as held:
        rows = list(_rows(options.file, _LINE_FIELDS))

        async def fn(tx: WriteTx) -> None:
            for n, row in rows:
                await _add_line(tx, held, row, n)

        await held.db.write(fn)
    print(f"{len(rows)} lines added")


async def add_staff(options: Namespace) -> None:
    password = sys.stdin.readline().rstrip("\n")
    async with ground() as held:
        rules = held.env.operator.password
        if len(password) < max(rules.min_length, 12):
            raise Failure("a password of staff has at least 12 characters; nothing was done")
        hashed = await held.env.secrets.hash_password(password)
        await held.db.write(lambda tx: provision.add_staff(tx, held.env, options.name, hashed))
    print(f"staff:{options.name} can log in")


_PERSON_FIELDS = ("name", "language", "billing", "holder", "email", "birthday")
_EARLIEST_BIRTHDAY = date(1900, 1, 1)
_LINE_FIELDS = ("contract", "number", "tariff", "kind", "label", "puk")


async def _add_person(held: Ground, row: dict[str, str]) -> ContractId:
    new = _person(held, row, 0)
    holding = await held.db.write(lambda tx: provision.add_person(tx, held.env, new))
    return holding.contract


def _person(held: Ground, row: dict[str, str], n: int) -> NewPerson:
    operator = held.env.operator
    language = row["language"] or operator.languages[0]
    if not row["name"] or language not in operator.languages:
        raise Failure(_at(n, "a person has a name, and a language of the profile"))
    holder: Literal["person", "company"] = _one_of(n, row["holder"], ("person", "company"))
    billing: Literal["prepaid", "postpaid"] = _one_of(n, row["billing"], ("prepaid", "postpaid"))
    birthday = _birthday(held, row, n)
    email = row["email"] or None
    return NewPerson(row["name"], language, holder, billing, email, birthday=birthday)


def _birthday(held: Ground, row: dict[str, str], n: int) -> str | None:
    """An ISO date in its long form alone; mistyped centuries and days to come are refused."""
    text = row["birthday"]
    if not text:
        return None
    if row["holder"] == "company":
        raise Failure(_at(n, "a company has no birthday"))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    today = day_of(held.env.clock.now(), held.env.zone)
    if day.isoformat() != text or not _EARLIEST_BIRTHDAY <= day <= today:
        raise Failure(_at(n, f"{text} is no birthday; write a day that was as YYYY-MM-DD"))
    return text


async def _add_line(tx: WriteTx, held: Ground, row: dict[str, str], n: int) -> None:
    env = held.env
    kind: Literal["mobile", "internet"] = _one_of(n, row["kind"], ("mobile", "internet"))
    try:
        number = env.number_plan.parse(row["number"]) if kind == "mobile" else row["number"]
        holding = await _holding(tx, ContractId(int(row["contract"])))
        order = LineOrder(kind, number, row["tariff"], row["label"] or "", row["puk"] or None)
        added = await provision.add_line(tx, env, holding, order)
    except NumberProblem:
        raise Failure(_at(n, f"{row['number']} is no number of this operator's plan")) from None
    except (ValueError, LookupError) as error:
        raise Failure(_at(n, str(error))) from None
    if added is None:
        raise Failure(_at(n, f"{row['number']} is in use"))


async def _holding(tx: ReadTx, contract: ContractId) -> Holding:
    found = await lines.holding_of(tx, contract)
    if found is None:
        raise LookupError(f"there is no contract {contract}")
    person, account = found
    return Holding(person, contract, account)


def _rows(path: Path, fields: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file with a header, each with its line number; fields left out are empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            unknown = set(reader.fieldnames or ()) - set(fields)
            if unknown or not reader.fieldnames:
                raise Failure(f"{path}: the header is {','.join(fields)}")
            for row in reader:
                yield reader.line_num, {name: row.get(name) or "" for name in fields}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Failure(f"{path} cannot be read: {error}") from None


def _one_of(line: int, word: str, words: tuple[W, ...]) -> W:
    """The word, if it is one of these; the first of them where none is given."""
    for known in words:
        if word == known or not word:
            return known
    raise Failure(_at(line, f"{word} is not one of {', '.join(map(str, words))}"))


def _at(line: int, message: str) -> str:
    return f"line {line}: {message}" if line else message
