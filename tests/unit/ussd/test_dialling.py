"""Which node a dialled code begins at, and which answers were dialled along."""

import pytest

from abonent.channels.ussd.dialling import dialled, is_code

CODES = {"*100#": "balance", "*111#": "main", "*111*23#": "payments"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*100#", ("balance", ())),
        ("*111#", ("main", ())),
        ("*111*2*1#", ("main", ("2", "1"))),
        ("*111*23#", ("payments", ())),
        ("*111*23*4#", ("payments", ("4",))),
        ("*111*2*3#", ("main", ("2", "3"))),
        ("*10#", None),
        ("*100", None),
        ("100", None),
        ("*#", None),
        ("*111**1#", None),
        ("*111*a#", None),
        ("*١٠٠#", None),
        ("#", None),
        ("", None),
    ],
)
def test_a_code_begins_at_its_node(text: str, expected: tuple[str, tuple[str, ...]] | None) -> None:
    assert dialled(CODES, text) == expected


def test_an_answer_is_no_code() -> None:
    assert not any(map(is_code, ["1", "*", "#", "0671234567", "*1", "1#"]))
    assert is_code("*999#")
