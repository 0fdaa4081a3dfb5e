"""The views over HTTP: which there are, what they take, and what they answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Concatenate, ParamSpec, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from abonent.channels.api import answers
from abonent.channels.api.deps import ApiDeps
from abonent.channels.api.encode import ID_SCHEMA, shape_of
from abonent.channels.api.query import (
    CURSOR,
    FROM,
    LIMIT,
    LIMIT_DEFAULT,
    ON,
    TO,
    Parameter,
    one_of,
    read_id,
    read_query,
)
from abonent.channels.api.visitor import of_kind, turned_to, visitor_of
from abonent.channels.http.problem import HttpProblem
from abonent.kernel.case import Case, Person, Staff
from abonent.kernel.time import day_of
from abonent.operations.env import Env
from abonent.operations.invoicing import issue_invoices
from abonent.operations.runner import Runner
from abonent.operations.usage.period import period_problem
from abonent.operations.views import (
    account,
    auto_payment,
    home,
    lending,
    loyalty,
    model,
    payment_model,
    payments,
    profile,
    services,
    tariffs,
    usage,
)
from abonent.operations.views.charges import outlook
from abonent.operations.views.collect_calls import CollectCallsView, collect_calls
from abonent.operations.views.invoices import InvoicesView, invoices
from abonent.operations.views.lending import PromisedView, TransfersView
from abonent.operations.views.loyalty_model import LoyaltyView
from abonent.operations.views.paging import Page

P = ParamSpec("P")
V = TypeVar("V")

GROUP = Parameter(
    "group",
    one_of("kind", "day"),
    {"type": "string", "enum": ["kind", "day"]},
    "Totals by this alone; by both where left out.",
)
ORDER = Parameter(
    "order",
    read_id,
    ID_SCHEMA,
    "The receipt of `order_detail`; the newest order where left out.",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One request for a view."""

    runner: Runner
    case: Case
    query: Mapping[str, Any]

    @property
    def cursor(self) -> str | None:
        return self.query.get("cursor")

    @property
    def limit(self) -> int:
        return int(self.query.get("limit", LIMIT_DEFAULT))

    async def read(
        self,
        view: Callable[Concatenate[Any, Case, Env, P], Awaitable[V]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> V:
        """A view of the case."""
        return await self.runner.read(view, self.case, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class View:
    """One view: `read` gives an object of the type `answer`, or None where there is nothing."""

    name: str
    summary: str
    answer: type
    read: Callable[[Reading], Awaitable[Any]]
    parameters: tuple[Parameter, ...] = (ON,)
    public: bool = False
    """Whether it can be read without a session."""
    reader: type[Person] | type[Staff] = Person
    """Whose session it takes otherwise."""

    @property
    def path(self) -> str:
        return f"/{self.name}"


async def _home(asked: Reading) -> model.HomeView:
    return await asked.read(home.home)


async def _usage(asked: Reading) -> answers.Usage:
    first, last = _period(asked)
    view = await asked.read(usage.usage, first, last)
    return answers.Usage.of(view, asked.query.get("group"))


def _period(asked: Reading) -> tuple[date, date]:
    """The days asked for, or this month so far; raises HttpProblem 422."""
    env = asked.runner.env
    last = asked.query.get("to", day_of(env.clock.now(), env.zone))
    first = asked.query.get("from", last.replace(day=1))
    wrong = period_problem(env, first, last)
    if wrong is not None:
        raise HttpProblem(422, wrong.code, wrong.text)
    return first, last


async def _detail(asked: Reading) -> answers.Detail | None:
    order = asked.query.get("order") or await asked.read(usage.newest_order)
    if order is None:
        return None
    view = await asked.read(usage.detail, order, Page(asked.cursor, asked.limit))
    return None if view is None else answers.Detail.of(view)


async def _auto_payment(asked: Reading) -> auto_payment.AutoPaymentView | None:
    return await asked.read(auto_payment.auto_payment)


async def _movements(asked: Reading) -> model.MovementsView:
    return await asked.read(account.movements, Page(asked.cursor, asked.limit))


async def _payments(asked: Reading) -> payment_model.PaymentsView:
    return await asked.read(payments.payments, Page(asked.cursor, asked.limit))


async def _payment_reviews(asked: Reading) -> payment_model.ReviewsView:
    return await asked.read(payments.payment_reviews, Page(asked.cursor, asked.limit))


async def _invoices(asked: Reading) -> InvoicesView | None:
    """Those that are missing are made first; None where the operator makes none."""
    if asked.runner.env.operator.invoices is None:
        return None
    await issue_invoices(asked.runner, asked.case)
    return await asked.read(invoices, Page(asked.cursor, asked.limit))


async def _tariffs(asked: Reading) -> answers.Tariffs:
    return answers.Tariffs.of(await asked.read(tariffs.tariffs), asked.cursor, asked.limit)


async def _tariff_changes(asked: Reading) -> answers.TariffChanges:
    changes = await asked.read(tariffs.tariff_changes)
    return answers.TariffChanges(*answers.page(changes, asked.cursor, asked.limit))


async def _services(asked: Reading) -> answers.Services:
    return answers.Services.of(await asked.read(services.services), asked.cursor, asked.limit)


async def _packages(asked: Reading) -> answers.Packages:
    view = await asked.read(services.services)
    return answers.Packages(*answers.page(view.packages, asked.cursor, asked.limit))


async def _loyalty(asked: Reading) -> LoyaltyView:
    return await asked.read(loyalty.loyalty)


async def _journal(asked: Reading) -> model.JournalView:
    return await asked.read(account.journal, Page(asked.cursor, asked.limit))


async def _profile(asked: Reading) -> model.ProfileView:
    return await asked.read(profile.profile)


async def _due(asked: Reading) -> answers.Charges:
    return answers.Charges.of(await asked.read(outlook), asked.cursor, asked.limit)


async def _contacts(asked: Reading) -> answers.Contacts:
    rows = map(answers.Contact.of, account.contact_rows(asked.runner.env))
    return answers.Contacts(*answers.page(tuple(rows), asked.cursor, asked.limit))


async def _notices(asked: Reading) -> answers.Notices:
    settings = map(answers.Notice.of, await asked.read(profile.notices))
    return answers.Notices(*answers.page(tuple(settings), asked.cursor, asked.limit))


async def _promised(asked: Reading) -> PromisedView | None:
    return await asked.read(lending.promised)


async def _transfers(asked: Reading) -> TransfersView | None:
    return await asked.read(lending.latest_transfers)


async def _collect_calls(asked: Reading) -> CollectCallsView | None:
    return await asked.read(collect_calls)


_LIST = (ON, CURSOR, LIMIT)

VIEWS = (
    View("home", "Money, what is left, what comes next", model.HomeView, _home),
    View("usage", "What was used and what it cost", answers.Usage, _usage, (ON, FROM, TO, GROUP)),
    View("detail", "An itemised bill that was ordered", answers.Detail, _detail, (*_LIST, ORDER)),
    View("movements", "Money in and out", model.MovementsView, _movements, _LIST),
    View("payments", "Payments by state", payment_model.PaymentsView, _payments, _LIST),
    View(
        "payment-reviews",
        "Payments that staff must look at",
        payment_model.ReviewsView,
        _payment_reviews,
        _LIST[1:],
        reader=Staff,
    ),
    View(
        "auto-payment",
        "The auto-payment, and within which bounds it can be set",
        auto_payment.AutoPaymentView,
        _auto_payment,
    ),
    View("invoices", "Tax invoices, month by month", InvoicesView, _invoices, _LIST),
    View("due", "What will be charged by itself", answers.Charges, _due, _LIST),
    View("tariffs", "Tariffs side by side", answers.Tariffs, _tariffs, _LIST),
    View("tariff-changes", "Every tariff so far", answers.TariffChanges, _tariff_changes, _LIST),
    View("services", "Services, on and available", answers.Services, _services, _LIST),
    View("packages", "Packages on sale", answers.Packages, _packages, _LIST),
    View("loyalty", "Points, and what they buy", LoyaltyView, _loyalty),
    View("journal", "Visits and operations", model.JournalView, _journal, _LIST),
    View("profile", "Who one is here", model.ProfileView, _profile),
    View(
        "contacts", "How to reach the operator", answers.Contacts, _contacts, _LIST[1:], public=True
    ),
    View("promised-payment", "What is lent, or may be", PromisedView, _promised),
    View("transfers", "How much can be transferred, and what was", TransfersView, _transfers),
    View("collect-calls", "Who asked whom to pay for calls", CollectCallsView, _collect_calls),
    View("notices", "Which messages are sent", answers.Notices, _notices, _LIST),
)


def view_routes(deps: ApiDeps) -> list[BaseRoute]:
    """A route for each view, relative to the API's root."""
    return [Route(view.path, _endpoint(deps, view), name=view.name) for view in VIEWS]


def _endpoint(deps: ApiDeps, view: View) -> Callable[[Request], Awaitable[Response]]:
    encode = shape_of(view.answer).encode

    async def endpoint(request: Request) -> Response:
        visitor = await visitor_of(deps, request)
        if not view.public:
            visitor = of_kind(visitor, view.reader)
        query = read_query(request.query_params, view.parameters)
        visitor = await turned_to(deps, visitor, query.get("on"))
        answer = await view.read(Reading(deps.runner, visitor.case, query))
        if answer is None:
            raise HttpProblem(404, "not_found")
        return JSONResponse(encode(answer, visitor.wording))

    return endpoint
