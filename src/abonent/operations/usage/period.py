"""Which periods may be asked for."""

from datetime import date

from abonent.kernel.outcome import FieldProblem
from abonent.kernel.time import day_of, months_after
from abonent.operations.asks import field_problem
from abonent.operations.env import Env


def period_problem(env: Env, first: date, last: date) -> FieldProblem | None:
    """What is wrong with a period of local days, both included; None if nothing is."""
    limits = env.operator.limits
    today = day_of(env.clock.now(), env.zone)
    if first > last:
        return field_problem("to", "period_reversed")
    if last > today:
        return field_problem("to", "period_future")
    if (last - first).days + 1 > limits.detail_longest_days:
        return field_problem("from", "period_too_long", days=limits.detail_longest_days)
    if first < months_after(today, -limits.history_months):
        return field_problem("from", "period_too_old", months=limits.history_months)
    return None
