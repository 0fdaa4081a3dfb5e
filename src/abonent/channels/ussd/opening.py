"""From a profile with a USSD menu to the channel that serves it."""

from abonent.channels.ussd.channel import Ussd
from abonent.channels.ussd.check import check_menu
from abonent.channels.wording import Wordings
from abonent.kernel.time import Clock
from abonent.operations.runner import Runner
from abonent.profile.load import ProfileErrors


def open_ussd(runner: Runner, wordings: Wordings, real: Clock | None = None) -> Ussd | None:
    """The channel, or None for a profile without `menus/ussd.toml`.

    `real` tells real time, for timeouts. Raises ProfileErrors with everything that is wrong.
    """
    tree, problems = check_menu(runner.env.profile, wordings, runner.operations)
    if problems:
        raise ProfileErrors(problems)
    return None if tree is None else Ussd(runner, wordings, tree, real)
