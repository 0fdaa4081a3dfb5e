"""Load on a server of ours, on the loopback address, by wrk."""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.system import where

CONNECTIONS = 16
SECONDS = 10
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What wrk counted."""

    requests: int
    seconds: float
    failed: int
    p95_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def pages(url: str, tokens: Sequence[str], seconds: int = SECONDS) -> Load:
    """GET a page with the session cookies of many visitors in turn."""
    return _wrk(url, tokens, {"ASK": "page"}, seconds)


def posts(url: str, tokens: Sequence[str], body: str, run: str, seconds: int = SECONDS) -> Load:
    """POST a body with the bearer tokens of many visitors in turn, each with a key of its own."""
    return _wrk(url, tokens, {"ASK": "post", "BODY": body, "RUN": run}, seconds)


def _wrk(url: str, tokens: Sequence[str], ask: dict[str, str], seconds: int) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".tokens") as file:
        file.write("\n".join(tokens))
        file.flush()
        done = subprocess.run(
            [
                str(where("wrk")),
                "--threads=1",
                f"--connections={CONNECTIONS}",
                f"--duration={seconds}s",
                f"--script={SCRIPT}",
                url,
            ],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **ask, "TOKENS": file.name},
        )
    found = re.search(r"^RESULT (\d+) (\d+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk said nothing to be understood:\n{done.stdout}{done.stderr}")
    requests, microseconds, failed, p95_us = map(int, found.groups())
    return Load(requests, microseconds / 1e6, failed, p95_us / 1000)
