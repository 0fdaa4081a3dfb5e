"""Check digits by the method of H. Michael Damm (doctoral thesis, Marburg 2004).

One digit catches every single wrong digit and every exchange of two neighbours, which Luhn's method
does not quite (09 for 90). Digits of a payment card, which end by Luhn's method, fail nine times in
ten.
"""

_TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""A totally anti-symmetric quasigroup of order ten with zeros on its diagonal."""


def check_digit(digits: str) -> str:
    """The digit to put behind ASCII digits."""
    row = 0
    for digit in digits:
        row = int(_TABLE[row][int(digit)])
    return str(row)


def is_sound(digits: str) -> bool:
    """Whether the last of the ASCII digits is the check digit of those before it."""
    return check_digit(digits) == "0"
