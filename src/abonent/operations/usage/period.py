"""Which periods may be asked for."""

from datetime import date

from abonent.kernel.outcome import FieldProblem
from abonent.kernel.time import day_of
from abonent.operations.asks import field_problem
from abonent.operations.env import Env


def period_problem(env: Env, first: date, last: date) -> FieldProblem | None:
    """What is wrong with a period of local days, both included; None if nothing is."""
    longest = env.operator.limits.detail_longest_days
    today = day_of(env.clock.now(), env.zone)
    if first > last:
        return field_problem("to", "period_reversed")
    if last > today:
        return field_problem("to", "period_future")
    if (last - first).days + 1 > longest:
        return field_problem("from", "period_too_long", days=longest)
    return None
