"""Pages from Jinja templates: one environment per language, with what `compiling` does to them.

`kept("part.html", shell, …)` renders a part once for each different combination of what follows
`shell`, and remembers it: for parts of the frame that are alike on many pages of many people.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from abonent.channels.http.compiling import (
    Constant,
    Folded,
    PageEnvironment,
    escape_text,
    markup,
)
from abonent.channels.wording import Wording, Wordings
from abonent.kernel.text import Value

MOST_KEPT = 2048
"""Parts of pages that are remembered, by language."""


class Templates:
    """All templates in all languages.

    Templates find the filters of `_filters`, the function `t`, the name `language`, and the
    `globals` that were handed in.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        wordings: Wordings,
        globals: Mapping[str, object] | None = None,
        constants: Mapping[str, Constant] | None = None,
        *,
        fold: bool = True,
    ) -> None:
        loader = FileSystemLoader([str(folder) for folder in folders])
        known = constants or {}
        self._environments = {
            wording.language: _environment(
                wording, loader, {**(globals or {}), **known}, known if fold else None
            )
            for wording in wordings
        }

    def environment(self, language: str) -> Environment:
        return self._environments[language]

    def render(self, name: str, language: str, context: Mapping[str, object]) -> str:
        """The page as text; raises jinja2.TemplateError for a mistake in the template."""
        return self._environments[language].get_template(name).render(context)


def _environment(
    wording: Wording,
    loader: FileSystemLoader,
    globals: Mapping[str, object],
    constants: Mapping[str, Constant] | None,
) -> Environment:
    environment = PageEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        cache_size=-1,
    )
    if constants is not None:
        environment.folded = Folded(wording, constants)
    environment.filters.update(_filters(wording))
    environment.globals.update(
        globals, t=partial(_t, wording), language=wording.language, kept=_Kept(environment)
    )
    return environment


class _Kept:
    """Parts already rendered in one language; beyond `MOST_KEPT` the oldest is forgotten."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._parts: OrderedDict[tuple[object, ...], Markup] = OrderedDict()

    def __len__(self) -> int:
        return len(self._parts)

    def __call__(self, name: str, shell: object, *key: Hashable) -> Markup:
        known = self._parts.get((name, *key))
        if known is None:
            html = self._environment.get_template(name).render(shell=shell)
            known = self._parts[name, *key] = markup(html)
            if len(self._parts) > MOST_KEPT:
                self._parts.popitem(last=False)
        return known


def _filters(wording: Wording) -> dict[str, Callable[..., Any]]:
    return {
        "money": wording.money,
        "signed": wording.signed,
        "money_parts": wording.money_parts,
        "text": wording.text,
        "item": wording.item,
        "described": wording.described,
        "amount": wording.amount,
        "day": wording.day,
        "day_at": wording.day_at,
        "month": wording.month,
        "time": wording.time,
        "at": wording.at,
        "price": wording.price,
        "number": wording.format.number,
        "refused": wording.refused,
    }


def _t(wording: Wording, key: str, **values: Value) -> Markup:
    return markup(escape_text(wording.say(key, values)))
