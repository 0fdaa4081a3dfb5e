"""A16, A17 and A20: what holds for the cabinet as a whole."""

import csv
import io

from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import PHONE, Look, at_every_look
from tests.fixtures.demo import Demo, Somebody, eventually
from tests.fixtures.pages import SECTIONS

FRIEND = "380948001124"


def forward_all_calls(home: Cabinet) -> None:
    home.open("/services")
    section = home.main.locator("section#forwarding")
    kind = home.page.locator("input[name=kind][value=unconditional]")
    entry = section.locator("li").filter(has=kind)
    entry.locator("summary").first.click()
    home.fill("to", FRIEND, entry)
    home.has_asked_and_done(home.say("web.services.forward"), entry)


def stop_forwarding(home: Cabinet) -> None:
    home.open("/services")
    home.has_done(f"{home.say('web.services.off')} {home.say('forwarding.unconditional')}")


@at_every_look
def test_a16_everything_done_in_the_cabinet_stands_in_its_journal(
    cabinet: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    cabinet.try_to_log_in(somebody.number, "a wrong guess")
    cabinet.log_in(somebody)
    forward_all_calls(cabinet)
    stop_forwarding(cabinet)
    cabinet.open("/topup")
    cabinet.fill("code", "0" * 16)
    cabinet.press(cabinet.say("web.home.top_up"))
    cabinet.is_refused("voucher_unknown")

    cabinet.open("/journal")
    kind = cabinet.say("forwarding.unconditional")
    wanted = [
        (cabinet.say("op.top_up_by_voucher"), False),
        (cabinet.say("journal.clear_forwarding", kind=kind), True),
        (cabinet.say("journal.set_forwarding", kind=kind), True),
        (cabinet.say("journal.login"), True),
        (cabinet.say("journal.login"), False),
    ]
    lines = cabinet.main.locator(".rows li").filter(has_not_text=cabinet.say("op.set_language"))
    lines = lines.filter(has_not_text=cabinet.say("journal.set_language", language=""))
    for at, (said, done) in enumerate(wanted):
        line = lines.nth(at)
        expect(line).to_contain_text(said)
        refused = line.get_by_text(cabinet.say("web.journal.refused"), exact=True)
        expect(refused).to_have_count(0 if done else 1)

    with cabinet.page.expect_download() as download:
        link = cabinet.say("web.papers.as", what=cabinet.say("page.journal"), format="CSV")
        cabinet.main.get_by_role("link", name=link).click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert {row["channel"] for row in rows} >= {"web"}
    assert {"done", "refused"} == {row["result"] for row in rows}
    assert len(rows) >= lines.count()


@at_every_look
def test_a17_an_sms_tells_of_login_detail_and_forwarding(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    number = somebody.number
    eventually(lambda: demo.inbox(number))
    home.log_out()
    before = len(demo.inbox(number))
    home.log_in(somebody)
    home.open("/statistics?period=today")
    home.has_asked_and_done(home.say("web.statistics.order"))
    forward_all_calls(home)
    told = eventually(lambda: demo.inbox(number), lambda inbox: len(inbox) >= before + 3)
    texts = [message["text"] for message in told[:3]]
    kind = home.words.t("forwarding.unconditional")
    assert home.words.t("sms.set_forwarding", to=f"+{FRIEND}", kind=kind)[:20] == texts[0][:20]
    assert home.words.t("sms.login") == texts[2]
    assert {message["from"] for message in told[:3]} == {"Barvinok"}
    stop_forwarding(home)


@at_every_look
def test_a20_the_sections_stand_in_one_menu_in_their_order(home: Cabinet, look: Look) -> None:
    if look.width == PHONE.width:
        bar = home.page.get_by_role("navigation", name=home.say("web.tabs"))
        expect(bar.get_by_role("link").first).to_have_text(home.say("page.home"))
        home.page.get_by_role("link", name=home.say("page.more"), exact=True).click()
        home.page.wait_for_url("**/more")
        menu = home.main.locator(".card").first
    else:
        menu = home.page.get_by_role("navigation", name=home.say("web.menu")).locator("ul").first
    links = menu.get_by_role("link")
    expect(links).to_have_text([home.say(f"page.{section}") for section in SECTIONS])
    for at, section in enumerate(SECTIONS):
        address = links.nth(at).get_attribute("href")
        assert address == f"/{section}"
    links.nth(2).click()
    home.page.wait_for_url("**/tariffs")
