"""Views as short sentences, for screens of a few dozen letters."""

from itertools import groupby

from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import Amount, At, Text
from abonent.kernel.time import Instant
from abonent.operations.views.loyalty_model import LoyaltyView
from abonent.operations.views.model import BucketLeft, HomeView, TariffsView

FOR_EVER = 2**63


def balance(view: HomeView) -> tuple[Text, ...]:
    """Money, then what is left in each bucket, soonest expiry first."""
    money = Text("ussd.screen.balance", {"balance": view.balance})
    if not view.buckets:
        return (money, Text("ussd.screen.no_buckets"))
    ordered = sorted(view.buckets, key=lambda bucket: bucket.expires_at or FOR_EVER)
    lines = [money]
    for until, buckets in groupby(ordered, key=lambda bucket: bucket.expires_at):
        lines += [_until(until), *map(_bucket, buckets)]
    return tuple(lines)


def tariff(view: TariffsView) -> tuple[Text, ...]:
    """The tariff with its monthly fee, and the one to come."""
    card, pending = view.current, view.pending
    fee = (
        Text("ussd.screen.monthly_fee", {"fee": card.monthly_fee})
        if card.monthly_fee
        else Text("ussd.screen.no_fee")
    )
    lines = (Text("ussd.screen.tariff", {"tariff": card.name}), fee)
    if pending is None:
        return lines
    at = At(pending.at, date_only=True)
    return (*lines, Text("ussd.screen.pending", {"at": at, "tariff": pending.to_tariff}))


def points(view: LoyaltyView) -> tuple[Text, ...]:
    """Points, and how many of them expire next, and when."""
    lines = (Text("ussd.screen.points", {"points": Money(view.points, POINTS)}),)
    if view.expiring_at is None:
        return lines
    at = At(view.expiring_at, date_only=True)
    if view.expiring == view.points:
        return (*lines, Text("ussd.screen.all_expiring", {"at": at}))
    expiring = Money(view.expiring, POINTS)
    return (*lines, Text("ussd.screen.expiring", {"points": expiring, "at": at}))


def _until(at: Instant | None) -> Text:
    if at is None:
        return Text("ussd.screen.always")
    return Text("ussd.screen.until", {"until": At(at, date_only=True)})


def _bucket(bucket: BucketLeft) -> Text:
    left = Amount(bucket.left, bucket.unit)
    return Text("ussd.screen.bucket", {"bucket": bucket.bucket, "left": left})
