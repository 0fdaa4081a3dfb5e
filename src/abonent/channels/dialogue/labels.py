"""How the items of lists are shown beside their keys: a name with its price."""

from collections.abc import Iterable

from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import Item, Text
from abonent.profile.model import Operator, Profile


def named(kind: str, id: str) -> Text:
    """A thing by its name alone."""
    return Text("ussd.item.name", {"name": Item(kind, id)})


def priced(kind: str, id: str, price: Money) -> Text:
    """A thing that is paid for once; points are a price, too."""
    return Text("ussd.item.price", {"name": Item(kind, id), "price": price})


def periodic(kind: str, id: str, fee: Money, period: str) -> Text:
    """A thing that is paid for every day or month; by its name alone where it is free."""
    if not fee or period == "none":
        return named(kind, id)
    return Text(f"ussd.item.{period}", {"name": Item(kind, id), "price": fee})


def forwarded(kind: str, to: str) -> Text:
    """Where calls of a kind go."""
    return Text("ussd.item.forwarding", {"kind": Item("forwarding", kind), "to": to})


def lent(amount: Money, fee: Money) -> Text:
    """A promised payment and what it costs."""
    return Text("ussd.item.promised", {"amount": amount, "fee": fee})


def transferred(number: str, amount: Money) -> Text:
    """A transfer by its other side."""
    return Text("ussd.item.transfer", {"number": number, "amount": amount})


def caller(number: str) -> Text:
    """Somebody who asks for something."""
    return Text("ussd.item.number", {"number": number})


def exchangeable(amount: Money, worth: Money) -> Text:
    """All there is of a bonus, and the money that it is exchanged for."""
    return Text("ussd.item.exchange", {"amount": amount, "worth": worth})


def every_label(profile: Profile) -> Iterable[Text]:
    """Whatever a list may ever show: what must have room on a screen."""
    operator = profile.operator
    for catalog in profile.catalogs:
        for service in catalog.services:
            fee = Money(service.fee, operator.currency)
            yield periodic("service", service.id, fee, service.period)
        for tariff in catalog.tariffs:
            fee = Money(tariff.monthly_fee, operator.currency)
            yield periodic("tariff", tariff.id, fee, "month")
        for package in catalog.packages:
            yield priced("package", package.id, Money(package.price, operator.currency))
        for gift in catalog.gifts:
            bonus = operator.bonus(gift.bonus) if gift.bonus else None
            one, currency = (bonus.one, bonus.currency) if bonus else (1, POINTS)
            yield priced("gift", gift.id, Money(gift.points * one, currency))
    longest_number = "+" + "9" * 15
    for kind in operator.forwarding_kinds:
        yield forwarded(kind, longest_number)
    yield from _of_others(operator, longest_number)
    for language in operator.languages:
        yield named("language", language)


def _of_others(operator: Operator, longest_number: str) -> Iterable[Text]:
    """Labels of bonuses, promised payments, transfers and requests of others."""
    most = operator.limits.balance_max
    for bonus in operator.bonuses:
        if bonus.worth:
            amount = Money(most * bonus.one // bonus.worth, bonus.currency)
            yield exchangeable(amount, Money(most, operator.currency))
    if operator.promised_payment:
        for offer in operator.promised_payment.offers:
            amounts = (Money(minor, operator.currency) for minor in (offer.amount, offer.fee))
            yield lent(*amounts)
    if operator.transfer:
        yield transferred(longest_number, Money(operator.transfer.largest, operator.currency))
    if operator.collect_call:
        yield caller(longest_number)
