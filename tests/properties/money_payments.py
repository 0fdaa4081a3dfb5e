"""Payments by card: on a provider's page, from a kept card, for others and for nobody.

Of payments on its page the provider tells anything in any order. The bank that takes money from
kept cards keeps its word, so what it has is what our books must come to.
"""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import rule

from abonent.kernel.money import Money
from abonent.kernel.outcome import Done, Outcome, Refused
from abonent.ledger.model import House as Account
from abonent.ledger.payments import Payment
from abonent.operations.money.providers import BATCH, TryLater, ask_providers, page_of
from abonent.operations.money.reconciliation import reconcile
from abonent.operations.ports import Means, PaymentEvent, PaymentState
from abonent.store.tx import ReadTx
from tests.properties.money_bank import Killed, Mood
from tests.properties.money_ground import Ground, backs, mobiles, people, recent

NOBODY = "380949999999"
REASON = "seen in the provider's console"
BUSY = "too_many_payments"
AT_ONCE = {"paid", "failed", "pending"}
"""Moods in which the bank gives back what it is asked to give back."""

states = st.sampled_from(["paid", "paid", "pending", "failed", "refunded", "charged_back"])
sums = st.sampled_from(["50.00", "120.00", "500.00"])
moods = st.sampled_from(["paid", "paid", "paid", "failed", "pending", "away", "lost", "killed"])
shares = st.sampled_from(["nothing", "half", "all", "all", "more"])
gone = st.sampled_from(["refunded", "charged_back"])


class CardPayments(Ground):
    """What is paid is booked once, what is given back is taken once; staff have the last word."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[Payment] = []
        """On the provider's page."""
        self.charged: list[Payment] = []
        """From kept cards."""
        self.events: list[PaymentEvent] = []
        self.held: Counter[int] = Counter()
        """What of each payment our books should have: what was told and believed."""
        self.nobodys: set[int] = set()
        self.heard: set[str] = set()
        """Events of which our books know by now."""
        self.late: set[int] = set()
        """Payments that were given up before the bank's word came."""

    # On the provider's page ----------------------------------------------------------------------

    @rule(who=people, sum=sums, twice=st.booleans())
    def begin_to_pay_by_card(self, who: int, sum: str, twice: bool) -> None:
        self.began(self.do(who, "top_up_by_card", {"amount": sum}, twice=twice), self.begun)

    @rule(to=st.none() | mobiles, sum=sums)
    def a_guest_pays_for_a_number(self, to: int | None, sum: str) -> None:
        """It may be nobody's."""
        raw = {"amount": sum, "to": NOBODY if to is None else self.lines[to].number}
        asking = self.house.runner.propose(self.house.guest(), "top_up_by_card", raw, confirm=True)
        self.began(self.run(asking), self.begun)

    @rule(who=people, sum=sums, mood=moods)
    def money_for_nobodys_number_goes_back(self, who: int, sum: str, mood: Mood) -> None:
        """At once, or when the worker asks again."""
        answer = self.do(who, "top_up_by_card", {"amount": sum, "to": NOBODY})
        payment = self.began(answer, self.begun)
        if payment is not None:
            assert self.take(self.till.event(payment, "paid")) == "book"
            self.the_worker_asks_the_bank(mood)
            if mood in AT_ONCE:
                assert self.run(self.till.state(payment)) == ("refunded", "")

    @rule(
        back=backs,
        state=states,
        share=st.sampled_from(["all", "all", "all", "half", "more"]),
        reference=st.sampled_from(["ref", "ref", "ref", "another"]),
    )
    def the_provider_tells(
        self, back: int, state: PaymentState, share: str, reference: str
    ) -> None:
        payment = recent(self.begun, back)
        if payment is not None:
            amount = share_of(payment.to_pay, share)
            event = self.till.event(payment, state, amount=amount, reference=reference)
            self.take(event)
            self.events.append(event)

    @rule(back=backs, state=gone, won_back=st.none() | shares)
    def a_payment_is_paid_and_given_back(
        self, back: int, state: PaymentState, won_back: str | None
    ) -> None:
        payment = recent(self.begun, back)
        if payment is not None:
            self.take(self.till.event(payment, "paid"))
            self.till.later()
            self.take(self.till.event(payment, state))
            if won_back is not None:
                self.contradict(payment, won_back)

    @rule(back=backs)
    def the_provider_tells_again(self, back: int) -> None:
        event = recent(self.events, back)
        assert event is None or self.take(event) == "repeated"

    @rule(back=backs, share=shares)
    def what_contradicts_itself_is_settled_by_staff(self, back: int, share: str) -> None:
        payment = recent(self.begun, back)
        if payment is not None:
            self.contradict(payment, share)

    def contradict(self, payment: Payment, share: str) -> None:
        """Have the provider tell what cannot be, and staff say how much it has."""
        now = self.run(self.till.payment(payment.id))
        self.till.later()
        if now.state in {"created", "pending", "failed"}:
            self.take(self.till.event(now, "paid", amount=share_of(now.to_pay, "half")))
        elif now.state == "paid":
            self.take(self.till.event(now, "failed", reference=now.reference))
        else:
            self.take(self.till.event(now, "paid", reference=now.reference))
        self.settled_by_staff(self.run(self.till.payment(payment.id)), share)

    # From kept cards -----------------------------------------------------------------------------

    @rule(who=people, sum=sums)
    def pay_from_a_kept_card(self, who: int, sum: str) -> None:
        means = self.card_of(who)
        if means is not None:
            raw = {"amount": sum, "means": means}
            self.began(self.do(who, "top_up_by_card", raw), self.charged)

    @rule(who=people, forgotten=st.sampled_from([True, False, False]))
    def a_card_is_kept_or_forgotten(self, who: int, forgotten: bool) -> None:
        """It is kept with a payment that brings its token."""
        means = self.card_of(who)
        if forgotten and means is not None:
            self.do(who, "remove_payment_means", {"means": means})
            return
        answer = self.do(who, "top_up_by_card", {"amount": "100.00", "keep": "yes"})
        if isinstance(answer, Done):
            payment = self.run(self.till.of(answer.receipt))
            token = Means(f"token-{payment.id}", "Visa •• 4242")
            assert self.take(self.till.event(payment, "paid", means=token)) == "book"

    @rule(back=backs, kept=st.booleans(), mood=moods)
    def the_payer_follows_the_link(self, back: int, kept: bool, mood: Mood) -> None:
        payment = recent(self.charged if kept else self.begun, back)
        if payment is None:
            return
        self.bank.mood = mood
        try:
            self.run(page_of(self.house.db, self.house.env, payment.id, "uk"))
        except (TryLater, Killed):
            self.seen["a provider that does not answer"] += 1
        self.hear()

    @rule(mood=moods)
    def the_worker_asks_the_bank(self, mood: Mood) -> None:
        self.bank.mood = mood
        try:
            while self.run(ask_providers(self.house.db, self.house.env)) == BATCH:
                pass
        except Killed:
            self.seen["a worker that was killed"] += 1
        self.hear()

    @rule(back=backs)
    def the_banks_word_arrives(self, back: int) -> None:
        """For the first time, if its answer was lost, or once more."""
        event = recent(self.bank.said, back)
        if event is None:
            return
        known, before = event.id in self.heard, self.run(self.till.payment(event.payment))
        step = self.take(event)
        assert known == (step == "repeated")
        if before.state == "failed" and step == "book":
            self.late.add(event.payment)
            self.seen["late word"] += 1

    @rule(back=backs, state=gone, told=st.booleans())
    def the_bank_takes_it_back(self, back: int, state: PaymentState, told: bool) -> None:
        payment = recent(self.bank.asked, back)
        if payment is not None and self.bank.has[payment]:
            event = self.bank.take_back(payment, state)
            if told:
                self.till.later()
                self.take(event)

    @rule()
    def the_banks_file_is_read(self) -> None:
        """Afterwards nothing is missing of what the bank has, but what a person looks at."""
        self.run(reconcile(self.house.db, self.house.env, self.bank, self.bank.file()))
        self.hear()
        for payment in self.not_booked():
            assert payment.state == "review", payment

    @rule(back=backs)
    def staff_settle_what_the_bank_has(self, back: int) -> None:
        """They look at the bank's own books."""
        payment = recent(self.bank.asked, back)
        if payment is None:
            return
        now, has = self.run(self.till.payment(payment)), self.bank.has[payment]
        answer = self.asked_of_staff(now, Money(has, "UAH").decimal())
        assert isinstance(answer, Done) == (now.state == "review"), answer

    # What must hold ------------------------------------------------------------------------------

    async def what_holds(self, tx: ReadTx) -> None:
        """What our books have of payments is what was told, and of the bank's what it has."""
        await super().what_holds(tx)
        rows = await tx.rows(
            "SELECT id, amount + commission - COALESCE(returned, 0) FROM payment"
            " WHERE paid_at IS NOT NULL"
        )
        assert {row[0]: row[1] for row in rows if row[1]} == +self.held
        owed = await tx.value(
            "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM posting WHERE account_id = $1",
            int(Account.PAYMENTS),
        )
        assert owed == -self.held.total()
        waiting = {
            row[0]
            for row in await tx.rows(
                "SELECT id FROM payment WHERE state = 'review' OR try_at IS NOT NULL"
            )
        }
        unheard = {event.payment for event in self.bank.said if event.id not in self.heard}
        for payment in self.bank.took.keys() - waiting - unheard:
            assert self.held[payment] == self.bank.has[payment], payment
        assert set(self.bank.took.values()) <= {1}, "for a payment money is taken once"

    # -------------------------------------------------------------------------------------------

    def began(self, answer: Outcome, where: list[Payment]) -> Payment | None:
        """The payment that was begun, unless there were too many."""
        if isinstance(answer, Refused):
            assert answer.code == BUSY
            return None
        assert isinstance(answer, Done), answer
        self.seen["payment begun"] += 1
        payment = self.run(self.till.of(answer.receipt))
        if payment.line is None:
            self.nobodys.add(payment.id)
        where.append(payment)
        return payment

    def card_of(self, who: int) -> str | None:
        rows = self.read(
            "SELECT id FROM payment_means WHERE person_id = $1 AND removed_at IS NULL ORDER BY id",
            self.lines[who].person,
        )
        return str(rows[-1][0]) if rows else None

    def take(self, event: PaymentEvent) -> str:
        step = self.run(self.till.take(event))
        self.hear()
        return step

    def hear(self) -> None:
        """Follow what was made of events that have come since."""
        rows = self.read(
            "SELECT id, payment_id, state, amount, verdict FROM payment_event"
            " ORDER BY arrived_at, id"
        )
        for id, payment, state, amount, verdict in rows:
            if id not in self.heard:
                self.heard.add(id)
                self.follow(payment, state, amount, verdict)

    def follow(self, payment: int, state: str, amount: int, verdict: str) -> None:
        self.seen[f"payment {state} {verdict}"] += 1
        if verdict == "book" and payment not in self.nobodys:
            assert state == "paid"
            self.told(payment, "top_up_by_card")
            self.held[payment] = amount
        elif verdict == "give_back":
            assert state in {"refunded", "charged_back"}
            self.held[payment] -= amount

    def not_booked(self) -> list[Payment]:
        """What the bank has and our books have not."""
        missing = [each for each, has in self.bank.has.items() if has and not self.held[each]]
        return [self.run(self.till.payment(payment)) for payment in missing]

    def settled_by_staff(self, payment: Payment, share: str) -> None:
        held = share_of(payment.to_pay, share)
        answer = self.asked_of_staff(payment, held.decimal())
        if payment.id in self.nobodys:
            assert isinstance(answer, Refused)
        elif share == "more":
            assert isinstance(answer, Refused | Done)
        else:
            assert isinstance(answer, Done) == (payment.state == "review"), answer

    def asked_of_staff(self, payment: Payment, held: str) -> Outcome:
        """Have staff say what the provider has, and have it said once more by the same key."""
        raw, key = {"payment": str(payment.id), "held": held}, self.new_key()
        answer, again = (
            self.run(
                self.house.runner.propose(
                    self.house.staff(REASON), "resolve_payment", raw, key, confirm=True
                )
            )
            for _ in range(2)
        )
        assert answer == again
        if isinstance(answer, Done):
            self.told(answer.receipt.id, "resolve_payment")
            now = self.run(self.till.payment(payment.id))
            assert now.held.decimal() == held
            assert now.state == settled_as(now)
            if now.booked and not payment.booked:
                self.told(payment.id, "top_up_by_card")
            self.held[payment.id] = now.held.amount_minor
        return answer


def settled_as(payment: Payment) -> str:
    """The state of a payment of which staff have said how much there is."""
    if not payment.booked:
        return "failed"
    return "paid" if payment.held == payment.to_pay else "refunded"


def share_of(amount: Money, share: str) -> Money:
    minor = amount.amount_minor
    parts = {"nothing": 0, "half": minor // 2, "all": minor, "more": minor + 50_00}
    return Money(parts[share], amount.currency)
