"""What an operator asks of a password, as a check of a field."""

from pydantic import ValidationInfo

from abonent.kernel.msisdn import Msisdn
from abonent.operations.asks import env_of, problem
from abonent.operations.env import Env

_NEEDS = {
    "digit": lambda c: "0" <= c <= "9",
    "letter": str.isalpha,
    "lower": str.islower,
    "upper": str.isupper,
}


def check_password(value: str, info: ValidationInfo) -> str:
    """The value, if the operator's rules allow it; problems `password_*` otherwise.

    Rules follow the profile; OWASP ASVS 5.0, 6.2 is what `profile check` measures them by.
    """
    rules = env_of(info).operator.password
    if len(value) < rules.min_length:
        raise problem("password_short", min=rules.min_length)
    if len(value) > rules.max_length:
        raise problem("password_long", max=rules.max_length)
    if rules.latin_only and not value.isascii():
        raise problem("password_latin")
    for need in rules.needs:
        if not any(map(_NEEDS[need], value)):
            raise problem(f"password_needs_{need}")
    number = info.data.get("number")
    if number is not None and is_number(value, number, env_of(info)):
        raise problem("password_is_number")
    return value


def is_number(value: str, number: Msisdn, env: Env) -> bool:
    """Whether the value is a subscriber's number in any of the ways that people write it."""
    plan = env.number_plan
    national = number.removeprefix(plan.country_code)
    return value in {number, f"+{number}", national, plan.trunk_prefix + national}


def check_again(value: str, info: ValidationInfo) -> str:
    """The repeated password must be the same one."""
    if "password" in info.data and value != info.data["password"]:
        raise problem("password_mismatch")
    return value
