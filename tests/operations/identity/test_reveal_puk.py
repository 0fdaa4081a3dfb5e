from dataclasses import replace

from abonent.kernel.outcome import Done, NeedsInput, Outcome, Refused
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch

PUK = "12345678"


async def reveal(house: House, number: str, reason: str = "passport shown") -> Outcome:
    return await house.runner.propose(house.staff(reason), "reveal_puk", {"number": number})


async def code_of(house: House, number: str) -> str:
    outcome = await reveal(house, number)
    assert isinstance(outcome, Refused), outcome
    return outcome.code


async def test_it_works(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    outcome = await reveal(house, line.number)
    assert isinstance(outcome, Done)
    assert outcome.receipt.text.key == "done.reveal_puk"
    assert outcome.receipt.secret == PUK
    assert await watch.new() == Traces(journal=[("reveal_puk", "done")], sms=["reveal_puk"])


async def test_the_journal_keeps_who_told_it_and_why(house: House) -> None:
    line = await house.subscriber()
    await reveal(house, line.number, "passport shown")
    rows = await house.rows("SELECT who, who_name FROM journal WHERE code = 'reveal_puk'")
    assert rows == [("staff", "oksana: passport shown")]


async def test_the_puk_is_kept_nowhere_and_told_once(house: House) -> None:
    line = await house.subscriber()
    raw = {"number": line.number}
    secrets = []
    for _ in range(2):
        answer = await house.runner.propose(house.staff(), "reveal_puk", raw, "key-1")
        assert isinstance(answer, Done)
        secrets.append(answer.receipt.secret)
    assert secrets == [PUK, None]
    assert PUK not in await house.everything()


async def test_without_a_reason_it_is_not_told(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    for reason in ("", "   "):
        outcome = await reveal(house, line.number, reason)
        assert isinstance(outcome, NeedsInput)
        assert [(p.name, p.code) for p in outcome.fields] == [("reason", "required")]
    assert await watch.changed_tables() == set()


async def test_nobody_but_staff_is_told(house: House) -> None:
    line, stranger = await house.subscriber(), await house.subscriber()
    cases = [
        house.case(line),
        house.case(stranger),
        house.guest(),
        replace(house.staff(), channel="web"),
    ]
    for case in cases:
        outcome = await house.runner.propose(case, "reveal_puk", {"number": line.number})
        assert isinstance(outcome, Refused)
        assert outcome.code == "not_allowed"


async def test_a_number_that_is_not_ours_is_refused(house: House) -> None:
    assert await code_of(house, "380949999999") == "number_unknown"


async def test_a_line_without_a_puk_is_refused(house: House) -> None:
    line = await house.subscriber()
    await house.db.write(lambda tx: tx.run("DELETE FROM puk"))
    assert await code_of(house, line.number) == "puk_none"


async def test_the_puk_of_a_blocked_line_is_told(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    assert isinstance(await reveal(house, line.number), Done)


async def test_a_number_that_is_none_is_explained(house: House) -> None:
    for number in ("94100000x", "0941000001", "", "٩٤١٠٠٠٠٠١"):
        assert isinstance(await reveal(house, number), NeedsInput), number
