"""What the API is handed by the composition root."""

from dataclasses import dataclass

from abonent.channels.wording import Wordings
from abonent.operations.runner import Runner


@dataclass(frozen=True, slots=True)
class ApiDeps:
    """The runner brings the registry of operations, the profile and the database with it."""

    runner: Runner
    wordings: Wordings
