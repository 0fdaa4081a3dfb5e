import pytest

from abonent.kernel.time import Instant
from abonent.usage.model import Record
from abonent.usage.zones import zone_of, zone_of_number
from tests.fixtures.usage import NOON, NUMBERING


@pytest.mark.parametrize(
    "peer",
    [
        "+380671234567",
        "380671234567",
        "00380671234567",
        "0671234567",
        "671234567",
        "067 123-45-67",
        "+38 (067) 123.45.67",
        "961234567",
    ],
)
def test_a_number_of_the_operator_is_on_net_however_it_is_written(peer: str) -> None:
    assert zone_of_number(peer, NUMBERING) == "onnet"


@pytest.mark.parametrize("peer", ["+380501234567", "0441234567", "441234567", "2772", "670"])
def test_another_number_of_the_country_or_a_short_one_is_national(peer: str) -> None:
    assert zone_of_number(peer, NUMBERING) == "national"


@pytest.mark.parametrize(
    "peer", ["+48221234567", "0048221234567", "48221234567", "+1112", "112233445566"]
)
def test_a_number_of_another_country_is_international(peer: str) -> None:
    assert zone_of_number(peer, NUMBERING) == "international"


@pytest.mark.parametrize("peer", ["A", "B_orange", "", "+", "٠٦٧١٢٣٤٥٦٧", "067x", "Bank"])
def test_what_is_no_number_counts_as_national(peer: str) -> None:
    assert zone_of_number(peer, NUMBERING) == "national"


@pytest.mark.parametrize("peer", ["101", "112", "1 1 2"])
def test_an_emergency_number_is_an_emergency(peer: str) -> None:
    assert zone_of_number(peer, NUMBERING) == "emergency"


@pytest.mark.parametrize("peer", ["111", "0800500500"])
def test_a_free_number_is_free(peer: str) -> None:
    assert zone_of_number(peer, NUMBERING) == "free"


def test_data_has_a_zone_of_its_own() -> None:
    record = Record(Instant(NOON), "data", "out", "", 10)
    assert zone_of(record, NUMBERING) == "internet"


def test_the_network_says_that_a_call_is_an_emergency_whatever_was_dialled() -> None:
    record = Record(Instant(NOON), "call", "out", "D", 10, emergency=True)
    assert zone_of(record, NUMBERING) == "emergency"


def test_a_call_goes_by_the_number() -> None:
    record = Record(Instant(NOON), "call", "out", "0671234567", 10)
    assert zone_of(record, NUMBERING) == "onnet"
