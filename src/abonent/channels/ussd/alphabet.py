"""How long a text is on a USSD screen (3GPP TS 23.038, a string of at most 160 octets).

A text of the GSM 7-bit default alphabet has 182 characters, where those of its extension table
count two; any other text is UCS-2 and has 80.
"""

GSM7_LONGEST = 182
UCS2_LONGEST = 80

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")

_PLAIN = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2212": "-",
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "…": "...",
        "₴": "UAH ",
        "₽": "RUB ",
        "ł": "l",
    }
)


def sendable(text: str) -> str:
    """The text with plain signs where that spares it from UCS-2; else as it is.

    Spaces that do not break become plain ones in any case: old handsets draw boxes for them.
    """
    plain = text.translate(_PLAIN)
    if in_gsm7(plain):
        return plain
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def in_gsm7(text: str) -> bool:
    """Whether every character is of the default alphabet or its extension table."""
    return all(char in BASIC or char in EXTENSION for char in text)


def fits(text: str) -> bool:
    """Whether the text, as it will be sent, has room on one screen."""
    text = sendable(text)
    if in_gsm7(text):
        return len(text) + sum(char in EXTENSION for char in text) <= GSM7_LONGEST
    return len(text.encode("utf-16-be")) // 2 <= UCS2_LONGEST
