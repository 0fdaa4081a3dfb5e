"""The command line, as an operator's engineer uses it: what it prints, and its exit status.

Most commands run inside the test's process, because a hundred starts of Python would take minutes.
"""

import csv
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from abonent.ledger.invariants import INVARIANTS
from abonent.main.cli import main
from tests.fixtures.databases import Engine
from tests.fixtures.program import COMMAND, clean_environment

KEY = "a secret key for tests, long enough"
HOLDER = """
import sys
from abonent.store.database import open_database

held = open_database(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""
BANDICOOT = Path(__file__).parent.parent / "samples" / "cdr" / "bandicoot-ego.csv"


@dataclass
class Shell:
    """Runs `abonent` with an environment, in a folder."""

    environment: dict[str, str]
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def run(self, *words: str, status: int = 0, typed: str = "", **more: str) -> str:
        """The output of a command; on failure, its one line on stderr."""
        out, err = io.StringIO(), io.StringIO()
        with self.monkeypatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
            for name in os.environ:
                if name.startswith("ABONENT_"):
                    patched.delenv(name)
            for name, value in (self.environment | more).items():
                patched.setenv(name, value)
            patched.chdir(self.folder)
            patched.setattr(sys, "stdin", io.StringIO(typed))
            try:
                ended = main(words)
            except SystemExit as exit:
                ended = int(exit.code or 0)
        assert ended == status, out.getvalue() + err.getvalue()
        if status == 1:
            assert err.getvalue().startswith("abonent: ")
            assert err.getvalue().count("\n") == 1
            return err.getvalue()
        return out.getvalue()


@pytest.fixture
def store(new_database: Callable[[Engine], str]) -> str:
    """An empty store for what does not differ between the engines."""
    return new_database("sqlite")


@pytest.fixture
def shell(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(settings(store), tmp_path, monkeypatch)


def settings(url: str) -> dict[str, str]:
    return {
        "ABONENT_DATABASE_URL": url,
        "ABONENT_PROFILE": "internet-assistant",
        "ABONENT_SECRET_KEY": KEY,
    }


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell without a store."""
    return Shell({}, tmp_path, monkeypatch)


def with_line(shell: Shell, number: str = "941112233", tariff: str = "second") -> str:
    contract = shell.run("person", "add", "--name", "Олена Коваль").strip()
    shell.run(
        *("line", "add", "--contract", contract, "--number", number),
        *("--tariff", tariff, "--puk", "12345678"),
    )
    return contract


def test_a_person_a_line_and_usage_are_put_on_the_books(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(settings(database_url), tmp_path, monkeypatch)
    with_line(shell)
    words = ("usage", "import", str(BANDICOOT), "--format", "bandicoot", "--line", "941112233")
    assert shell.run(*words) == "added 314, of them repaired 0; repeated 0; rejected 0\n"
    assert shell.run(*words) == "added 0, of them repaired 0; repeated 314; rejected 0\n"
    assert "invariants hold" in shell.run("ledger", "verify")


def test_people_and_lines_come_from_files(shell: Shell) -> None:
    people = shell.folder / "people.csv"
    people.write_text("name,language\nОлена Коваль,uk\nПетро Гук,en\n", "utf-8")
    contracts = shell.run("person", "import", str(people)).split()
    assert len(contracts) == 2
    listed = shell.folder / "lines.csv"
    with listed.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("contract", "number", "tariff", "puk"))
        writer.writerow((contracts[0], "380941112233", "second", "12345678"))
        writer.writerow((contracts[1], "941112234", "calm", "87654321"))
    assert shell.run("line", "import", str(listed)) == "2 lines added\n"


def birthdays(shell: Shell) -> list[str]:
    path = shell.environment["ABONENT_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT value FROM personal WHERE kind = 'birthday' ORDER BY value")
        return [value for (value,) in rows]


def test_birthdays_are_put_on_the_books_where_they_are_known(shell: Shell) -> None:
    shell.run("person", "add", "--name", "Олена Коваль", "--birthday", "1984-02-29")
    shell.run("person", "add", "--name", "Петро Гук")
    people = shell.folder / "people.csv"
    people.write_text("name,birthday\nІрина Мельник,1990-05-01\nІван Сусід,\n", "utf-8")
    assert len(shell.run("person", "import", str(people)).split()) == 2
    assert birthdays(shell) == ["1984-02-29", "1990-05-01"]


@pytest.mark.parametrize(
    "day", ["1990-02-30", "19900501", "1990-W18-2", "1099-05-01", "2999-01-01"]
)
def test_a_day_that_can_be_no_birthday_is_refused(shell: Shell, day: str) -> None:
    people = shell.folder / "people.csv"
    people.write_text(f"name,birthday\nІрина Мельник,1990-05-01\nІван Сусід,{day}\n", "utf-8")
    said = shell.run("person", "import", str(people), status=1)
    assert f"line 3: {day} is no birthday" in said
    assert birthdays(shell) == []


def test_a_company_has_no_birthday(shell: Shell) -> None:
    words = ("person", "add", "--name", "ТОВ Сова", "--holder", "company")
    said = shell.run(*words, "--birthday", "1990-05-01", status=1)
    assert "a company has no birthday" in said


def test_nothing_of_a_file_with_one_wrong_line_is_done(shell: Shell) -> None:
    contract = with_line(shell)
    listed = shell.folder / "lines.csv"
    listed.write_text(
        f"contract,number,tariff\n{contract},941112299,second\n{contract},941112233,second\n"
    )
    assert "line 3: 941112233 is in use" in shell.run("line", "import", str(listed), status=1)
    listed.write_text(f"contract,number,tariff\n{contract},941112299,second\n")
    shell.run("line", "import", str(listed))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--contract", "1", "--number", "941112233", "--tariff", "second"), "no contract 1"),
        (("--contract", "C", "--number", "0941112233", "--tariff", "second"), "is no number"),
        (("--contract", "C", "--number", "94111223", "--tariff", "second"), "is no number"),
        (("--contract", "C", "--number", "941112244", "--tariff", "nope"), "no tariff nope"),
    ],
)
def test_a_line_that_cannot_be_is_refused(shell: Shell, words: tuple[str, ...], said: str) -> None:
    contract = shell.run("person", "add", "--name", "Олена Коваль").strip()
    named = [contract if word == "C" else word for word in words]
    assert said in shell.run("line", "add", *named, status=1)


def test_staff_need_a_long_password(shell: Shell) -> None:
    assert "12 characters" in shell.run("staff", "add", "oksana", status=1, typed="short\n")
    said = shell.run("staff", "add", "oksana", typed="a long enough password\n")
    assert said == "staff:oksana can log in\n"


@pytest.mark.parametrize("name", ["ABONENT_DATABASE_URL", "ABONENT_PROFILE", "ABONENT_SECRET_KEY"])
def test_what_is_missing_from_the_environment_is_named(shell: Shell, name: str) -> None:
    del shell.environment[name]
    for words in (("serve",), ("person", "add", "--name", "x")):
        said = shell.run(*words, status=1, ABONENT_PUBLIC_URL="https://example.org")
        assert f"{name} is not set" in said


def test_serving_needs_a_public_address_with_tls(shell: Shell) -> None:
    assert "ABONENT_PUBLIC_URL is not set" in shell.run("serve", status=1)
    said = shell.run("serve", status=1, ABONENT_PUBLIC_URL="http://example.org")
    assert "must begin with https://" in said


def test_a_secret_may_be_in_a_file_and_must_be_long(shell: Shell) -> None:
    del shell.environment["ABONENT_SECRET_KEY"]
    path = shell.folder / "key"
    path.write_text(KEY + "\n")
    shell.run("person", "add", "--name", "x", ABONENT_SECRET_KEY_FILE=str(path))
    path.write_text("short")
    said = shell.run("person", "add", "--name", "x", status=1, ABONENT_SECRET_KEY_FILE=str(path))
    assert "at least 32 characters" in said
    said = shell.run("person", "add", "--name", "x", status=1, ABONENT_SECRET_KEY_FILE="/nowhere")
    assert "cannot be read" in said


def test_one_process_at_a_time_writes_to_sqlite(alone: Shell) -> None:
    url = f"sqlite:///{alone.folder / 'a.db'}"
    assert "applied: 0001" in alone.run("migrate", ABONENT_DATABASE_URL=url)
    assert "nothing to apply" in alone.run("migrate", ABONENT_DATABASE_URL=url)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        said = alone.run("migrate", status=1, ABONENT_DATABASE_URL=url)
        assert "stop the running program first" in said
        assert "invariants hold" in alone.run("ledger", "verify", ABONENT_DATABASE_URL=url)
    finally:
        holder.communicate()


def test_a_store_that_was_never_migrated_is_refused(alone: Shell) -> None:
    url = f"sqlite:///{alone.folder / 'a.db'}"
    sqlite3.connect(alone.folder / "a.db").close()
    assert "abonent migrate" in alone.run("ledger", "verify", status=1, ABONENT_DATABASE_URL=url)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/a",
        "sqlite://a.db",
        "postgresql:///a?host=/nowhere",
        "sqlite:////proc/nowhere/a.db",
    ],
)
def test_a_store_that_cannot_be_reached_is_one_line(alone: Shell, url: str) -> None:
    alone.run("migrate", status=1, ABONENT_DATABASE_URL=url)


def test_a_broken_book_fails_the_check(alone: Shell) -> None:
    url = f"sqlite:///{alone.folder / 'a.db'}"
    alone.run("migrate", ABONENT_DATABASE_URL=url)
    with sqlite3.connect(alone.folder / "a.db") as store:
        store.execute("INSERT INTO entry VALUES (1, 'top_up', 1, NULL, '{}')")
        store.execute("INSERT INTO posting VALUES (1, 0, 3, 'UAH', 5, 1)")
    store.close()
    said = alone.run("ledger", "verify", status=1, ABONENT_DATABASE_URL=url)
    assert f"1 of {len(INVARIANTS)} invariants do not hold" in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("\x00\x01\x02" * 50, "this is no text file"),
        ("a,b,c\n1,2,3\n", "not the header of this format"),
    ],
)
def test_a_usage_file_that_is_none_is_refused(shell: Shell, text: str, reason: str) -> None:
    path = shell.folder / "usage.csv"
    path.write_text(text)
    assert reason in shell.run("usage", "import", str(path), "--format", "csv", status=1)
    assert "cannot be read" in shell.run("usage", "import", "x", "--format", "csv", status=1)


def test_wrong_usage_is_status_two(alone: Shell) -> None:
    for words in ((), ("nonsense",), ("usage", "import"), ("demo", "--port", "0")):
        alone.run(*words, status=2)


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "٨٠", "-1"])
def test_what_is_no_port_is_told(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(("serve", f"--port={port}"))
    assert ended.value.code == 2
    assert "a port is a number from 1 to 65535" in capsys.readouterr().err


def test_profiles_are_begun_checked_and_shown(alone: Shell) -> None:
    alone.run("profile", "new", "mine")
    assert "no problems" not in alone.run("profile", "check", "mine")
    assert "is there already" in alone.run("profile", "new", "mine", status=1)
    text = (alone.folder / "mine" / "operator.toml").read_text("utf-8")
    (alone.folder / "mine" / "operator.toml").write_text(text + "\nsurprise = 1\n", "utf-8")
    assert "problems found" in alone.run("profile", "check", "mine", status=1)
    assert "barvinok" in alone.run("profile", "show")
    assert "no profile 'nobody'" in alone.run("profile", "show", "nobody", status=1)


def test_a_reader_that_leaves_early_is_no_fault(alone: Shell) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [str(COMMAND), "profile", "show"],
            stdout=closed,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            check=False,
        )
    assert b"Traceback" not in done.stderr


def test_the_worker_is_for_postgres(shell: Shell) -> None:
    assert "includes the worker" in shell.run("worker", status=1)


def test_the_command_is_installed_and_a_fault_of_input_is_no_traceback() -> None:
    done = subprocess.run(
        [str(COMMAND), "ledger", "verify"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "abonent: ABONENT_DATABASE_URL is not set (nor ABONENT_DATABASE_URL_FILE)\n"
    )
