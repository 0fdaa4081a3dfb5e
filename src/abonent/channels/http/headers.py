"""Headers that every response carries (OWASP ASVS 5.0, V3.4)."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""The content security policy: everything from ourselves, nothing inline, no frames."""

_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
_NOT_STORED = (b"cache-control", b"no-store")
_HSTS = "max-age=63072000; includeSubDomains"


class SecurityHeaders:
    """Adds the headers; what is not marked as cacheable by its route is never stored anywhere.

    `tls`: whether people reach us by https, so that browsers may be told to insist on it.
    `forms_to`: origins that forms may lead to besides ourselves, such as a page where one pays.
    """

    def __init__(self, app: ASGIApp, tls: bool, forms_to: Sequence[str] = ()) -> None:
        self.app = app
        headers = dict(_ALWAYS)
        forms = " ".join(("form-action 'self'", *forms_to))
        headers["content-security-policy"] = POLICY.replace("form-action 'self'", forms)
        if tls:
            headers["strict-transport-security"] = _HSTS
            headers["content-security-policy"] += "; upgrade-insecure-requests"
        self._always = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                headers.extend(self._always)
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_NOT_STORED)
            await send(message)

        await self.app(scope, receive, send_guarded)
