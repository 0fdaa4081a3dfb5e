from abonent.kernel.outcome import NeedsConfirm
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

VOICEMAIL = {"service": "voicemail"}


async def test_it_works(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", **VOICEMAIL)
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "deactivate_service", **VOICEMAIL)
    assert receipt.text.key == "done.deactivate_service"
    assert receipt.undo == "activate_service"
    assert await house.rows("SELECT valid_to FROM activation") == [(house.clock.now(),)]
    assert await house.rows("SELECT id FROM due WHERE kind = 'service_fee'") == []
    assert await house.balance(line) == "88.00"
    assert await watch.new() == Traces(
        journal=[("deactivate_service", "done")],
        sms=["deactivate_service"],
        orders=["service_off service=voicemail"],
    )
    await house.books_are_sound()


async def test_the_quote_says_that_the_paid_month_is_lost(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", **VOICEMAIL)
    asked = await house.runner.propose(house.case(line), "deactivate_service", VOICEMAIL)
    assert isinstance(asked, NeedsConfirm)
    assert not asked.quote.price
    assert [term.key for term in asked.quote.terms] == ["term.paid_period_lost"]


async def test_nothing_is_lost_with_a_free_service(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "activate_service", service="caller-id")
    raw = {"service": "caller-id"}
    asked = await house.runner.propose(house.case(line), "deactivate_service", raw)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.terms == ()


async def test_a_stranger_cannot_switch_it_off(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", **VOICEMAIL)
    code = await refusal_of_a_stranger(house, line, "deactivate_service", **VOICEMAIL)
    assert code == "not_found"


async def test_a_service_that_is_off_is_refused(house: House) -> None:
    line = await house.subscriber()
    assert await refusal(house, line, "deactivate_service", **VOICEMAIL) == "service_off"


async def test_a_service_that_does_not_exist_is_refused(house: House) -> None:
    line = await house.subscriber()
    assert await refusal(house, line, "deactivate_service", service="oracle") == "service_unknown"


async def test_a_service_that_is_sold_no_more_can_still_be_switched_off(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "activate_service", service="caller-id")
    await house.db.write(lambda tx: tx.run("UPDATE activation SET service = 'pager'"))
    await house.done(line, "deactivate_service", service="pager")
    assert await house.rows("SELECT id FROM activation WHERE valid_to IS NULL") == []


async def test_a_service_can_be_switched_on_again(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", **VOICEMAIL)
    await house.done(line, "deactivate_service", **VOICEMAIL)
    await house.done(line, "activate_service", **VOICEMAIL)
    assert await house.balance(line) == "76.00"
    assert len(await house.rows("SELECT id FROM due WHERE kind = 'service_fee'")) == 1
