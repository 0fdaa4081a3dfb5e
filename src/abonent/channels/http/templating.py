"""Pages from Jinja templates: one environment per language, with the literal texts folded in.

`t("key")` with nothing but a literal is replaced, in the parsed template, by the escaped text; so a
page pays nothing for its texts, and an unknown key stops the template at compile time. With values,
`t("key", n=3)` runs when the page is rendered. Both give Markup, so folding changes no output. The
same is done with calls of the `constants`: functions whose result depends on their literals alone.

`kept("part.html", shell, …)` renders a part once for each different combination of what follows
`shell`, and remembers it: for parts of the frame that are alike on many pages of many people.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateAssertionError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from abonent.channels.wording import Wording, Wordings
from abonent.kernel.text import Value

Constant = Callable[..., str]
NO_CONSTANTS: Mapping[str, Constant] = MappingProxyType({})
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
    environment = Environment(
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
        folding = {"wording": wording, "constants": constants}
        generator = type("Folding", (FoldingGenerator,), folding)
        environment.code_generator_class = generator
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
            known = self._parts[name, *key] = Markup(html)  # noqa: S704 (escaped by its template)
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
        "time": wording.time,
        "at": wording.at,
        "price": wording.price,
        "number": wording.format.number,
        "refused": wording.refused,
    }


def _t(wording: Wording, key: str, **values: Value) -> Markup:
    return escape(wording.t(key, **values))


class FoldingGenerator(CodeGenerator):
    """Jinja's code generator, which folds the literal texts of one language first."""

    wording: Wording
    constants: Mapping[str, Constant]

    def visit_Template(  # noqa: N802 (the name is Jinja's)
        self, node: nodes.Template, frame: Frame | None = None
    ) -> None:
        super().visit_Template(fold(node, self.wording, self.constants), frame)


def fold(
    template: nodes.Template, wording: Wording, constants: Mapping[str, Constant] = NO_CONSTANTS
) -> nodes.Template:
    """Put the texts of one language in place of the calls of `t` that are literal; constants too.

    Raises TemplateAssertionError for a key that is unknown or whose values are not given.
    """
    folded: nodes.Template = _Fold(wording, constants).visit(template)
    return folded


class _Fold(NodeTransformer):
    def __init__(self, wording: Wording, constants: Mapping[str, Constant]) -> None:
        self._wording = wording
        self._constants = constants

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 (the name is Jinja's)
        self.generic_visit(node)
        constant = self._constants.get(getattr(node.node, "name", ""))
        if constant is not None and not node.kwargs and all(map(_is_literal, node.args)):
            text = constant(*(argument.as_const() for argument in node.args))
            return nodes.TemplateData(str(escape(text)), lineno=node.lineno)
        key = _literal_key(node)
        if key is None:
            return node
        if not self._wording.has(key):
            raise TemplateAssertionError(f"no text has the key {key}", node.lineno)
        given = {argument.key for argument in node.kwargs}
        missing = self._wording.placeholders(key) - given
        if missing and node.dyn_kwargs is None:
            names = ", ".join(sorted(missing))
            raise TemplateAssertionError(f"the text {key} needs {names}", node.lineno)
        if given or node.dyn_kwargs is not None:
            return node
        return nodes.TemplateData(str(escape(self._wording.t(key))), lineno=node.lineno)


def _is_literal(argument: nodes.Expr) -> bool:
    return isinstance(argument, nodes.Const)


def _literal_key(node: nodes.Call) -> str | None:
    """The key of `t("key", …)`; None for every other call."""
    if not isinstance(node.node, nodes.Name) or node.node.name != "t" or len(node.args) != 1:
        return None
    argument = node.args[0]
    return argument.value if isinstance(argument, nodes.Const) else None
