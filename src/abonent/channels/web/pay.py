"""From a payment to its provider's page, and back to what became of it.

The link is signed, and whoever holds it may pay: it tells the amount, and neither who asked for the
payment nor whom it is for. Asking a provider may be repeated and holds no transaction open.
"""

from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from abonent.channels.http.problem import HttpProblem
from abonent.channels.web.pages import path_id
from abonent.channels.web.visit import Visit, see_other
from abonent.operations.money.providers import (
    TryLater,
    is_opened_too_often,
    keep_nothing,
    page_of,
    would_keep_for_another,
)
from abonent.operations.ports import Checkout
from abonent.operations.views.payment_model import PaymentView
from abonent.operations.views.payments import payment_of_link

_REFRESH_S = 3
_OPEN = frozenset({"created", "pending"})


async def pay_page(visit: Visit) -> Response:
    """On to the provider; where it does not answer, a page that says so and lets one try again."""
    payment = await _payment(visit)
    runner = visit.deps.runner
    if await is_opened_too_often(runner.db, runner.env, payment.id):
        raise HttpProblem(429, "too_many_requests")
    payer = visit.session.person if visit.session else None
    if await would_keep_for_another(runner.db, payment.id, payer):
        return await _shown(visit, payment, for_another=True)
    try:
        checkout = await page_of(runner.db, runner.env, payment.id, visit.wording.language)
        if checkout is not None:
            _must_be_known(visit, payment, checkout)
    except TryLater:
        return await _shown(visit, payment, status=503)
    if checkout is None:
        return see_other(f"{payment.link}/back")
    if checkout.fields is None:
        return RedirectResponse(checkout.url, 303)
    return await _shown(visit, payment, checkout)


async def pay_for_another(visit: Visit) -> Response:
    """On to the provider for somebody else than who asked for the payment: no card is kept."""
    payment = await _payment(visit)
    await visit.form()
    await keep_nothing(visit.deps.runner.db, payment.id)
    return see_other(payment.link)


async def back_page(visit: Visit) -> Response:
    """What became of the payment; asked for again by itself while nobody knows yet."""
    payment = await _payment(visit)
    response = await visit.page("paid.html", "topup", {"payment": payment})
    if payment.state in _OPEN:
        response.headers["refresh"] = str(_REFRESH_S)
    return response


async def come_back(visit: Visit) -> Response:
    """Some providers send the payer back by a form of theirs; what is in it is not believed."""
    return see_other(f"{(await _payment(visit)).link}/back")


async def _shown(
    visit: Visit,
    payment: PaymentView,
    checkout: Checkout | None = None,
    *,
    for_another: bool = False,
    status: int = 200,
) -> Response:
    context = {"payment": payment, "checkout": checkout, "for_another": for_another}
    return await visit.page("pay.html", "topup", context, status)


async def _payment(visit: Visit) -> PaymentView:
    """The payment of the link; raises HttpProblem 404 where the link is not one of ours."""
    id, signature = path_id(visit, "payment"), visit.request.path_params["signature"]
    found = await visit.deps.runner.read(payment_of_link, visit.guest_case, id, signature)
    if found is None:
        raise HttpProblem(404, "not_found")
    return found


def _must_be_known(visit: Visit, payment: PaymentView, checkout: Checkout) -> None:
    """Raises TryLater where a payer would be led to where the provider does not live."""
    known = visit.deps.runner.env.payments.gateways[payment.gateway].origins
    own = checkout.url.startswith("/") and not checkout.url.startswith("//")
    if not own and _origin(checkout.url) not in known:
        raise TryLater


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
