"""`abonent demo`: the whole program in one process on SQLite, with a network of its own."""

from argparse import Namespace


async def demo(options: Namespace) -> None:
    """Filled in when the simulator is here."""
