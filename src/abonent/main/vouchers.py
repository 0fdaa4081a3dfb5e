"""`abonent vouchers issue`: new codes, in a file for the printers and as digests in the store.

Either both are there or neither. The codes are in `FILE.part` until the store has them all; a
command that is killed in between leaves no FILE, and one that stops by itself leaves nothing.
"""

import csv
import errno
import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from secrets import randbelow
from typing import TextIO

from abonent.kernel.money import parse_money
from abonent.kernel.time import day_of, midnight
from abonent.ledger import vouchers
from abonent.ledger.vouchers import Batch
from abonent.main.compose import Ground
from abonent.main.failure import Failure
from abonent.main.open_store import ground
from abonent.main.progress import Bar
from abonent.operations.money.voucher_codes import draw_code, voucher_digest
from abonent.store.tx import WriteTx

MOST = 1_000_000
_CHUNK = 10_000
_COLUMNS = ("serial", "code", "amount", "currency", "valid_to")


async def issue(options: Namespace) -> None:
    """Issue one batch. Nothing is overwritten, and only the owner can read the file."""
    async with ground() as held:
        batch, last_day = _batch(held, options)
        codes = await new_codes(held, options.count)
        with _new_file(options.out) as file:
            _print_codes(file, batch, last_day, codes)
            await put_on_the_books(held, batch, codes)
    amount = batch.amount
    print(f"{options.count} vouchers of {amount.decimal()} {amount.currency} in {options.out}")


async def new_codes(held: Ground, count: int) -> list[str]:
    """So many codes that no voucher has or ever had, in the order in which they were drawn."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        drawn = [draw_code(randbelow) for _ in range(count - len(codes))]
        for first in range(0, len(drawn), _CHUNK):
            fresh = await _unknown(held, drawn[first : first + _CHUNK])
            codes |= dict.fromkeys(fresh)
    return list(codes)


async def put_on_the_books(held: Ground, batch: Batch, codes: list[str]) -> None:
    """Store digests of the codes, all of them or none."""
    digests = [voucher_digest(held.env, code) for code in codes]
    bar = Bar(len(digests), "vouchers")

    async def fn(tx: WriteTx) -> None:
        for first in range(0, len(digests), _CHUNK):
            chunk = digests[first : first + _CHUNK]
            await vouchers.issue(tx, batch, chunk, first_serial=first + 1)
            bar.show(first + len(chunk))

    try:
        await held.db.write(fn)
    finally:
        bar.clear()


async def _unknown(held: Ground, codes: list[str]) -> list[str]:
    digests = {voucher_digest(held.env, code): code for code in codes}
    known = await held.db.read(lambda tx: vouchers.known_among(tx, digests))
    return [code for digest, code in digests.items() if digest not in known]


def _batch(held: Ground, options: Namespace) -> tuple[Batch, date]:
    """The batch that is asked for, and the last day on which its vouchers can be used."""
    env = held.env
    try:
        amount = parse_money(options.amount, env.operator.currency)
    except ValueError:
        raise Failure("the amount is a decimal, such as 100.00") from None
    if not amount or not 0 < options.count <= MOST or not 0 < options.valid_days <= 3660:
        raise Failure(f"from 1 to {MOST} vouchers, worth something, for some days")
    if amount.amount_minor > env.operator.limits.balance_max:
        raise Failure("no account may hold as much as one of these vouchers")
    ends = day_of(env.clock.now(), env.zone) + timedelta(days=options.valid_days)
    batch = Batch(str(env.ids.next()), amount, midnight(ends, env.zone))
    return batch, ends - timedelta(days=1)


def _print_codes(file: TextIO, batch: Batch, last_day: date, codes: list[str]) -> None:
    amount = batch.amount
    table = csv.writer(file, lineterminator="\n")
    table.writerow(_COLUMNS)
    width = len(str(len(codes)))
    for n, code in enumerate(codes, 1):
        serial = f"{batch.id}-{n:0{width}d}"
        table.writerow((serial, code, amount.decimal(), amount.currency, last_day.isoformat()))
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file that has its name once everything has gone well; before, it is `PATH.part`.

    What cannot be named at the end is kept: by then its codes are worth money.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="") as file:
            yield file
    except OSError as error:
        part.unlink()
        raise _unwritten(path, error) from None
    except BaseException:
        part.unlink()
        raise
    try:
        os.link(part, path)
    except OSError as error:
        raise Failure(f"{error.strerror}: the vouchers are issued, and are in {part}") from None
    part.unlink()


def _unwritten(path: Path, error: OSError) -> Failure:
    return Failure(f"{path} cannot be written: {error.strerror}")
