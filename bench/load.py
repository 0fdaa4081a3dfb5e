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
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def pages(url: str, tokens: Sequence[str], seconds: int = SECONDS) -> Load:
    """GET a page with the session cookies of many visitors in turn."""
    return _wrk(url, tokens, {"ASK": "page"}, seconds)


def posts(
    url: str, tokens: Sequence[str], bodies: Sequence[str], run: str, seconds: int = SECONDS
) -> Load:
    """POST with the bearer tokens of many visitors in turn, each request with a key of its own.

    Of several bodies, as many as there are tokens, a visitor sends another's and never the own.
    """
    return _wrk(url, tokens, {"ASK": "post", "RUN": run}, seconds, bodies)


def _wrk(
    url: str,
    tokens: Sequence[str],
    ask: dict[str, str],
    seconds: int,
    bodies: Sequence[str] = (),
) -> Load:
    with (
        tempfile.NamedTemporaryFile("w", suffix=".tokens") as file,
        tempfile.NamedTemporaryFile("w", suffix=".bodies") as sent,
    ):
        file.write("\n".join(tokens))
        file.flush()
        sent.write("\n".join(bodies))
        sent.flush()
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
            env={**os.environ, **ask, "TOKENS": file.name, "BODIES": sent.name},
        )
    found = re.search(r"^RESULT (\d+) (\d+) (\d+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk said nothing to be understood:\n{done.stdout}{done.stderr}")
    requests, microseconds, failed, p95_us, p99_us = map(int, found.groups())
    return Load(requests, microseconds / 1e6, failed, p95_us / 1000, p99_us / 1000)
