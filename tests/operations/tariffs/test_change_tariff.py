import asyncio

from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput
from abonent.kernel.time import rfc3339
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

CALM = {"tariff": "calm"}


async def pending(house: House) -> list[tuple[object, ...]]:
    return await house.rows("SELECT ref, amount_minor FROM due WHERE kind = 'tariff_change'")


async def test_it_works(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "change_tariff", **CALM)
    assert receipt.text.key == "done.change_tariff"
    assert receipt.state == "accepted"
    assert receipt.undo == "withdraw_tariff_change"
    assert await pending(house) == [("calm", 2000)]
    assert await house.balance(line) == "80.00"
    assert await watch.new() == Traces(
        entries=["tariff_change, account -20.00 UAH, revenue_fees 20.00 UAH"],
        journal=[("change_tariff", "accepted")],
        sms=["change_tariff"],
    )
    current = await house.rows("SELECT tariff FROM subscription WHERE valid_to IS NULL")
    assert current == [("everyday",)]
    await house.books_are_sound()


async def test_the_quote_says_price_fee_date_and_what_holds_until_then(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    asked = await house.runner.propose(house.case(line), "change_tariff", CALM)
    assert isinstance(asked, NeedsConfirm)
    quote = asked.quote
    assert quote.price == house.env.money(20_00)
    assert quote.effective_at is not None
    assert rfc3339(quote.effective_at) == "2026-11-30T22:00:00Z"  # midnight in Kyiv
    assert [term.key for term in quote.terms] == ["term.monthly_fee", "term.until_then"]
    assert quote.terms[0].values == {"fee": house.env.money(75_00)}


async def test_the_quote_names_the_services_that_will_end(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", service="onnet-unlimited")
    await house.db.write(lambda tx: tx.run("UPDATE activation SET service = 'pager'"))
    asked = await house.runner.propose(house.case(line), "change_tariff", CALM)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.terms[-1].key == "term.service_ends"
    assert "pager" in str(asked.quote.terms[-1])


async def test_a_tariff_may_set_its_own_price_for_leaving_it(house: House) -> None:
    line = await house.subscriber(tariff="second")
    watch = await Watch.over(house, line)
    await house.done(line, "change_tariff", **CALM)
    assert (await watch.new()).entries == []


async def test_a_stranger_cannot_change_it(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    assert await refusal_of_a_stranger(house, line, "change_tariff", **CALM) == "not_found"


async def test_a_tariff_that_does_not_exist_is_refused(house: House) -> None:
    line = await house.subscriber("100.00")
    assert await refusal(house, line, "change_tariff", tariff="unlimited") == "tariff_unknown"


async def test_what_can_be_no_tariffs_id_is_no_input(house: House) -> None:
    line = await house.subscriber()
    for text in ("Calm", "calm\n", " calm", "спокій", "calm;--", "x" * 49, "-"):
        answer = await house.do(line, "change_tariff", tariff=text)
        assert isinstance(answer, NeedsInput), text
        assert [(p.name, p.code) for p in answer.fields] == [("tariff", "unknown_item")], text


async def test_the_present_tariff_is_refused(house: House) -> None:
    line = await house.subscriber("100.00", tariff="calm")
    assert await refusal(house, line, "change_tariff", **CALM) == "tariff_same"


async def test_a_closed_tariff_is_refused(house: House) -> None:
    line = await house.subscriber("100.00")
    assert await refusal(house, line, "change_tariff", tariff="start-2019") == "tariff_closed"


async def test_a_second_change_is_refused(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "change_tariff", **CALM)
    code = await refusal(house, line, "change_tariff", tariff="talk")
    assert code == "tariff_change_pending"


async def test_too_little_money_for_the_change_is_refused(house: House) -> None:
    line = await house.subscriber("19.99", tariff="everyday")
    assert await refusal(house, line, "change_tariff", **CALM) == "balance_low"


async def test_a_blocked_line_keeps_its_tariff(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "block_line")
    assert await refusal(house, line, "change_tariff", **CALM) == "line_blocked"


async def test_of_many_changes_at_once_one_is_made(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    wanted = ["calm", "talk"] * 5
    answers = await asyncio.gather(
        *(house.do(line, "change_tariff", tariff=tariff) for tariff in wanted)
    )
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert len(await pending(house)) == 1
    assert await house.balance(line) == "80.00"


async def test_every_line_of_a_person_changes_for_itself(house: House) -> None:
    one, other = await house.subscriber(), await house.subscriber()
    await house.done(one, "change_tariff", **CALM)
    await house.done(other, "change_tariff", **CALM)
    assert len(await pending(house)) == 2
