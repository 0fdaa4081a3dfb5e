import io
import tracemalloc
from pathlib import Path

import pytest

from abonent.usage.textfile import LONGEST_LINE, Line, lines, looks_binary, open_text


def test_lines_are_numbered_from_one_and_lose_their_ends() -> None:
    assert list(lines(io.StringIO("a\n\nb\n"))) == [Line(1, "a"), Line(2, ""), Line(3, "b")]


def test_a_last_line_without_its_end_is_incomplete() -> None:
    assert list(lines(io.StringIO("a\nb"))) == [Line(1, "a"), Line(2, "b", complete=False)]


def test_the_longest_line_is_read_and_a_longer_one_is_passed_over() -> None:
    longest = "x" * LONGEST_LINE
    text = f"{longest}\n{longest}x\nb\n{longest}y"
    assert list(lines(io.StringIO(text))) == [
        Line(1, longest),
        Line(2, "", problem="line_too_long"),
        Line(3, "b"),
        Line(4, "", problem="line_too_long"),
    ]


def test_a_line_of_gigabytes_takes_no_memory() -> None:
    class Endless(io.StringIO):
        left = 20_000_000

        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            piece = min(size, self.left)
            self.left -= piece
            return "x" * piece

    tracemalloc.start()
    assert [line.problem for line in lines(Endless())] == ["line_too_long"]
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes(b"\xef\xbb\xbfid\r\nna\xffme\n")
    with open_text(path) as stream:
        assert list(lines(stream)) == [
            Line(1, "id"),
            Line(2, "na\udcffme", problem="not_utf8"),
        ]


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04 and so on" + b"x" * 900,
        b"\x1f\x8b\x08",
        b"%PDF-1.7",
        "id,number".encode("utf-16"),
        b"\0" * 100,
        bytes(range(256)) * 4,
    ],
)
def test_what_is_no_text_looks_binary(head: bytes) -> None:
    assert looks_binary(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"id,number\r\n" * 5,
        "ім'я;номер\n".encode() * 5,
        b"id,number,na\xffme,kind\0,peer,at\n" * 3,
    ],
)
def test_a_bad_byte_here_and_there_leaves_it_a_text(head: bytes) -> None:
    assert not looks_binary(head)
