"""The demo's clock: it runs with the real one, is moved forward by hand, and outlives a restart."""

from abonent.kernel.time import DAY_US, MovableClock
from abonent.simulator import sql
from abonent.simulator.deps import SimulatorDeps
from abonent.simulator.faults import Fault
from abonent.store.database import Database

_LONGEST_MOVE_US = 400 * DAY_US


async def load_clock(db: Database) -> MovableClock:
    """The clock as it was when the demo ran last; the store must be migrated."""
    return MovableClock(await db.read(sql.clock_offset))


async def move_clock(deps: SimulatorDeps, by_us: int) -> None:
    """Move the clock forward, keep that, and do what became due.

    Raises Fault for a step back, or one too far: every month of it is lived through.
    """
    if by_us < 0:
        raise Fault("clock_back")
    if by_us > _LONGEST_MOVE_US:
        raise Fault("clock_far")
    clock = deps.clock
    await deps.db.write(lambda tx: sql.set_clock_offset(tx, clock.offset_us + by_us))
    clock.advance(by_us)
    await deps.catch_up()
