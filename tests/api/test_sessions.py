from datetime import timedelta

from tests.api.stage import NUMBER, PASSWORD, POSTPAID, STAFF, Stage


async def test_a_session_opens_with_number_and_password(guest: Stage) -> None:
    answer = await guest.client.post("/sessions", json={"login": NUMBER, "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json().keys() == {"token", "expires_at", "level"}
    assert answer.json()["level"] == 1
    assert answer.json()["expires_at"].endswith("Z")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_token_opens_what_a_guest_may_not_see(guest: Stage) -> None:
    refused = await guest.get("/home")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["code"] == "session_needed"
    await guest.log_in()
    assert (await guest.get("/home")).status_code == 200


async def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(guest: Stage) -> None:
    wrong = await guest.client.post("/sessions", json={"login": NUMBER, "password": "wrong"})
    unknown = {"login": "380675559999", "password": PASSWORD}
    unknown_answer = await guest.client.post("/sessions", json=unknown)
    assert wrong.status_code == unknown_answer.status_code == 401
    assert wrong.json() == unknown_answer.json()
    assert wrong.json()["code"] == "password_wrong"


async def test_too_many_wrong_passwords_close_the_login(guest: Stage) -> None:
    for _ in range(guest.env.operator.locks.max_wrong_passwords):
        await guest.client.post("/sessions", json={"login": NUMBER, "password": "wrong"})
    right = await guest.client.post("/sessions", json={"login": NUMBER, "password": PASSWORD})
    assert (right.status_code, right.json()["code"]) == (429, "login_locked")


async def test_a_postpaid_subscriber_gets_a_clear_refusal(guest: Stage) -> None:
    answer = await guest.client.post("/sessions", json={"login": POSTPAID, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "postpaid_not_served")


async def test_a_session_that_was_ended_is_worth_nothing(olena: Stage) -> None:
    ended = await olena.client.delete("/sessions/current")
    assert (ended.status_code, ended.content) == (204, b"")
    assert (await olena.get("/home")).status_code == 401
    assert (await olena.client.delete("/sessions/current")).status_code == 401


async def test_a_session_ends_by_itself_when_it_is_idle(olena: Stage) -> None:
    idle = timedelta(minutes=olena.env.operator.session.idle_minutes)
    olena.clock.advance(int(idle.total_seconds() * 1_000_000))
    assert (await olena.get("/home")).status_code == 401


async def test_a_token_that_is_none_is_refused_even_where_none_is_needed(guest: Stage) -> None:
    tokens = ["", " ", " a b", " wrong", " " + "a" * 5000, " é"]
    for header in ["Basic b2xlbmE6cHc=", *(f"Bearer{token}" for token in tokens)]:
        headers = {b"Authorization": header.encode()}
        for path in ("/home", "/contacts"):
            answer = await guest.client.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "session_needed"), header


async def test_a_body_with_wrong_fields_says_which(guest: Stage) -> None:
    bodies: list[tuple[dict[str, object], list[str]]] = [
        ({}, ["login", "password"]),
        ({"login": NUMBER}, ["password"]),
        ({"login": 380675550100, "password": PASSWORD}, ["login"]),
        ({"login": NUMBER, "password": None}, ["password"]),
        ({"login": NUMBER, "password": PASSWORD, "level": 2}, ["level"]),
        ({"login": "", "password": "x" * 201}, ["login", "password"]),
    ]
    for body, wrong in bodies:
        answer = await guest.client.post("/sessions", json=body)
        assert (answer.status_code, answer.json()["outcome"]) == (422, "input")
        assert [field["name"] for field in answer.json()["fields"]] == wrong
        assert all(field["message"] for field in answer.json()["fields"])


async def test_a_login_that_is_no_number_is_just_wrong(guest: Stage) -> None:
    for login in ("٣٨٠٦٧٥٥٥٠١٠٠", "38067555010O", "0675550100", "staff:", "staff:nobody"):
        answer = await guest.client.post("/sessions", json={"login": login, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (401, "password_wrong"), login


async def test_staff_log_in_by_name_and_see_no_subscribers_pages(guest: Stage) -> None:
    await guest.log_in(STAFF)
    answer = await guest.get("/home")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await guest.get("/contacts")).status_code == 200
