"""One sheet of a workbook: the head, the table with amounts that can be summed, the totals."""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from abonent.channels.http.papers.sheet import Cells, Head, Kind

_WIDEST = 60
_PER_SHARE = 6
"""Signs of width for each share of a page."""
_SHEET = 31
"""A sheet's name is no longer than that, and without these signs (ECMA-376; Excel's own rule)."""
_NO_NAME = str.maketrans("", "", "[]:*?/\\'")


def workbook_of(head: Head, rows: Iterable[Cells]) -> bytes:
    """The paper as XLSX. What people wrote stays text: nothing in it is taken for a formula."""
    made = BytesIO()
    book = Workbook(
        made,
        {
            "constant_memory": True,
            "in_memory": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": head.title, "author": head.seller[0]})
    _Sheet(book, head).write(rows)
    book.close()
    return made.getvalue()


class _Sheet:
    def __init__(self, book: Workbook, head: Head) -> None:
        self.head = head
        self.sheet: Worksheet = book.add_worksheet(head.title.translate(_NO_NAME)[:_SHEET].strip())
        self.bold = book.add_format({"bold": True})
        self.grey = book.add_format({"font_color": "#696969"})
        self.formats: dict[Kind, Format] = {
            "text": book.add_format(),
            "number": book.add_format({"num_format": "#,##0"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        self.heads = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.at = 0

    def write(self, rows: Iterable[Cells]) -> None:
        head = self.head
        for n, column in enumerate(head.columns):
            width = max(column.share, 1) * _PER_SHARE
            self.sheet.set_column(n, n, min(width, _WIDEST))
        self._line([head.title], self.bold)
        for line in head.seller:
            self._line([line], self.grey)
        for pair in head.facts:
            self._line(pair)
        self.at += 1
        self._line([column.head for column in head.columns], self.heads)
        self.sheet.freeze_panes(self.at, 0)
        for cells in rows:
            for n, (cell, column) in enumerate(zip(cells, head.columns, strict=True)):
                self._cell(n, cell, column.kind)
            self.at += 1
        self.at += 1
        for label, value in head.totals:
            self.sheet.write_string(self.at, 0, label, self.bold)
            self._cell(1, value, "money")
            self.at += 1
        for note in head.notes:
            self._line([note], self.grey)

    def _line(self, cells: Iterable[str], look: Format | None = None) -> None:
        for n, cell in enumerate(cells):
            self.sheet.write_string(self.at, n, cell, look)
        self.at += 1

    def _cell(self, column: int, cell: str, kind: Kind) -> None:
        if kind == "text" or not cell:
            self.sheet.write_string(self.at, column, cell)
        else:
            # The file format has numbers of fifteen digits: kopecks of any balance fit.
            self.sheet.write_number(self.at, column, Decimal(cell), self.formats[kind])
