"""Why the simulator cannot do what it was asked, with a stable code.

Scripts get the sentence that stands here; the page has its own in each language
(`simulator.fault.CODE`).
"""

from collections.abc import Mapping

FAULTS: Mapping[str, tuple[int, str]] = {
    "body_not_json": (400, "The body is not JSON."),
    "content_type": (415, "The body must be application/json."),
    "from_elsewhere": (403, "Another site may not use this telephone."),
    "input_invalid": (422, "The input is not as it must be."),
    "line_unknown": (404, "No line has this number or login."),
    "no_telephone": (422, "A line of home internet has no telephone."),
    "line_blocked": (409, "This line is blocked: the network lets nothing through."),
    "line_one_way": (409, "This line can only receive until what it owes is paid."),
    "payment_unknown": (404, "There is no such payment."),
    "short_number": (404, "Nobody reads messages to this short number."),
    "at_in_future": (422, "This has not happened yet: `at` is later than the demo's clock."),
    "rate_missing": (422, "The tariff has no price for this."),
    "tariff_missing": (422, "The line has no tariff that the catalogue knows."),
    "clock_back": (409, "The clock only moves forward."),
    "clock_far": (422, "The clock moves at most 400 days at a time."),
    "unavailable": (503, "The database is away. Try again in a moment."),
}


class Fault(Exception):
    """Raised where a request cannot be served. `detail` says more where a sentence cannot."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.status, self.message = FAULTS[code]
        if detail:
            self.message = f"{self.message} {detail}"
