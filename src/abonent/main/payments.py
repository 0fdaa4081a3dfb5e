"""Connecting the program to the providers of payments that the profile names."""

import os
from collections.abc import Callable, Mapping

from abonent.main.settings import SettingsError, public_url, required
from abonent.operations.env import Payments
from abonent.operations.ports import PaymentGateway
from abonent.profile.model import Operator

Connect = Callable[[str, Mapping[str, str]], PaymentGateway]

PLAY = "demo"
"""The provider that takes no real money: the demo alone has it."""


def connected(operator: Operator, environment: Mapping[str, str] = os.environ) -> Payments:
    """The providers that the profile names, with their keys from the environment.

    Raises SettingsError naming the first key that lacks.
    """
    rules = operator.card_top_up
    named = [name for name in (rules.gateways if rules else ()) if name != PLAY]
    unknown = sorted(set(named) - _CONNECT.keys())
    if unknown:
        raise SettingsError(f"[card_top_up] names a provider that we do not know: {unknown[0]}")
    if not named:
        return Payments()
    title = operator.brand.name[operator.languages[0]]
    gateways = {name: _CONNECT[name](title, environment) for name in named}
    return Payments(public_url(environment).rstrip("/"), gateways)


def _stripe(title: str, environment: Mapping[str, str]) -> PaymentGateway:
    # Loaded only where it is used: it is large.
    from abonent.gateways.payments.stripe import Stripe, StripeKeys

    keys = StripeKeys(
        required(environment, "ABONENT_PAYMENT_STRIPE_KEY"),
        required(environment, "ABONENT_PAYMENT_STRIPE_WEBHOOK_SECRET"),
    )
    return Stripe(keys, title)


def _liqpay(title: str, environment: Mapping[str, str]) -> PaymentGateway:
    from abonent.gateways.payments.liqpay import LiqPay, LiqPayKeys

    keys = LiqPayKeys(
        required(environment, "ABONENT_PAYMENT_LIQPAY_PUBLIC_KEY"),
        required(environment, "ABONENT_PAYMENT_LIQPAY_PRIVATE_KEY"),
    )
    return LiqPay(keys, title)


_CONNECT: Mapping[str, Connect] = {"stripe": _stripe, "liqpay": _liqpay}
