"""Which slips can be made in a module, and which of them are drawn: by Cosmic Ray's operators."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from itertools import islice
from random import Random

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

COMPARED = {
    "Gt": ("GtE", "Lt"),
    "GtE": ("Gt", "Lt"),
    "Lt": ("LtE", "Gt"),
    "LtE": ("Lt", "Gt"),
    "Eq": ("NotEq", "GtE"),
    "NotEq": ("Eq", "Gt"),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
COMPUTED = {
    "Add": ("Sub",),
    "Sub": ("Add",),
    "Mul": ("Div",),
    "Div": ("Mul",),
    "FloorDiv": ("Mul",),
    "Mod": ("Mul",),
    "Pow": ("Mul",),
    "BitAnd": ("BitOr",),
    "BitOr": ("BitAnd",),
    "LShift": ("RShift",),
}
OPERATORS = (
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, others in COMPARED.items() for b in others),
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, others in COMPUTED.items() for b in others),
    "ReplaceUnaryOperator_USub_UAdd",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_Invert",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "AddNot",
    "NumberReplacer",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ZeroIterationForLoop",
)
"""Boundaries, signs, figures that are off by one, defaults, and / or, loops that are left out."""


@dataclass(frozen=True)
class Mutant:
    """A module with one slip in it."""

    module: str
    operator: str
    occurrence: int
    line: str  # that has the slip, its spaces made single
    text: str  # the whole module
    diff: str

    @property
    def place(self) -> tuple[str, str, int]:
        """Return what it is made again by."""
        return self.module, self.operator, self.occurrence


class _Unannotated(ast.NodeTransformer):
    """Leaves out what changes nothing: annotations, the star before keywords, a strict zip."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        self.generic_visit(node)
        node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        node.defaults = [*node.defaults, *(one for one in node.kw_defaults if one is not None)]
        node.posonlyargs, node.kwonlyargs, node.kw_defaults = [], [], []
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword | None:
        # That a zip is strict guards against what never happens: nothing could tell.
        self.generic_visit(node)
        return None if node.arg == "strict" else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = ast.Constant(None)
        self.generic_visit(node)
        return node


def _evaluated(text: str) -> str:
    """Return what is evaluated of a module; nothing where it is no Python, as ``{/a}`` is none."""
    try:
        return ast.dump(_Unannotated().visit(ast.parse(text)))
    except SyntaxError:
        return ""


def places_of(text: str) -> list[tuple[str, int]]:
    """Return every operator that fits in a module, with the number of each of its places."""
    nodes, found = list(ast_nodes(get_ast(text))), []
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        count = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        found += [(name, at) for at in range(count)]
    return found


def mutant_of(module: str, text: str, operator: str, occurrence: int) -> Mutant | None:
    """Return a module with one slip; None where nothing that is evaluated changes by it."""
    changed = mutate_code(text, get_operator(f"core/{operator}")(), occurrence)
    if changed is None or _evaluated(changed) in (_evaluated(text), ""):
        return None
    parts = list(
        difflib.unified_diff(
            text.splitlines(), changed.splitlines(), module, module, n=1, lineterm=""
        )
    )
    lines = [part[1:] for part in parts[2:] if part.startswith("+")]
    line = " ".join(" ".join(lines).split())
    return Mutant(module, operator, occurrence, line, changed, "\n".join(parts))


def drawn(texts: dict[str, str], number: int, seed: int) -> list[Mutant]:
    """Return so many of all modules, as many of each; those of a seed are always the same."""
    chosen: list[Mutant] = []
    for left, (module, text) in zip(range(len(texts), 0, -1), texts.items(), strict=True):
        share, places = round((number - len(chosen)) / left), places_of(text)
        Random(f"{seed} {module}").shuffle(places)
        those = (mutant_of(module, text, *place) for place in places)
        chosen += islice((one for one in those if one is not None), share)
    return chosen
