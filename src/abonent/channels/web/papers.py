"""Pages of papers: statements, receipts, tax invoices, and papers in the making."""

from collections.abc import Mapping

from starlette.responses import Response

from abonent.channels.http.problem import HttpProblem
from abonent.channels.web.downloads import PDF, file_response, hand_over, wanted_format
from abonent.channels.web.pages import Entered, Page, path_id, payments_page
from abonent.channels.web.visit import Visit, filled, problems_of, safe_path
from abonent.kernel.outcome import NeedsInput
from abonent.operations.asks import read_ask
from abonent.operations.invoicing import issue_invoices
from abonent.operations.usage.order_detail import Ask as Period
from abonent.operations.views.invoices import invoices
from abonent.operations.views.paging import Page as Part
from abonent.operations.views.statement import statement_problem


async def statement(visit: Visit, _entered: Entered) -> Response:
    """The statement of a period as a file; what is no period is said beside the dates."""
    env, query = visit.deps.runner.env, visit.request.query_params
    wanted = wanted_format(visit) or "pdf"
    raw = {name: query[name] for name in ("from", "to") if query.get(name)}
    asked = read_ask(Period, raw, env)
    if isinstance(asked, NeedsInput):
        problems = asked.fields
    else:
        wrong = statement_problem(env, asked.first_day, asked.last_day)
        problems = (wrong,) if wrong else ()
    if problems or isinstance(asked, NeedsInput):
        said = {problem.name: visit.wording.problem(problem) for problem in reversed(problems)}
        return await payments_page(visit, Entered(filled(raw), problems_of(said)))
    days = {"from": asked.first_day.isoformat(), "to": asked.last_day.isoformat()}
    return await hand_over(visit, wanted, "statement", **days)


async def movement(visit: Visit, _entered: Entered) -> Response:
    """The receipt of one movement of the account."""
    wanted = wanted_format(visit, PDF) or "pdf"
    return await hand_over(visit, wanted, "movement", id=str(path_id(visit, "id")))


async def invoices_page(visit: Visit, _entered: Entered) -> Response:
    """The invoices of every finished month; those that are missing are made first."""
    runner, case = visit.deps.runner, visit.case
    _refuse_without_rule(visit)
    await issue_invoices(runner, case)
    wanted = wanted_format(visit)
    if wanted is not None:
        return await hand_over(visit, wanted, "invoices")
    try:
        view = await runner.read(invoices, case, Part(visit.request.query_params.get("cursor")))
    except ValueError:
        raise HttpProblem(404, "not_found") from None
    return await visit.page("invoices.html", "payments", {"view": view})


async def invoice(visit: Visit, _entered: Entered) -> Response:
    _refuse_without_rule(visit)
    wanted = wanted_format(visit) or "pdf"
    return await hand_over(visit, wanted, "invoice", id=str(path_id(visit, "id")))


async def paper(visit: Visit, _entered: Entered) -> Response:
    """How far a paper is; the page refreshes itself, and begins the download when it is ready."""
    state = await visit.deps.desk.find(visit.case, path_id(visit, "id"))
    back = safe_path(visit.request.query_params.get("back", ""), "/payments")
    return await visit.page("paper.html", "payments", {"paper": state, "back": back})


async def paper_file(visit: Visit, _entered: Entered) -> Response:
    return file_response(await visit.deps.desk.fetch(visit.case, path_id(visit, "id")))


def _refuse_without_rule(visit: Visit) -> None:
    if visit.deps.runner.env.operator.invoices is None:
        raise HttpProblem(404, "not_found")


PAPERS: Mapping[str, Page] = {
    "/payments/statement": statement,
    "/payments/{id}": movement,
    "/invoices": invoices_page,
    "/invoices/{id}": invoice,
    "/papers/{id}": paper,
    "/papers/{id}/file": paper_file,
}
