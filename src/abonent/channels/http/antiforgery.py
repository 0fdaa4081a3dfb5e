"""Tokens that prove that a form came from our own page (OWASP: signed double-submit cookie).

A token is bound to a secret that the browser keeps in a cookie: of the session, or for a guest of a
cookie drawn for the purpose. Each page gets another token for the same secret, so that compressed
answers give nothing away (BREACH).
"""

import base64
import hmac
import secrets

from starlette.datastructures import Headers

_NONCE_BYTES = 12
_MAC_BYTES = 32
_PURPOSE = b"abonent anti-forgery\0"


def new_guest_secret() -> str:
    """A value for the cookie of a browser that has no session yet."""
    return secrets.token_urlsafe(24)


class AntiForgery:
    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(hmac.digest(key, _PURPOSE, "sha256"), digestmod="sha256")

    def token(self, secret: str) -> str:
        """A fresh token for the hidden field of a form."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._mac(nonce, secret)).decode()

    def accepts(self, token: str, secret: str) -> bool:
        """Whether the token was made for this secret."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            return False
        nonce, mac = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return len(mac) == _MAC_BYTES and hmac.compare_digest(mac, self._mac(nonce, secret))

    def _mac(self, nonce: bytes, secret: str) -> bytes:
        mac = self._keyed.copy()
        mac.update(nonce + secret.encode())
        return mac.digest()


def from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that another site sent the request (Fetch Metadata)."""
    return headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
