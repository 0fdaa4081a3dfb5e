"""How each operation of the shipped USSD menu is asked for, and what must be there before."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from abonent.accounts.model import Line
from tests.fixtures.house import House
from tests.fixtures.vouchers import code_number

Fields = Mapping[str, str]


async def somebody(house: House) -> Line:
    """Somebody who speaks English and has plenty of money."""
    return await house.subscriber("900.00", tariff="everyday", language="en")


@dataclass(frozen=True)
class Asked:
    """`page` is where the web asks; `chosen` are items of lists, `typed` what is typed in.

    What `prepare` gives belongs to the input, too. Of the lists of `first`, which show no names of
    the catalogue, the first item is taken. `who` puts those on the books who ask.
    """

    page: str
    chosen: Fields = field(default_factory=dict)
    typed: Fields = field(default_factory=dict)
    prepare: Callable[[House, Line], Awaitable[object]] | None = None
    answered_in: str = "en"
    first: frozenset[str] = frozenset()
    who: Callable[[House], Awaitable[Line]] = somebody

    def fields(self, line: Line) -> Fields:
        """The operation's input. A code is the line's own."""
        own = {name: value.format(code=code_of(line)) for name, value in self.typed.items()}
        return {**self.chosen, **own}


def code_of(line: Line) -> str:
    """The code of a voucher that is meant for the line."""
    return code_number(line.id)


async def voucher(house: House, line: Line) -> None:
    await house.voucher(code_of(line), "500.00")


async def points(house: House, line: Line) -> None:
    await voucher(house, line)
    await house.done(line, "top_up_by_voucher", code=code_of(line))


async def voicemail(house: House, line: Line) -> None:
    await house.done(line, "activate_service", service="voicemail")


async def forwarding(house: House, line: Line) -> None:
    await house.done(line, "set_forwarding", kind="busy", to="671112233")


async def pending_change(house: House, line: Line) -> None:
    await house.done(line, "change_tariff", tariff="online")


CASES: Mapping[str, Asked] = {
    "activate_service": Asked("/services", {"service": "daily-gigabyte"}),
    "deactivate_service": Asked("/services", {"service": "voicemail"}, prepare=voicemail),
    "buy_package": Asked("/services", {"package": "internet-5gb"}),
    "change_tariff": Asked("/tariffs", {"tariff": "calm"}),
    "withdraw_tariff_change": Asked("/tariffs", prepare=pending_change),
    "set_forwarding": Asked("/services", {"kind": "no_reply"}, {"to": "671112233"}),
    "clear_forwarding": Asked("/services", {"kind": "busy"}, prepare=forwarding),
    "top_up_by_voucher": Asked("/topup", {}, {"code": "{code}"}, prepare=voucher),
    "redeem_gift": Asked("/loyalty", {"gift": "internet-3gb"}, prepare=points),
    "set_language": Asked("/profile", {"language": "ru"}, answered_in="ru"),
    "block_line": Asked("/lost"),
}
