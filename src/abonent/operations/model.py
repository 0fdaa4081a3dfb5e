"""The shape of an operation: four functions and what the runner must know about them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from abonent.kernel.case import Case, Channel, Subject
from abonent.kernel.ids import AccountId, OperationId
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused
from abonent.operations.attempts import Guard
from abonent.operations.env import Env
from abonent.profile.model import Operator
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseModel):
    """The input of an operation: flat fields, read from texts, alike in every channel.

    Fields named in `secret` never reach a proposal, a key, the journal or a log: an operation that
    has any runs in one call, and its `prepare` turns them into something that may be kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: ClassVar[frozenset[str]] = frozenset()


Asker = Literal["guest", "person", "staff", "system"]
ALL_CHANNELS: frozenset[Channel] = frozenset({"web", "api", "ussd", "staff"})


@dataclass(frozen=True, slots=True)
class Doing:
    """What `apply` is handed: the id drawn for it, the prepared values, and the surroundings."""

    id: OperationId
    env: Env
    prepared: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a person can have done.

    - `about(tx, ask, env)`: the subject, for what guests and staff ask about a number; optional.
    - `guards(case, ask, env)`: which tries at a secret it counts; optional.
    - `touches(tx, case, ask, env)`: the customer accounts that it will post to. Reads only, and
      only what says whose they are: it runs before they are locked.
    - `prepare(db, case, ask, env)`: before the transaction: hashing, asking a peer; optional.
      What it returns reaches `apply` as `doing.prepared`, unless it is a refusal or NeedsInput.
    - `quote(tx, case, ask, env)`: price, date, terms; or a refusal. Reads only.
    - `apply(tx, case, ask, quote, doing)`: does it. Runs under the locks.
    """

    name: str
    section: str
    ask: type[Ask]
    quote: Callable[[ReadTx, Case, Any, Env], Awaitable[Quote | NeedsInput | Refused]]
    apply: Callable[[WriteTx, Case, Any, Quote, Doing], Awaitable[Receipt | Refused]]
    touches: Callable[[ReadTx, Case, Any, Env], Awaitable[Iterable[AccountId]]]
    about: Callable[[ReadTx, Any, Env], Awaitable[Subject | Refused]] | None = None
    guards: Callable[[Case, Any, Env], Sequence[Guard]] | None = None
    guesses: frozenset[str] | None = None
    """Refusals that say that a guarded guess was wrong, and count as a try; None: all of them."""
    probes: frozenset[str] = frozenset()
    """Refusals that tell something of others, of which a person gets so many in a day."""
    prepare: Callable[[Database, Case, Any, Env], Awaitable[Any]] | None = None
    confirm: bool = True
    """Whether the quote is shown and confirmed first; False runs in one call."""
    askers: frozenset[Asker] = frozenset({"person"})
    channels: frozenset[Channel] = ALL_CHANNELS
    audit: tuple[str, ...] = ()
    """Which values of the receipt's text the journal keeps: codes and ids, nothing personal."""
    notice: bool = False
    """Whether the line gets an SMS `sms.NAME`, where the profile sends that kind."""
    sure: bool = False
    """Whether `apply` never refuses, so that there is nothing to go back to: no savepoint."""
    draws: bool = True
    """Whether its price is taken from the account; a payment's comes from outside."""
    while_blocked: bool = False
    """Whether it may be done on a line that its owner has blocked."""
    rule: str = ""
    """The table of `operator.toml` without which the operator does not offer it; "" for none."""
    code_sms: str = "code"
    """Its one-time code is told as `sms.CODE_SMS` with the values of the quote's text, so that who
    gives the code away reads what for (PSD2 RTS, article 5: dynamic linking)."""


def offered(operations: Mapping[str, Operation], operator: Operator) -> dict[str, Operation]:
    """Those of the operations for which the operator has the rules."""
    return {
        name: each
        for name, each in operations.items()
        if not each.rule or getattr(operator, each.rule) is not None
    }


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


async def own_account(_tx: ReadTx, case: Case, _ask: object, _env: Env) -> tuple[AccountId, ...]:
    """`touches` of most operations: the account of the case."""
    return (case.subject.account,)


async def no_account(_tx: ReadTx, _case: Case, _ask: object, _env: Env) -> tuple[()]:
    return ()


Raw = Mapping[str, object]
"""An input as it came in: a form, a JSON body, the collected answers of a dialogue."""
