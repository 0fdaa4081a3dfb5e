import pytest
from starlette.datastructures import Headers

from abonent.channels.http.antiforgery import AntiForgery, from_elsewhere, new_guest_secret

FORGERY = AntiForgery(b"key of the test")


def test_a_token_is_good_for_its_secret_alone() -> None:
    token = FORGERY.token("session one")
    assert FORGERY.accepts(token, "session one")
    assert not FORGERY.accepts(token, "session two")
    assert not AntiForgery(b"another key").accepts(token, "session one")


def test_each_page_gets_another_token() -> None:
    assert FORGERY.token("session") != FORGERY.token("session")


def test_each_guest_gets_another_secret() -> None:
    assert new_guest_secret() != new_guest_secret()


@pytest.mark.parametrize("token", ["", "A", "AAAA", "é", "====", "\n", "A" * 60, "A" * 10_000])
def test_a_made_up_token_is_refused(token: str) -> None:
    assert not FORGERY.accepts(token, "session")


def test_a_changed_token_is_refused() -> None:
    token = FORGERY.token("session")
    changed = ("B" if token[0] != "B" else "C") + token[1:]
    assert not FORGERY.accepts(changed, "session")


@pytest.mark.parametrize(
    ("site", "elsewhere"),
    [("same-origin", False), ("none", False), ("same-site", True), ("cross-site", True)],
)
def test_a_browser_tells_where_a_request_comes_from(site: str, elsewhere: bool) -> None:
    assert from_elsewhere(Headers({"sec-fetch-site": site})) is elsewhere


def test_an_old_browser_says_nothing_and_the_token_decides() -> None:
    assert not from_elsewhere(Headers({}))
