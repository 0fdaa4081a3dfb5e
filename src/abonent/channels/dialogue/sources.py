"""What the names in a tree stand for: lists of menus, views of runs, predicates of choices."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from abonent.channels.dialogue import lending, lists, screens
from abonent.channels.dialogue.steps import Item
from abonent.kernel.case import Case
from abonent.kernel.text import Text
from abonent.operations.env import Env
from abonent.operations.runner import Runner
from abonent.operations.views.auto_payment import AutoPaymentView, auto_payment
from abonent.operations.views.collect_calls import collect_calls
from abonent.operations.views.home import home
from abonent.operations.views.lending import latest_transfers, promised
from abonent.operations.views.loyalty import loyalty
from abonent.operations.views.model import HomeView
from abonent.operations.views.services import services
from abonent.operations.views.tariffs import tariffs

V = TypeVar("V")
T = TypeVar("T")
View = Callable[[Any, Case, Env], Awaitable[V]]
"""A view of operations; the transaction that it reads in is none of a channel's business."""
Source = Callable[[Runner, Case], Awaitable[T]]
"""Reads something for a case."""


def of(view: View[V], render: Callable[[V], T]) -> Source[T]:
    """What `render` makes of a view."""

    async def read(runner: Runner, case: Case) -> T:
        return render(await runner.read(view, case))

    return read


def of_profile(render: Callable[[Env], T]) -> Source[T]:
    """What the operator's profile says, the same for every case."""

    async def read(runner: Runner, _case: Case) -> T:
        return render(runner.env)

    return read


def is_open(view: HomeView) -> bool:
    """Whether the line is not blocked by its owner."""
    return not view.line.blocked


def has_pending_tariff(view: HomeView) -> bool:
    """Whether a change of tariff is still to come."""
    return view.pending_tariff is not None


def is_topped_up_by_itself(view: AutoPaymentView | None) -> bool:
    """Whether there is an auto-payment that could be switched off."""
    return view is not None and view.now is not None


LISTS: Mapping[str, Source[tuple[Item, ...]]] = {
    "services.available": of(services, lists.services_available),
    "services.mine": of(services, lists.services_mine),
    "packages": of(services, lists.packages),
    "packages.renewed": of(services, lists.packages_renewed),
    "tariffs.others": of(tariffs, lists.tariffs_others),
    "gifts.affordable": of(loyalty, lists.gifts_affordable),
    "bonuses.exchangeable": of(loyalty, lists.bonuses_exchangeable),
    "forwarding.kinds": of(services, lists.forwarding_kinds),
    "forwarding.set": of(services, lists.forwarding_set),
    "languages": of_profile(lists.languages),
    "promised.offers": of(promised, lending.promised_offers),
    "transfers.sent": of(latest_transfers, lending.transfers_sent),
    "transfers.asked": of(latest_transfers, lending.transfers_asked),
    "collect.requests": of(collect_calls, lending.collect_requests),
    "collect.answers": of_profile(lending.answers),
}

VIEWS: Mapping[str, Source[tuple[Text, ...]]] = {
    "balance": of(home, screens.balance),
    "tariff": of(tariffs, screens.tariff),
    "points": of(loyalty, screens.points),
}

PREDICATES: Mapping[str, Source[bool]] = {
    "line.open": of(home, is_open),
    "tariff.pending": of(home, has_pending_tariff),
    "auto_payment.on": of(auto_payment, is_topped_up_by_itself),
}
