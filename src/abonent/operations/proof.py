"""One-time codes by SMS: drawn for a proposal, kept as a digest, and judged.

A code is for its own proposal alone (OWASP ASVS 5.0, 6.5.1), lives and may be tried only as long
and as often as the operator's profile says, and is judged under the proposal's lock.
"""

from dataclasses import dataclass
from secrets import randbelow

from abonent.kernel.ids import OperationId
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations.env import Env
from abonent.operations.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Code:
    """What goes into the message, and what is kept of it."""

    text: str
    digest: bytes
    expires_at: Instant


def is_owed(env: Env, operation: str) -> bool:
    """Whether the operator asks for a code before the operation is confirmed."""
    return any(proof.operation == operation for proof in env.operator.proof)


def draw(env: Env, proposal: OperationId) -> Code:
    rules = env.operator.codes
    text = f"{randbelow(10**rules.digits):0{rules.digits}d}"
    life_us = rules.valid_minutes * 60 * SECOND_US
    return Code(text, _digest(env, proposal, text), Instant(env.clock.now() + life_us))


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


def _digest(env: Env, proposal: OperationId, code: str) -> bytes:
    return env.secrets.digest("code", f"{proposal}:{code}")
