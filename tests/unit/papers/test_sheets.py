"""Laying out: pages, lines, fonts and cells of files that are made without the program."""

import io
import re
import zipfile
from dataclasses import replace

import pytest
from pypdf import PdfReader

from abonent.channels.http.papers.maker import make
from abonent.channels.http.papers.sheet import Cells, Column, Head, read_job, row_written, written

HEAD = Head(
    format="pdf",
    language="uk",
    title="Виписка з рахунку",
    seller=("ТОВ «Барвінок Мобайл»", "вул. Вигадана, 1"),
    facts=(("Абонент", "Олена Коваль"),),
    columns=(Column("Що", 6), Column("Код", 0), Column("Сума", 2, "money")),
    totals=(("Разом", "1 234,00 ₴"),),
    notes=("Ґанок, їжак, ёлка, ł, €, ₽, №, —",),
    page="Сторінка {page} з {pages}",
    made="Сформовано 22.11.2026",
)

SUM = (("Разом", "9999999999.99"),)


def job(head: Head, rows: list[Cells]) -> list[bytes]:
    return [written(head), *map(row_written, rows)]


def texts(head: Head, rows: list[Cells]) -> list[str]:
    reader = PdfReader(io.BytesIO(make(job(head, rows))))
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]


def sheet(head: Head, rows: list[Cells]) -> str:
    with zipfile.ZipFile(io.BytesIO(make(job(head, rows)))) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_job_is_read_as_it_was_written() -> None:
    head, rows = read_job(job(HEAD, [("Дзвінки", "x", "−1,00 ₴")]))
    assert replace(head, facts=HEAD.facts, seller=HEAD.seller) != head
    assert head.title == HEAD.title
    assert head.columns == HEAD.columns
    assert list(rows) == [["Дзвінки", "x", "−1,00 ₴"]]


def test_everything_can_be_selected_in_every_alphabet() -> None:
    (page,) = texts(HEAD, [("Плата за тариф «Кур’єр»", "secret", "−80,00 ₴")])
    for part in (
        "ТОВ «Барвінок Мобайл»",
        "Виписка з рахунку",
        "Абонент Олена Коваль",
        "Плата за тариф «Кур’єр» −80,00 ₴",
        "Разом 1 234,00 ₴",
        "Ґанок, їжак, ёлка, ł, €, ₽, №, —",
        "Сформовано 22.11.2026 · Сторінка 1 з 1",
    ):
        assert part in page
    assert "secret" not in page, "a column without a share is for spreadsheets"


def test_a_long_table_repeats_its_heads_and_numbers_its_pages() -> None:
    pages = texts(HEAD, [(f"Рядок {n}", "", "1,00 ₴") for n in range(100)])
    assert len(pages) == 3
    for n, page in enumerate(pages, 1):
        assert "Що Сума" in page
        assert f"Сторінка {n} з 3" in page
    assert sum(page.count("Рядок") for page in pages) == 100


def test_a_text_too_long_for_its_column_goes_on_below() -> None:
    long = "дуже " * 60 + "x" * 200
    (page,) = texts(HEAD, [(long, "", "1,00 ₴")])
    assert page.count("дуже") == 60
    assert page.count("x") == 200


def test_a_sign_that_no_font_has_becomes_a_question_mark() -> None:
    (page,) = texts(HEAD, [("漢字 😀", "", "1,00 ₴")])
    assert "?? ? 1,00 ₴" in page


def test_a_paper_without_a_table_has_no_rows() -> None:
    (page,) = texts(replace(HEAD, columns=()), [])
    assert "Олена Коваль" in page
    assert "Разом" in page


def test_a_pdf_says_its_title_and_language() -> None:
    reader = PdfReader(io.BytesIO(make(job(HEAD, []))))
    assert reader.metadata is not None
    assert reader.metadata.title == "Виписка з рахунку"
    assert str(reader.root_object["/Lang"]) == "uk"


def test_amounts_of_a_workbook_are_numbers_to_the_kopeck() -> None:
    book = replace(HEAD, format="xlsx", totals=SUM)
    made = sheet(book, [("Дзвінки", "x", "-0.10"), ("Дзвінки", "x", "9999999999.99")])
    assert "<v>-0.10</v>" in made
    assert made.count("<v>9999999999.99</v>") == 2


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "http://x", "{=1}"])
def test_a_text_of_a_workbook_stays_a_text(evil: str) -> None:
    made = sheet(replace(HEAD, format="xlsx", totals=SUM), [(evil, evil, "1.00")])
    assert "<f>" not in made
    assert "hyperlink" not in made
    assert evil in made


def test_a_title_that_no_sheet_may_have_is_cut_to_one() -> None:
    title = "Itemised bill: [2026/11] " + "x" * 40
    assert sheet(replace(HEAD, format="xlsx", title=title, totals=SUM), [])
