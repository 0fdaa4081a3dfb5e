"""What operations are handed besides the transaction and the case."""

from dataclasses import dataclass
from typing import Protocol

from abonent.kernel.ids import Ids
from abonent.kernel.time import Clock
from abonent.profile.model import Profile


class Secrets(Protocol):
    """Keyed secrets and password hashing. Everything here is done outside transactions."""

    def digest(self, purpose: str, value: str) -> bytes:
        """A keyed digest for look-up: voucher codes, attempt counters, tokens."""
        ...

    def seal(self, value: str) -> bytes:
        """Encrypt a short secret that must be shown again, such as a PUK."""
        ...

    def unseal(self, sealed: bytes) -> str: ...

    async def hash_password(self, password: str) -> str: ...

    async def verify_password(self, password_hash: str | None, password: str) -> bool:
        """Takes the same time for None (an unknown login) as for a real hash."""
        ...


@dataclass(frozen=True, slots=True)
class Env:
    profile: Profile
    clock: Clock
    ids: Ids
    secrets: Secrets
