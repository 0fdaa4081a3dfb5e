"""Help speaks of the program that there is: what it names can be found under that name."""

import pytest

from abonent.channels.wording import Wordings
from abonent.kernel.time import SystemClock
from abonent.profile.load import find, load

PROFILE = load(find("internet-assistant"))
WORDINGS = Wordings(PROFILE, SystemClock())
NAMED = {
    "help": ("web.login.register", "page.contacts"),
    "journal": ("web.journal.refused", "web.journal.staff", "page.profile"),
    "phone-lost": ("web.lost.block", "web.lost.unblock", "page.profile"),
    "profile": ("web.profile.end_others", "web.lost.block", "page.lost"),
    "safety": ("web.logout", "page.profile"),
    "services": ("web.services.on", "web.services.off"),
    "statistics": ("web.statistics.detail",),
    "payments": ("web.papers.statement", "web.payments.received", "page.journal"),
    "topup": ("web.payments.received",),
}


@pytest.mark.parametrize("language", PROFILE.operator.languages)
@pytest.mark.parametrize("section", NAMED)
def test_help_calls_buttons_and_pages_by_their_names(language: str, section: str) -> None:
    wording, help = WORDINGS.for_language(language), PROFILE.help[language][section].lower()
    names = [wording.t(key).lower() for key in NAMED[section]]
    assert [name for name in names if name not in help] == []


def test_register_says_that_traffic_is_charged() -> None:
    words = {"uk": "інтернет-трафік", "ru": "интернет-трафик", "en": "internet traffic"}
    for language, word in words.items():
        assert word in WORDINGS.for_language(language).t("web.register.lead")
