"""Views as short sentences, and lists as items with their prices."""

from dataclasses import replace

from abonent.channels.dialogue import lists, screens
from abonent.channels.dialogue.steps import Item as ListItem
from abonent.kernel.ids import AccountId, ContractId, LineId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import Amount, At, Item, Text, Value
from abonent.kernel.time import Instant
from abonent.operations.views.loyalty_model import BonusLeft, GiftRow, LoyaltyView
from abonent.operations.views.model import (
    BucketLeft,
    Forwarding,
    HomeView,
    LineRef,
    PackageRow,
    ServiceRow,
    ServicesView,
    TariffCard,
    TariffChange,
    TariffsView,
)

SOON, LATER = Instant(1_000), Instant(2_000)
ZERO = Money(0, "UAH")


def hryvnias(amount: int) -> Money:
    return Money(amount * 100, "UAH")


def bucket(name: str, expires_at: Instant | None) -> BucketLeft:
    return BucketLeft(1, Item("bucket", name), "sms", 5, 10, expires_at)


HOME = HomeView(
    line=LineRef(LineId(1), "380941112233", "", False),
    contract=ContractId(2),
    account=AccountId(3),
    tariff=Item("tariff", "calm"),
    balance=hryvnias(84),
    points=0,
    days_left=None,
    next_charge=None,
    buckets=(),
    events=(),
    pending_tariff=None,
    news=(),
)
CARD = TariffCard("calm", Item("tariff", "calm"), hryvnias(75), (), (), ZERO, ZERO, ZERO)
TARIFFS = TariffsView(CARD, (replace(CARD, id="talk", monthly_fee=ZERO),), None, ())
SERVICE = ServiceRow(
    "radio", Item("service", "radio"), Item("group", "fun"), ZERO, hryvnias(5), "day", "off",
    None, None,
)  # fmt: skip
SERVICES = ServicesView(
    mine=(replace(SERVICE, id="free", fee=ZERO),),
    available=(SERVICE,),
    monthly_cost=ZERO,
    packages=(PackageRow("sms-50", Item("package", "sms-50"), hryvnias(25), 30, ()),),
    forwarding=(Forwarding("busy", "380671112233"),),
    forwarding_kinds=("busy", "no_reply"),
)
GIFT = GiftRow("sms-30", Item("gift", "sms-30"), 15, (), ZERO, True, Money(15, POINTS))
LOYALTY = LoyaltyView(128, 0, None, (GIFT, replace(GIFT, id="car", affordable=False)), ())


def test_the_balance_comes_first_and_buckets_by_their_date() -> None:
    buckets = (bucket("a", None), bucket("b", LATER), bucket("c", SOON), bucket("d", LATER))
    said = screens.balance(replace(HOME, buckets=buckets))
    assert [text.key.removeprefix("ussd.screen.") for text in said] == [
        "balance", "until", "bucket", "until", "bucket", "bucket", "always", "bucket",
    ]  # fmt: skip
    assert said[0].values == {"balance": hryvnias(84)}
    assert said[1].values == {"until": At(SOON, date_only=True)}
    assert said[2].values == {"bucket": Item("bucket", "c"), "left": Amount(5, "sms")}


def test_no_buckets_are_said_to_be_none() -> None:
    assert screens.balance(HOME)[1] == Text("ussd.screen.no_buckets")


def test_the_tariff_has_its_fee_and_the_one_to_come() -> None:
    change = TariffChange(1, SOON, None, Item("tariff", "talk"))
    said = screens.tariff(replace(TARIFFS, pending=change))
    assert said == (
        Text("ussd.screen.tariff", {"tariff": Item("tariff", "calm")}),
        Text("ussd.screen.monthly_fee", {"fee": hryvnias(75)}),
        Text(
            "ussd.screen.pending",
            {"at": At(SOON, date_only=True), "tariff": Item("tariff", "talk")},
        ),
    )


def test_a_tariff_without_a_fee_says_so() -> None:
    free = replace(TARIFFS, current=replace(CARD, monthly_fee=ZERO))
    assert screens.tariff(free)[1:] == (Text("ussd.screen.no_fee"),)


def test_points_are_said_with_those_that_expire_next() -> None:
    assert screens.points(LOYALTY) == (Text("ussd.screen.points", {"points": Money(128, POINTS)}),)
    said = screens.points(replace(LOYALTY, expiring=20, expiring_at=SOON))
    assert said[1] == Text(
        "ussd.screen.expiring", {"points": Money(20, POINTS), "at": At(SOON, date_only=True)}
    )
    said = screens.points(replace(LOYALTY, expiring=128, expiring_at=SOON))
    assert said[1] == Text("ussd.screen.all_expiring", {"at": At(SOON, date_only=True)})


def test_a_service_is_listed_with_its_fee() -> None:
    name = Item("service", "radio")
    assert lists.services_available(SERVICES) == (
        ListItem("radio", Text("ussd.item.day", {"name": name, "price": hryvnias(5)})),
    )


def test_a_free_service_is_listed_by_its_name() -> None:
    name = Item("service", "free")
    assert lists.services_mine(SERVICES) == (
        ListItem("free", Text("ussd.item.name", {"name": name})),
    )


def test_packages_tariffs_and_gifts_are_listed_with_their_prices() -> None:
    assert lists.packages(SERVICES)[0].label.values["price"] == hryvnias(25)
    assert lists.tariffs_others(TARIFFS)[0].label.key == "ussd.item.name"
    assert [item.id for item in lists.gifts_affordable(LOYALTY)] == ["sms-30"]
    assert lists.gifts_affordable(LOYALTY)[0].label.values["price"] == Money(15, POINTS)


def test_of_packages_that_renew_themselves_those_are_listed_that_will_be_renewed() -> None:
    ended = PackageRow("week", Item("package", "week"), hryvnias(40), 7, (), renews=True)
    renewed = replace(ended, id="month", renewal_at=SOON)
    # Its renewal is still due although the operator has made it a package that ends.
    changed = replace(renewed, id="year", renews=False)
    view = replace(SERVICES, packages=(*SERVICES.packages, ended, renewed, changed))
    price: dict[str, Value] = {"name": Item("package", "month"), "price": hryvnias(40)}
    assert [item.id for item in lists.packages_renewed(view)] == ["month", "year"]
    assert lists.packages_renewed(view)[0].label == Text("ussd.item.price", price)


def test_bonuses_are_listed_with_the_money_that_they_are_exchanged_for() -> None:
    cashback = BonusLeft(
        "cashback", Item("bonus", "cashback"), Money(1500, "B2C"), ZERO, None, hryvnias(15), False
    )
    spent = replace(cashback, id="spent", worth=ZERO)
    passed = replace(cashback, id="passed", worth=None)
    view = replace(LOYALTY, bonuses=(passed, cashback, spent))
    values = {"amount": Money(1500, "B2C"), "worth": hryvnias(15)}
    assert lists.bonuses_exchangeable(view) == (
        ListItem("cashback", Text("ussd.item.exchange", values)),
    )


def test_forwarding_is_listed_by_kind_and_by_where_it_goes() -> None:
    assert [item.id for item in lists.forwarding_kinds(SERVICES)] == ["busy", "no_reply"]
    assert lists.forwarding_set(SERVICES)[0].label.values["to"] == "+380671112233"
