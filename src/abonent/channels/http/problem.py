"""Failures of HTTP itself, with a stable code that the channels put into words."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException

from abonent.kernel.text import Text


class HttpProblem(HTTPException):
    """A request that cannot be served as it is; worded as `http.CODE` unless a text is given."""

    def __init__(self, status: int, code: str, text: Text | None = None) -> None:
        super().__init__(status, code)
        self.code = code
        self.text = text or Text(f"http.{code}")


CODES: Mapping[int, str] = {
    400: "request_broken",
    401: "session_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "body_slow",
    413: "body_too_large",
    415: "content_type",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}
"""The code of a failure that has none of its own, by status."""


def text_of(problem: HTTPException) -> tuple[str, Text]:
    """The stable code of any HTTP exception, ours or the framework's, and what it says."""
    if isinstance(problem, HttpProblem):
        return problem.code, problem.text
    code = CODES.get(problem.status_code, "request_broken")
    return code, Text(f"http.{code}")
