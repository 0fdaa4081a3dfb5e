"""Conversations as files: what is on the books first, what is typed and answered, what it leaves.

    # One sentence that says what this shows.
    profile: internet-assistant
    clock: 2026-11-17 12:00          local time
    language: uk
    tariff: everyday
    balance: 100.00                  when the conversation begins
    voucher: 1234567890123450 50.00  and others of `SETTINGS`, as often as needed
    service: antivirus
    neighbour: 100.00                somebody else has this on their account
    asked_back: 20.00                and transferred this, by mistake

    > what is typed
    < what is answered, line by line
    =                                the session ends here
    ~ 200                            so many seconds pass

    posting: …                       what the ledger gained, an entry a line
    journal: …                       what the journal gained
    sms: …                           what the subscriber is told
    network: …                       what the network is told

A transcript that differs is rewritten from what happened when RECORD=1 is set; then read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SETTINGS = frozenset(
    {
        "profile",
        "clock",
        "language",
        "tariff",
        "balance",
        "billing",
        "blocked",
        "voucher",
        "service",
        "package",
        "forwarding",
        "pending",
        "topped_up",
        "days_old",
        "neighbour",
        "promised",
        "sent",
        "asked_back",
        "auto_payment",
        "asked_to_pay",
    }
)
TRACES = ("posting", "journal", "sms", "network")


@dataclass
class Exchange:
    """An input with its answer. `wait_s` passes before it."""

    typed: str
    wait_s: int = 0
    answer: list[str] = field(default_factory=list)
    end: bool = False

    def lines(self) -> Iterator[str]:
        if self.wait_s:
            yield f"~ {self.wait_s}"
        yield f"> {self.typed}"
        yield from (f"< {line}".rstrip() for line in self.answer)
        if self.end:
            yield "="


@dataclass
class Transcript:
    says: str
    settings: list[tuple[str, str]] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    def setting(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.settings if key == name), default)

    def all_settings(self, name: str) -> list[str]:
        return [value for key, value in self.settings if key == name]

    def __str__(self) -> str:
        blocks = [
            [f"# {self.says}", *(f"{key}: {value}" for key, value in self.settings)],
            *([*exchange.lines()] for exchange in self.exchanges),
            self.traces,
        ]
        return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def read(path: Path) -> Transcript:
    """Read a file; raises ValueError with the line that is not understood."""
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    transcript = Transcript(first.removeprefix("# "))
    wait_s = 0
    for line in filter(None, lines):
        name, _, value = line.partition(": ")
        match line[0]:
            case ">":
                transcript.exchanges.append(Exchange(line[2:], wait_s))
                wait_s = 0
            case "<":
                transcript.exchanges[-1].answer.append(line[2:])
            case "=":
                transcript.exchanges[-1].end = True
            case "~":
                wait_s = int(line[2:])
            case _ if name in SETTINGS:
                transcript.settings.append((name, value))
            case _ if name in TRACES:
                transcript.traces.append(line)
            case _:
                raise ValueError(f"{path.name}: {line}")
    return transcript


def write(path: Path, transcript: Transcript) -> None:
    path.write_text(str(transcript), encoding="utf-8")
