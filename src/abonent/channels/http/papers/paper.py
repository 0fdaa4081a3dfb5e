"""A paper before it is laid out: typed cells that each format writes in its own way."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never
from zoneinfo import ZoneInfo

from abonent.channels.http.papers.sheet import Column, Head, Kind
from abonent.channels.wording import Wording
from abonent.kernel.money import Money
from abonent.kernel.text import Amount, At, Item, Text
from abonent.kernel.time import Instant, local


@dataclass(frozen=True, slots=True)
class Named:
    """A code of ours, and the key of the text that says it."""

    code: str
    key: str


Cell = str | int | Money | At | Amount | Item | Text | Named


@dataclass(frozen=True, slots=True)
class Field:
    """A column: `name` in CSV files, the text `paper.column.HEAD` elsewhere.

    `share` is its part of a page's width; 0 leaves it out of PDFs.
    """

    name: str
    share: int
    kind: Kind = "text"
    head: str = ""


@dataclass(frozen=True)
class Paper:
    """`name` is the file's, without its ending. `totals` stand under the last column."""

    name: str
    title: str
    seller: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    rows: Sequence[Sequence[Cell]] = ()
    totals: tuple[tuple[str, Money], ...] = ()
    notes: tuple[str, ...] = ()


class Writer:
    """Cells in words, for one language and time zone."""

    def __init__(self, wording: Wording, zone: ZoneInfo) -> None:
        self.wording = wording
        self.zone = zone

    def head(self, paper: Paper, file_format: str, made: Instant) -> Head:
        """The head of a job for `maker`."""
        say = self.wording
        pdf = file_format == "pdf"
        return Head(
            format="pdf" if pdf else "xlsx",
            language=say.language,
            title=paper.title,
            seller=paper.seller,
            facts=paper.facts,
            columns=tuple(
                Column(say.t(f"paper.column.{field.head or field.name}"), field.share, field.kind)
                for field in paper.fields
            ),
            totals=tuple(
                (label, say.money(sum, exact=True) if pdf else sum.decimal())
                for label, sum in paper.totals
            ),
            notes=paper.notes,
            # The numbers of pages are put in when they are known.
            page=say.t("paper.page", page="{page}", pages="{pages}"),
            made=say.t("paper.made", at=say.stamp(made)),
        )

    def printed(self, cell: Cell) -> str:
        """As a person reads it."""
        say = self.wording
        match cell:
            case str():
                return cell
            case int():
                return say.format.number(cell)
            case Money():
                return say.money(cell, exact=True)
            case At(at, date_only):
                return say.full_day(local(at, self.zone).date()) if date_only else say.stamp(at)
            case Amount():
                return say.amount(cell)
            case Item():
                return say.item(cell)
            case Text():
                return say.text(cell)
            case Named(_, key):
                return say.t(key)
            case _:
                assert_never(cell)

    def counted(self, cell: Cell) -> str:
        """As a spreadsheet takes it: numbers plain, names in words."""
        match cell:
            case int():
                return str(cell)
            case Money():
                return cell.decimal()
            case At(at, date_only):
                moment = local(at, self.zone)
                if date_only:
                    return moment.date().isoformat()
                return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
            case Amount(value, _):
                return str(value)
            case _:
                return self.printed(cell)

    def coded(self, cell: Cell) -> str:
        """As a program takes it: our own codes and full times; nothing is a formula."""
        match cell:
            case Item(_, id):
                return safe(id)
            case Named(code, _):
                return safe(code)
            case At(at, False):
                return local(at, self.zone).isoformat(sep=" ", timespec="seconds")
            case str() | Text():
                return safe(self.printed(cell))
            case _:
                return self.counted(cell)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9]+", re.ASCII)


def safe(text: str) -> str:
    """What others wrote gets an apostrophe where a spreadsheet would calculate (CWE-1236)."""
    harmless = not text.startswith(_FORMULA) or _NUMBER.fullmatch(text)
    return text if harmless else f"'{text}"


class CsvText:
    """CSV as of RFC 4180, in UTF-8 with a mark, so that spreadsheets read Cyrillic.

    Where there are amounts, a last column has their currency.
    """

    def __init__(self, paper: Paper, writer: Writer, currency: str) -> None:
        self._writer = writer
        self._text = io.StringIO()
        self._csv = csv.writer(self._text)
        names = [field.name for field in paper.fields]
        money = any(field.kind == "money" for field in paper.fields)
        self._last = (currency,) if money else ()
        self._text.write("\ufeff")
        self._csv.writerow([*names, *(("currency",) if money else ())])

    def add(self, cells: Sequence[Cell]) -> None:
        self._csv.writerow([*map(self._writer.coded, cells), *self._last])

    def bytes(self) -> bytes:
        return self._text.getvalue().encode()
