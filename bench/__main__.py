"""All benches, or those that are named, in one table: `python -m bench [NAME…]`.

What is compared is compared in one run, so the ratios hold on any machine; the counts in the last
column hold on this one.
"""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bench import memory, month_turn, serving, statement, transfers, usage_import
from bench.figure import Figure, table

BENCHES: Mapping[str, Callable[[], list[Figure]]] = MappingProxyType(
    {
        "serving": serving.measure,
        "transfers": transfers.measure,
        "import": usage_import.measure,
        "month": month_turn.measure,
        "statement": statement.measure,
        "memory": memory.measure,
    }
)


def main(names: list[str]) -> int:
    """0 if every target was reached, 1 if not, 2 for a bench that there is not."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in names or BENCHES:
        print(f"{name} …", flush=True)
        figures += BENCHES[name]()
    print(table(figures))
    return 0 if all(figure.reached for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
