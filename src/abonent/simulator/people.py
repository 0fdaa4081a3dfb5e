"""The people of the demo: who they are, how they use their lines, and what they did lately.

Everything here is invented. Tariffs and services are wishes that `shelf` fulfils from whatever
catalogue there is; money is counted in hundredths of a middling monthly fee.
"""

from dataclasses import dataclass
from typing import Literal

from abonent.profile.model import Unit
from abonent.simulator.habits import Habit
from abonent.simulator.shelf import Wish


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line. `place` is its tariff's, from the cheapest (0) to the dearest (1)."""

    place: float
    habit: Habit
    label: str = ""
    kind: Literal["mobile", "internet"] = "mobile"
    old_tariff: bool = False
    """It has a tariff that is not sold any more, where the operator has one."""


What = Literal[
    "service", "off", "package", "gift", "tariff", "forwarding", "forwarding_off", "detail"
]


@dataclass(frozen=True, slots=True)
class Act:
    """Something done in the cabinet, `months` ago on a day of the month, at an hour; by one line.

    What the day or its money does not allow is refused, as it would be to anybody.
    """

    months: int
    day: int
    hour: int
    what: What
    service: Wish | None = None
    unit: Unit = "byte"
    place: float = 0.0
    line: int = 0
    by_ussd: bool = False


@dataclass(frozen=True, slots=True)
class Purse:
    """How somebody pays: tops up when less than `below` is left, with vouchers of one size.

    `opening` is what they came with. With less than `quiet` left they only answer calls. Money is
    in hundredths of a middling monthly fee; `face` counts voucher sizes from the smallest.
    """

    opening: int = 0
    below: int | None = None
    face: int = 3
    quiet: int = 5


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Somebody with one contract, one account and some lines.

    `kind` is a stable word for who they are in the demo, `note` says it to whoever tries the demo.
    They came on the first of a month, so many `joined_months` ago, or so many `joined_days`.
    """

    kind: str
    name: str
    note: str
    watchword: str
    """The password, before it is cut to the operator's rules: letters, then digits."""
    lines: tuple[LinePlan, ...]
    purse: Purse
    language: str = "uk"
    acts: tuple[Act, ...] = ()
    holder: Literal["person", "company"] = "person"
    billing: Literal["prepaid", "postpaid"] = "prepaid"
    registered: bool = True
    joined_months: int = 3
    joined_days: int | None = None
    family: str = ""
    """People of one family call each other."""
    hours_together: int = 24
    """Records of so many hours arrive together: fewer for those who pay for most of them."""


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """Somebody at the contact centre, who logs in to the API as `staff:NAME`."""

    name: str
    note: str
    watchword: str


STAFF = (
    StaffPlan("oksana", "Answers 111: tells a forgotten PUK after checking.", "Perevirka274183"),
)


PEOPLE = (
    PersonPlan(
        kind="prepaid",
        name="Олена Коваленко",
        note="A prepaid subscriber with a rich history, several services, bonus points and money.",
        watchword="Kalyna2741",
        lines=(LinePlan(0.4, Habit(5, 100, 1.6, 4, 45, 10, 2, (7, 23), 1.2), "Особистий"),),
        purse=Purse(opening=220, below=200),
        acts=(
            Act(3, 3, 19, "service", Wish("none")),
            Act(3, 9, 20, "service", Wish("month")),
            Act(3, 17, 12, "tariff", place=0.6),
            Act(2, 5, 21, "forwarding"),
            Act(2, 11, 18, "package", unit="byte", by_ussd=True),
            Act(2, 19, 20, "forwarding_off"),
            Act(2, 24, 9, "gift"),
            Act(1, 4, 20, "service", Wish("month", "byte")),
            Act(1, 10, 22, "detail"),
            Act(1, 16, 13, "package", unit="second"),
            Act(1, 27, 8, "service", Wish("none", nth=2), by_ussd=True),
            Act(0, 2, 19, "service", Wish("month", nth=3)),
            Act(0, 6, 12, "package", unit="sms"),
        ),
    ),
    PersonPlan(
        kind="prepaid",
        name="Максим Шевченко",
        note="A prepaid student who lives online and reads English.",
        watchword="Smereka5083",
        language="en",
        lines=(LinePlan(0.8, Habit(1.5, 50, 2, 4, 200, 10, 1, (9, 26), 1.3), "Особистий"),),
        purse=Purse(opening=180, below=165),
        acts=(
            Act(3, 6, 22, "service", Wish("none", nth=1)),
            Act(2, 8, 23, "service", Wish("day", "byte")),
            Act(2, 12, 23, "off", Wish("day", "byte")),
            Act(1, 19, 21, "package", unit="byte"),
        ),
    ),
    PersonPlan(
        kind="prepaid",
        name="Людмила Савчук",
        note="A prepaid pensioner on an old tariff that is not sold any more.",
        watchword="Barvinok1956",
        lines=(
            LinePlan(
                0, Habit(2.5, 150, 0.2, 0.3, 0.8, 10, 0, (8, 20)), "Домашній", old_tariff=True
            ),
        ),
        purse=Purse(opening=70, below=40, face=1),
        acts=(Act(3, 12, 11, "service", Wish("none"), by_ussd=True),),
        hours_together=1,
    ),
    PersonPlan(
        kind="prepaid_low",
        name="Тарас Мельник",
        note="A prepaid subscriber with little money: hardly anything can be bought.",
        watchword="Dubrava3390",
        lines=(LinePlan(0, Habit(2, 40, 0.4, 0.6, 0.8, 5, 0, (9, 21)), "Особистий"),),
        purse=Purse(opening=8, below=3, face=0, quiet=2),
        hours_together=1,
    ),
    PersonPlan(
        kind="prepaid_new",
        name="Соломія Бойко",
        note="A prepaid subscriber since yesterday: registered, nothing on the account.",
        watchword="Lastivka6217",
        lines=(LinePlan(0, Habit(), "Особистий"),),
        purse=Purse(),
        joined_days=1,
    ),
    PersonPlan(
        kind="three_lines",
        name="Ірина Ткаченко",
        note="A prepaid subscriber with three lines on one account; reads Russian.",
        watchword="Cheremosh804",
        language="ru",
        lines=(
            LinePlan(0.6, Habit(3, 90, 0.8, 2, 60, 25, 1, (7, 22)), "Особистий"),
            LinePlan(0.4, Habit(4, 150, 0.3, 1, 12, 20, 1, (9, 19), 0.1), "Робочий"),
            LinePlan(0.2, Habit(sessions=2, session_mb=8, hours=(18, 23)), "Планшет"),
        ),
        purse=Purse(opening=300, below=220),
        acts=(
            Act(3, 8, 10, "service", Wish("none"), line=1),
            Act(2, 15, 14, "forwarding", line=1),
            Act(1, 9, 20, "package", unit="byte", line=2),
        ),
    ),
    PersonPlan(
        kind="family",
        name="Наталія Бондаренко",
        note="A mother of the Bondarenko family, with her own line and her daughter's.",
        watchword="Veselka4452",
        lines=(
            LinePlan(0.6, Habit(3, 120, 0.8, 2, 50, 55, 0, (7, 22), 1.2), "Мама"),
            LinePlan(0.4, Habit(1.4, 70, 1.2, 2, 20, 75, 0, (8, 21), 1.3), "Марійка"),
        ),
        purse=Purse(opening=250, below=170),
        family="bondarenko",
        acts=(Act(2, 3, 20, "service", Wish("month", nth=4), line=1),),
    ),
    PersonPlan(
        kind="family",
        name="Андрій Бондаренко",
        note="The father of the Bondarenko family, with his own line and the grandmother's.",
        watchword="Berkut9185",
        lines=(
            LinePlan(0.8, Habit(3, 100, 0.4, 2, 140, 40, 1, (6, 22)), "Тато"),
            LinePlan(0.2, Habit(1.4, 180, 0.1, 0.2, 1, 80, 0, (8, 20)), "Бабуся"),
        ),
        purse=Purse(opening=280, below=220),
        family="bondarenko",
        acts=(Act(1, 22, 9, "package", unit="second", line=1, by_ussd=True),),
    ),
    PersonPlan(
        kind="company",
        name="ТОВ «Світанок»",
        note="A company; its curator logs in with the first number and manages all four lines.",
        watchword="Svitanok7720",
        holder="company",
        lines=(
            LinePlan(0.6, Habit(4, 110, 0.6, 2, 45, 35, 1, (8, 19), 0.1), "Куратор, В. Гнатюк"),
            LinePlan(0.4, Habit(3, 60, 0.3, 1, 10, 45, 0, (8, 18), 0.2), "Склад"),
            LinePlan(0.4, Habit(4, 50, 0.3, 1, 30, 50, 1, (6, 20), 0.6), "Водій"),
            LinePlan(0.2, Habit(sessions=2, session_mb=4, hours=(8, 20)), "Каса"),
        ),
        purse=Purse(opening=600, below=300),
        acts=(
            Act(3, 5, 10, "service", Wish("none"), line=0),
            Act(1, 12, 11, "forwarding", line=1),
            Act(1, 3, 10, "detail", line=2),
        ),
    ),
    PersonPlan(
        kind="internet",
        name="Олег Кравчук",
        note="A home-internet contract: logs in with a login instead of a number.",
        watchword="Dnister2608",
        lines=(
            LinePlan(
                1,
                Habit(sessions=3, session_mb=600, hours=(7, 24), weekend=1.5),
                "Квартира",
                "internet",
            ),
        ),
        purse=Purse(opening=320, below=270),
    ),
    PersonPlan(
        kind="postpaid",
        name="Роман Поліщук",
        note="A postpaid subscriber, whom an operator that serves prepaid only refuses.",
        watchword="Horobyna5517",
        lines=(LinePlan(0.6, Habit(2, 100, 0.6, 2, 40, 5, 2, (8, 22)), "Особистий"),),
        purse=Purse(),
        billing="postpaid",
        joined_months=1,
    ),
    PersonPlan(
        kind="fresh_sim",
        name="Дарина Лисенко",
        note="A fresh SIM from a starter pack, not yet registered: register it with the PUK.",
        watchword="Zozulia1349",
        lines=(LinePlan(0, Habit()),),
        purse=Purse(opening=33),
        registered=False,
        joined_days=0,
    ),
)
"""The first is the one that `make run` speaks of."""
