"""Lists of promised payments, of transfers, and of requests to pay for somebody's calls."""

from abonent.channels.dialogue.labels import caller, lent, named, transferred
from abonent.channels.dialogue.steps import Item
from abonent.operations.env import Env
from abonent.operations.views.collect_calls import CollectCallsView
from abonent.operations.views.lending import PromisedView, TransferRow, TransfersView

ANSWERS = ("yes", "no")


def promised_offers(view: PromisedView | None) -> tuple[Item, ...]:
    """Sums that can be borrowed now."""
    offers = view.offers if view else ()
    return tuple(Item(each.amount.decimal(), lent(each.amount, each.fee)) for each in offers)


def transfers_sent(view: TransfersView | None) -> tuple[Item, ...]:
    """Transfers that can be asked back."""
    return tuple(_transfer(row) for row in (view.items if view else ()) if row.recall_until)


def transfers_asked(view: TransfersView | None) -> tuple[Item, ...]:
    """Transfers to oneself that their senders ask back."""
    rows = view.items if view else ()
    return tuple(_transfer(row) for row in rows if (row.direction, row.state) == ("in", "asked"))


def collect_requests(view: CollectCallsView | None) -> tuple[Item, ...]:
    """Who wants one to pay for their calls, or has one's consent."""
    return tuple(
        Item(str(row.id), caller(f"+{row.number}"))
        for row in (view.items if view else ())
        if row.direction == "in" and row.state in {"asked", "agreed"}
    )


def answers(_env: Env) -> tuple[Item, ...]:
    """Yes and no."""
    return tuple(Item(answer, named("answer", answer)) for answer in ANSWERS)


def _transfer(row: TransferRow) -> Item:
    return Item(str(row.id), transferred(f"+{row.number}", row.amount))
