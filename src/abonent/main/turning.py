"""How due work shows itself: in the log, as metrics, and on a terminal."""

import sys

from prometheus_client import CollectorRegistry, Counter, Gauge

from abonent.worker.turning import Turned, log


class Shown:
    """A report of a worker: the log, `abonent_due_accounts_settled_total` and `abonent_due_left`.

    On a terminal a line that is written over takes the log's place.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._terminal = sys.stderr.isatty()
        self._settled = Counter(
            "abonent_due_accounts_settled",
            "Accounts on which what was due has been done.",
            registry=registry,
        )
        self._left = Gauge("abonent_due_left", "Things that are due.", registry=registry)

    def __call__(self, turned: Turned) -> None:
        self._settled.inc(turned.new)
        self._left.set(turned.left)
        if not self._terminal:
            log(turned)
            return
        text = f"{turned.accounts} accounts settled, {turned.rate:,.0f} a second; {turned.left} due"
        end = "" if turned.left else "\n"
        print(f"\r{text}\033[K", end=end, file=sys.stderr, flush=True)
