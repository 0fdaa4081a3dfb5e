"""What the code says about its own data, for the API's description: docstrings of fields."""

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent


def summary(kind: type) -> str:
    """The docstring of a class that has one of its own."""
    own = kind.__dict__.get("__doc__") or ""
    written = bool(own) and not own.startswith(f"{kind.__name__}(")
    return " ".join(inspect.cleandoc(own).split()) if written else ""


@cache
def described_fields(kind: type) -> dict[str, str]:
    """The string that follows a field's annotation in the class's source, by field."""
    tree = ast.parse(dedent(inspect.getsource(kind))).body[0]
    notes: dict[str, str] = {}
    for field, note in pairwise(tree.body if isinstance(tree, ast.ClassDef) else []):
        match field, note:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                notes[name] = " ".join(text.split())
            case _:
                pass
    return notes
