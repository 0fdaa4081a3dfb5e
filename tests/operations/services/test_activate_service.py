import asyncio

import pytest

from abonent.kernel.outcome import Done, NeedsConfirm
from abonent.kernel.text import Text
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

GIGABYTE = 1_073_741_824


async def services(house: House) -> list[tuple[object, ...]]:
    """(service, paused) of what is on."""
    return await house.rows("SELECT service, paused FROM activation WHERE valid_to IS NULL")


async def test_it_works(house: House) -> None:
    line = await house.subscriber("100.00")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "activate_service", service="daily-gigabyte")
    assert receipt.text.key == "done.activate_service"
    assert receipt.undo == "deactivate_service"
    assert await services(house) == [("daily-gigabyte", 0)]
    assert await house.balance(line) == "88.00"
    assert await house.lots(line) == {"internet": GIGABYTE}
    assert await watch.new() == Traces(
        entries=["service_activation, account -12.00 UAH, revenue_fees 12.00 UAH"],
        journal=[("activate_service", "done")],
        sms=["activate_service"],
        orders=["service_on service=daily-gigabyte"],
    )
    await house.books_are_sound()


async def test_a_free_service_posts_nothing(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    await house.done(line, "activate_service", service="caller-id")
    assert await watch.new() == Traces(
        journal=[("activate_service", "done")],
        sms=["activate_service"],
        orders=["service_on service=caller-id"],
    )
    assert await house.rows("SELECT id FROM due WHERE kind = 'service_fee'") == []


@pytest.mark.parametrize(
    ("service", "price", "terms"),
    [
        ("caller-id", 0, ()),
        ("hidden-number", 80, ("term.then_per_day",)),
        ("voicemail", 12_00, ("term.then_per_month",)),
        ("ringback", 20_00, ("term.then_per_month",)),  # 5.00 to switch it on, 15.00 a month
    ],
)
async def test_the_quote_says_what_is_paid_now_and_later(
    house: House, service: str, price: int, terms: tuple[str, ...]
) -> None:
    line = await house.subscriber("100.00")
    asked = await house.runner.propose(house.case(line), "activate_service", {"service": service})
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.price == house.env.money(price)
    assert tuple(term.key for term in asked.quote.terms) == terms


async def test_a_stranger_cannot_switch_it_on(house: House) -> None:
    line = await house.subscriber("100.00")
    code = await refusal_of_a_stranger(house, line, "activate_service", service="voicemail")
    assert code == "not_found"


async def test_a_service_that_does_not_exist_is_refused(house: House) -> None:
    line = await house.subscriber("100.00")
    assert await refusal(house, line, "activate_service", service="oracle") == "service_unknown"


async def test_a_service_that_the_tariff_does_not_allow_is_refused(house: House) -> None:
    line = await house.subscriber("100.00", tariff="start-2019")
    code = await refusal(house, line, "activate_service", service="onnet-unlimited")
    assert code == "service_not_on_tariff"


async def test_a_service_that_is_on_is_refused(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", service="voicemail")
    assert await refusal(house, line, "activate_service", service="voicemail") == "service_on"


@pytest.mark.parametrize(
    ("first", "second"),
    [("voicemail", "missed-calls"), ("missed-calls", "voicemail")],
)
async def test_two_services_that_exclude_each_other_are_refused(
    house: House, first: str, second: str
) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", service=first)
    code = await refusal(house, line, "activate_service", service=second)
    assert code == "service_excluded"


async def test_the_refusal_names_the_service_that_is_in_the_way(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "activate_service", service="voicemail")
    outcome = await house.do(line, "activate_service", service="missed-calls")
    assert not isinstance(outcome, Done)
    assert isinstance(getattr(outcome, "text", None), Text)
    assert "voicemail" in str(outcome)


async def test_too_little_money_is_refused(house: House) -> None:
    line = await house.subscriber("19.99")
    assert await refusal(house, line, "activate_service", service="ringback") == "balance_low"


async def test_a_service_asked_for_ten_times_at_once_is_paid_once(house: House) -> None:
    line = await house.subscriber("100.00")
    answers = await asyncio.gather(
        *(house.do(line, "activate_service", service="voicemail") for _ in range(10))
    )
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert await house.balance(line) == "88.00"
    assert await services(house) == [("voicemail", 0)]


async def test_two_services_that_exclude_each_other_do_not_meet_in_a_race(house: House) -> None:
    line = await house.subscriber("100.00")
    wanted = ["voicemail", "missed-calls"] * 5
    answers = await asyncio.gather(
        *(house.do(line, "activate_service", service=service) for service in wanted)
    )
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert len(await services(house)) == 1
