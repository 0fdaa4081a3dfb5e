"""The plain forms of the telephone's page."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from abonent.simulator.faults import Fault

_MOST_FIELDS = 20
_LONGEST_FIELD = 1000


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form of ours; raises Fault for one of another site, or a broken one."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Fault("from_elsewhere")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Fault("input_invalid") from None
    fields = {name: " ".join(value.split()) for name, value in pairs}
    if not all(value.isprintable() and len(value) <= _LONGEST_FIELD for value in fields.values()):
        raise Fault("input_invalid")
    return fields


def whole(form: Mapping[str, str], name: str, most: int) -> int:
    """A whole number from 1 to `most`; raises Fault for anything else."""
    text = form.get(name, "")
    if text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= most:
        return int(text)
    raise Fault("input_invalid")
