"""Which providers the program is connected to, and what a browser may be led to by that."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from abonent.channels.http.headers import POLICY
from abonent.main.cli import main
from abonent.main.compose import Application, Site, lay_ground
from abonent.main.payments import connected
from abonent.main.settings import SettingsError
from abonent.operations.env import Payments
from abonent.profile.load import find
from abonent.profile.model import Operator
from tests.fixtures.house import House, operator
from tests.profiles import SHIPPED

EVERYTHING = {
    "ABONENT_PUBLIC_URL": "https://cabinet.example/",
    "ABONENT_PAYMENT_STRIPE_KEY": "sk_test_1",
    "ABONENT_PAYMENT_STRIPE_WEBHOOK_SECRET": "whsec_1",
    "ABONENT_PAYMENT_LIQPAY_PUBLIC_KEY": "i1",
    "ABONENT_PAYMENT_LIQPAY_PRIVATE_KEY": "private",
}


def naming(*gateways: str) -> Operator:
    rules = operator().operator
    assert rules.card_top_up is not None
    top_up = rules.card_top_up.model_copy(update={"gateways": gateways})
    return rules.model_copy(update={"card_top_up": top_up})


def test_the_providers_of_the_profile_are_connected_in_its_order() -> None:
    payments = connected(naming("liqpay", "demo", "stripe"), EVERYTHING)
    assert list(payments.gateways) == ["liqpay", "stripe"]
    assert payments.public_url == "https://cabinet.example"


def test_no_key_is_needed_where_no_provider_is_named() -> None:
    assert connected(naming("demo"), {}) == Payments()
    nothing = operator().operator.model_copy(update={"card_top_up": None})
    assert connected(nothing, {}) == Payments()


@pytest.mark.parametrize("lacks", sorted(EVERYTHING))
def test_a_key_that_lacks_is_named(lacks: str) -> None:
    environment: Mapping[str, str] = {k: v for k, v in EVERYTHING.items() if k != lacks}
    with pytest.raises(SettingsError, match=lacks):
        connected(naming("stripe", "liqpay"), environment)


def test_a_provider_that_nobody_knows_is_named() -> None:
    with pytest.raises(SettingsError, match="paypal"):
        connected(naming("paypal"), EVERYTHING)


async def test_forms_may_lead_to_the_providers_in_use_and_nowhere_else(house: House) -> None:
    async def policy(payments: Payments) -> str:
        ground = lay_ground(
            house.db, house.profile, house.clock, "a key for tests, which is long enough", payments
        )
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        async def receive() -> dict[str, object]:
            return {"type": "http.request"}

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/healthz",
            "raw_path": b"/healthz",
            "query_string": b"",
            "headers": [],
            "client": ("127.0.0.1", 1),
        }
        await Application(ground, Site(tls=False)).asgi()(scope, receive, send)  # type: ignore[arg-type]
        headers = dict(sent[0]["headers"])  # type: ignore[call-overload]
        return str(headers[b"content-security-policy"].decode())

    assert await policy(Payments()) == POLICY
    with_both = await policy(connected(naming("stripe", "liqpay"), EVERYTHING))
    forms = "form-action 'self' https://checkout.stripe.com https://www.liqpay.ua;"
    assert with_both == POLICY.replace("form-action 'self';", forms)


def test_serve_says_in_one_line_which_key_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(find(SHIPPED), tmp_path / "profile")
    rules = folder / "operator.toml"
    text = rules.read_text("utf-8").replace('gateways = ["demo"]', 'gateways = ["stripe"]')
    rules.write_text(text, "utf-8")
    for name in os.environ:
        if name.startswith("ABONENT_"):
            monkeypatch.delenv(name)
    for name, value in {
        "ABONENT_DATABASE_URL": f"sqlite:///{tmp_path / 'abonent.db'}",
        "ABONENT_PROFILE": str(folder),
        "ABONENT_SECRET_KEY": "a key for tests, which is long enough",
        "ABONENT_PUBLIC_URL": "https://cabinet.example",
    }.items():
        monkeypatch.setenv(name, value)
    assert main(["serve"]) == 1
    said = capsys.readouterr().err
    lacks = "ABONENT_PAYMENT_STRIPE_KEY"
    assert said == f"abonent: {lacks} is not set (nor {lacks}_FILE)\n"
    assert not (tmp_path / "abonent.db").exists()
