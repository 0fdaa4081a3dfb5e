"""How far due work has come is said every few seconds, and at its end."""

from prometheus_client import CollectorRegistry

from abonent.main.turning import Shown
from abonent.worker.turning import Turned, Turning


async def test_it_is_said_every_few_seconds_and_at_the_end() -> None:
    heard: list[Turned] = []
    seconds = [0.0]
    turning = Turning(heard.append, lambda: seconds[0])
    done = 0

    async def left() -> int:
        return 700 - done

    for at, settled in ((1, 200), (3, 200), (6, 200), (7, 100), (8, 0)):
        seconds[0] = at
        done += settled
        await turning.after(settled, left)
    assert heard == [Turned(600, 600, 100, 5.0), Turned(700, 100, 0, 7.0)]
    assert heard[1].rate == 100.0


async def test_nothing_is_said_while_there_is_nothing_to_do() -> None:
    heard: list[Turned] = []
    turning = Turning(heard.append)

    async def left() -> int:
        raise AssertionError("nobody asks")

    await turning.after(0, left)
    assert heard == []


def test_metrics_add_up_what_is_new() -> None:
    registry = CollectorRegistry()
    shown = Shown(registry)
    shown(Turned(600, 600, 300, 5.0))
    shown(Turned(700, 100, 0, 7.0))
    assert registry.get_sample_value("abonent_due_accounts_settled_total") == 700
    assert registry.get_sample_value("abonent_due_left") == 0
