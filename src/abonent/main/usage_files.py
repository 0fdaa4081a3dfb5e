"""`abonent usage import`: a file of usage records, with progress and every rejected line."""

import sys
import time
from argparse import Namespace

from abonent.kernel.outcome import Refused
from abonent.main.failure import Failure
from abonent.main.open_store import ground
from abonent.operations.usage.import_usage import Progress, UsageFile, import_file
from abonent.usage.formats.rows import Rejected

_REASONS = {
    "format_unknown": "there is no such format",
    "file_unreadable": "the file cannot be read",
    "file_empty": "the file is empty",
    "file_binary": "this is no text file",
    "header_unknown": "the first line is not the header of this format",
    "line_unknown": "no line has this number now",
}
_BAR = 30


class Shown:
    """A bar on a terminal, a plain line now and then elsewhere; rejected lines as they come."""

    def __init__(self, size: int) -> None:
        self.size = max(size, 1)
        self.terminal = sys.stderr.isatty()
        self.began = time.monotonic()
        self.said = self.began

    def __call__(self, told: Progress | Rejected) -> None:
        if isinstance(told, Rejected):
            self.clear()
            print(f"line {told.line}: {told.reason}")
            return
        now = time.monotonic()
        share = min(told.bytes_done / self.size, 1.0)
        rate = told.state.lines_done / max(now - self.began, 0.001)
        text = f"{share:4.0%} {told.state.lines_done} lines, {rate:,.0f} a second"
        if self.terminal:
            full = round(share * _BAR)
            bar = "█" * full + "░" * (_BAR - full)
            print(f"\r{bar} {text}\033[K", end="", file=sys.stderr, flush=True)
        elif now - self.said >= 5:
            self.said = now
            print(text, file=sys.stderr)

    def clear(self) -> None:
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


async def import_usage(options: Namespace) -> None:
    size = options.file.stat().st_size if options.file.is_file() else 0
    shown = Shown(size)
    async with ground() as held:
        file = UsageFile(options.file, options.format, options.line)
        done = await import_file(held.db, held.env, file, shown)
    shown.clear()
    if isinstance(done, Refused):
        raise Failure(f"{options.file}: {_REASONS[done.code]}")
    print(
        f"added {done.added}, of them repaired {done.repaired};"
        f" repeated {done.repeated}; rejected {done.rejected}"
    )
