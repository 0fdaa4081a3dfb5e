import pytest

from abonent.kernel.msisdn import NumberPlan, NumberProblem

PLAN = NumberPlan("380", 9)
FULL = "380671234567"


def problem(text: str, plan: NumberPlan = PLAN) -> str:
    with pytest.raises(NumberProblem) as caught:
        plan.parse(text)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "+380671234567",
        "380671234567",
        "671234567",
        "+380 67 123-45-67",
        "(67) 123 45 67",
        "67\u00a0123\u00a045\u00a067",
    ],
)
def test_a_number_is_read_however_people_write_it(text: str) -> None:
    assert PLAN.parse(text) == FULL


def test_a_leading_zero_is_refused_where_the_plan_has_none() -> None:
    assert problem("0671234567") == "number_leading_zero"


def test_a_leading_zero_is_accepted_where_the_plan_says_so() -> None:
    assert NumberPlan("380", 9, accept_trunk_prefix=True).parse("0671234567") == FULL


@pytest.mark.parametrize("text", ["067123456", "3800671234567"[:12], "+380067123456"])
def test_a_national_number_does_not_begin_with_zero(text: str) -> None:
    assert problem(text) == "number_leading_zero"


@pytest.mark.parametrize(
    "text", ["", "+", "67123456a", "٦٧١٢٣٤٥٦٧", "671234567\n", "671234567;1", "６７１２３４５６７"]
)
def test_only_ascii_digits_make_a_number(text: str) -> None:
    assert problem(text) == "number_invalid"


@pytest.mark.parametrize(
    "text", ["1", "67123456", "1671234567", "38067123456", "+671234567", "3806712345678"]
)
def test_a_wrong_length_is_refused(text: str) -> None:
    assert problem(text) == "number_length"
