"""What the tests need from the system besides Python: finds it, installs it, or names it.

system.py install postgres chromium    installs what is missing (root on Debian or Ubuntu)
system.py where postgres               prints the folder of the server's programs
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """Something that the system provides: how to find it, and which packages bring it."""

    what: str
    find: Callable[[], Path | None]
    packages: tuple[str, ...]


def find_postgres() -> Path | None:
    """The folder that holds initdb and postgres; of several versions the newest."""
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    by_version = sorted(
        (folder for folder in installed if folder.parent.name.isdecimal()),
        key=lambda folder: int(folder.parent.name),
    )
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).parent] if on_path else []
    for folder in [*reversed(by_version), *candidates]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def find_program(*names: str) -> Callable[[], Path | None]:
    """A finder of the first of these programs that is on the path."""

    def find() -> Path | None:
        found = filter(None, map(shutil.which, names))
        return next(map(Path, found), None)

    return find


def find_library(name: str) -> Callable[[], Path | None]:
    """A finder of a shared library, where Debian and others keep them."""

    def find() -> Path | None:
        folders = [Path("/usr/lib"), Path("/usr/lib64"), *Path("/usr/lib").glob("*-linux-gnu*")]
        found = (folder / name for folder in folders)
        return next((path for path in found if path.exists()), None)

    return find


PARTS = {
    "postgres": Part("PostgreSQL server", find_postgres, ("postgresql",)),
    "chromium": Part(
        "Chromium",
        find_program(
            "chromium-headless-shell",
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ),
        ("chromium-headless-shell", "fonts-dejavu-core"),
    ),
    "driver": Part(
        "libatomic, which Playwright's driver needs",
        find_library("libatomic.so.1"),
        ("libatomic1",),
    ),
    "wrk": Part("the load generator wrk", find_program("wrk"), ("wrk",)),
}


def install(names: list[str]) -> int:
    """Install the missing ones of these parts; 1 if any is still missing after that."""
    missing = [PARTS[name] for name in names if PARTS[name].find() is None]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install([package for part in missing for package in part.packages])
        missing = [part for part in missing if part.find() is None]
    if missing:
        parts = " and ".join(part.what for part in missing)
        packages = " ".join(package for part in missing for package in part.packages)
        print(f"Missing: {parts}. Run as root: apt-get install {packages}", file=sys.stderr)
    return 1 if missing else 0


def apt_install(packages: list[str]) -> None:
    """Install Debian packages; what apt has to say is shown only if it fails."""
    print(f"Installing {' '.join(packages)} from the distribution.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(done.stderr.strip(), file=sys.stderr)


def where(name: str) -> int:
    """Print where a part is; 1 if it is nowhere."""
    found = PARTS[name].find()
    if found is None:
        print(f"Missing: {PARTS[name].what}", file=sys.stderr)
        return 1
    print(found)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install").add_argument("parts", nargs="+", choices=PARTS)
    commands.add_parser("where").add_argument("part", choices=PARTS)
    arguments = parser.parse_args()
    return install(arguments.parts) if arguments.command == "install" else where(arguments.part)


if __name__ == "__main__":
    sys.exit(main())
