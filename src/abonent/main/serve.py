"""`abonent serve` and `abonent worker`: what an operator runs."""

import os
from argparse import Namespace
from collections.abc import Coroutine

from abonent.channels.http.metrics import Metrics
from abonent.kernel.time import SystemClock
from abonent.main import serving
from abonent.main.compose import Application, Ground, Site, lay_ground, metrics_application
from abonent.main.failure import Failure
from abonent.main.open_store import ground, opened
from abonent.main.payments import connected
from abonent.main.settings import read_settings
from abonent.main.turning import Shown
from abonent.profile.load import find, load
from abonent.worker.loop import Worker

_WORKER_EVERY_S = 1.0


async def serve(options: Namespace) -> None:
    """The web and the API. On SQLite, which has one writer, the worker runs in the same process."""
    settings = read_settings(os.environ)
    profile = load(find(settings.profile))
    payments = connected(profile.operator)
    async with opened(settings.database_url) as db:
        alone = db.engine == "sqlite"
        if alone:
            await db.migrate()
        held = lay_ground(db, profile, SystemClock(), settings.secret_key, payments)
        application = Application(held, Site(tls=True, trusted=settings.trusted_proxies))
        serving.log_json_lines()
        web = serving.server(application.asgi(), options.host, options.port, shared=not alone)
        servers = [web]
        if options.metrics_port:
            metrics = metrics_application(application.metrics)
            servers.append(serving.server(metrics, "127.0.0.1", options.metrics_port))
        beside = [_worker(held, application.metrics)] if alone else []
        await serving.serve(servers, beside)


async def work(options: Namespace) -> None:
    """Due work and the outbox, in any number of processes."""
    async with ground(connected) as held:
        if held.db.engine == "sqlite":
            raise Failure("on SQLite `abonent serve` includes the worker")
        serving.log_json_lines()
        metrics = Metrics()
        servers = []
        if options.metrics_port:
            page = metrics_application(metrics)
            servers.append(serving.server(page, "127.0.0.1", options.metrics_port))
        await serving.serve(servers, [_worker(held, metrics)])


def _worker(held: Ground, metrics: Metrics) -> Coroutine[None, None, None]:
    worker = Worker(held.db, held.env, {}, report=Shown(metrics.registry))
    return worker.run(_WORKER_EVERY_S)
