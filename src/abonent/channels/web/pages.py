"""Every page that is looked at. What changes something is in `actions`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from abonent.channels.http.problem import HttpProblem
from abonent.channels.web.display import KINDS
from abonent.channels.web.downloads import hand_over, wanted_format
from abonent.channels.web.visit import LoginNeeded, Visit, problems_of, see_other
from abonent.kernel.case import Case, Guest
from abonent.kernel.outcome import FieldProblem, NeedsInput
from abonent.kernel.time import day_of
from abonent.operations.asks import read_ask
from abonent.operations.usage.order_detail import Ask as Period
from abonent.operations.usage.period import period_problem
from abonent.operations.views.account import contacts, journal, movements
from abonent.operations.views.auto_payment import auto_payment
from abonent.operations.views.charges import outlook
from abonent.operations.views.collect_calls import collect_calls
from abonent.operations.views.home import balance, home
from abonent.operations.views.lending import latest_transfers, promised
from abonent.operations.views.loyalty import loyalty
from abonent.operations.views.paging import Page as Part
from abonent.operations.views.payments import card_top_up, payments
from abonent.operations.views.profile import profile
from abonent.operations.views.services import services
from abonent.operations.views.tariffs import tariffs
from abonent.operations.views.usage import detail, usage

_WEEK_DAYS = 7
_MONTH_DAYS = 30
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed into a form of the page, and what is wrong with it, when shown again."""

    form: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return 422 if self.problems else 200


NOTHING = Entered()
Page = Callable[[Visit, Entered], Awaitable[Response]]


async def root(visit: Visit, _entered: Entered) -> Response:
    first = visit.deps.runner.env.operator.sections[0]
    return see_other(f"/{first}" if visit.session else "/login")


async def login_page(visit: Visit, entered: Entered) -> Response:
    if visit.session is not None and not entered.problems:
        return see_other("/")
    return await _form(visit, "login", entered)


async def register_page(visit: Visit, entered: Entered) -> Response:
    return await _form(visit, "register", entered)


async def home_page(visit: Visit, _entered: Entered) -> Response:
    return await _viewed(visit, "home", home)


async def statistics_page(visit: Visit, _entered: Entered) -> Response:
    """Today, week, month or two dates; what is no period is said, and the month shown instead."""
    query = visit.request.query_params
    named = query.get("period", "" if "from" in query or "to" in query else "month")
    first, last, problem = _period(visit, named)
    problems = {problem.name: visit.wording.problem(problem)} if problem else {}
    view = await visit.deps.runner.read(usage, visit.case, first, last)
    kind = query.get("kind", "")
    form = {"period": named, "kind": kind if kind in KINDS else ""}
    context = {"view": view, "form": form, "problems": problems}
    return await visit.page("statistics.html", "statistics", context, 422 if problem else 200)


async def detail_page(visit: Visit, _entered: Entered) -> Response:
    id = path_id(visit, "id")
    wanted = wanted_format(visit)
    if wanted is not None:
        return await hand_over(visit, wanted, "detail", id=str(id))
    view = await _paged(
        visit, lambda cursor: visit.deps.runner.read(detail, visit.case, id, Part(cursor, 100))
    )
    if view is None:
        raise HttpProblem(404, "not_found")
    return await visit.page("detail.html", "statistics", {"view": view})


async def tariffs_page(visit: Visit, _entered: Entered) -> Response:
    return await _viewed(visit, "tariffs", tariffs)


async def services_page(visit: Visit, entered: Entered) -> Response:
    view = await visit.deps.runner.read(services, visit.case)
    context = {"view": view, "form": entered.form, "problems": entered.problems}
    return await visit.page("services.html", "services", context, entered.status)


async def loyalty_page(visit: Visit, entered: Entered) -> Response:
    view = await visit.deps.runner.read(loyalty, visit.case)
    context = {"view": view, "form": entered.form, "problems": entered.problems}
    return await visit.page("loyalty.html", "loyalty", context, entered.status)


async def profile_page(visit: Visit, entered: Entered) -> Response:
    view = await visit.deps.runner.read(profile, visit.case)
    context = {"view": view, "form": entered.form, "problems": entered.problems}
    return await visit.page("profile.html", "profile", context, entered.status)


async def topup_page(visit: Visit, entered: Entered) -> Response:
    """For guests, too, where one can pay by card: any number may be topped up."""
    runner, guest = visit.deps.runner, visit.session is None
    card = await runner.read(card_top_up, visit.asker)
    if guest and card is None:
        raise LoginNeeded
    suggested = {"amount": visit.request.query_params.get("amount", "")[:12]}
    context = {
        "card": card,
        "balance": None if guest else await runner.read(balance, visit.case),
        "form": entered.form or suggested,
        "problems": entered.problems,
    }
    return await visit.page("topup.html", "topup", context, entered.status)


def offered(view: Any, name: str, section: str) -> Page:
    """A page of a section that is there only where the operator has the rule for it."""

    async def page(visit: Visit, entered: Entered) -> Response:
        found = await visit.deps.runner.read(view, visit.case)
        if found is None:
            raise HttpProblem(404, "not_found")
        context = {"view": found, "form": entered.form, "problems": entered.problems}
        return await visit.page(f"{name}.html", section, context, entered.status)

    return page


async def auto_payment_page(visit: Visit, entered: Entered) -> Response:
    view = await visit.deps.runner.read(auto_payment, visit.case)
    if view is None:
        raise HttpProblem(404, "not_found")
    context = {"view": view, "form": entered.form, "problems": entered.problems}
    return await visit.page("auto_payment.html", "topup", context, entered.status)


async def payments_page(visit: Visit, entered: Entered) -> Response:
    """All that moved, or what came in alone (`?show=received`): whether a payment has arrived."""
    shown = visit.request.query_params.get("show", "")
    if shown not in {"", "received"}:
        raise HttpProblem(404, "not_found")
    wanted = wanted_format(visit) if not entered.problems else None
    if wanted is not None:
        return await hand_over(visit, wanted, "payments" if shown else "movements")
    runner, case = visit.deps.runner, visit.case
    listed: Callable[..., Awaitable[Any]] = payments if shown else movements
    view = await _paged(visit, lambda cursor: runner.read(listed, case, Part(cursor)))
    env = runner.env
    today = day_of(env.clock.now(), env.zone)
    context = {
        "view": view,
        "shown": shown,
        "ahead": None if shown else await runner.read(outlook, visit.case),
        "form": {"from": today.replace(day=1), "to": today, **entered.form},
        "problems": problems_of(entered.problems),
        "invoices": env.operator.invoices is not None,
    }
    return await visit.page("payments.html", "payments", context, entered.status)


async def journal_page(visit: Visit, _entered: Entered) -> Response:
    wanted = wanted_format(visit)
    if wanted is not None:
        return await hand_over(visit, wanted, "journal")
    runner, case = visit.deps.runner, visit.case
    view = await _paged(visit, lambda cursor: runner.read(journal, case, Part(cursor)))
    return await visit.page("journal.html", "journal", {"view": view})


async def contacts_page(visit: Visit, _entered: Entered) -> Response:
    view = await visit.deps.runner.read(contacts, Case(Guest(), None, 0, "web"))
    return await visit.page("contacts.html", "contacts", {"view": view})


async def help_page(visit: Visit, _entered: Entered) -> Response:
    pages = visit.deps.help[visit.wording.language]
    context = {"sections": tuple(pages), "html": Markup(pages.get("help", ""))}  # noqa: S704
    return await visit.page("help.html", "help", context)


async def help_section_page(visit: Visit, _entered: Entered) -> Response:
    section = visit.request.path_params["section"]
    html = visit.deps.help[visit.wording.language].get(section)
    if html is None:
        raise HttpProblem(404, "not_found")
    context = {"section": section, "html": Markup(html)}  # noqa: S704
    return await visit.page("help_section.html", "help", context)


def plain(name: str) -> Page:
    """A page that shows nothing but its template."""

    async def page(visit: Visit, _entered: Entered) -> Response:
        return await visit.page(f"{name}.html", name, {})

    return page


PAGES: Mapping[str, Page] = {
    "/home": home_page,
    "/": root,
    "/login": login_page,
    "/register": register_page,
    "/registered": plain("registered"),
    "/statistics": statistics_page,
    "/statistics/detail/{id}": detail_page,
    "/tariffs": tariffs_page,
    "/services": services_page,
    "/loyalty": loyalty_page,
    "/profile": profile_page,
    "/topup": topup_page,
    "/topup/promised": offered(promised, "promised", "topup"),
    "/topup/transfer": offered(latest_transfers, "transfer", "topup"),
    "/services/collect-call": offered(collect_calls, "collect_call", "services"),
    "/topup/auto": auto_payment_page,
    "/payments": payments_page,
    "/journal": journal_page,
    "/contacts": contacts_page,
    "/help": help_page,
    "/help/{section}": help_section_page,
    "/safety": plain("safety"),
    "/lost": plain("lost"),
    "/more": plain("more"),
}

FORMS: Mapping[str, Page] = {path: page for path, page in PAGES.items() if "{" not in path}
"""Pages that can be shown again with what was wrong in a form: their address says all."""


def path_id(visit: Visit, name: str) -> int:
    """An id in the path; raises HttpProblem 404 for what is none."""
    return known_id(visit.request.path_params[name])


def known_id(text: str) -> int:
    """An id as pages write it; raises HttpProblem 404 for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST_ID):
        raise HttpProblem(404, "not_found")
    return int(text)


async def _form(visit: Visit, name: str, entered: Entered) -> Response:
    context = {"form": entered.form, "problems": entered.problems}
    return await visit.page(f"{name}.html", name, context, entered.status)


async def _viewed(visit: Visit, name: str, view: Any) -> Response:
    found = await visit.deps.runner.read(view, visit.case)
    return await visit.page(f"{name}.html", name, {"view": found})


async def _paged(visit: Visit, read: Callable[[str | None], Awaitable[Any]]) -> Any:
    try:
        return await read(visit.request.query_params.get("cursor"))
    except ValueError:
        raise HttpProblem(404, "not_found") from None


def _period(visit: Visit, named: str) -> tuple[date, date, FieldProblem | None]:
    env = visit.deps.runner.env
    today = day_of(env.clock.now(), env.zone)
    month = today - timedelta(days=_MONTH_DAYS - 1)
    if named == "today":
        return today, today, None
    if named == "week":
        return today - timedelta(days=_WEEK_DAYS - 1), today, None
    if named:
        return month, today, None
    query = visit.request.query_params
    raw = {name: query[name] for name in ("from", "to") if query.get(name)}
    asked = read_ask(Period, raw, env)
    if isinstance(asked, NeedsInput):
        return month, today, asked.fields[0]
    problem = period_problem(env, asked.first_day, asked.last_day)
    return (month, today, problem) if problem else (asked.first_day, asked.last_day, None)
