"""Which of the languages on offer a client wants (RFC 9110, 12.5.4)."""

from collections.abc import Sequence

_LONGEST_HEADER = 512


def preferred_language(accept: str | None, offered: Sequence[str], default: str) -> str:
    """The best of `offered` for an `Accept-Language` header; `default` where nothing matches.

    A range matches by its primary subtag (`uk-UA` is `uk`). Broken parts are skipped.
    """
    ranges = [_range(part) for part in (accept or "")[:_LONGEST_HEADER].split(",")]
    wanted = [(weight, language) for weight, language in ranges if weight > 0]
    for _, language in sorted(wanted, key=lambda pair: -pair[0]):
        if language in offered:
            return language
        if language == "*":
            return default
    return default


def _range(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    language = tag.strip().lower().partition("-")[0]
    if not parameter:
        return 1.0, language
    name, _, weight = parameter.partition("=")
    digits = weight.strip()
    if name.strip() != "q" or not digits.isascii() or not digits.replace(".", "", 1).isdigit():
        return 0.0, language
    return min(float(digits), 1.0), language
