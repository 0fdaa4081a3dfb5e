"""What a bench found out, beside what was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. `how` says what it was made from."""

    name: str
    value: float
    target: float
    how: str
    at_most: bool = False
    digits: int = 2

    @property
    def reached(self) -> bool:
        return self.value <= self.target if self.at_most else self.value >= self.target


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned lines of text."""
    rows = [("", "measured", "target", "", "from")]
    for figure in figures:
        sign = "≤" if figure.at_most else "≥"
        verdict = "reached" if figure.reached else "MISSED"
        value, target = (f"{n:,.{figure.digits}f}" for n in (figure.value, figure.target))
        rows.append((figure.name, value, f"{sign} {target}", verdict, figure.how))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = (
        "  ".join(
            cell.rjust(width) if column in {1, 2} else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)
