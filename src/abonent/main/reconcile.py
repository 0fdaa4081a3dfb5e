"""`abonent payments reconcile`: a provider's file of a day against our books."""

from argparse import Namespace
from datetime import date

from abonent.main.compose import Ground
from abonent.main.failure import Failure
from abonent.main.open_store import ground
from abonent.main.payments import PLAY, connected
from abonent.operations.env import Payments
from abonent.operations.money.reconciliation import Difference, Reconciled
from abonent.operations.money.reconciliation import reconcile as settle
from abonent.operations.ports import PaymentGateway
from abonent.profile.model import Operator


async def reconcile(options: Namespace) -> None:
    """Book what we missed, and list what differs; ends with status 1 while anything does."""

    def connect(operator: Operator) -> Payments:
        return Payments() if options.gateway == PLAY else connected(operator)

    day = _day(options.day)
    async with ground(connect) as held:
        gateway = _gateway(held, options.gateway)
        try:
            with options.file.open(encoding="utf-8-sig", newline="") as lines:
                done = await settle(held.db, held.env, gateway, lines, day)
        except (OSError, ValueError) as error:
            raise Failure(f"{options.file}: {error}") from None
    _report(done)


def _gateway(held: Ground, name: str | None) -> PaymentGateway:
    if name == PLAY:
        # The demo's own provider is not loaded by a program that serves real people.
        from abonent.simulator.demopay.provider import Demopay

        return Demopay(held.db, held.env.clock, b"")
    gateways = held.env.payments.gateways
    if name is None and len(gateways) == 1:
        return next(iter(gateways.values()))
    if name is None or name not in gateways:
        raise Failure(f"--gateway is one of {', '.join((*gateways, PLAY))}")
    return gateways[name]


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Failure(f"{text} is no day; write YYYY-MM-DD") from None


def _report(done: Reconciled) -> None:
    for difference in done.differences:
        print(_line(difference))
    print(f"agreed {done.agreed}, of them booked now {done.booked}")
    if done.differences:
        raise Failure(f"{len(done.differences)} differences remain")


def _line(difference: Difference) -> str:
    there, here = (
        "nothing" if amount is None else f"{amount.decimal()} {amount.currency}"
        for amount in (difference.there, difference.here)
    )
    where = f"line {difference.line}: " if difference.line else ""
    return f"{where}{difference.code}: payment {difference.payment}, {there} there, {here} here"
