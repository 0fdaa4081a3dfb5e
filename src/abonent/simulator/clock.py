"""The demo's clock: it runs with the real one, is moved forward by hand, and outlives a restart."""

from abonent.kernel.time import MovableClock
from abonent.simulator import sql
from abonent.store.database import Database


async def load_clock(db: Database) -> MovableClock:
    """The clock as it was when the demo ran last; the store must be migrated."""
    return MovableClock(await db.read(sql.clock_offset))


async def move_clock(db: Database, clock: MovableClock, by_us: int) -> None:
    """Move the clock forward and keep that; raises ValueError for a step back."""
    if by_us < 0:
        raise ValueError("the clock only moves forward")
    await db.write(lambda tx: sql.set_clock_offset(tx, clock.offset_us + by_us))
    clock.advance(by_us)
