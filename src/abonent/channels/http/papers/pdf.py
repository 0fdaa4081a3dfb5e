"""A4 pages: who issues, what it is, the facts, a table that goes on over pages, totals, notes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from abonent.channels.http.papers.sheet import Cells, Head

_FONTS = Path(__file__).parent / "fonts"
_HEIGHT, _MARGIN = 297.0, 18.0
"""All measures are millimetres; heights are counted from the top of the page."""
_WIDTH = 210 - 2 * _MARGIN
_BOTTOM = _HEIGHT - 20
_LINE, _ROW = 4.4, 6.2
_GAP = 3.0
"""Between columns, so that a right-aligned one never touches its neighbour."""
_FEW_COLUMNS = 6
_LABELS = 48.0
"""Width of what facts are called."""
_INK, _GREY, _RULE = 0.1, 0.42, 0.8
_UNKNOWN = "?"
"""Stands for a sign that the fonts do not have."""
_PAGES = "pages"


@dataclass(frozen=True, slots=True)
class _Look:
    font: Literal["regular", "bold"]
    size: int
    """Points."""
    grey: float = _INK
    """0 is black."""

    def width(self, text: str) -> float:
        """Points."""
        return float(stringWidth(text, self.font, self.size))


_TITLE = _Look("bold", 17)
_NAME = _Look("bold", 9)
_TEXT = _Look("regular", 9)
_FINE = _Look("regular", 8)
"""For tables of many columns."""
_LABEL = _Look("regular", 9, _GREY)
_HEADS = _Look("bold", 8, _GREY)
_SMALL = _Look("regular", 8, _GREY)


def pdf_of(head: Head, rows: Iterable[Cells]) -> bytes:
    """The paper as PDF; its text can be selected, searched and read aloud."""
    for style in ("regular", "bold"):
        registerFont(TTFont(style, _FONTS / f"noto-sans-{style}.ttf"))
    page = _Paper(head)
    page.begin()
    if head.columns:
        page.lay(rows)
    return page.end()


class _Paper:
    """What is drawn from the top to the bottom; a page ends where the next thing has no room."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.made = BytesIO()
        self.canvas = Canvas(self.made, pageCompression=1, lang=head.language)
        self.canvas.setTitle(head.title)
        self.canvas.setAuthor(head.seller[0])
        self.canvas.setCreator("abonent")
        self.canvas.setProducer("abonent")
        self.known = getFont("regular").face.charToGlyph
        self.columns = [(n, column) for n, column in enumerate(head.columns) if column.share]
        shares = sum(column.share for _, column in self.columns)
        self.widths = [_WIDTH * column.share / shares for _, column in self.columns]
        self.y = _MARGIN

    def begin(self) -> None:
        name, *about = self.head.seller
        self._paragraph(name, _NAME, _LINE)
        for line in about:
            self._paragraph(line, _SMALL, 4)
        self.y += 7
        self._paragraph(self.head.title, _TITLE, 7.5)
        self.y += 3.5
        for label, value in self.head.facts:
            self._text(_MARGIN, label, _LABEL)
            for line in self._wrapped(value, _WIDTH - _LABELS, _TEXT):
                self._text(_MARGIN + _LABELS, line, _TEXT)
                self.y += 5.2

    def lay(self, rows: Iterable[Cells]) -> None:
        self.y += 5
        self._heads()
        look = _TEXT if len(self.columns) <= _FEW_COLUMNS else _FINE
        for cells in rows:
            lines = self._lines([cells[n] for n, _ in self.columns], look)
            if self._turned_for(_height(lines)):
                self._heads()
            self._row(lines, look)

    def end(self) -> bytes:
        self.y += 1 if self.columns else 5
        for n, (label, value) in enumerate(self.head.totals):
            look = _NAME if n == len(self.head.totals) - 1 else _TEXT
            self._turned_for(_ROW)
            self._right(_MARGIN + _WIDTH - 45, label, look, 1)
            self._right(_MARGIN + _WIDTH, value, look, 1)
            self.y += _ROW
        self.y += 5
        for note in self.head.notes:
            self._turned_for(3 * _LINE)
            self._paragraph(note, _SMALL, 4)
            self.y += 1.5
        self._foot()
        self.canvas.showPage()
        self._count_pages()
        self.canvas.save()
        return self.made.getvalue()

    def _turned_for(self, height: float) -> bool:
        """Whether a new page had to begin for so much."""
        if self.y + height <= _BOTTOM:
            return False
        self._foot()
        self.canvas.showPage()
        self.y = _MARGIN
        return True

    def _foot(self) -> None:
        """The number of all pages is a drawing that is made when it is known."""
        self.y = _HEIGHT - 14
        page = self.head.page.replace("{page}", str(self.canvas.getPageNumber()))
        line = f"{self.head.made} · {page.replace('{pages}', '')}"
        self._text(_MARGIN, line, _SMALL)
        self.canvas.saveState()
        x = _MARGIN * mm + _SMALL.width(line)
        self.canvas.translate(x, self._baseline(_SMALL, 0))
        self.canvas.doForm(_PAGES)
        self.canvas.restoreState()

    def _count_pages(self) -> None:
        self.canvas.beginForm(_PAGES, 0, -_SMALL.size, 20 * mm, _SMALL.size)
        self.canvas.setFont(_SMALL.font, _SMALL.size)
        self.canvas.setFillGray(_SMALL.grey)
        self.canvas.drawString(0, 0, str(self.canvas.getPageNumber() - 1))
        self.canvas.endForm()

    def _heads(self) -> None:
        self._row(self._lines([column.head for _, column in self.columns], _HEADS), _HEADS)

    def _lines(self, cells: Cells, look: _Look) -> list[list[str]]:
        return [
            self._wrapped(cell, width - _GAP, look)
            for cell, width in zip(cells, self.widths, strict=True)
        ]

    def _row(self, lines: list[list[str]], look: _Look) -> None:
        x = _MARGIN
        for (_, column), width, parts in zip(self.columns, self.widths, lines, strict=True):
            last = column is self.columns[-1][1]
            for n, part in enumerate(parts):
                drop = 0.9 + n * _LINE
                if column.kind == "text":
                    self._text(x, part, look, drop)
                else:
                    self._right(x + width - (0 if last else _GAP), part, look, drop)
            x += width
        self.y += _height(lines)
        self.canvas.setStrokeGray(_RULE)
        self.canvas.setLineWidth(0.5)
        level = (_HEIGHT - self.y) * mm
        self.canvas.line(_MARGIN * mm, level, (_MARGIN + _WIDTH) * mm, level)

    def _paragraph(self, text: str, look: _Look, height: float) -> None:
        for line in self._wrapped(text, _WIDTH, look):
            self._text(_MARGIN, line, look)
            self.y += height

    def _right(self, edge: float, text: str, look: _Look, drop: float) -> None:
        self._text(edge - look.width(text) / mm, text, look, drop)

    def _text(self, x: float, text: str, look: _Look, drop: float = 0) -> None:
        self.canvas.setFont(look.font, look.size)
        self.canvas.setFillGray(look.grey)
        self.canvas.drawString(x * mm, self._baseline(look, drop), text)

    def _baseline(self, look: _Look, drop: float) -> float:
        """Points from the bottom of the page, for a line that begins so far below `y`."""
        return float((_HEIGHT - self.y - drop) * mm - look.size * 1.1)

    def _wrapped(self, text: str, width: float, look: _Look) -> list[str]:
        """The text in lines that fit; a word that does not is cut."""
        room = width * mm
        text = "".join(sign if ord(sign) in self.known else _UNKNOWN for sign in text)
        if look.width(text) <= room:
            return [text]
        lines = [""]
        for word in text.split(" "):
            for part in _cut(word, room, look):
                longer = f"{lines[-1]} {part}" if lines[-1] else part
                if look.width(longer) <= room:
                    lines[-1] = longer
                else:
                    lines.append(part)
        return [line for line in lines if line]


def _cut(word: str, room: float, look: _Look) -> Iterator[str]:
    while len(word) > 1 and look.width(word) > room:
        fits = len(word) - 1
        while fits > 1 and look.width(word[:fits]) > room:
            fits -= 1
        yield word[:fits]
        word = word[fits:]
    yield word


def _height(lines: list[list[str]]) -> float:
    return _ROW + _LINE * (max(map(len, lines), default=1) - 1)
