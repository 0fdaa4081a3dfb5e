from datetime import date

import pytest
from starlette.datastructures import QueryParams

from abonent.channels.api.query import CURSOR, FROM, LIMIT, ON, TO, Parameter, one_of, read_query
from abonent.channels.http.problem import HttpProblem

GROUP = Parameter("group", one_of("day", "kind"), {"enum": ["day", "kind"]}, "", required=True)
ALL = (ON, FROM, TO, CURSOR, LIMIT)


def refusal_of(query: str) -> tuple[int, str, str]:
    with pytest.raises(HttpProblem) as refusal:
        read_query(QueryParams(query), ALL)
    return refusal.value.status_code, refusal.value.code, str(refusal.value.text.values["name"])


def test_parameters_are_read_by_their_types() -> None:
    query = QueryParams("on=9223372036854775807&from=2025-03-01&limit=200&cursor=170-42")
    assert read_query(query, ALL) == {
        "on": 2**63 - 1,
        "from": date(2025, 3, 1),
        "limit": 200,
        "cursor": "170-42",
    }


def test_nothing_given_is_nothing_read() -> None:
    assert read_query(QueryParams(""), ALL) == {}


@pytest.mark.parametrize(
    "query",
    [
        "on=",
        "on=-1",
        "on=9223372036854775808",
        "on=1e3",
        "on=١٢",
        "on=1%0A",
        "on=" + "1" * 5000,
        "from=2025-3-1",
        "from=2025-02-30",
        "from=20250301",
        "from=2025-W10-1",
        "from=0001-01-01",
        "from=9999-12-31",
        "to=٢٠٢٥-٠١-٠١",
        "to=2025-01-01T00:00:00",
        "limit=0",
        "limit=-1",
        "limit=201",
        "limit=1.0",
        "limit=01",
        "limit=99999999999999999999",
        "cursor=",
        "cursor=a b",
        "cursor=1",
        "cursor=99999999999999999999-1",
        "cursor=9223372036854775807-1",
        "cursor=" + "a" * 101,
    ],
)
def test_a_value_that_does_not_fit_is_refused(query: str) -> None:
    assert refusal_of(query) == (422, "query_invalid", query.partition("=")[0])


def test_a_parameter_that_nobody_knows_is_refused() -> None:
    assert refusal_of("froom=2025-01-01") == (422, "query_unknown", "froom")
    assert refusal_of("x" * 500 + "=1") == (422, "query_unknown", "x" * 40)


def test_a_parameter_given_twice_is_refused() -> None:
    assert refusal_of("limit=1&limit=1") == (422, "query_repeated", "limit")


def test_a_missing_parameter_is_asked_for() -> None:
    with pytest.raises(HttpProblem) as refusal:
        read_query(QueryParams(""), (GROUP,))
    assert (refusal.value.status_code, refusal.value.code) == (422, "query_missing")
    assert read_query(QueryParams("group=day"), (GROUP,)) == {"group": "day"}
    with pytest.raises(HttpProblem):
        read_query(QueryParams("group=week"), (GROUP,))
