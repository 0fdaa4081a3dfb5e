"""The lists that menus take their items from, by the name that a profile's menu uses."""

from abonent.channels.dialogue.labels import exchangeable, forwarded, named, periodic, priced
from abonent.channels.dialogue.steps import Item
from abonent.operations.env import Env
from abonent.operations.views.loyalty_model import LoyaltyView
from abonent.operations.views.model import ServiceRow, ServicesView, TariffsView


def services_available(view: ServicesView) -> tuple[Item, ...]:
    """Services that can be switched on."""
    return tuple(map(_service, view.available))


def services_mine(view: ServicesView) -> tuple[Item, ...]:
    """Services that can be switched off."""
    return tuple(map(_service, view.mine))


def packages(view: ServicesView) -> tuple[Item, ...]:
    """Packages on sale for the line's tariff."""
    return tuple(Item(row.id, priced("package", row.id, row.price)) for row in view.packages)


def packages_renewed(view: ServicesView) -> tuple[Item, ...]:
    """Packages that will be bought again by themselves unless that is stopped."""
    return tuple(
        Item(row.id, priced("package", row.id, row.price))
        for row in view.packages
        if row.renewal_at is not None
    )


def tariffs_others(view: TariffsView) -> tuple[Item, ...]:
    """Tariffs that one can change to."""
    return tuple(
        Item(card.id, periodic("tariff", card.id, card.monthly_fee, "month"))
        for card in view.others
    )


def gifts_affordable(view: LoyaltyView) -> tuple[Item, ...]:
    """Gifts that there are points for; an address is too much for a telephone's keys."""
    return tuple(
        Item(row.id, priced("gift", row.id, row.price))
        for row in view.gifts
        if row.affordable and not row.parcel
    )


def bonuses_exchangeable(view: LoyaltyView) -> tuple[Item, ...]:
    """Bonuses that there is money for."""
    return tuple(
        Item(row.id, exchangeable(row.amount, row.worth)) for row in view.bonuses if row.worth
    )


def forwarding_kinds(view: ServicesView) -> tuple[Item, ...]:
    """Which calls can be forwarded."""
    return tuple(Item(kind, named("forwarding", kind)) for kind in view.forwarding_kinds)


def forwarding_set(view: ServicesView) -> tuple[Item, ...]:
    """Which calls are forwarded, and where."""
    return tuple(Item(row.kind, forwarded(row.kind, f"+{row.to}")) for row in view.forwarding)


def languages(env: Env) -> tuple[Item, ...]:
    """The operator's languages, each by its own name."""
    return tuple(Item(code, named("language", code)) for code in env.operator.languages)


def _service(row: ServiceRow) -> Item:
    return Item(row.id, periodic("service", row.id, row.fee, row.period))
