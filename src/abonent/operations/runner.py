"""The runner: checks that one may, prices, asks for proof and consent, and does it in one go.

The same for every operation and every channel. An operation is done in one write transaction with
its journal line and notices; a repeated request gets the stored answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, Guest
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
from abonent.kernel.text import Text
from abonent.ledger import due
from abonent.ledger import sql as ledger
from abonent.operations import attempts, proof, proposals
from abonent.operations.asks import read_ask
from abonent.operations.authorisation import may, open_to
from abonent.operations.env import Env
from abonent.operations.messages import Deed, code_sms, journal_line, notice
from abonent.operations.model import Doing, Operation, Request, offered
from abonent.operations.proposals import Proposal, body_digest, owner_of
from abonent.operations.settlement import settle
from abonent.operations.stored import quote_to_json
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx, together

P = ParamSpec("P")
V = TypeVar("V")


class Runner:
    """Runs the operations of the registry against one database and one profile."""

    def __init__(self, db: Database, env: Env, operations: Mapping[str, Operation]) -> None:
        self.db = db
        self.env = env
        self.operations: Mapping[str, Operation] = offered(operations, env.operator)

    async def read(
        self,
        view: Callable[Concatenate[ReadTx, Case, Env, P], Awaitable[V]],
        case: Case,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> V:
        """A view in a read transaction."""
        return await self.db.read(lambda tx: view(tx, case, self.env, *args, **kwargs))

    async def report(
        self,
        view: Callable[Concatenate[ReadTx, Case, Env, P], Awaitable[V]],
        case: Case,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> V:
        """A view that may take long, and may not hold up others."""
        return await self.db.report(lambda tx: view(tx, case, self.env, *args, **kwargs))

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
        about_nobody = case.on is None and operation.about is None
        if not open_to(case, operation) or (about_nobody and not isinstance(case.who, Guest)):
            # Said before the input is looked at, which may name somebody who is no one's business.
            return refused("not_allowed")
        digest = None
        if key is not None:
            digest = body_digest(self.env, [name, confirm, raw])
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
        if isinstance(outcome, Refused):
            wrong = operation.guesses is None or outcome.code in operation.guesses
            await (attempts.failed if wrong else attempts.excuse)(self.db, self.env, guards)
        else:
            await attempts.forgive(self.db, self.env, guards)
        return outcome

    async def prove(self, case: Case, proposal: OperationId, code: str) -> Outcome:
        """Give the one-time code of a proposal; a right one leads to its quote."""

        async def fn(tx: WriteTx) -> Outcome:
            found = await proposals.find(tx, proposal, owner_of(self.env, case), lock=True)
            if found is None:
                return refused("proposal_unknown")
            problem = proof.problem(self.env, found, code)
            if problem == "code_wrong":
                await proposals.count_code(tx, proposal)
            if problem is not None:
                return refused(problem)
            await proof.given(tx, self.env, found)
            return NeedsConfirm(proposal, found.quote)

        return await self.db.write(fn)

    async def proposed(self, case: Case, proposal: OperationId) -> Outcome:
        """What became of a proposal so far: its quote, its receipt, or the proof that it lacks."""
        return await self.db.read(lambda tx: self._state(tx, case, proposal))

    async def receipt(self, case: Case, id: OperationId) -> Done | Refused:
        """The answer that was given to an operation of this asker."""
        found = await self.db.read(lambda tx: proposals.answer_to(tx, id, owner_of(self.env, case)))
        return found or refused("not_found")

    async def confirm(self, case: Case, proposal: OperationId) -> Outcome:
        """Do what was proposed, if its quote still holds; a repetition gets the stored receipt."""
        found = await self.db.read(lambda tx: self._open(tx, case, proposal))
        if not isinstance(found, Proposal):
            return found
        if not found.proved:
            return refused("proof_missing")
        operation = self.operations.get(found.operation)
        ask = operation and read_ask(operation.ask, found.ask, self.env)
        if operation is None or isinstance(ask, NeedsInput):
            return refused("proposal_expired")  # the program or the profile is another by now
        request = Request(proposal, case, operation, ask, found.ask, agreed=found.agreed)
        return await self._perform(request)

    async def _propose(self, request: Request, confirm: bool) -> Outcome:
        operation = request.operation
        if operation.prepare is not None:
            prepared = await operation.prepare(self.db, request.case, request.ask, self.env)
            if isinstance(prepared, NeedsInput):
                return prepared
            if isinstance(prepared, Refused):
                await self._journal_refusal(request, prepared)
                return prepared
            request = replace(request, prepared=prepared)
        owes_proof = proof.is_owed(self.env, request.case, operation.name)
        if owes_proof or (operation.confirm and not confirm):
            return await self.db.write(lambda tx: self._store(tx, request, owes_proof))
        return await self._perform(request)

    async def _store(self, tx: WriteTx, request: Request, owes_proof: bool) -> Outcome:
        case, line, quote = await self._quote(tx, request)
        if not isinstance(quote, Quote):
            await self._probed(tx, request, quote)
            return quote
        now = self.env.clock.now()
        code = await proof.draw(tx, self.env, request.id, line) if owes_proof and line else None
        if isinstance(code, Refused):
            return code
        stored = await proposals.add(
            tx,
            Proposal(
                id=request.id,
                owner=owner_of(self.env, request.case),
                line=case.on.line if case.on else None,
                operation=request.operation.name,
                ask=dict(request.raw),
                quote=quote,
                agreed=self._terms(quote),
                code_digest=code.digest if code else None,
                code_tries=0,
                code_expires_at=code.expires_at if code else None,
                proved=code is None,
                expires_at=proposals.expiry(self.env, now),
            ),
            (request.key, request.digest, now),
        )
        if not stored:
            return await self._repeated(tx, request)
        if code is None or line is None:
            return NeedsConfirm(request.id, quote)
        told = Text(request.operation.code_sms, quote.text.values)
        await code_sms(tx, self.env, line, (told, code.text))
        return NeedsProof(request.id, proof.masked(line.number))

    async def _perform(self, request: Request) -> Outcome:
        return await self.db.write(lambda tx: self._perform_in(tx, request))

    async def _perform_in(self, tx: WriteTx, request: Request) -> Outcome:
        now = self.env.clock.now()
        claim = (request.id, owner_of(self.env, request.case), request.key, request.digest, now)
        if not await proposals.claim(tx, claim):
            return await self._repeated(tx, request)
        outcome = await self._attempt(tx, request)
        await self._probed(tx, request, outcome)
        if isinstance(outcome, Refused):
            await proposals.keep(tx, request.id, outcome)
        elif not isinstance(outcome, Done):
            await proposals.unclaim(tx, request.id)
        return outcome

    async def _attempt(self, tx: WriteTx, request: Request) -> Outcome:
        operation, env = request.operation, self.env
        case, line, quote = await self._quote(tx, request)
        if isinstance(quote, NeedsInput):
            return quote
        if isinstance(quote, Refused):
            return await self._refuse(tx, request, case, quote)
        if request.agreed is not None and request.agreed != self._terms(quote):
            return await self._changed(tx, request, case)
        if not operation.sure:
            await tx.savepoint()
        doing = Doing(request.id, env, request.prepared)
        result = await operation.apply(tx, case, request.ask, quote, doing)
        if isinstance(result, Refused):
            await tx.rollback_to_savepoint()
            return await self._refuse(tx, request, case, result)
        kept = {name: result.text.values[name] for name in operation.audit}
        done = Done(result)
        traces = [
            proposals.keep(tx, request.id, done),
            journal_line(tx, env, case, Deed(operation.name, result.state, kept)),
        ]
        if operation.notice and line is not None:
            traces.append(notice(tx, env, line, operation.name, result.text.values))
        await tx.gather(traces)
        return done

    async def _quote(
        self, tx: WriteTx, request: Request
    ) -> tuple[Case, Line | None, Quote | NeedsInput | Refused]:
        """What it would cost now: once what was due has been done, for somebody who may."""
        operation, now = request.operation, self.env.clock.now()
        case = await self._case(tx, request)
        if isinstance(case, Refused):
            return request.case, None, case
        accounts = sorted(set(await operation.touches(tx, case, request.ask, self.env)))
        await ledger.lock(tx, accounts)
        # Whose line it is and what its owner allows are nothing that falls due.
        ripe, line = await together(
            tx, due.ripe_among(tx, accounts, now), may(tx, case, operation, self.env)
        )
        for account in ripe:
            await settle(tx, self.env, account, now)
        if isinstance(line, Refused):
            return case, None, line
        return case, line, await operation.quote(tx, case, request.ask, self.env)

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

    async def _probed(self, tx: WriteTx, request: Request, outcome: Outcome) -> None:
        if isinstance(outcome, Refused) and outcome.code in request.operation.probes:
            await attempts.probed(tx, self.env, request.case)

    async def _refuse(self, tx: WriteTx, request: Request, case: Case, refusal: Refused) -> Refused:
        await journal_line(tx, self.env, case, Deed(request.operation.name, refusal.code))
        return refusal

    async def _journal_refusal(self, request: Request, refusal: Refused) -> None:
        await self.db.write(lambda tx: self._refuse(tx, request, request.case, refusal))

    async def _answered(
        self, tx: ReadTx, case: Case, key: str | None, digest: bytes | None
    ) -> Outcome | None:
        found = await proposals.answered(tx, owner_of(self.env, case), key, digest)
        return await self._state(tx, case, found) if isinstance(found, int) else found

    async def _repeated(self, tx: ReadTx, request: Request) -> Outcome:
        """The answer to what could not be claimed, because it was done or proposed before.

        Never somebody else's, even if two processes should once draw the same id.
        """
        by_id = await proposals.answer_to(tx, request.id, owner_of(self.env, request.case))
        by_key = by_id or await self._answered(tx, request.case, request.key, request.digest)
        return by_key or refused("proposal_used")

    async def _state(self, tx: ReadTx, case: Case, proposal: OperationId) -> Outcome:
        found = await self._open(tx, case, proposal)
        if not isinstance(found, Proposal):
            return found
        if found.proved:
            return NeedsConfirm(proposal, found.quote)
        assert found.line is not None, "a code went to its number"
        return NeedsProof(proposal, proof.masked((await lines.known(tx, found.line)).number))

    async def _open(
        self, tx: ReadTx, case: Case, proposal: OperationId
    ) -> Proposal | Done | Refused:
        """A proposal that can still be confirmed, or else what became of it."""
        answer = await proposals.answer_to(tx, proposal, owner_of(self.env, case))
        if answer is not None:
            return answer
        found = await proposals.find(tx, proposal, owner_of(self.env, case))
        if found is None:
            return refused("proposal_unknown")
        expired = found.expires_at <= self.env.clock.now()
        return refused("proposal_expired") if expired else found

    def _terms(self, quote: Quote) -> str:
        """What is compared: the whole quote and the catalogue that it was made from."""
        catalog = self.env.catalog(quote.effective_at)
        return f"{catalog.valid_from.isoformat()} {quote_to_json(quote)}"
