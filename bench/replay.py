"""The statements of one request, as the server logged them, as a script for pgbench.

What the program sends is recorded, not written down a second time, so the script cannot drift from
the program. Ids of the visitor who made the request become those of a visitor drawn at random; ids
that the request drew become fresh ones; everything else stays.
"""

import itertools
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.postgres import Cluster
from tests.fixtures.system import where

MARK = "@statement@"
STATEMENT = re.compile(r"LOG: +(?:statement|execute [^:]*): (.*)", re.DOTALL)
PARAMETERS = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
DRAWN_ABOVE = 10**17
"""Ids that the running program draws are above this, and instants below."""
FRESH_ABOVE = 7 * 10**18
PER_CLIENT = 10**13
PER_RUN = 10**11
_runs = itertools.count()


@dataclass(frozen=True)
class Role:
    """Somebody in the recorded request, who is somebody else in each run of the script.

    Numbers from `first` to `first + stride - 1` were those of the visitor with the number `nth`;
    another's are so many strides away. `visitor` is the variable that says whose they shall be.
    """

    visitor: str
    nth: int
    first: int
    stride: int


ONE_OF = "\\set n random(0, {last})"
"""Draws the visitor `n`."""
ANOTHER = "\\set m (:n + random(1, {last})) % ({last} + 1)"
"""Draws a visitor `m` who is not `n`."""


@dataclass(frozen=True)
class Statement:
    sql: str
    values: dict[str, str | None]


@dataclass(frozen=True)
class Script:
    """A pgbench script and the constants that it names."""

    text: str
    constants: dict[str, str]
    statements: int


def record(cluster: Cluster, ask: Callable[[], None]) -> list[Statement]:
    """What the server executes while `ask` runs, in order."""
    log = cluster.folder / "server.log"
    cluster.sql(f"ALTER SYSTEM SET log_line_prefix = '{MARK}'")
    cluster.sql("ALTER SYSTEM SET log_statement = 'all'")
    _reload(cluster)
    begin = log.stat().st_size
    ask()
    recorded = log.read_bytes()[begin:].decode()
    cluster.sql("ALTER SYSTEM RESET ALL")
    _reload(cluster)
    return list(_statements(recorded))


def _reload(cluster: Cluster) -> None:
    cluster.sql("SELECT pg_reload_conf()")
    time.sleep(0.5)  # each backend reads the file when it is next idle


def _statements(log: str) -> list[Statement]:
    found: list[Statement] = []
    for part in log.split(MARK):
        statement = STATEMENT.match(part)
        if statement is not None:
            found.append(Statement(statement[1].strip().rstrip(";"), {}))
        elif part.startswith("DETAIL:") and found:
            found[-1].values.update(
                (number, None if text == "NULL" else text[1:-1].replace("''", "'"))
                for number, text in PARAMETERS.findall(part)
            )
    return found


def script(
    statements: list[Statement], visitors: int, roles: Sequence[Role], fresh: set[str]
) -> Script:
    """The statements for pgbench, whose roles are given to any of so many visitors.

    `fresh` are values that must differ each time, such as a key.
    """
    names = Names(roles, fresh)
    body = [
        re.sub(r"\$(\d+)", lambda found, each=each: names.of(each.values[found[1]]), each.sql)  # type: ignore[misc]
        for each in statements
    ]
    lines = [
        *(draw.format(last=visitors - 1) for draw in (ONE_OF, ANOTHER)),
        "\\set counter :counter + 1000",
        f"\\set fresh {FRESH_ABOVE} + :client_id * {PER_CLIENT} + :counter",
        *names.settings,
        *(f"{sql};" for sql in body),
    ]
    return Script("\n".join(lines) + "\n", names.constants, len(body))


class Names:
    """A pgbench variable for each value."""

    def __init__(self, roles: Sequence[Role], fresh: set[str]) -> None:
        self.roles = roles
        self.fresh = fresh
        self.settings: list[str] = []
        self.constants: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def of(self, value: str | None) -> str:
        """How the script writes the value; pgbench has no empty variables."""
        if not value:
            return "NULL" if value is None else "''"
        if re.fullmatch(r"\{\d+(,\d+)*\}", value):
            return f"ARRAY[{', '.join(map(self.of, value[1:-1].split(',')))}]::bigint[]"
        if value not in self._known:
            self._known[value] = self._new(value, f"v{len(self._known)}")
        return f":{self._known[value]}"

    def _new(self, value: str, name: str) -> str:
        number = int(value) if re.fullmatch(r"\d+", value) else 0
        roles = (role for role in self.roles if 0 <= number - role.first < role.stride)
        role = next(roles, None)
        if role is not None:
            far = f"(:{role.visitor} - {role.nth}) * {role.stride}"
            self.settings.append(f"\\set {name} {number} + {far}")
        elif number > DRAWN_ABOVE or value in self.fresh:
            self.settings.append(f"\\set {name} :fresh + {len(self._known)}")
        else:
            self.constants[name] = value
        return name


def pgbench(cluster: Cluster, database: str, script: Script, clients: int, seconds: int) -> float:
    """Transactions per second of the script."""
    path = cluster.folder / "statements.pgbench"
    path.write_text(script.text)
    constants = [f"--define={name}={value}" for name, value in script.constants.items()]
    command = [str(_program()), "--no-vacuum", "--protocol=prepared", f"--file={path}"]
    done = subprocess.run(
        [
            *command,
            *constants,
            f"--define=counter={next(_runs) * PER_RUN}",
            f"--client={clients}",
            f"--time={seconds}",
            f"--host={cluster.folder}",
            "--username=postgres",
            database,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}{done.stderr}")
    return float(found[1])


def _program() -> Path:
    return where("postgres") / "pgbench"
