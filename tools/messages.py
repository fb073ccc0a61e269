"""Bring the catalogues of messages up to the source: ``python tools/messages.py [room …]``.

One file for each room and language, ``tallyverify/language/es/<room>.po``; the modules beside the
rooms share ``package.po``. New messages come in empty, those that the source no longer holds go,
and nothing is guessed from messages that are nearly alike.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "tallyverify"
LITERALS = {"told": (0,), "told_of": (1, 2), "counted": (1, 2)}
"""Functions that tell, and which of their arguments are the message."""
_IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2)}
"""As templates call them: ``_("…")``, and what ``{% trans %}`` becomes."""


def rooms() -> dict[str, list[Path]]:
    """Return the files of each room that hold messages."""
    found = {"package": sorted(PACKAGE.glob("*.py"))}
    for folder in sorted(PACKAGE.iterdir()):
        if folder.is_dir():
            files = [*folder.rglob("*.py"), *folder.rglob("*.html")]
            found[folder.name] = sorted(files)
    return found


def _in_source(file: Path) -> Iterator[str | tuple[str, ...]]:
    """Yield the messages of a module, from first to last."""
    calls = [
        one for one in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(one, ast.Call)
    ]
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        at = LITERALS.get(call.func.id, ()) if isinstance(call.func, ast.Name) else ()
        texts = [call.args[one] for one in at if one < len(call.args)]
        words = [one.value for one in texts if isinstance(one, ast.Constant)]
        if words and len(words) == len(at):
            yield words[0] if len(words) == 1 else tuple(words)


def _in_template(file: Path) -> Iterator[str | tuple[str, ...]]:
    options = {"trimmed": "true", "encoding": "utf-8"}
    method = "jinja2.ext:babel_extract"
    for _, text, _, _ in extract_from_file(method, file, keywords=_IN_TEMPLATES, options=options):
        yield text


def extracted(room: str) -> Catalog:
    """Return the messages of a room's source, in the order of its files."""
    catalog = Catalog()
    for file in rooms()[room]:
        found = _in_template(file) if file.suffix == ".html" else _in_source(file)
        for text in found:
            catalog.add(text, locations=[(file.relative_to(PACKAGE).as_posix(), None)])
    return catalog


def place(room: str, language: str = "es") -> Path:
    """Return where a room's catalogue stands."""
    return PACKAGE / "language" / language / f"{room}.po"


def update(room: str) -> tuple[int, int]:
    """Write a room's catalogue anew; return how many messages it has, and how many lack words."""
    catalog, file = extracted(room), place(room)
    before = Catalog()
    if file.exists():
        with file.open("rb") as source:
            before = read_po(source)
    for message in catalog:
        known = before.get(message.id) if message.id else None
        if known is not None and known.pluralizable == message.pluralizable:
            message.string = known.string
    if len(catalog):
        written = io.BytesIO()
        write_po(written, catalog, width=100, omit_header=True, ignore_obsolete=True)
        head = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        head += b'"Language: es\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        file.write_bytes(head + written.getvalue().rstrip() + b"\n")
    elif file.exists():
        file.unlink()
    return len(catalog), sum(not filled(one.string) for one in catalog if one.id)


def filled(string: str | tuple[str, ...]) -> bool:
    """Whether a translation has words in all its forms."""
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    for name in sys.argv[1:] or rooms():
        messages, empty = update(name)
        if messages:
            print(f"{name}: {messages} messages, {empty} without a translation")
