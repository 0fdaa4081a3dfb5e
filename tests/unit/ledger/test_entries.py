"""Entries before they are written."""

import pytest

from abonent.kernel.ids import AccountId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.time import Instant
from abonent.ledger.lots import spread
from abonent.ledger.model import Entry, House, LedgerFault, Posting, charge, transfer

ACCOUNT = AccountId(2001)
AT = Instant(1_794_909_600_000_000)


def uah(amount_minor: int) -> Money:
    return Money(amount_minor, "UAH")


def entry(*postings: Posting) -> Entry:
    return Entry(1, "opening", AT, None, postings, {})


def test_an_entry_sums_to_zero_in_every_currency() -> None:
    sound = entry(
        Posting(ACCOUNT, uah(-5)),
        Posting(House.OPENING, uah(5)),
        Posting(ACCOUNT, Money(3, POINTS)),
        Posting(House.LOYALTY, Money(-3, POINTS)),
    )
    assert transfer(sound) is sound
    assert transfer(entry()) == entry()


@pytest.mark.parametrize(
    "postings",
    [
        (Posting(ACCOUNT, uah(5)),),
        (Posting(ACCOUNT, uah(5)), Posting(House.OPENING, uah(-4))),
        (Posting(ACCOUNT, uah(5)), Posting(House.OPENING, Money(-5, POINTS))),
    ],
)
def test_an_entry_that_does_not_is_a_fault(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(LedgerFault, match="does not sum to zero"):
        transfer(entry(*postings))


def test_a_charge_moves_money_to_the_house_and_back() -> None:
    what = (7, "fee", AT, None)
    paid = charge(what, ACCOUNT, House.REVENUE_FEES, uah(5), {})
    assert paid.postings == (Posting(ACCOUNT, uah(-5)), Posting(House.REVENUE_FEES, uah(5)))
    back = charge(what, ACCOUNT, House.REVENUE_FEES, -uah(5), {})
    assert back.postings == (Posting(ACCOUNT, uah(5)), Posting(House.REVENUE_FEES, uah(-5)))


def test_a_charge_of_nothing_moves_nothing() -> None:
    assert charge((7, "fee", AT, None), ACCOUNT, House.REVENUE_FEES, uah(0), {}).postings == ()


def test_nothing_needs_no_lots() -> None:
    assert spread([], 0) == []
