"""The process that lays out one paper: a job on standard input, the file on standard output.

Run as `python -m abonent.channels.http.papers.maker`; it ends with its paper, and the memory of the
libraries with it.
"""

import os
import resource
import sys
from collections.abc import Iterable

from abonent.channels.http.papers.sheet import read_job

_MOST_CPU_S = 120
_MOST_MEMORY_BYTES = 1 << 30


def make(job: Iterable[bytes]) -> bytes:
    """The file of a job."""
    head, rows = read_job(job)
    if head.format == "pdf":
        from abonent.channels.http.papers.pdf import pdf_of

        return pdf_of(head, rows)
    from abonent.channels.http.papers.workbook import workbook_of

    return workbook_of(head, rows)


def main() -> None:
    """Within bounds that no paper reaches, and behind everything that somebody waits for."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_CPU_S, _MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    sys.stdout.buffer.write(make(sys.stdin.buffer))


if __name__ == "__main__":
    main()
