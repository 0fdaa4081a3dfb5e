"""Our templates compiled: Jinja's code generator, told what it cannot know about them.

`t("key")` with nothing but a literal is replaced, in the parsed template, by the escaped text; so a
page pays nothing for its texts, and an unknown key stops the template at compile time. With values,
`t("key", n=3)` runs when the page is rendered. Both give Markup, so folding changes no output. The
same is done with calls of the constants: functions whose result depends on their literals alone.

Work that nothing here needs is left out of the code: what a template calls never asks for its
context, what follows a point is an attribute and never a key, a file of pieces depends on nothing
and is run once, and what is put out is only joined, so it does not become Markup first.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from jinja2 import Environment, TemplateAssertionError, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.environment import TemplateModule
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from abonent.channels.wording import Wording

Constant = Callable[..., str]
escape_text: Callable[[str], str] = _escape_inner
"""What `markupsafe.escape` does to a text, but as a plain `str`: it costs a tenth."""
NO_CONSTANTS: Mapping[str, Constant] = MappingProxyType({})


class Folded(NamedTuple):
    """What is known when a template is compiled: the texts of its language, and the constants."""

    wording: Wording
    constants: Mapping[str, Constant] = NO_CONSTANTS


class PageCompiler(CodeGenerator):
    """Writes a template as Python that runs in a `PageEnvironment`. Method names are Jinja's."""

    environment: "PageEnvironment"

    def visit_Template(  # noqa: N802
        self, node: nodes.Template, frame: Frame | None = None
    ) -> None:
        folded = self.environment.folded
        super().visit_Template(fold(node, folded) if folded else node, frame)

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("shown = environment.shown")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(  # noqa: N802
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        self.visit(node.node, frame)
        self.write("(")
        given = [("", each) for each in (*node.args, *node.kwargs)]
        for stars, value in (*given, ("*", node.dyn_args), ("**", node.dyn_kwargs)):
            if value is not None:
                self.write(stars)
                self.visit(value, frame)
                self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:  # noqa: ARG002
        if macro_ref.accesses_kwargs or macro_ref.accesses_varargs:
            self.fail("a piece names its values", macro_ref.node.lineno)
        names = [argument.name for argument in macro_ref.node.args]
        self.write(f"environment.piece(macro, {names!r}, {macro_ref.accesses_caller})")

    def _import_common(  # it looks for globals of its own, which no file of pieces has
        self, node: nodes.Import | nodes.FromImport, frame: Frame
    ) -> None:
        self.write("environment.pieces(")
        self.visit(node.template, frame)
        self.write(")")

    def _output_child_pre(self, *_: object) -> None:
        self.write("shown(")


class PageEnvironment(Environment):
    """What the code of templates calls."""

    code_generator_class = PageCompiler
    folded: Folded | None = None

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All templates have the same ones, which need no layer for what one of them adds."""
        return self.globals if d is None else super().make_globals(d)

    def pieces(self, name: str) -> TemplateModule:
        """The pieces of a file."""
        return self.get_template(name).module

    def piece(
        self, function: Callable[..., str], names: Sequence[str], takes_caller: bool
    ) -> "Piece":
        """A macro, as a compiled template defines it."""
        values = dict.fromkeys(names, missing)
        if takes_caller:
            values["caller"] = self.undefined("this piece was not called by a block", name="caller")
        return Piece(function, values)

    @staticmethod
    def shown(value: Any) -> str:
        """The value as it stands in a page: escaped, unless it is Markup."""
        kind = type(value)
        if kind is str:
            return escape_text(value)
        html: str = value if kind is Markup else escape(value)
        return html


class Piece:
    """A macro as a function of values by position or name."""

    __slots__ = ("_blank", "_function", "_places")

    def __init__(self, function: Callable[..., str], values: Mapping[str, object]) -> None:
        self._function = function
        self._places = {name: place for place, name in enumerate(values)}
        self._blank = tuple(values.values())

    def __call__(self, *given: object, **named: object) -> Markup:
        values = [*given, *self._blank[len(given) :]]
        for name, value in named.items():
            values[self._places[name]] = value
        return markup(self._function(*values))


def markup(html: str) -> Markup:
    """What is safe already as Markup, without the search for a method that says so."""
    return str.__new__(Markup, html)


def fold(template: nodes.Template, folded: Folded) -> nodes.Template:
    """Put the texts of one language in place of the calls of `t` that are literal; constants too.

    Raises TemplateAssertionError for a key that is unknown or whose values are not given.
    """
    result: nodes.Template = _Fold(folded).visit(template)
    return result


class _Fold(NodeTransformer):
    def __init__(self, folded: Folded) -> None:
        self._wording, self._constants = folded

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
