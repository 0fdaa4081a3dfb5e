"""Who I am here: lines, notices, where I am logged in."""

from abonent.accounts import lines, secrets
from abonent.catalog import sql as catalog
from abonent.kernel.case import Case
from abonent.kernel.text import Item
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations.env import Env
from abonent.operations.views.home import line_ref
from abonent.operations.views.model import LineRef, NoticeSetting, ProfileView, SessionRow
from abonent.store.tx import ReadTx


async def profile(tx: ReadTx, case: Case, env: Env) -> ProfileView:
    line = await lines.known(tx, case.subject.line)
    now = env.clock.now()
    idle_us = env.operator.session.idle_minutes * 60 * SECOND_US
    sessions = await secrets.sessions_of(tx, line.person, Instant(now - idle_us))
    return ProfileView(
        name=await lines.personal(tx, line.person, "name") or "",
        language=line.language,
        lines=await my_lines(tx, case, env),
        line=line_ref(line),
        tariff=Item("tariff", await catalog.tariff_of(tx, line.id)),
        contract_number=str(line.contract),
        customer_since=line.created_at,
        notices=await notices(tx, case, env),
        sessions=tuple(
            SessionRow(
                s.id, s.started_at, s.last_seen_at, s.channel, s.device, s.id == case.session
            )
            for s in sessions
        ),
    )


async def my_lines(tx: ReadTx, case: Case, _env: Env) -> tuple[LineRef, ...]:
    """All lines of whoever holds the case's line."""
    return tuple(line_ref(line) for line in await lines.of_person(tx, case.subject.person))


async def notices(tx: ReadTx, case: Case, env: Env) -> tuple[NoticeSetting, ...]:
    """Which notices are sent, and which of them may be switched off."""
    off = await lines.notices_off(tx, case.subject.person)
    optional = set(env.operator.optional_notices)
    return tuple(
        NoticeSetting(kind, not (kind in optional and kind in off), kind in optional)
        for kind in env.operator.notices
    )
