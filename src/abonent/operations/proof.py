"""One-time codes by SMS: drawn for a proposal, kept as a digest, and judged.

A code is for its own proposal alone (OWASP ASVS 5.0, 6.5.1), lives and may be tried only as long
and as often as the operator's profile says, and is judged under the proposal's lock.
"""

from dataclasses import dataclass
from secrets import randbelow

from abonent.accounts.model import Line
from abonent.kernel.case import Case
from abonent.kernel.ids import LineId, OperationId
from abonent.kernel.outcome import Refused
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations import attempts, proposals
from abonent.operations.attempts import Guard
from abonent.operations.env import Env
from abonent.operations.proposals import Proposal
from abonent.store.tx import WriteTx


@dataclass(frozen=True, slots=True)
class Code:
    """What goes into the message, and what is kept of it."""

    text: str
    digest: bytes
    expires_at: Instant


def is_owed(env: Env, case: Case, operation: str) -> bool:
    """Whether the operator asks for a code before the operation is confirmed in this channel."""
    return any(
        proof.operation == operation and case.channel in proof.channels
        for proof in env.operator.proof
    )


async def draw(tx: WriteTx, env: Env, proposal: OperationId, line: Line) -> Code | Refused:
    """A code for the line; a refusal where it has had too many and given none of them.

    Every new code is as many tries again.
    """
    over = await attempts.counted(tx, env, (_guard(env, line.id),))
    if over is not None:
        return over
    rules = env.operator.codes
    text = f"{randbelow(10**rules.digits):0{rules.digits}d}"
    life_us = rules.valid_minutes * 60 * SECOND_US
    return Code(text, _digest(env, proposal, text), Instant(env.clock.now() + life_us))


async def given(tx: WriteTx, env: Env, proposal: Proposal) -> None:
    """The right code was given: the proposal is proved, and codes are counted anew."""
    assert proposal.line is not None, "a code went to its number"
    await proposals.mark_proved(tx, proposal.id)
    await attempts.forgiven(tx, env, (_guard(env, proposal.line),))


def problem(env: Env, proposal: Proposal, code: str) -> str | None:
    """Why the code proves nothing, as the code of a refusal; None for the right one."""
    now = env.clock.now()
    if proposal.expires_at <= now or (proposal.code_expires_at or now) <= now:
        return "code_expired"
    if proposal.code_tries >= env.operator.codes.max_tries:
        return "too_many_codes"
    if proposal.code_digest != _digest(env, proposal.id, code):
        return "code_wrong"
    return None


def masked(number: str) -> str:
    """A number as it may be shown to somebody who may not be its owner."""
    return "•" * (len(number) - 2) + number[-2:]


def _guard(env: Env, line: LineId) -> Guard:
    minutes = env.operator.locks.lock_minutes
    return Guard("code", str(line), env.operator.codes.max_tries, minutes, "too_many_tries")


def _digest(env: Env, proposal: OperationId, code: str) -> bytes:
    return env.secrets.digest("code", f"{proposal}:{code}")
