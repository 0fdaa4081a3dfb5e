"""Runs the checks in order, one line per step; what a step has to say is shown if it fails."""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Step:
    """One check: its name and command. A loud one shows its output as it comes."""

    name: str
    command: tuple[str, ...]
    loud: bool = False

    def run(self) -> bool:
        """Run it and print its line; True if it passed."""
        started = time.monotonic()
        if self.loud:
            print(f"{self.name} …", flush=True)
        done = subprocess.run(
            [str(BIN / self.command[0]), *self.command[1:]],
            cwd=ROOT,
            check=False,
            text=True,
            stdout=None if self.loud else subprocess.PIPE,
            stderr=None if self.loud else subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        passed = done.returncode == 0
        verdict = "ok" if passed else "FAILED"
        print(f"{self.name:.<32} {verdict} {time.monotonic() - started:6.1f} s", flush=True)
        if not passed and not self.loud:
            print(done.stdout, flush=True)
        return passed


def static_steps() -> list[Step]:
    return [
        Step("format", ("ruff", "format", "--check", ".")),
        Step("lint", ("ruff", "check", ".")),
        Step("types", ("mypy",)),
        Step("import direction", ("lint-imports", "--no-logo")),
    ]


def fast_steps(jobs: int) -> list[Step]:
    tests = ("coverage", "run", "-m", "pytest", "-q", "-n", str(jobs))
    return [
        Step("forget old coverage", ("coverage", "erase")),
        Step("tests", (*tests, "-m", "not slow and not browser"), loud=True),
        Step("gather coverage", ("coverage", "combine", "-q")),
        Step("coverage", ("coverage", "report")),
    ]


def browser_steps(jobs: int) -> list[Step]:
    tests = ("pytest", "-q", "-n", str(jobs), "-m", "browser and not slow")
    return [Step("browser tests", tests, loud=True)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["fast", "everything"])
    parser.add_argument("--jobs", type=int, default=2, help="test processes at once")
    arguments = parser.parse_args()
    steps = static_steps() + fast_steps(arguments.jobs)
    if arguments.what == "everything":
        steps += browser_steps(arguments.jobs)
    failed = [step.name for step in steps if not step.run()]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
