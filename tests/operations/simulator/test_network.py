"""The demo's network as a peer of the outbox."""

from dataclasses import replace

import pytest

from abonent.kernel.text import Value
from abonent.operations.ports import Outgoing, Undeliverable
from abonent.simulator.network import Network
from tests.fixtures.house import House

pytestmark = pytest.mark.anyio

NUMBER = "380941000001"


def order(house: House, id: int, order: str, **values: Value) -> Outgoing:
    return Outgoing(id, "network", NUMBER, order, values, None, "", house.clock.now())


@pytest.fixture
def network(house: House) -> Network:
    return Network(house.db, "Barvinok", lambda outgoing: f"{outgoing.kind} {outgoing.secret}")


async def test_an_order_is_done(network: Network, house: House) -> None:
    await network.take_order(order(house, 1, "forwarding", kind="busy", to="380941000002"))
    await network.take_order(order(house, 2, "service_on", service="roaming"))
    await network.take_order(order(house, 3, "bar"))
    state = await network.state(NUMBER)
    assert dict(state.forwarding) == {"busy": "380941000002"}
    assert state.services == ("roaming",)
    assert state.barred


async def test_what_was_ordered_is_taken_back(network: Network, house: House) -> None:
    await network.take_order(order(house, 1, "forwarding", kind="busy", to="380941000002"))
    await network.take_order(order(house, 2, "service_on", service="roaming"))
    await network.take_order(order(house, 3, "bar"))
    await network.take_order(order(house, 4, "forwarding", kind="busy", to=""))
    await network.take_order(order(house, 5, "service_off", service="roaming"))
    await network.take_order(order(house, 6, "unbar"))
    state = await network.state(NUMBER)
    assert dict(state.forwarding) == {}
    assert state.services == ()
    assert not state.barred


async def test_an_order_that_comes_again_after_a_later_one_changes_nothing(
    network: Network, house: House
) -> None:
    bar, unbar = order(house, 1, "bar"), order(house, 2, "unbar")
    for each in (bar, unbar, bar):
        await network.take_order(each)
    assert not (await network.state(NUMBER)).barred


async def test_an_order_that_no_network_knows_is_undeliverable(
    network: Network, house: House
) -> None:
    with pytest.raises(Undeliverable):
        await network.take_order(order(house, 1, "teleport"))


async def test_a_notice_arrives_once_with_its_secret(network: Network, house: House) -> None:
    code = replace(order(house, 7, "code"), peer="sms", secret="123456")
    await network.take_sms(code)
    await network.take_sms(code)
    (sms,) = await network.inbox(NUMBER)
    assert (sms.sender, sms.text, sms.at) == ("Barvinok", "code 123456", house.clock.now())
    assert await network.inbox("380941000002") == []
