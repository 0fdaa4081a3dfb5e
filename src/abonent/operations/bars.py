"""Shortages of a line, and the bar that the strictest of them is: it can only receive.

The bar of one shortage is that of all: it begins with the first and ends with the last.
"""

from dataclasses import replace

from abonent.catalog import shortages
from abonent.catalog.shortages import Shortage
from abonent.kernel.ids import LineId
from abonent.kernel.time import Instant
from abonent.operations.env import Env
from abonent.operations.messages import network_order
from abonent.store.tx import WriteTx

ONE_WAY = "one_way"


async def begin_shortage(tx: WriteTx, env: Env, begun: Shortage) -> None:
    """What was due could not be taken; nothing happens where that is known already."""
    owed = await shortages.open_of(tx, (begun.line,))
    if any((each.kind, each.ref) == (begun.kind, begun.ref) for each in owed):
        return
    if begun.rule == ONE_WAY and not any(each.rule == ONE_WAY for each in owed):
        await network_order(tx, env, begun.line, "bar_outgoing", {})
    await shortages.begin(tx, begun)


async def end_shortage(tx: WriteTx, env: Env, what: tuple[LineId, str, str], at: Instant) -> None:
    """It has been paid, or there is no such thing any more: (line, kind, ref) of its due row."""
    line, *named = what
    owed = await shortages.open_of(tx, (line,))
    ended = [each for each in owed if [each.kind, each.ref] == named]
    await shortages.end(tx, [replace(each, until=at) for each in ended])
    barring = [each for each in owed if each.rule == ONE_WAY]
    if barring and all(each in ended for each in barring):
        await network_order(tx, env, line, "unbar_outgoing", {})
