"""What the environment says: addresses and secrets, which no profile holds."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from abonent.channels.http.client import Network, trusted_networks


class SettingsError(Exception):
    """Something in the environment is missing or wrong; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of `serve`, `worker` and the commands on the store."""

    database_url: str
    profile: str
    secret_key: str
    public_url: str
    trusted_proxies: tuple[Network, ...]


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Everything that serving needs; raises SettingsError naming the first thing that lacks."""
    address = public_url(environment)
    return Settings(
        database_url=required(environment, "ABONENT_DATABASE_URL"),
        profile=required(environment, "ABONENT_PROFILE"),
        secret_key=secret_key(environment),
        public_url=address,
        trusted_proxies=proxies(environment),
    )


def public_url(environment: Mapping[str, str] = os.environ) -> str:
    """Where the public reaches us; raises SettingsError where that is not https."""
    url = required(environment, "ABONENT_PUBLIC_URL")
    if not url.startswith("https://"):
        raise SettingsError("ABONENT_PUBLIC_URL must begin with https://")
    return url


def secret_key(environment: Mapping[str, str] = os.environ) -> str:
    """The secret key; raises SettingsError where it is missing or too short to be one."""
    key = required(environment, "ABONENT_SECRET_KEY")
    if len(key) < 32:
        raise SettingsError("ABONENT_SECRET_KEY must have at least 32 characters")
    return key


def proxies(environment: Mapping[str, str] = os.environ) -> tuple[Network, ...]:
    try:
        return trusted_networks(optional(environment, "ABONENT_TRUSTED_PROXIES") or "")
    except ValueError:
        raise SettingsError("ABONENT_TRUSTED_PROXIES is no list of networks") from None


def required(environment: Mapping[str, str], name: str) -> str:
    value = optional(environment, name)
    if not value:
        raise SettingsError(f"{name} is not set (nor {name}_FILE)")
    return value


def optional(environment: Mapping[str, str], name: str) -> str | None:
    """The value of NAME, or what the file named by NAME_FILE holds; raises SettingsError."""
    value = environment.get(name)
    path = environment.get(f"{name}_FILE")
    if value is not None or path is None:
        return value
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{name}_FILE names a file that cannot be read") from None
