"""One believable view for each page of the cabinet, and some at their extremes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from abonent.kernel.ids import AccountId, ContractId, LineId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import Instant, instant
from abonent.operations.papers import PaperState
from abonent.operations.ports import Checkout
from abonent.operations.views.invoices import InvoiceRow, InvoicesView
from abonent.operations.views.loyalty_model import GiftRow, LoyaltyView, PointsMove
from abonent.operations.views.model import (
    BucketLeft,
    ContactRow,
    ContactsView,
    DayTotal,
    DetailOrder,
    DetailView,
    Event,
    Forwarding,
    HomeView,
    IncludedRow,
    JournalRow,
    JournalView,
    KindTotal,
    LineRef,
    MovementsView,
    NewsItem,
    NextCharge,
    NoticeSetting,
    Outlook,
    PackageRow,
    ProfileView,
    RateRow,
    ServiceRow,
    ServicesView,
    SessionRow,
    TariffCard,
    TariffChange,
    TariffsView,
    UsageRecordRow,
    UsageView,
)
from abonent.operations.views.payment_model import (
    BonusStep,
    CardTopUpView,
    MeansRow,
    PaymentRow,
    PaymentsView,
    PaymentView,
)
from abonent.profile.model import Profile

MEGABYTE = 1 << 20
GIGABYTE = 1 << 30
NOON = instant(datetime(2026, 11, 21, 12, tzinfo=UTC))
FIRST_DAY = date(2026, 11, 1)
LINE = LineRef(LineId(1), "380941234567", "Мій номер", blocked=False)
BLOCKED = LineRef(LineId(2), "380945556677", "Модем на дачі біля лісу", blocked=True)
TARIFF = Item("tariff", "everyday")
OTHER_TARIFF = Item("tariff", "online")
SERVICE = Item("service", "abroad-daily")
MINUTES = Item("bucket", "minutes-ukraine")
INTERNET = Item("bucket", "internet")
MESSAGES = Item("bucket", "sms-ukraine")


def uah(minor: int) -> Money:
    return Money(minor, "UAH")


def days_on(days: int) -> Instant:
    return Instant(NOON + days * 86_400_000_000)


INCLUDED = (
    IncludedRow(MINUTES, "second", 30_000),
    IncludedRow(INTERNET, "byte", 10 * GIGABYTE),
    IncludedRow(MESSAGES, "sms", 100),
)
EVENTS = (
    Event(1, NOON, Text("entry.top_up"), uah(20_000)),
    Event(2, days_on(-1), Text("entry.usage_call"), uah(-320)),
    Event(3, days_on(-20), Text("entry.tariff_fee", {"tariff": TARIFF}), uah(-15_000)),
)
FEE = NextCharge(
    6,
    LINE.id,
    days_on(7),
    uah(15_000),
    Text("entry.tariff_fee", {"tariff": TARIFF}),
    "month",
    False,
)


def points(amount: int) -> Money:
    return Money(amount, POINTS)


AHEAD = Outlook((FEE, replace(FEE, waiting=True)), 3, uah(5_000), days_on(3))


def home_of(profile: Profile) -> HomeView:
    news = profile.operator.news[0]
    key = f"profile.news.{news.id}"
    return HomeView(
        line=LINE,
        contract=ContractId(1),
        account=AccountId(1),
        tariff=TARIFF,
        balance=uah(12_345),
        points=340,
        days_left=23,
        next_charge=FEE,
        buckets=(
            BucketLeft(1, MINUTES, "second", 19_200, 30_000, days_on(10)),
            BucketLeft(2, INTERNET, "byte", 3 * GIGABYTE, 10 * GIGABYTE, days_on(10)),
            BucketLeft(3, INTERNET, "byte", 900 * MEGABYTE, GIGABYTE, days_on(24)),
            BucketLeft(4, MESSAGES, "sms", 12, 100, None),
        ),
        events=EVENTS,
        pending_tariff=None,
        news=(NewsItem(news.id, news.date, Text(f"{key}.title"), Text(f"{key}.text"), TARIFF),),
    )


def bare_home() -> HomeView:
    return HomeView(
        line=BLOCKED,
        contract=ContractId(1),
        account=AccountId(1),
        tariff=TARIFF,
        balance=uah(0),
        points=0,
        days_left=0,
        next_charge=replace(FEE, waiting=True),
        buckets=(),
        events=(),
        pending_tariff=OTHER_TARIFF,
        news=(),
    )


ORDER = DetailOrder(700, NOON, FIRST_DAY, date(2026, 11, 21), uah(106))


def usage_of(days: int) -> UsageView:
    charges: tuple[dict[str, int], ...] = (
        {"call": 340, "data": 300},
        {},
        {"sms": 100, "fee": 15_000},
    )
    return UsageView(
        first_day=FIRST_DAY,
        last_day=FIRST_DAY + timedelta(days=days - 1),
        total=uah(15_740),
        kinds=(
            KindTotal("call", 42, 3990, uah(340)),
            KindTotal("sms", 14, 14, uah(100)),
            KindTotal("data", 61, 5 * GIGABYTE, uah(300)),
            KindTotal("fee", 4, 0, uah(15_000)),
        ),
        days=tuple(DayTotal(FIRST_DAY + timedelta(days=n), charges[n % 3]) for n in range(days)),
        detail_price=uah(106),
        orders=(ORDER,),
    )


NO_USAGE = UsageView(FIRST_DAY, FIRST_DAY, uah(0), (), (), uah(0), ())
DETAIL = DetailView(
    ORDER,
    (
        UsageRecordRow(1, NOON, "call", "out", "380501112233", "national", 185, 60, uah(320)),
        UsageRecordRow(2, NOON, "sms", "in", "111", "free", 1, 0, uah(0)),
        UsageRecordRow(
            3, days_on(-1), "data", "out", "", "internet", 881 * MEGABYTE, 0, uah(12_345)
        ),
    ),
    "next",
)
NO_DETAIL = DetailView(ORDER, (), None)


def _card(id: str, fee_minor: int, difference_minor: int) -> TariffCard:
    rates = (
        RateRow("call", "onnet", uah(60), 60, 1, uah(0)),
        RateRow("call", "national", uah(160), 60, 60, uah(50)),
        RateRow("call", "emergency", uah(0), 60, 60, uah(0)),
        RateRow("sms", "onnet", uah(100), 1, 1, uah(0)),
        RateRow("data", "internet", uah(30), MEGABYTE, 10_240, uah(0)),
    )
    return TariffCard(
        id=id,
        name=Item("tariff", id),
        monthly_fee=uah(fee_minor),
        included=INCLUDED if fee_minor else (),
        rates=rates,
        change_price=uah(2000 if fee_minor else 0),
        own_month=uah(18_640 + difference_minor),
        difference=uah(difference_minor),
    )


TARIFFS = TariffsView(
    current=_card("everyday", 15_000, 0),
    others=(_card("second", 0, 15_480), _card("calm", 7500, -1765), _card("talk", 9500, 0)),
    pending=None,
    history=(
        TariffChange(2, days_on(-80), Item("tariff", "calm"), TARIFF),
        TariffChange(1, days_on(-280), None, Item("tariff", "calm")),
    ),
)
PENDING_TARIFF = TariffsView(
    _card("everyday", 15_000, 0), (), TariffChange(5, days_on(10), TARIFF, OTHER_TARIFF), ()
)


def _service(
    id: str, fee: tuple[int, str], state: str = "off", until: Instant | None = None
) -> ServiceRow:
    return ServiceRow(
        id=id,
        name=Item("service", id),
        group=Item("group", "calls"),
        activation_price=uah(500),
        fee=uah(fee[0]),
        period=fee[1],
        state=state,  # type: ignore[arg-type]
        since=NOON if state == "on" else None,
        until=until,
    )


SERVICES = ServicesView(
    mine=(
        _service("caller-id", (0, "none"), "on"),
        _service("monthly-gigabytes", (4500, "month"), "on", days_on(12)),
        _service("abroad-daily", (1000, "day"), "paused"),
    ),
    available=(_service("voicemail", (0, "none")), _service("antivirus", (3000, "month"))),
    monthly_cost=uah(34_500),
    packages=(
        PackageRow("internet-1gb", Item("package", "internet-1gb"), uah(3500), 7, INCLUDED[1:2]),
    ),
    forwarding=(Forwarding("busy", "380501112233"),),
    forwarding_kinds=("unconditional", "busy", "no_reply", "unreachable"),
)
NO_SERVICES = ServicesView((), (), uah(0), (), (), ("unconditional",))
LOYALTY = LoyaltyView(
    points=340,
    expiring=42,
    expiring_at=days_on(40),
    gifts=(
        GiftRow(
            "sms-30", Item("gift", "sms-30"), 100, INCLUDED[2:], uah(0), True, Money(100, "PTS")
        ),
        GiftRow("money-20", Item("gift", "money-20"), 500, (), uah(2000), False, Money(500, "PTS")),
    ),
    history=(PointsMove(2, NOON, Text("entry.top_up"), 20),),
)
NO_LOYALTY = LoyaltyView(0, 0, None, (), ())
PROFILE = ProfileView(
    name="Олена Василівна Коваленко",
    language="uk",
    lines=(LINE, BLOCKED),
    line=LINE,
    tariff=TARIFF,
    contract_number="1000 2345 67",
    customer_since=days_on(-1000),
    notices=(
        NoticeSetting("login", on=True, optional=True),
        NoticeSetting("order_detail", on=False, optional=True),
        NoticeSetting("set_forwarding", on=True, optional=False),
    ),
    sessions=(
        SessionRow(1, NOON, NOON, "web", "Firefox, Windows", current=True),
        SessionRow(2, NOON, NOON, "api", "", current=False),
    ),
)
JOURNAL = JournalView(
    (
        JournalRow(1, NOON, "web", "self", Text("journal.login"), "done"),
        JournalRow(
            2, NOON, "web", "self", Text("journal.change_tariff", {"tariff": TARIFF}), "refused"
        ),
        JournalRow(3, days_on(-1), "staff", "staff", Text("journal.reveal_puk"), "done"),
        JournalRow(4, days_on(-1), "system", "system", Text("journal.block_line"), "done"),
        JournalRow(5, days_on(-1), "web", "guest", Text("journal.login"), "refused"),
    ),
    "next",
)
MOVEMENTS = MovementsView(EVENTS, "next")
PAYMENTS = PaymentsView(
    (
        PaymentRow(5, NOON, Text("entry.top_up"), uah(10_000), "paid"),
        PaymentRow(
            6, NOON, Text("entry.card_top_up"), uah(10_000), "pending", None, "1", "/pay/x/6"
        ),
        PaymentRow(
            7,
            NOON,
            Text("entry.card_top_up"),
            uah(10_000),
            "failed",
            Text("payment.reason.declined"),
        ),
    ),
    "next",
)
CARD_TOP_UP = CardTopUpView(
    gateways=("demo", "liqpay", "stripe"),
    smallest=uah(500),
    largest=uah(9_999_999),
    suggested=(uah(10_000), uah(15_000)),
    commissioned=True,
    bonuses=(BonusStep(uah(50_000), uah(2_500)),),
    means=(MeansRow(7, "Visa •• 4242", NOON),),
)
NO_CARDS = CardTopUpView((), uah(500), uah(9_999_999), (), False, (), ())
CHECKOUT = Checkout("https://pay.example/", {"data": "<a>", "signature": "b"})


def payment(state: str) -> PaymentView:
    """A payment as the holder of its link sees it."""
    values = {"amount": uah(9_999_999)}
    reason = Text("payment.reason.declined") if state == "failed" else None
    text = Text(f"payment.{state}", values)
    amount = uah(9_999_999)
    return PaymentView(9, "/pay/x/9", state, text, reason, "demo", amount, amount, NOON)


def pay(checkout: Checkout | None, *, for_another: bool = False) -> dict[str, object]:
    """A payment on its way to the provider's page."""
    return {"payment": payment("created"), "checkout": checkout, "for_another": for_another}


STATEMENT_OF = {
    "form": {"from": date(2026, 11, 1), "to": date(2026, 11, 17)},
    "problems": {"from": "", "to": ""},
    "invoices": True,
}
INVOICES = InvoicesView(
    (
        InvoiceRow(
            1, "BV-2026-000001", date(2026, 10, 1), NOON, uah(12_500), uah(2500), uah(15_000)
        ),
    ),
    "next",
)
PAPERS = tuple(
    PaperState(9, 1, {}, state, 1200, 3001, NOON, "statement.pdf")
    for state in ("making", "ready", "failed")
)


def contacts_of(profile: Profile) -> ContactsView:
    keys = [(each.number, f"profile.contact.{each.number}") for each in profile.operator.contacts]
    return ContactsView(
        tuple(
            ContactRow(number, Text(f"{key}.label"), Text(f"{key}.price"), Text(f"{key}.hours"))
            for number, key in keys
        )
    )
