"""How much memory the demo holds after it has been used a little."""

import tempfile
from pathlib import Path

import httpx

from bench.figure import Figure
from tests.fixtures.program import Program, running_demo

PATHS = ("/login", "/safety", "/contacts", "/phone", "/api/v1/openapi.json")
ROUNDS = 20
TARGET_MB = 150


def measure() -> list[Figure]:
    """Resident memory of all processes of the demo."""
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as program:
        visit(program)
        held_mb = sum(map(resident_mb, family(program.process.pid)))
    how = "resident set of all its processes, after a hundred pages and a few logins"
    return [Figure("memory of the demo, MB", held_mb, TARGET_MB, how, at_most=True, digits=0)]


def visit(program: Program) -> None:
    """Open pages, and log in as everybody who can."""
    with httpx.Client(base_url=program.url, timeout=30) as client:
        for _ in range(ROUNDS):
            for path in PATHS:
                client.get(path)
        for person in program.people:
            if person.get("password"):
                credentials = {"login": person["number"], "password": person["password"]}
                client.post("/api/v1/sessions", json=credentials)


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def resident_mb(pid: int) -> float:
    """VmRSS of a process, in megabytes of a million bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0
