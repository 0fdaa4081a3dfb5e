"""`abonent demo`: the whole program in one process on SQLite, with a network of its own."""

import hashlib
import logging
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from abonent import simulator
from abonent.channels.ussd import open_ussd
from abonent.channels.web.visit import visit
from abonent.kernel.time import MovableClock
from abonent.main import serving
from abonent.main.compose import Application, Ground, Site, lay_ground, metrics_application
from abonent.main.failure import Failure
from abonent.main.open_store import opened
from abonent.operations.env import Payments
from abonent.operations.ports import Outgoing
from abonent.profile.load import find, load
from abonent.simulator.app import routes
from abonent.simulator.clock import load_clock
from abonent.simulator.demopay.pages import keep_telling, tell
from abonent.simulator.demopay.provider import Demopay
from abonent.simulator.deps import SimulatorDeps
from abonent.simulator.network import Network
from abonent.simulator.seeding import people_of, seed
from abonent.store.database import Database
from abonent.worker.loop import Worker

_HOST = "127.0.0.1"
_METRICS_ABOVE = 1000
"""The demo's measurements are on the port so far above its own."""
_WORKER_EVERY_S = 0.5

SIMULATOR = Path(simulator.__file__).parent


async def demo(options: Namespace) -> None:
    """Serve the demo until it is stopped; the first start fills the store."""
    folder: Path = options.data
    profile = load(find(options.profile))
    async with opened(f"sqlite:///{(folder / 'abonent.db').resolve()}") as db:
        await db.migrate()
        clock = await load_clock(db)
        key = kept_key(folder / "secret.key")
        demopay = Demopay(db, clock, hashlib.sha256(f"demopay {key}".encode()).digest())
        payments = Payments(f"http://localhost:{options.port}", {demopay.name: demopay})
        held = lay_ground(db, profile, clock, key, payments)
        await seed(db, held.env, lambda outgoing: worded(held, outgoing))
        await run(held, (clock, demopay), options.port)


async def run(held: Ground, outside: tuple[MovableClock, Demopay], port: int) -> None:
    """The web, the API, the telephone and the worker, until a signal ends them."""
    clock, demopay = outside
    network = Network(
        held.db, held.env.operator.sms_sender, lambda outgoing: worded(held, outgoing)
    )
    worker = Worker(held.db, held.env, network.peers())
    site = Site(
        tls=False,
        demo=True,
        templates=(SIMULATOR / "templates",),
        static=(SIMULATOR / "static",),
    )
    application = Application(held, site)

    async def render(
        request: Request, template: str, context: Mapping[str, object], status: int
    ) -> Response:
        visited = await visit(application.web, request)
        request.state.came_from = "/phone"
        return await visited.page(template, "phone", context, status)

    ussd = open_ussd(held.runner, held.wordings)
    if ussd is None:
        raise Failure(f"{held.env.profile.name} has no menus/ussd.toml")

    async def catch_up() -> None:
        await tell(deps)
        await worker.catch_up()

    deps = SimulatorDeps(
        db=held.db,
        env=held.env,
        clock=clock,
        network=network,
        ussd=ussd,
        demopay=demopay,
        webhook=application.webhooks.take,
        catch_up=catch_up,
        render=render,
    )
    serving.log_json_lines(logging.WARNING)
    metrics = metrics_application(application.metrics)
    servers = [
        serving.server(application.asgi(routes(deps)), _HOST, port),
        serving.server(metrics, _HOST, port + _METRICS_ABOVE),
    ]
    print(await welcome(held.db, held, port), flush=True)
    beside = [worker.run(_WORKER_EVERY_S), keep_telling(deps, _WORKER_EVERY_S)]
    await serving.serve(servers, beside)


def worded(held: Ground, outgoing: Outgoing) -> str:
    """An SMS of the outbox in words; `{secret}` is its sealed part, where it has one."""
    wording = held.wordings.for_language(outgoing.language)
    secret = {} if outgoing.secret is None else {"secret": outgoing.secret}
    return wording.t(f"sms.{outgoing.kind}", **outgoing.values, **secret)


async def welcome(db: Database, held: Ground, port: int) -> str:
    """What the terminal says: where to look, and as whom to log in."""
    people = await db.read(people_of)
    somebody = next(person for person in people if person["registered"])
    address = f"http://localhost:{port}"
    brand = held.wordings.for_language("en").t("profile.brand")
    return "\n".join(
        (
            f"{brand} — {held.env.profile.name}",
            f"  cabinet   {address}",
            f"  telephone {address}/phone",
            f"  API       {address}/api/v1/openapi.json",
            f"  people    {address}/simulator/people",
            f"  metrics   http://localhost:{port + _METRICS_ABOVE}/metrics",
            f"  log in as {somebody['login']} with the password {somebody['password']}",
            "Stop with Ctrl-C.",
        )
    )


def kept_key(path: Path) -> str:
    """The demo's secret key, drawn at its first start and kept beside the store."""
    if path.exists():
        return path.read_text("ascii").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)
    key = token_urlsafe(32)
    path.write_text(key, "ascii")
    return key
