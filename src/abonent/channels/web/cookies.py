"""The cookies of the cabinet, as strict as the connection allows."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Cookies:
    """With TLS every name has the prefix `__Host-` (RFC 6265bis, 4.1.3.2) and is Secure.

    Browsers refuse that prefix without TLS, so the demo's cookies have plain names.
    """

    tls: bool

    def get(self, request: Request, name: str) -> str | None:
        return request.cookies.get(self._named(name))

    def set(self, response: Response, name: str, value: str, *, lasting: bool = False) -> None:
        """A cookie for this browser session, or `lasting` for a year; never for scripts."""
        response.set_cookie(
            self._named(name),
            value,
            max_age=_YEAR_S if lasting else None,
            path="/",
            secure=self.tls,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, name: str) -> None:
        response.delete_cookie(
            self._named(name), path="/", secure=self.tls, httponly=True, samesite="lax"
        )

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.tls else name
