import asyncio
from dataclasses import replace

from abonent.kernel.outcome import Done, NeedsInput, Outcome, Refused
from abonent.kernel.time import SECOND_US
from abonent.operations.runner import Runner
from tests.fixtures.house import PASSWORD, SECRETS, House
from tests.fixtures.rules import ruled
from tests.fixtures.traces import Traces, Watch

PUK = "12345678"
WRONG = "87654321"
NOBODY = "380949999999"
MINUTE_US = 60 * SECOND_US


async def register(house: House, own: str, puk: str = PUK, **changes: str) -> Outcome:
    raw = {"number": own, "password": PASSWORD, "password_again": PASSWORD, "puk": puk}
    return await house.runner.propose(house.guest(), "register", {**raw, **changes})


async def refused(house: House, number: str, puk: str = PUK) -> str:
    outcome = await register(house, number, puk)
    assert isinstance(outcome, Refused), outcome
    return outcome.code


async def test_it_works(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    outcome = await register(house, line.number)
    assert isinstance(outcome, Done)
    assert outcome.receipt.text.key == "done.register"
    assert outcome.receipt.link == "/login"
    assert (await house.line(line)).registered
    rows = await house.rows("SELECT person_id, password_hash FROM credential")
    assert [row[0] for row in rows] == [line.person]
    assert await SECRETS.verify_password(str(rows[0][1]), PASSWORD)
    assert await watch.new() == Traces(journal=[("register", "done")], sms=["register"])


async def test_a_number_may_be_written_as_people_write_it(house: House) -> None:
    line = await house.subscriber()
    national = line.number.removeprefix("380")
    assert isinstance(await register(house, f"+380 ({national[:2]}) {national[2:]}"), Done)


async def test_secrets_are_kept_nowhere(house: House) -> None:
    line = await house.subscriber()
    for puk in (WRONG, PUK):
        await register(house, line.number, puk)
    everything = await house.everything()
    for secret in (PASSWORD, PUK, WRONG):
        assert secret not in everything


async def test_a_wrong_puk_is_refused(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    assert await refused(house, line.number, WRONG) == "puk_wrong"
    assert await watch.new() == Traces(journal=[("register", "puk_wrong")])
    assert not (await house.line(line)).registered


async def test_an_unknown_number_gets_the_same_answer_after_the_same_work(house: House) -> None:
    line = await house.subscriber()
    hashed = []

    class Counting(type(SECRETS)):  # type: ignore[misc]
        async def hash_password(self, password: str) -> str:
            hashed.append(password)
            return str(await super().hash_password(password))

    env = replace(house.env, secrets=Counting("a key for tests, which is long enough"))
    house.runner = Runner(house.db, env, house.runner.operations)
    answers = [await register(house, number, WRONG) for number in (line.number, NOBODY)]
    assert answers[0] == answers[1]
    assert len(hashed) == 2


async def test_a_line_without_a_puk_gets_the_same_answer(house: House) -> None:
    line = await house.subscriber()
    await house.db.write(lambda tx: tx.run("DELETE FROM puk"))
    assert await refused(house, line.number) == "puk_wrong"


async def test_a_stranger_learns_nothing_about_a_number_without_its_puk(house: House) -> None:
    registered = await house.registered(await house.subscriber())
    postpaid = await house.subscriber(billing="postpaid")
    blocked = await house.subscriber()
    await house.done(blocked, "block_line")
    for number in (registered.number, postpaid.number, blocked.number, NOBODY):
        assert await refused(house, number, WRONG) == "puk_wrong"


async def test_the_owner_of_a_blocked_line_may_register_to_open_it(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    assert isinstance(await register(house, line.number), Done)


async def test_who_is_registered_is_told_so(house: House) -> None:
    line = await house.registered(await house.subscriber())
    assert await refused(house, line.number) == "already_registered"


async def test_a_postpaid_subscriber_gets_a_clear_refusal(house: House) -> None:
    line = await house.subscriber(billing="postpaid")
    assert await refused(house, line.number) == "postpaid_not_served"
    assert not (await house.line(line)).registered


async def test_registered_ten_times_at_once_it_is_done_once(house: House) -> None:
    house = ruled(house, locks={"max_wrong_puks": 100})
    line = await house.subscriber()
    answers = await asyncio.gather(*(register(house, line.number) for _ in range(10)))
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    codes = {answer.code for answer in answers if isinstance(answer, Refused)}
    assert codes == {"already_registered"}


async def test_puks_cannot_be_tried_for_ever(house: House) -> None:
    line = await house.subscriber()
    for _ in range(5):
        assert await refused(house, line.number, WRONG) == "puk_wrong"
    assert await refused(house, line.number, PUK) == "too_many_tries"
    house.clock.advance(15 * MINUTE_US + 1)
    assert isinstance(await register(house, line.number), Done)


async def test_tries_at_an_unknown_number_are_counted_alike(house: House) -> None:
    for _ in range(5):
        assert await refused(house, NOBODY) == "puk_wrong"
    assert await refused(house, NOBODY) == "too_many_tries"


async def test_parallel_tries_do_not_outrun_the_counter(house: House) -> None:
    line = await house.subscriber()
    answers = await asyncio.gather(*(refused(house, line.number, WRONG) for _ in range(20)))
    assert sorted(answers) == ["puk_wrong"] * 5 + ["too_many_tries"] * 15


async def test_only_a_guest_registers_and_only_in_web_and_api(house: House) -> None:
    line = await house.subscriber()
    raw = {"number": line.number, "password": PASSWORD, "password_again": PASSWORD, "puk": PUK}
    cases = [house.case(line), house.staff(), replace(house.guest(), channel="ussd")]
    for case in cases:
        outcome = await house.runner.propose(case, "register", raw)
        assert isinstance(outcome, Refused)
        assert outcome.code == "not_allowed"


WRONG_FIELDS = [
    ({"number": "67555O100"}, ("number", "number_invalid")),
    ({"number": "٩٤١٠٠٠٠٠١"}, ("number", "number_invalid")),
    ({"number": "941000001\n"}, ("number", "number_invalid")),
    ({"number": "94100000"}, ("number", "number_length")),
    ({"number": "0941000001"}, ("number", "number_leading_zero")),
    ({"puk": "1234567"}, ("puk", "puk_format")),
    ({"puk": "123456789"}, ("puk", "puk_format")),
    ({"puk": "12345678\n"}, ("puk", "puk_format")),
    ({"puk": "١٢٣٤٥٦٧٨"}, ("puk", "puk_format")),
    ({"puk": ""}, ("puk", "required")),
    ({"password": "short 7", "password_again": "short 7"}, ("password", "password_short")),
    ({"password": "x" * 65, "password_again": "x" * 65}, ("password", "password_long")),
    ({"password_again": "another one"}, ("password_again", "password_mismatch")),
]


async def test_wrong_fields_are_explained_and_count_as_no_try(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    for changes, expected in WRONG_FIELDS:
        answer = await register(house, line.number, **changes)
        assert isinstance(answer, NeedsInput), changes
        assert [(p.name, p.code) for p in answer.fields] == [expected], changes
    assert await watch.changed_tables() == set()


async def test_every_missing_field_is_told_at_once(house: House) -> None:
    answer = await house.runner.propose(house.guest(), "register", {})
    assert isinstance(answer, NeedsInput)
    assert [(p.name, p.code) for p in answer.fields] == [
        (name, "required") for name in ("number", "password", "password_again", "puk")
    ]


# passwords, by the rules of a profile ------------------------------------------------------------

STRICT = {"min_length": 6, "max_length": 14, "latin_only": True, "needs": ("letter", "digit")}


WEAK = {
    "abc1": "password_short",
    "abcdefgh1234567": "password_long",
    "ластівка1": "password_latin",
    "abcdefgh": "password_needs_digit",
    "12345678": "password_needs_letter",
    "абвгґд٣": "password_latin",
}


async def test_a_profile_may_ask_more_of_a_password(house: House) -> None:
    strict = ruled(house, password=STRICT)
    for password, code in WEAK.items():
        answer = await register(strict, NOBODY, password=password, password_again=password)
        assert isinstance(answer, NeedsInput), password
        assert [(p.name, p.code) for p in answer.fields] == [("password", code)], password


async def test_the_own_number_is_no_password(house: House) -> None:
    national = NOBODY.removeprefix("380")
    for password in (NOBODY, f"+{NOBODY}", national, f"0{national}"):
        answer = await register(house, NOBODY, password=password, password_again=password)
        assert isinstance(answer, NeedsInput)
        assert [(p.name, p.code) for p in answer.fields] == [("password", "password_is_number")]
