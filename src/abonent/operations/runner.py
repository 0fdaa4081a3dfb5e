"""The runner: checks that one may, prices, asks for proof and consent, and does it in one go.

The same for every operation and every channel. An operation is done in one write transaction with
its journal line and notices; a repeated request gets the stored answer.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from secrets import randbelow
from typing import Any, Concatenate, ParamSpec, TypeVar, assert_never

from abonent.accounts import lines
from abonent.kernel.case import Case, Guest, Person, Staff, System
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import (
    Done,
    NeedsConfirm,
    NeedsInput,
    NeedsProof,
    Outcome,
    Quote,
    Refused,
    refused,
)
from abonent.kernel.time import SECOND_US, Instant
from abonent.ledger import sql as ledger
from abonent.operations import attempts, proposals
from abonent.operations.asks import read_ask
from abonent.operations.authorisation import may, open_to
from abonent.operations.env import Env
from abonent.operations.messages import Deed, code_sms, journal_line, notice
from abonent.operations.model import Doing, Operation
from abonent.operations.proposals import Proposal
from abonent.operations.settlement import settle
from abonent.operations.stored import quote_to_json
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

P = ParamSpec("P")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Request:
    """One operation asked for: `id` will be its receipt's and its ledger entry's."""

    id: OperationId
    case: Case
    operation: Operation
    ask: Any
    raw: Mapping[str, object]
    key: str | None = None
    digest: bytes | None = None
    prepared: Any = None
    agreed: str | None = None
    """The quote that was confirmed, as stored; None where none had to be."""


class Runner:
    """Runs the operations of the registry against one database and one profile."""

    def __init__(self, db: Database, env: Env, operations: Mapping[str, Operation]) -> None:
        self.db = db
        self.env = env
        self.operations = operations

    async def read(
        self,
        view: Callable[Concatenate[ReadTx, Case, Env, P], Awaitable[V]],
        case: Case,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> V:
        """A view in a read transaction."""
        return await self.db.read(lambda tx: view(tx, case, self.env, *args, **kwargs))

    async def propose(
        self,
        case: Case,
        name: str,
        raw: Mapping[str, object],
        key: str | None = None,
        *,
        confirm: bool = False,
    ) -> Outcome:
        """Ask for an operation. With `confirm`, its quote is accepted unseen, and it is done.

        `key` makes a repetition safe: the same key and input get the stored answer, the same key
        with other input is refused `idempotency_key_reused`.
        """
        operation = self.operations.get(name)
        if operation is None:
            return refused("not_found")
        if not open_to(case, operation) or (case.on is None and operation.about is None):
            # Said before the input is looked at, which may name somebody who is no one's business.
            return refused("not_allowed")
        digest = None
        if key is not None:
            digest = self._digest(name, raw, confirm)
            answered = await self.db.read(lambda tx: self._answered(tx, case, key, digest))
            if answered is not None:
                return answered
        ask = read_ask(operation.ask, raw, self.env)
        if isinstance(ask, NeedsInput):
            return ask
        id = OperationId(self.env.ids.next())
        request = Request(id, case, operation, ask, raw, key, digest)
        guards = operation.guards(case, ask, self.env) if operation.guards else ()
        over = await attempts.count(self.db, self.env, guards)
        if over is not None:
            await self._journal_refusal(request, over)
            return over
        outcome = await self._propose(request, confirm)
        if not isinstance(outcome, Refused):
            await attempts.forgive(self.db, self.env, guards)
        return outcome

    async def prove(self, case: Case, proposal: OperationId, code: str) -> Outcome:
        """Give the one-time code of a proposal; a right one leads to its quote."""
        digest = self.env.secrets.digest("code", f"{proposal}:{code}")
        now = self.env.clock.now()

        async def fn(tx: WriteTx) -> Outcome:
            found = await proposals.find(tx, proposal, self.owner(case), lock=True)
            if found is None:
                return refused("proposal_unknown")
            if found.expires_at <= now or (found.code_expires_at or now) <= now:
                return refused("code_expired")
            if found.code_tries >= self.env.operator.codes.max_tries:
                return refused("too_many_codes")
            if found.code_digest != digest:
                await proposals.count_code(tx, proposal)
                return refused("code_wrong")
            await proposals.mark_proved(tx, proposal)
            return NeedsConfirm(proposal, found.quote)

        return await self.db.write(fn)

    async def proposed(self, case: Case, proposal: OperationId) -> Outcome:
        """What became of a proposal so far: its quote, its receipt, or the proof that it lacks."""
        return await self.db.read(lambda tx: self._state(tx, case, proposal))

    async def receipt(self, case: Case, id: OperationId) -> Done | Refused:
        """The answer that was given to an operation of this asker."""
        found = await self.db.read(lambda tx: proposals.answer_to(tx, id, self.owner(case)))
        return found or refused("not_found")

    async def confirm(self, case: Case, proposal: OperationId) -> Outcome:
        """Do what was proposed, if its quote still holds; a repetition gets the stored receipt."""
        state = await self.proposed(case, proposal)
        if isinstance(state, NeedsProof):
            return refused("proof_missing")
        if not isinstance(state, NeedsConfirm):
            return state
        found = await self.db.read(lambda tx: proposals.find(tx, proposal, self.owner(case)))
        assert found is not None, "found a moment ago, and proposals of today are not deleted"
        operation = self.operations[found.operation]
        ask = read_ask(operation.ask, found.ask, self.env)
        request = Request(proposal, case, operation, ask, found.ask, agreed=found.agreed)
        return await self._perform(request)

    def owner(self, case: Case) -> str:
        """Whose a proposal or a key is: what one asker was told never answers another."""
        match case.who:
            case Person(id):
                return f"person:{id}:{case.on.line if case.on else 0}"
            case Staff(name):
                return f"staff:{name}"
            case Guest():
                return f"guest:{self.env.secrets.digest('guest', case.source).hex()[:32]}"
            case System():
                return "system"
            case _:
                assert_never(case.who)

    async def _propose(self, request: Request, confirm: bool) -> Outcome:
        operation = request.operation
        if operation.prepare is not None:
            prepared = await operation.prepare(self.db, request.case, request.ask, self.env)
            if isinstance(prepared, Refused):
                await self._journal_refusal(request, prepared)
                return prepared
            request = replace(request, prepared=prepared)
        owes_proof = any(p.operation == operation.name for p in self.env.operator.proof)
        if owes_proof or (operation.confirm and not confirm):
            return await self.db.write(lambda tx: self._store(tx, request, owes_proof))
        return await self._perform(request)

    async def _store(self, tx: WriteTx, request: Request, owes_proof: bool) -> Outcome:
        case = await self._case(tx, request)
        if isinstance(case, Refused):
            return case
        line = await may(tx, case, request.operation, self.env)
        if isinstance(line, Refused):
            return line
        quote = await request.operation.quote(tx, case, request.ask, self.env)
        if not isinstance(quote, Quote):
            return quote
        now = self.env.clock.now()
        code = self._draw_code() if owes_proof and line is not None else None
        digest = code and self.env.secrets.digest("code", f"{request.id}:{code}")
        life_us = self.env.operator.codes.valid_minutes * 60 * SECOND_US
        stored = await proposals.add(
            tx,
            Proposal(
                id=request.id,
                owner=self.owner(request.case),
                line=case.on.line if case.on else None,
                operation=request.operation.name,
                ask=dict(request.raw),
                quote=quote,
                agreed=self._terms(quote),
                code_digest=digest or None,
                code_tries=0,
                code_expires_at=Instant(now + life_us) if digest else None,
                proved=code is None,
                expires_at=proposals.expiry(self.env, now),
            ),
            (request.key, request.digest, now),
        )
        if not stored:
            return await self._repeated(tx, request)
        if code is None or line is None:
            return NeedsConfirm(request.id, quote)
        await code_sms(tx, self.env, line, code)
        return NeedsProof(request.id, masked(line.number))

    async def _perform(self, request: Request) -> Outcome:
        return await self.db.write(lambda tx: self._perform_in(tx, request))

    async def _perform_in(self, tx: WriteTx, request: Request) -> Outcome:
        now = self.env.clock.now()
        claim = (request.id, self.owner(request.case), request.key, request.digest, now)
        if not await proposals.claim(tx, claim):
            return await self._repeated(tx, request)
        outcome = await self._attempt(tx, request)
        if isinstance(outcome, Done | Refused):
            await proposals.keep(tx, request.id, outcome)
        else:
            await proposals.unclaim(tx, request.id)
        return outcome

    async def _attempt(self, tx: WriteTx, request: Request) -> Outcome:
        operation, env = request.operation, self.env
        case = await self._case(tx, request)
        if isinstance(case, Refused):
            return case
        accounts = sorted(set(operation.touches(case, request.ask)))
        await ledger.lock(tx, accounts)
        for account in accounts:
            await settle(tx, env, account, env.clock.now())
        line = await may(tx, case, operation, env)
        if isinstance(line, Refused):
            return await self._refuse(tx, request, case, line)
        quote = await operation.quote(tx, case, request.ask, env)
        if isinstance(quote, NeedsInput):
            return quote
        if isinstance(quote, Refused):
            return await self._refuse(tx, request, case, quote)
        if request.agreed is not None and request.agreed != self._terms(quote):
            return await self._changed(tx, request, case)
        await tx.savepoint()
        doing = Doing(request.id, env, request.prepared)
        result = await operation.apply(tx, case, request.ask, quote, doing)
        if isinstance(result, Refused):
            await tx.rollback_to_savepoint()
            return await self._refuse(tx, request, case, result)
        kept = {name: result.text.values[name] for name in operation.audit}
        await journal_line(tx, env, case, Deed(operation.name, result.state, kept))
        if operation.notice and line is not None:
            await notice(tx, env, line, operation.name, result.text.values)
        return Done(result)

    async def _case(self, tx: ReadTx, request: Request) -> Case | Refused:
        """The case with its subject, which guests and staff name in the input."""
        case, about = request.case, request.operation.about
        if about is None:
            return case
        subject = await about(tx, request.ask, self.env)
        return subject if isinstance(subject, Refused) else replace(case, on=subject)

    async def _changed(self, tx: WriteTx, request: Request, case: Case) -> Refused:
        """The terms are not those agreed to: a refusal that carries a fresh proposal."""
        fresh = replace(
            request, id=OperationId(self.env.ids.next()), agreed=None, key=None, digest=None
        )
        again = await self._store(tx, fresh, owes_proof=False)
        assert isinstance(again, NeedsConfirm), "quoted a moment ago in this transaction"
        refusal = replace(refused("terms_changed"), again=again)
        return await self._refuse(tx, request, case, refusal)

    async def _refuse(self, tx: WriteTx, request: Request, case: Case, refusal: Refused) -> Refused:
        await journal_line(tx, self.env, case, Deed(request.operation.name, refusal.code))
        return refusal

    async def _journal_refusal(self, request: Request, refusal: Refused) -> None:
        await self.db.write(lambda tx: self._refuse(tx, request, request.case, refusal))

    async def _answered(
        self, tx: ReadTx, case: Case, key: str | None, digest: bytes | None
    ) -> Outcome | None:
        found = await proposals.answered(tx, self.owner(case), key, digest)
        return await self._state(tx, case, found) if isinstance(found, int) else found

    async def _repeated(self, tx: ReadTx, request: Request) -> Outcome:
        """The answer to what could not be claimed, because it was done or proposed before."""
        by_id = await proposals.answer(tx, request.id)
        by_key = by_id or await self._answered(tx, request.case, request.key, request.digest)
        return by_key or refused("proposal_used")

    async def _state(self, tx: ReadTx, case: Case, proposal: OperationId) -> Outcome:
        found = await proposals.find(tx, proposal, self.owner(case))
        if found is None:
            return refused("proposal_unknown")
        answer = await proposals.answer(tx, proposal)
        if answer is not None:
            return answer
        if found.expires_at <= self.env.clock.now():
            return refused("proposal_expired")
        if found.proved or found.line is None:
            return NeedsConfirm(proposal, found.quote)
        number = (await lines.known(tx, found.line)).number
        return NeedsProof(proposal, masked(number))

    def _terms(self, quote: Quote) -> str:
        """What is compared: the whole quote and the catalogue that it was made from."""
        catalog = self.env.catalog(quote.effective_at)
        return f"{catalog.valid_from.isoformat()} {quote_to_json(quote)}"

    def _digest(self, name: str, raw: Mapping[str, object], confirm: bool) -> bytes:
        body = json.dumps([name, confirm, raw], sort_keys=True, ensure_ascii=False, default=str)
        return self.env.secrets.digest("body", body)

    def _draw_code(self) -> str:
        digits = self.env.operator.codes.digits
        return f"{randbelow(10**digits):0{digits}d}"


def masked(number: str) -> str:
    """A number as it may be shown to somebody who may not be its owner."""
    return "•" * (len(number) - 2) + number[-2:]
