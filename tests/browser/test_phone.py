"""The telephone in the browser, pressed as a hand presses it; what it does shows in the cabinet."""

import pytest
from playwright.sync_api import Locator, expect

from tests.fixtures.cabinet import Cabinet, flat
from tests.fixtures.chromium import DESKTOP, PHONE, Look
from tests.fixtures.demo import Demo, Somebody

FRIEND = "380948001129"
SCRIPTLESS = Look(PHONE.width, PHONE.height, javascript=False)


@pytest.fixture(params=[PHONE, DESKTOP, SCRIPTLESS], ids=str)
def look(request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    return chosen


@pytest.fixture
def handset(cabinet: Cabinet, somebody: Somebody) -> Locator:
    """The telephone of `somebody`, whose hand it lies in."""
    cabinet.open(f"/phone?line={somebody.number}")
    return cabinet.main.locator("form.handset")


def dial(handset: Locator, text: str) -> str:
    """Press the keys one by one and then the green one; what the screen then says anew."""
    said = handset.locator(".said")
    before = said.inner_text() if said.is_visible() else None
    for key in text:
        handset.locator(f"button[name=key][value='{key}']").click()
    handset.locator("button[name=key][value=call]").click()
    expect(said).to_be_visible()
    if before is not None:
        expect(said).not_to_have_text(before)
    return flat(said.inner_text())


def test_a_code_is_dialled_and_its_menu_walked(handset: Locator, demo: Demo) -> None:
    menu = dial(handset, "*111#")
    assert " 4 " in menu
    tariff = dial(handset, "4")
    assert tariff != menu
    handset.locator("button[name=key][value=end]").click()
    expect(handset.locator(".said")).to_be_hidden()


def test_the_balance_on_its_screen_is_that_of_the_cabinet(
    cabinet: Cabinet, handset: Locator, demo: Demo, somebody: Somebody
) -> None:
    said = dial(handset, "*100#")
    balance = demo.session(somebody).get("home")["balance"]["amount"]
    assert balance.split(".")[0] in said.replace(" ", "").replace(",", ".")


def test_minutes_and_megabytes_used_appear_in_the_cabinet_at_once(
    cabinet: Cabinet, handset: Locator, demo: Demo, somebody: Somebody
) -> None:
    del handset
    api = demo.session(somebody)
    before = left(api.get("home"))
    use = cabinet.main.locator("[data-part=use]")
    talk = use.locator("form", has=cabinet.page.locator("[value=call]"))
    talk.locator("input[name=peer]").fill(FRIEND)
    talk.locator("input[name=amount]").fill("3")
    talk.get_by_role("button").click()
    expect(use.locator(".notice")).to_be_visible()
    after = left(api.get("home"))
    assert before["minutes-onnet"] - after["minutes-onnet"] == 180

    load = use.locator("form", has=cabinet.page.locator("[value=data]"))
    load.locator("input[name=amount]").fill("25")
    load.get_by_role("button").click()
    expect(use.locator(".notice")).to_contain_text("25")
    assert after["internet"] - left(api.get("home"))["internet"] == 25 * 2**20


def left(home: dict[str, list[dict[str, object]]]) -> dict[str, int]:
    """What is left in each bucket, all its lots together."""
    sums: dict[str, int] = {}
    for lot in home["buckets"]:
        bucket, amount = lot["bucket"], lot["left"]
        assert isinstance(bucket, dict)
        assert isinstance(amount, int)
        sums[bucket["id"]] = sums.get(bucket["id"], 0) + amount
    return sums


def test_a_message_to_another_of_the_demo_arrives(
    cabinet: Cabinet, handset: Locator, demo: Demo, look: Look
) -> None:
    del handset
    receiver = demo.person("prepaid_new")
    text = f"Чекаю о сьомій, {look}"
    write = cabinet.main.locator("[data-part=write]")
    write.locator("input[name=to]").fill(receiver.number)
    write.locator("input[name=text]").fill(text)
    write.get_by_role("button").click()
    expect(write.locator(".notice")).to_be_visible()
    cabinet.open(f"/phone?line={receiver.number}")
    expect(cabinet.main.locator("[data-part=inbox] li").first).to_contain_text(text)


def test_a_call_is_made_and_charged_when_it_ends(handset: Locator) -> None:
    for key in FRIEND:
        handset.locator(f"button[name=key][value='{key}']").click()
    handset.locator("button[name=key][value=call]").click()
    expect(handset.locator("[data-timer]")).to_be_visible()
    handset.locator("button[name=key][value=end]").click()
    expect(handset.locator(".talk strong")).to_be_visible()
