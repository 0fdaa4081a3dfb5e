"""The schema, one numbered file per step and engine."""

from pathlib import Path

LEDGER = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)"
"""Where a database remembers which steps it has had."""


def steps(engine: str) -> list[tuple[str, str]]:
    """Name and SQL of every step for the engine, in order."""
    folder = Path(__file__).parent / engine
    return [(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.sql"))]
