"""Opening the store for a command: from the environment, migrated, and closed again."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from abonent.kernel.time import SystemClock
from abonent.main.compose import Ground, lay_ground
from abonent.main.failure import Failure
from abonent.main.settings import required, secret_key
from abonent.operations.env import Payments
from abonent.profile.load import find, load
from abonent.profile.model import Operator
from abonent.store.database import Database, open_database


@asynccontextmanager
async def opened(url: str, *, read_only: bool = False) -> AsyncIterator[Database]:
    """The database of the address; raises Failure for an address of another kind."""
    try:
        db = open_database(url, read_only=read_only)
    except ValueError as error:
        raise Failure(str(error)) from None
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def books(*, read_only: bool = False) -> AsyncIterator[Database]:
    """The store that ABONENT_DATABASE_URL names, which must be up to date."""
    async with opened(required(os.environ, "ABONENT_DATABASE_URL"), read_only=read_only) as db:
        if await db.missing_migrations():
            raise Failure("the store's tables are not up to date: run `abonent migrate` first")
        yield db


@asynccontextmanager
async def ground(
    connect: Callable[[Operator], Payments] = lambda _operator: Payments(),
) -> AsyncIterator[Ground]:
    """The store with the profile and the secret key of the environment.

    `connect` gives the providers of payments, which most commands have nothing to do with.
    """
    profile = load(find(required(os.environ, "ABONENT_PROFILE")))
    key = secret_key()
    payments = connect(profile.operator)
    async with books() as db:
        yield lay_ground(db, profile, SystemClock(), key, payments)
