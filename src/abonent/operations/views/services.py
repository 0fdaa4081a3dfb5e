"""Services that are on and that could be, packages, and where calls are sent."""

from abonent.accounts import lines
from abonent.catalog import sql as catalog
from abonent.catalog.model import Activation
from abonent.kernel.case import Case
from abonent.kernel.text import Item
from abonent.ledger import due
from abonent.operations.env import Env
from abonent.operations.services.buy_package import RENEWAL
from abonent.operations.views.model import Forwarding, PackageRow, ServiceRow, ServicesView
from abonent.operations.views.tariffs import included_rows
from abonent.profile.model import Service
from abonent.store.tx import ReadTx

_DAYS_PER_MONTH = 30


async def services(tx: ReadTx, case: Case, env: Env) -> ServicesView:
    """What the line has, then what its tariff allows besides."""
    line, known = case.subject.line, env.catalog()
    active = {a.service: a for a in await catalog.activations(tx, line)}
    tariff = known.tariff(await catalog.tariff_of(tx, line))
    allowed = set(tariff.services) if tariff else set()
    renewals = {
        item.ref: item.due_at
        for item in await due.of_account(tx, case.subject.account)
        if item.line == line and item.kind == RENEWAL
    }
    mine = tuple(
        _row(env, service, active[id])
        for id in active
        if (service := known.service(id)) is not None
    )
    available = tuple(
        _row(env, service, None)
        for service in known.services
        if service.id in allowed and service.id not in active
    )
    packages = tuple(
        PackageRow(
            package.id,
            Item("package", package.id),
            env.money(package.price),
            package.valid_days,
            included_rows(known, package.included),
            package.renew,
            renewals.get(package.id),
        )
        for package in known.packages
        if package.id in allowed or package.id in renewals
    )
    cost = sum(
        row.fee.amount_minor * (_DAYS_PER_MONTH if row.period == "day" else 1) for row in mine
    )
    return ServicesView(
        mine=mine,
        available=available,
        monthly_cost=env.money(cost),
        packages=packages,
        forwarding=tuple(Forwarding(*pair) for pair in await lines.forwardings(tx, line)),
        forwarding_kinds=env.operator.forwarding_kinds,
    )


def _row(env: Env, service: Service, active: Activation | None) -> ServiceRow:
    return ServiceRow(
        id=service.id,
        name=Item("service", service.id),
        group=Item("group", service.group),
        activation_price=env.money(service.activation_price),
        fee=env.money(service.fee),
        period=service.period,
        state="off" if active is None else "paused" if active.paused else "on",
        since=active.valid_from if active else None,
        until=active.paid_until if active else None,
    )
