"""The same of what no menu offers: people ask for it in the cabinet or by a program.

What is in no matrix at all is in `EXCEPT`, with the reason.
"""

from collections.abc import Mapping

from abonent.accounts.model import Line
from abonent.operations.identity.sessions import Client, start_session
from tests.fixtures.house import PASSWORD, House
from tests.fixtures.payments import card
from tests.matrix.cases import Asked, Fields, points
from tests.matrix.more_cases import to_neighbour

NEW_PASSWORD = "Periwinkle 2027"

EXCEPT: Mapping[str, str] = {
    "register": "a guest asks, whose PUK is all that there is to know them by; one line, once",
    "reveal_puk": "staff ask, and they have no cabinet",
    "resolve_payment": "staff ask, and they have no cabinet",
    "set_parcel_state": "staff ask, and they have no cabinet",
}


async def at_home(house: House) -> Line:
    return await house.at_home("en")


async def blocked(house: House, line: Line) -> None:
    await house.done(line, "block_line")


async def kept_card(house: House, line: Line) -> Fields:
    return {"means": await card(house, line)}


async def logged_in_elsewhere(house: House, line: Line) -> None:
    await start_session(house.runner, line, Client("192.0.2.7", "web"))


async def bonuses_for_neighbour(house: House, line: Line) -> Fields:
    """A top-up that brings 50 bonuses of home internet, and whom to pass some to."""
    await points(house, line)
    return await to_neighbour(house, line)


CABINET: Mapping[str, Asked] = {
    "set_password": Asked(
        "/profile",
        typed={
            "old_password": PASSWORD,
            "password": NEW_PASSWORD,
            "password_again": NEW_PASSWORD,
        },
    ),
    "end_sessions": Asked("/profile", prepare=logged_in_elsewhere),
    "unblock_line": Asked("/lost", prepare=blocked),
    "set_notices": Asked("/profile", {"notice": "login", "on": "no"}),
    "order_detail": Asked(
        "/statistics?from=2026-11-01&to=2026-11-17",
        {"from": "2026-11-01", "to": "2026-11-17"},
    ),
    "top_up_by_card": Asked("/topup", {}, {"amount": "150.00"}),
    "remove_payment_means": Asked("/topup", prepare=kept_card),
    "set_auto_payment": Asked(
        "/topup/auto",
        {"when": "date"},
        {"day": "31", "amount": "100.00", "ceiling": "300.00"},
        prepare=kept_card,
    ),
    "pass_bonus": Asked(
        "/loyalty", {}, {"amount": "12"}, prepare=bonuses_for_neighbour, who=at_home
    ),
}
