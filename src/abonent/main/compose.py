"""Putting the rooms together: one application from a database, a profile and a secret key."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from abonent.channels.api import app as api
from abonent.channels.api.deps import ApiDeps
from abonent.channels.http.antiforgery import AntiForgery
from abonent.channels.http.client import Network
from abonent.channels.http.metrics import Metrics
from abonent.channels.http.outage import Outage
from abonent.channels.http.papers.desk import Desk
from abonent.channels.http.stack import HttpRules, guarded
from abonent.channels.http.templating import Templates
from abonent.channels.web import app as web
from abonent.channels.web.assets import STATIC, Assets
from abonent.channels.web.deps import WebDeps
from abonent.channels.web.display import GLOBALS
from abonent.channels.wording import Wordings
from abonent.gateways.payments.webhooks import Webhooks
from abonent.kernel.ids import TimeOrderedIds
from abonent.kernel.time import Clock
from abonent.operations.env import Env, Payments
from abonent.operations.money.payments import receive
from abonent.operations.ports import Unavailable
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.operations.secrets import KeyedSecrets
from abonent.profile.colour import accent_css
from abonent.profile.model import Profile
from abonent.store.database import Database

WEB = Path(web.__file__).parent
"""Where the web's templates are."""

_NO_PAYMENTS = Payments()


@dataclass(frozen=True, slots=True)
class Ground:
    """What every part of a running program stands on."""

    db: Database
    env: Env
    runner: Runner
    wordings: Wordings


@dataclass(frozen=True, slots=True)
class Site:
    """How the application is reached. `extra` are folders and routes of the demo."""

    tls: bool
    trusted: Sequence[Network] = ()
    demo: bool = False
    templates: Sequence[Path] = ()
    static: Sequence[Path] = ()


def lay_ground(
    db: Database,
    profile: Profile,
    clock: Clock,
    secret_key: str,
    payments: Payments = _NO_PAYMENTS,
) -> Ground:
    """Raises ValueError for a secret key that is too short, TextsProblem for texts that lack."""
    env = Env(profile, clock, TimeOrderedIds(), KeyedSecrets(secret_key), payments)
    return Ground(db, env, Runner(db, env, OPERATIONS), Wordings(profile, clock))


class Application:
    """The web and the API over one ground, with what they share."""

    def __init__(self, ground: Ground, site: Site) -> None:
        profile = ground.env.profile
        self.ground = ground
        self.site = site
        self.metrics = Metrics()
        self.webhooks = Webhooks(
            ground.env.payments.gateways, partial(receive, ground.db, ground.env)
        )
        self.assets = Assets(
            (STATIC, *site.static),
            {"brand.css": accent_css(profile.operator.brand.hue)},
        )
        self.templates = Templates(
            (WEB / "templates", *site.templates),
            ground.wordings,
            {**GLOBALS, "mark": Markup(profile.mark_svg)},  # noqa: S704 (the operator's own file)
            {"asset": self.assets.url, "icon": self.assets.icon},
        )
        self.web = WebDeps(
            runner=ground.runner,
            wordings=ground.wordings,
            templates=self.templates,
            desk=Desk(ground.runner, ground.wordings),
            antiforgery=AntiForgery(ground.env.secrets.digest("anti-forgery", "key")),
            help=rendered_help(profile),
            tls=site.tls,
            demo=site.demo,
        )

    def asgi(
        self,
        extra: Sequence[BaseRoute] = (),
        running: Callable[[], AbstractAsyncContextManager[None]] | None = None,
    ) -> ASGIApp:
        """The application as a server takes it; `running` is entered for as long as it serves."""
        deps = self.web

        async def fault(request: Request, _error: Exception) -> Response:
            return await web.failure(deps, 500, "internal")(request)

        async def problem(request: Request, error: Exception) -> Response:
            assert isinstance(error, HTTPException)
            return await web.problem(deps, request, error)

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            if running is None:
                yield
                return
            async with running():
                yield

        application = Starlette(
            routes=[
                *self.assets.routes(),
                Mount("/api/v1", routes=api.routes(ApiDeps(deps.runner, deps.wordings))),
                *web.routes(deps),
                *extra,
                *self.webhooks.routes(),
                *probes(self.ground.db),
            ],
            middleware=[Middleware(Outage, page=web.failure(deps, 503, "unavailable"))],
            exception_handlers={HTTPException: problem, 500: fault},
            lifespan=lifespan,
        )
        # A redirect to the address without a slash would name the host and scheme of the request.
        application.router.redirect_slashes = False
        payers_go_to = [
            origin
            for gateway in self.ground.env.payments.gateways.values()
            for origin in gateway.origins
        ]
        rules = HttpRules(self.site.tls, self.site.trusted, forms_to=payers_go_to)
        return guarded(application, rules, self.metrics)


def probes(db: Database) -> list[BaseRoute]:
    """`/healthz`: the process is alive. `/readyz`: its database is there and up to date."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        try:
            missing = await db.missing_migrations()
        except Unavailable:
            return JSONResponse({"status": "unavailable", "missing": "database"}, 503)
        if missing:
            return JSONResponse({"status": "unavailable", "missing": "migrations"}, 503)
        return JSONResponse({"status": "ready"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def rendered_help(profile: Profile) -> Mapping[str, Mapping[str, str]]:
    """The operator's help as HTML; raw HTML in its Markdown stays text."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return {
        language: {section: markdown.render(source) for section, source in pages.items()}
        for language, pages in profile.help.items()
    }


def metrics_application(metrics: Metrics) -> ASGIApp:
    """The listener that the public cannot reach."""
    return Starlette(routes=[Route("/metrics", metrics.page)])
