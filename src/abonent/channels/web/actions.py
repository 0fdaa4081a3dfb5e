"""Everything that changes something: operations asked for by forms, and the frame's choices."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar, assert_never
from urllib.parse import quote

from starlette.responses import Response

from abonent.channels.http.bodies import Form
from abonent.channels.http.problem import HttpProblem
from abonent.channels.web.cookies import Cookies
from abonent.channels.web.downloads import PDF, hand_over, wanted_format
from abonent.channels.web.pages import (
    FORMS,
    Entered,
    known_id,
    login_page,
    path_id,
    register_page,
)
from abonent.channels.web.visit import (
    THEMES,
    LoginNeeded,
    Visit,
    client_of,
    filled,
    problems_of,
    safe_path,
    see_other,
)
from abonent.kernel.ids import LineId, OperationId
from abonent.kernel.money import Money
from abonent.kernel.outcome import (
    Done,
    NeedsConfirm,
    NeedsInput,
    NeedsProof,
    Outcome,
    Refused,
)
from abonent.operations.identity.sessions import (
    choose_line,
    close_session,
    open_session,
)
from abonent.operations.views.home import balance

O = TypeVar("O", bound=Outcome)  # noqa: E741 (any outcome)
_OWN_FIELDS = {"csrf", "back", "key"}
_LONGEST_KEY = 250
Action = Callable[[Visit], Awaitable[Response]]


async def login(visit: Visit) -> Response:
    """Log in with a new token, whatever the browser had before."""
    form = await visit.form()
    number, password = form.get("number", ""), form.get("password", "")
    missing = {name: "problem.required" for name in ("number", "password") if not form.get(name)}
    if missing:
        problems = {name: visit.wording.t(key) for name, key in missing.items()}
        return await login_page(visit, Entered(filled(form), problems_of(problems)))
    opened = await open_session(visit.deps.runner, number, password, client_of(visit.request))
    if isinstance(opened, Refused):
        problems = {"form": visit.wording.refused(opened)}
        return await login_page(visit, Entered(filled(form), problems_of(problems)))
    response = see_other("/")
    cookies = Cookies(visit.deps.tls)
    cookies.set(response, "session", opened.token)
    cookies.drop(response, "visitor")
    return response


async def logout(visit: Visit) -> Response:
    await visit.form()
    if visit.session is not None:
        await close_session(visit.deps.runner, visit.session)
    response = see_other("/logged-out")
    Cookies(visit.deps.tls).drop(response, "session")
    return response


async def register(visit: Visit) -> Response:
    form = await visit.form()
    outcome = await visit.deps.runner.propose(visit.guest_case, "register", _input(form))
    match outcome:
        case Done():
            return see_other("/registered")
        case NeedsInput(fields):
            problems = {p.name: visit.wording.problem(p) for p in reversed(fields)}
        case Refused():
            problems = {"form": visit.wording.refused(outcome)}
        case NeedsConfirm() | NeedsProof():
            raise AssertionError("registration is done in one call")
        case _:
            assert_never(outcome)
    return await register_page(visit, Entered(filled(form), problems_of(problems)))


async def do(visit: Visit) -> Response:
    """Ask for an operation. What it answers decides which page comes next."""
    form = await visit.form()
    name = visit.request.path_params["operation"]
    operation = visit.deps.runner.operations.get(name)
    if operation is None or "web" not in operation.channels or "person" not in operation.askers:
        raise HttpProblem(404, "not_found")
    key = form.get("key")
    if key is not None and len(key) > _LONGEST_KEY:
        raise HttpProblem(400, "request_broken")
    case = visit.asker if "guest" in operation.askers else visit.case
    outcome = await visit.deps.runner.propose(case, name, _input(form), key)
    if isinstance(outcome, NeedsInput):
        return await _again(visit, form, outcome)
    return await _answer(visit, outcome, _back(form))


async def confirm(visit: Visit) -> Response:
    form = await visit.form()
    proposal = OperationId(path_id(visit, "proposal"))
    outcome = _known(visit, await visit.deps.runner.confirm(visit.asker, proposal))
    return await _answer(visit, outcome, _back(form))


async def prove(visit: Visit) -> Response:
    form = await visit.form()
    proposal = OperationId(path_id(visit, "proposal"))
    outcome = await visit.deps.runner.prove(visit.case, proposal, form.get("code", "").strip())
    if isinstance(outcome, Refused) and outcome.code == "code_wrong":
        wrong = problems_of({"code": visit.wording.refused(outcome)})
        needs = NeedsProof(proposal, "")
        context = {"needs": needs, "back": _back(form), "problems": wrong, "resend": None}
        return await visit.page("prove.html", "", context, 422)
    return await _answer(visit, outcome, _back(form))


async def proposal_page(visit: Visit) -> Response:
    """The quote of a proposal, so that its page can be reloaded and come back to."""
    proposal = OperationId(path_id(visit, "proposal"))
    outcome = _known(visit, await visit.deps.runner.proposed(visit.asker, proposal))
    back = safe_path(visit.request.query_params.get("back", ""))
    match outcome:
        case NeedsConfirm(id, quoted):
            operation = quoted.text.key.partition(".")[2]
            left = await _balance_after(visit, operation, quoted.price)
            return await visit.page(
                "confirm.html",
                "",
                {
                    "proposal": id,
                    "quote": quoted,
                    "operation": operation,
                    "balance_after": left,
                    "back": back,
                },
            )
        case NeedsProof():
            context = {"needs": outcome, "back": back, "resend": None}
            return await visit.page("prove.html", "", context)
        case _:
            return await _answer(visit, outcome, back)


async def receipt_page(visit: Visit) -> Response:
    """What was done, for as long as it is kept."""
    id = OperationId(path_id(visit, "id"))
    wanted = wanted_format(visit, PDF)
    if wanted is not None:
        return await hand_over(visit, wanted, "receipt", id=str(id))
    found = _known(visit, await visit.deps.runner.receipt(visit.asker, id))
    back = safe_path(visit.request.query_params.get("back", ""))
    if isinstance(found, Refused):
        status = 404 if found.code == "not_found" else 409
        return await visit.page("refused.html", "", {"refused": found, "back": back}, status)
    undo = visit.deps.runner.operations.get(found.receipt.undo or "")
    simple = undo is not None and not undo.ask.model_fields
    action = f"/do/{found.receipt.undo}" if simple else None
    context = {"receipt": found.receipt, "back": back, "undo_action": action}
    return await visit.page("receipt.html", "", context)


async def language(visit: Visit) -> Response:
    """Choose the language: of the person where there is one, and of this browser."""
    form = await visit.form()
    chosen = form.get("language", "")
    if chosen not in visit.deps.runner.env.operator.languages:
        raise HttpProblem(400, "request_broken")
    if visit.session is not None:
        await visit.deps.runner.propose(visit.case, "set_language", {"language": chosen})
    response = see_other(_back(form, "/"))
    Cookies(visit.deps.tls).set(response, "language", chosen, lasting=True)
    return response


async def theme(visit: Visit) -> Response:
    form = await visit.form()
    chosen = form.get("theme", "")
    if chosen not in THEMES:
        raise HttpProblem(400, "request_broken")
    response = see_other(_back(form, "/"))
    Cookies(visit.deps.tls).set(response, "theme", chosen, lasting=True)
    return response


async def line(visit: Visit) -> Response:
    """Turn to another line of one's own."""
    form = await visit.form()
    if visit.session is None:
        raise LoginNeeded
    wanted = LineId(known_id(form.get("line", "")))
    if not await choose_line(visit.deps.runner, visit.session, wanted):
        raise HttpProblem(404, "not_found")
    return see_other(_back(form))


ACTIONS: Mapping[str, Action] = {
    "/login": login,
    "/logout": logout,
    "/register": register,
    "/language": language,
    "/theme": theme,
    "/line": line,
    "/do/{operation}": do,
    "/proposals/{proposal}/confirm": confirm,
    "/proposals/{proposal}/prove": prove,
}


def _known(visit: Visit, outcome: O) -> O:
    """The outcome; raises LoginNeeded where a guest asks for what may be a person's."""
    unknown = isinstance(outcome, Refused) and outcome.code in {"proposal_unknown", "not_found"}
    if unknown and visit.session is None:
        raise LoginNeeded
    return outcome


async def _balance_after(visit: Visit, operation: str, price: Money) -> Money | None:
    """What is left once the price is paid; None where the account does not pay it."""
    known = visit.deps.runner.operations.get(operation)
    if visit.session is None or not price or (known is not None and not known.draws):
        return None
    return await visit.deps.runner.read(balance, visit.case, price.currency) - price


async def _answer(visit: Visit, outcome: Outcome, back: str) -> Response:
    """The page of an outcome. What was done or proposed has an address, so reloading is safe."""
    match outcome:
        case Done(receipt):
            return see_other(f"/receipts/{receipt.id}?back={quote(back)}")
        case NeedsConfirm(proposal) | NeedsProof(proposal):
            return see_other(f"/proposals/{proposal}?back={quote(back)}")
        case Refused():
            context = {"refused": outcome, "back": back}
            return await visit.page("refused.html", "", context, 409)
        case NeedsInput():
            raise HttpProblem(400, "request_broken")
        case _:
            assert_never(outcome)


async def _again(visit: Visit, form: Form, outcome: NeedsInput) -> Response:
    """The page that the form came from, with what is wrong beside the fields."""
    problems = {p.name: visit.wording.problem(p) for p in reversed(outcome.fields)}
    path = _back(form).partition("?")[0].partition("#")[0]
    page = FORMS.get(path)
    if page is None:
        raise HttpProblem(400, "request_broken")
    return await page(visit, Entered(filled(form), problems_of(problems)))


def _input(form: Form) -> dict[str, object]:
    """The operation's own fields; a field left empty counts as not given."""
    return {name: value for name, value in form.items() if name not in _OWN_FIELDS and value}


def _back(form: Form, otherwise: str = "/home") -> str:
    return safe_path(form.get("back", ""), otherwise)
