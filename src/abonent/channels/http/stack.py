"""The middlewares in their order, around the whole application."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp

from abonent.channels.http.client import ClientAddress, Network
from abonent.channels.http.headers import SecurityHeaders
from abonent.channels.http.limits import BodyLimits
from abonent.channels.http.metrics import Metrics
from abonent.channels.http.observe import Observed


@dataclass(frozen=True, slots=True)
class HttpRules:
    """`tls`: whether the public address is https. `trusted`: the proxies that are believed.

    `forms_to`: where else our forms and the redirects after them may lead (`https://host`).
    """

    tls: bool
    trusted: Sequence[Network] = ()
    forms_to: Sequence[str] = ()
    largest_body_bytes: int = 65_536
    slowest_body_s: float = 20.0


def guarded(app: ASGIApp, rules: HttpRules, metrics: Metrics) -> ASGIApp:
    """The application as the server gets it: observed, with safe headers, limits and addresses."""
    limited = BodyLimits(app, rules.largest_body_bytes, rules.slowest_body_s)
    placed = ClientAddress(limited, rules.trusted)
    return Observed(SecurityHeaders(placed, rules.tls, rules.forms_to), metrics)
