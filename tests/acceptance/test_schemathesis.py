"""Whatever can be generated from the API's own description: every check, against the program."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.program import clean_environment, running_demo

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
EXAMPLES = 5
LONGEST_S = 90
ENDS_ITS_OWN_SESSION = "end_session"
REFUSALS = ["2xx", "401", "403", "404", "409", "422", "429"]
"""What a request that fits the description may still meet: a schema knows no tariffs or money."""


@pytest.fixture(scope="module")
def subscribers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[httpx.Client]]:
    """Sessions of two demo subscribers, with a program that nobody else is looking at.

    Both are opened before anything is explored: generated logins close the login for a while.
    """
    with running_demo(tmp_path_factory.mktemp("explored")) as program:
        known = [each for each in program.people if each["password"] and each["number"]]
        served = [each for each in known if each["billing"] == "prepaid"][:2]
        clients = [httpx.Client(base_url=f"{program.url}/api/v1", timeout=30) for _ in served]
        for client, person in zip(clients, served, strict=True):
            log_in(client, person)
        yield clients
        for client in clients:
            client.close()


def log_in(client: httpx.Client, person: dict[str, Any]) -> None:
    credentials = {"login": person["number"], "password": person["password"]}
    answer = client.post("/sessions", json=credentials).raise_for_status()
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"


def ids(client: httpx.Client, path: str, members: str = "items") -> list[str]:
    listed = client.get(path).raise_for_status().json()[members]
    return [item["id"] for item in listed]


def values(client: httpx.Client) -> dict[str, list[str]]:
    """Values that lead beyond "there is no such thing", by the fields that take them."""
    home = client.get("/home").raise_for_status().json()
    return {
        "on": [home["line"]["id"], home["account"]],
        "tariff": ids(client, "/tariffs"),
        "service": ids(client, "/services"),
        "package": ids(client, "/packages"),
        "gift": ids(client, "/loyalty", "gifts"),
        "notice": ids(client, "/notices"),
        "number": [home["line"]["number"]],
        "to": [home["line"]["number"]],
    }


def configuration(client: httpx.Client) -> str:
    """The configuration of schemathesis: expected refusals, and values to draw from."""
    known = values(client)
    bound = ["query.on", *(f"body.{name}" for name in known)]
    parameters = [
        f'"{each}" = {{dictionary = "{each.partition(".")[2]}", probability = 0.7}}'
        for each in bound
    ]
    dictionaries = [
        f"[dictionaries.{name}]\nvalues = {json.dumps(listed)}" for name, listed in known.items()
    ]
    accepted = f"positive_data_acceptance.expected-statuses = {json.dumps(REFUSALS)}"
    return "\n".join(["[checks]", accepted, "[parameters]", *parameters, *dictionaries])


def explore(client: httpx.Client, folder: Path, *choice: str) -> subprocess.CompletedProcess[str]:
    """Run every check of every phase; some generated body is sure to break what breaks."""
    written = folder / "schemathesis.toml"
    written.write_text(configuration(client))
    command = [str(SCHEMATHESIS), "--config-file", str(written), "run"]
    options = {
        "--checks": "all",
        "--header": f"Authorization: {client.headers['Authorization']}",
        "--max-examples": str(EXAMPLES),
        "--generation-database": "none",
        "--warnings": "off",
    }
    address = f"{client.base_url}openapi.json"
    flat = [part for option in options.items() for part in option]
    return subprocess.run(
        [*command, address, *flat, "--continue-on-failure", "--no-color", *choice],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )


def test_nothing_that_can_be_generated_breaks_the_api(
    subscribers: list[httpx.Client], tmp_path: Path
) -> None:
    found = explore(subscribers[0], tmp_path, "--exclude-operation-id", ENDS_ITS_OWN_SESSION)
    assert found.returncode == 0, found.stdout + found.stderr
    assert subscribers[0].get("/home").status_code == 200, "the session did not last"


def test_nothing_that_can_be_generated_breaks_the_end_of_a_session(
    subscribers: list[httpx.Client], tmp_path: Path
) -> None:
    alone = ("--include-operation-id", ENDS_ITS_OWN_SESSION, "--phases", "coverage,fuzzing")
    found = explore(subscribers[1], tmp_path, *alone)
    assert found.returncode == 0, found.stdout + found.stderr
