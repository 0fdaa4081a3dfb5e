"""How far long work has come: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time

_BAR = 30
_EVERY_S = 5


class Bar:
    """Shows how many of `total` things are done; `what` is their name in the plural."""

    def __init__(self, total: int, what: str) -> None:
        self._total = max(total, 1)
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._said = time.monotonic()

    def show(self, done: int) -> None:
        now = time.monotonic()
        text = f"{done / self._total:4.0%} {done} {self._what}"
        if self._terminal:
            full = round(done / self._total * _BAR)
            drawn = "█" * full + "░" * (_BAR - full)
            print(f"\r{drawn} {text}\033[K", end="", file=sys.stderr, flush=True)
        elif now - self._said >= _EVERY_S:
            self._said = now
            print(text, file=sys.stderr)

    def clear(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
