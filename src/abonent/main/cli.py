"""The command line. Exit status 0; 1 with one clear line for what is wrong; 2 for wrong usage."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from abonent.channels.wording.texts import TextsProblem
from abonent.main import books, profiles, reconcile, serve, usage_files, vouchers
from abonent.main.failure import Failure
from abonent.main.settings import SettingsError
from abonent.profile.load import ProfileErrors, ProfileNotFound
from abonent.store.errors import StoreInUse, Unavailable

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

_EXPECTED = (
    Failure,
    ProfileErrors,
    ProfileNotFound,
    SettingsError,
    StoreInUse,
    TextsProblem,
    Unavailable,
)


def run() -> None:
    """The console script `abonent`."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit status."""
    options = parser().parse_args(arguments)
    try:
        asyncio.run(options.command(options))
    except _EXPECTED as error:
        print(f"abonent: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has had enough; nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="abonent", description="Self-care for telecom operators.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _programs(commands)
    _books(commands)
    _house(commands)
    _profiles(commands)
    return top


def _programs(commands: "Commands") -> None:
    one = commands.add_parser("demo", help="everything in one process, with a network of its own")
    one.add_argument("--profile", default="internet-assistant", metavar="NAME|DIR")
    one.add_argument("--port", type=_port, default=8000)
    one.add_argument("--data", type=Path, default=Path("data"), metavar="DIR")
    one.set_defaults(command=_demo)

    one = commands.add_parser("serve", help="the web and the API")
    one.add_argument("--host", default="127.0.0.1")
    one.add_argument("--port", type=_port, default=8000)
    one.add_argument("--metrics-port", type=_port, metavar="PORT", help="on 127.0.0.1 only")
    one.set_defaults(command=serve.serve)

    one = commands.add_parser("worker", help="due work and the outbox (PostgreSQL)")
    one.add_argument("--metrics-port", type=_port, metavar="PORT", help="on 127.0.0.1 only")
    one.set_defaults(command=serve.work)

    one = commands.add_parser("migrate", help="bring the store's tables up to date")
    one.set_defaults(command=books.migrate)


async def _demo(options: argparse.Namespace) -> None:
    # Nothing of the demo's network is loaded by a program that serves real people.
    from abonent.main.demo import demo

    await demo(options)


def _books(commands: "Commands") -> None:
    verify = _group(commands, "ledger", "the books").add_parser("verify", help="check them")
    verify.set_defaults(command=books.verify)

    person = _group(commands, "person", "people with a contract")
    one = person.add_parser("add", help="add one with an empty account; prints the contract")
    one.add_argument("--name", required=True)
    one.add_argument("--language")
    one.add_argument("--billing", choices=("prepaid", "postpaid"), default="prepaid")
    one.add_argument("--holder", choices=("person", "company"), default="person")
    one.add_argument("--email")
    one.add_argument("--birthday", metavar="YYYY-MM-DD", help="brings what bonuses give on it")
    one.set_defaults(command=books.add_person)
    one = person.add_parser("import", help="name,language,billing,holder,email,birthday a line")
    one.add_argument("file", type=Path, metavar="FILE.csv")
    one.set_defaults(command=books.import_people)

    line = _group(commands, "line", "lines of a contract")
    one = line.add_parser("add", help="add one on its tariff")
    one.add_argument("--contract", type=int, required=True)
    one.add_argument("--number", required=True)
    one.add_argument("--tariff", required=True)
    one.add_argument("--kind", choices=("mobile", "internet"), default="mobile")
    one.add_argument("--label", default="")
    one.add_argument("--puk")
    one.set_defaults(command=books.add_line)
    one = line.add_parser("import", help="contract,number,tariff,kind,label,puk a line")
    one.add_argument("file", type=Path, metavar="FILE.csv")
    one.set_defaults(command=books.import_lines)

    usage = _group(commands, "usage", "usage records")
    one = usage.add_parser("import", help="rate and store the records of a file")
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument("--format", required=True, choices=("bandicoot", "orange", "csv"))
    one.add_argument("--line", metavar="NUMBER", help="whose records these are")
    one.set_defaults(command=usage_files.import_usage)


def _house(commands: "Commands") -> None:
    staff = _group(commands, "staff", "who may act for subscribers")
    one = staff.add_parser("add", help="add one, or set a new password, read from standard input")
    one.add_argument("name")
    one.set_defaults(command=books.add_staff)

    batches = _group(commands, "vouchers", "codes worth money")
    one = batches.add_parser("issue", help="write new codes into a file for printing")
    one.add_argument("--count", type=int, required=True)
    one.add_argument("--amount", required=True)
    one.add_argument("--out", type=Path, required=True, metavar="FILE")
    one.add_argument("--valid-days", type=int, default=365)
    one.set_defaults(command=vouchers.issue)

    payments = _group(commands, "payments", "payments by card")
    one = payments.add_parser("reconcile", help="compare a provider's file with the books")
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument("--gateway", metavar="NAME", help="whose file it is, where there are several")
    one.add_argument("--day", metavar="YYYY-MM-DD", help="the day that the file is of")
    one.set_defaults(command=reconcile.reconcile)


def _profiles(commands: "Commands") -> None:
    profile = _group(commands, "profile", "an operator as a folder of data")
    one = profile.add_parser("check", help="report every problem at once")
    one.add_argument("folder", metavar="NAME|DIR")
    one.set_defaults(command=profiles.check)
    one = profile.add_parser("new", help="begin one in an empty folder")
    one.add_argument("folder", type=Path, metavar="DIR")
    one.set_defaults(command=profiles.new)
    one = profile.add_parser("show", help="print what a profile says")
    one.add_argument("folder", nargs="?", default="internet-assistant", metavar="NAME|DIR")
    one.set_defaults(command=profiles.show)


def _group(commands: "Commands", name: str, help: str) -> "Commands":
    return commands.add_parser(name, help=help).add_subparsers(required=True, metavar="COMMAND")


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 0 < port < 65_536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port
