"""Keyed digests, sealed values and password hashing, all from one secret key."""

import asyncio
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from os import urandom

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_THREADS = 2

# 19 MiB, two passes, one lane: the smaller of the settings that OWASP gives for argon2id, 25 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class KeyedSecrets:
    """`Secrets` from the program's secret key (at least 32 characters; ValueError if shorter)."""

    def __init__(self, key: str) -> None:
        if len(key) < 32:
            raise ValueError("the secret key is shorter than 32 characters")
        # Copied, not made anew for each digest: that costs half as much, and keeps the GIL.
        self._mac = hmac.new(_derive(key, b"digest"), digestmod=hashlib.sha256)
        self._cipher = AESGCM(_derive(key, b"seal"))
        self._threads = ThreadPoolExecutor(_THREADS, "argon2")
        self._nobody = _HASHER.hash(urandom(16).hex())

    def digest(self, purpose: str, value: str) -> bytes:
        mac = self._mac.copy()
        mac.update(f"{purpose}\0{value}".encode())
        return mac.digest()

    def seal(self, value: str) -> bytes:
        nonce = urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value.encode(), None)

    def unseal(self, sealed: bytes) -> str:
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()

    async def hash_password(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _HASHER.hash, password)

    async def verify_password(self, password_hash: str | None, password: str) -> bool:
        loop = asyncio.get_running_loop()
        hashed = password_hash or self._nobody
        right = await loop.run_in_executor(self._threads, _verify, hashed, password)
        return right and password_hash is not None


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"abonent " + purpose).derive(key.encode())
