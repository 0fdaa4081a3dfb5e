"""The codes of vouchers: sixteen digits, of which the last checks the others."""

from collections.abc import Callable

from abonent.kernel.damm import check_digit
from abonent.operations.env import Env

VOUCHER_DIGITS = 16
_DRAWN = VOUCHER_DIGITS - 1


def draw_code(below: Callable[[int], int]) -> str:
    """A code of random digits; `below` draws a whole number from 0 to just before its argument."""
    drawn = f"{below(10**_DRAWN):0{_DRAWN}d}"
    return drawn + check_digit(drawn)


def voucher_digest(env: Env, code: str) -> bytes:
    """What is stored of a voucher's code: a keyed digest, useless without the secret key."""
    return env.secrets.digest("voucher", code)
