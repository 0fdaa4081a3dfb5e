"""What the web is handed by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass

from abonent.channels.http.antiforgery import AntiForgery
from abonent.channels.http.papers.desk import Desk
from abonent.channels.http.templating import Templates
from abonent.channels.wording import Wordings
from abonent.operations.runner import Runner


@dataclass(frozen=True, slots=True)
class WebDeps:
    """`tls`: whether people reach us by https; without it (the demo) cookies cannot be Secure.

    `help` is HTML by language and section.
    """

    runner: Runner
    wordings: Wordings
    templates: Templates
    desk: Desk
    antiforgery: AntiForgery
    help: Mapping[str, Mapping[str, str]]
    tls: bool
    demo: bool
