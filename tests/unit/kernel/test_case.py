import pytest

from abonent.kernel.case import Case, Guest, Person, Subject
from abonent.kernel.ids import AccountId, ContractId, LineId, PersonId

SUBJECT = Subject(LineId(1), ContractId(2), AccountId(3), PersonId(4))


def test_a_case_knows_what_it_is_about() -> None:
    assert Case(Person(PersonId(4)), SUBJECT, 1, "web").subject == SUBJECT


def test_a_case_about_no_line_says_so() -> None:
    with pytest.raises(LookupError, match="no line"):
        _ = Case(Guest(), None, 0, "web").subject
