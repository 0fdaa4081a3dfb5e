"""`abonent profile`: check, begin and show the folder of an operator."""

import sys
from argparse import Namespace

from abonent.channels.ussd import check_menu
from abonent.channels.wording import Wordings
from abonent.channels.wording.texts import TextsProblem
from abonent.kernel.time import SystemClock
from abonent.main.failure import Failure
from abonent.operations.model import offered
from abonent.operations.registry import OPERATIONS
from abonent.profile.asvs import warnings
from abonent.profile.check import examine
from abonent.profile.load import find, load
from abonent.profile.new import new as begin
from abonent.profile.show import show as shown


async def check(options: Namespace) -> None:
    """Every problem at once, with file, line and key; then where it is weaker than ASVS."""
    folder = find(options.folder)
    profile, problems = examine(folder)
    if profile is not None:
        try:
            wordings = Wordings(profile, SystemClock())
        except TextsProblem as error:
            raise Failure(str(error)) from None
        known = offered(OPERATIONS, profile.operator)
        problems = [*problems, *check_menu(profile, wordings, known)[1]]
    for problem in problems:
        print(problem)
    if problems or profile is None:
        raise Failure(f"{folder}: problems found: {len(problems)}")
    for warning in warnings(folder, profile.operator):
        print(f"warning: {warning}")
    print(f"{profile.name}: no problems", file=sys.stderr)


async def new(options: Namespace) -> None:
    try:
        begin(options.folder)
    except OSError as error:
        raise Failure(str(error)) from None
    print(f"{options.folder} is a profile now; `abonent profile check {options.folder}`")


async def show(options: Namespace) -> None:
    print(shown(load(find(options.folder))))
