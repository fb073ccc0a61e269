"""What of the source is prose and not told: the words that no translator would see.

``python -m tests.language.untold tallyverify/rules`` lists it for a folder. What has to stay as it
is (titles of papers, patterns, styles) stands in ``as_written/<room>.txt``, one literal a line as
Python writes it, under a comment that says why.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "tallyverify"
TELLING = {"told", "told_of", "counted", "formula", "formatted"}
"""Functions whose literal arguments are messages, nouns, or figures and signs."""
MAKING = TELLING | {
    *("number", "percent", "points", "enumerated", "clauses", "plus", "paragraph", "lines_of"),
    "sentence",
}
_PROSE = re.compile(r"[^\W\d_]{2,}[,;:.]? +[^\W\d_]{2,}")
_PART = re.compile(r"(^|[^\w-])[^\W\d_]{2,}([^\w-]|$)")


def as_written(room: str) -> set[str]:
    """Return the literals of a room that are no messages."""
    file = HERE / "as_written" / f"{room}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {ast.literal_eval(line) for line in lines if line.strip() and not line.startswith("#")}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_made(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and _name(node.func) in MAKING
    )


class Reader(ast.NodeVisitor):
    """Collects what is not told in one file, by line."""

    def __init__(self, kept: set[str]) -> None:
        self.kept, self.found = kept, list[tuple[int, str]]()

    def _tell(self, node: ast.expr, what: str) -> None:
        self.found.append((node.lineno, f"{what}: {ast.unparse(node)[:110]}"))

    def _body(self, node: ast.Module | ast.ClassDef | ast.FunctionDef) -> None:
        for one in node.body:
            # A docstring, of a module, a class, a function, or of the name above it.
            if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                continue
            self.visit(one)

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for one in (*node.decorator_list, *node.bases):
            self.visit(one)
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for one in (
            *node.decorator_list,
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
        ):
            self.visit(one)
        self._body(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if isinstance(node.func, ast.Name) and name in TELLING:
            of = {"told": [0], "told_of": [1, 2], "counted": [1, 2]}.get(name, [])
            for at in of:
                given = node.args[at] if at < len(node.args) else None
                if isinstance(given, ast.Starred):
                    break
                if not isinstance(given, ast.Constant):
                    self._tell(node, "not a literal")
            named = [one.value for one in node.keywords]
            rest = [one for one in node.args if not isinstance(one, ast.Constant)]
            for value in (*rest, *named):
                self.visit(value)
            return
        if name in {"join", "format"} and any(
            _is_made(part)
            for one in node.args
            for part in ast.walk(one)
            if isinstance(part, ast.expr)
        ):
            self._tell(node, "joined")
        for one in node.args:
            self.visit(one)
        for keyword in node.keywords:
            if keyword.arg != "reference":
                self.visit(keyword.value)
        self.visit(node.func)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add) and (_is_made(node.left) or _is_made(node.right)):
            self._tell(node, "joined")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Add) and _is_made(node.value):
            self._tell(node.value, "joined")
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [one.value for one in node.values if isinstance(one, ast.Constant)]
        values = [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
        holds = any(map(_is_made, values))
        if any(_PART.search(str(part)) and str(part) not in self.kept for part in parts) and any(
            " " in str(part) for part in parts
        ):
            self._tell(node, "not told")
        elif holds:
            self._tell(node, "joined")
        for one in values:
            self.visit(one)

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and _PROSE.search(text) and text not in self.kept:
            self._tell(node, "not told")


def untold(path: Path) -> Iterator[str]:
    """Return what is not told in one file."""
    inside = path.relative_to(PACKAGE)
    reader = Reader(as_written(inside.parts[0].removesuffix(".py")))
    reader.visit(ast.parse(path.read_text(encoding="utf-8")))
    for line, what in sorted(reader.found):
        yield f"{inside}:{line} {what}"


if __name__ == "__main__":
    for given in sys.argv[1:]:
        start = Path(given).resolve()
        for file in sorted(start.rglob("*.py")) if start.is_dir() else [start]:
            for told in untold(file):
                print(told)
