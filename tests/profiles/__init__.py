"""Profiles for tests: `internet-assistant` with other operators' rules laid over it.

`python -m tests.profiles FOLDER` writes the whole profile, to be run by hand:
`make run PROFILE=FOLDER`.
"""

import re
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from abonent.profile.load import find, load
from abonent.profile.model import Profile

SHIPPED = "internet-assistant"
ALL_RULES = "all-rules"
"""What tests call the profile that `write_all_rules` writes."""

_OVERLAY = Path(__file__).parent / "all_rules"
_NOTICES = "notices = ["
_LIMITS = ("sent_per_day", "sent_per_month", "received_per_day", "received_per_month")


@cache
def profile_named(name: str) -> Profile:
    """A shipped profile, or the one with every rule, whose name is `ALL_RULES`."""
    if name != ALL_RULES:
        return load(find(name))
    with TemporaryDirectory() as folder:
        return load(write_all_rules(Path(folder) / name))


def folder_of(name: str, parent: Path) -> str:
    """What `--profile` takes for the profile of the name, which is written where it must be."""
    return str(write_all_rules(parent / name)) if name == ALL_RULES else name


def write_all_rules(folder: Path) -> Path:
    """The shipped profile with every rule of the other operators switched on.

    What the overlay holds is put at the end of the file of that name, and of every catalogue;
    `notices.txt` lists kinds of SMS that are sent in addition.
    """
    shutil.copytree(find(SHIPPED), folder)
    operator = folder / "operator.toml"
    kinds = "".join(f'"{kind}", ' for kind in _read("notices.txt").split())
    text = operator.read_text("utf-8").replace(_NOTICES, f"{_NOTICES} {kinds}", 1)
    operator.write_text(f"{text}\n{_read('operator.toml')}", "utf-8")
    for catalog in (folder / "catalog").glob("*.toml"):
        catalog.write_text(f"{catalog.read_text('utf-8')}\n{_read('catalog.toml')}", "utf-8")
    for menu in _OVERLAY.glob("menus/*.toml"):
        shutil.copy(menu, folder / "menus")
    return folder


def write_boundless(folder: Path, gateway: str = "demo") -> Path:
    """The same for crowds: transfers have no limits and ask for no code, anybody may borrow.

    Tries that a kill left counted do not close the one address that they all come from.
    """
    path = write_all_rules(folder) / "operator.toml"
    text = path.read_text("utf-8")
    for wanted, instead in (
        (rf"^({'|'.join(_LIMITS)}) = .*$", r'\1 = "10000000.00"'),
        (r'^\[\[proof\]\]\noperation = "transfer_money"\nby = "sms"$', ""),
        (r"^(tenure_days|topped_up) = .*$", ""),
        (r"^max_tries_per_address = .*$", "max_tries_per_address = 1000"),
        (r"^gateways = .*$", f'gateways = ["{gateway}"]\nmost_in_an_hour = 1000'),
    ):
        text, times = re.subn(wanted, instead, text, flags=re.MULTILINE)
        assert times, f"the profile has no {wanted}"
    path.write_text(text, "utf-8")
    return folder


def _read(name: str) -> str:
    return (_OVERLAY / name).read_text("utf-8")
