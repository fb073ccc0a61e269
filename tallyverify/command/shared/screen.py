"""The language of the screen: of help, errors, progress, and what commands say."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from tallyverify.language import (
    LANGUAGES,
    Language,
    language_of,
    spoken,
    told,
    translations,
)

_USAGE_ERROR: Any = typer.BadParameter.__bases__[0]


def screen_language(arguments: Sequence[str]) -> Language:
    """Return what ``--lang`` says, before the parser reads it; else what the environment asks."""
    asked = language_of()
    for at, text in enumerate(arguments):
        given = arguments[at + 1 : at + 2] if text == "--lang" else [text.removeprefix("--lang=")]
        if text == "--lang" or text.startswith("--lang="):
            asked = next((language for language in LANGUAGES if language in given), asked)
    return asked


def in_spoken_language(command: Any) -> Any:
    """Return a command of Typer, and those below it, with its help in the language spoken.

    Typer has the English texts. They are the keys of their translations; so are its own words, in
    :data:`_TYPERS`, which it writes by a formatter that can be another.
    """
    if spoken() == "en":
        return command
    for below in getattr(command, "commands", {}).values():
        in_spoken_language(below)

    class Context(command.context_class):  # type: ignore[misc]
        formatter_class = _formatter(command.context_class.formatter_class)

    command.context_class = Context
    command.help = _said(command.help)
    for key in ("options_metavar", "subcommand_metavar"):
        if hasattr(command, key):
            setattr(command, key, _said(getattr(command, key)))
    for one in command.params:
        one.help = _said(one.help)
        if isinstance(one.show_default, str):
            one.show_default = _said(one.show_default)
    return command


def _said(english: str | None) -> str | None:
    return translations(spoken()).gettext(english) if english else english


_TYPERS = {
    str.__str__(one): one
    for one in (
        *(told("Usage: "), told("[OPTIONS]"), told("COMMAND [ARGS]...")),
        *(told("Arguments"), told("Options"), told("Commands")),
        told("Show this message and exit."),
        told("Install completion for the current shell."),
        told("Show completion for the current shell, to copy it or customize the installation."),
    )
}
"""What Typer says of itself on a page of help."""

_EXTRA = re.compile(r"\[(?:default: (?P<default>.*))?(?:; )?(?P<required>required)?\]$")


def _formatter(of: Any) -> Any:
    """Return a formatter of help that says Typer's own words in the language spoken."""

    class Formatter(of):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or str(_TYPERS["Usage: "]))

        def write_heading(self, heading: str) -> None:
            super().write_heading(str(_TYPERS.get(heading, heading)))

        def write_dl(self, rows: Any, *more: Any, **named: Any) -> None:
            rows = [(first, _EXTRA.sub(_extra, _said(second) or "")) for first, second in rows]
            super().write_dl(rows, *more, **named)

    return Formatter


def _extra(found: re.Match[str]) -> str:
    default = told("[default: {value}]", value=found["default"] or "")
    return str(told("[required]") if found["required"] else default)


_Filled = Callable[..., str]
_ERRORS: tuple[tuple[str, _Filled], ...] = (
    (
        r"No such option: (?P<name>\S+) \(Possible options: (?P<names>.*)\)",
        lambda name, names: told("No such option: {name} ({names}?)", name=name, names=names),
    ),
    (r"No such option: (?P<name>.*)", lambda name: told("No such option: {name}", name=name)),
    (
        r"No such command (?P<name>.*)\. Did you mean (?P<names>.*)\?",
        lambda name, names: told(
            "No such command: {name}. Did you mean {names}?", name=name, names=names
        ),
    ),
    (r"No such command (?P<name>.*)\.", lambda name: told("No such command: {name}.", name=name)),
    (r"Missing command\.", lambda: told("A command is missing.")),
    (
        r"Missing (?:argument|option|parameter) (?P<name>[^.]*)\.",
        lambda name: told("Missing: {name}.", name=name),
    ),
    (
        r"Invalid value for (?P<name>'[^']*'): (?P<why>.*)",
        lambda name, why: told("Invalid value for {name}: {why}", name=name, why=_in_words(why)),
    ),
    (r"Invalid value: (?P<why>.*)", lambda why: told("Invalid value: {why}", why=why)),
    (
        r"(?:Value error, )?(?P<value>'.*') is not one of (?P<names>.*)\.",
        lambda value, names: told("{value} is not one of {names}.", value=value, names=names),
    ),
    (
        r"Input should be a valid integer, .*",
        lambda: told("a whole number is expected"),
    ),
    (
        r"Option (?P<name>.*) requires an argument\.",
        lambda name: told("Option {name} requires an argument.", name=name),
    ),
    (
        r"Option (?P<name>.*) does not take a value\.",
        lambda name: told("Option {name} does not take a value.", name=name),
    ),
    (
        r"Got unexpected extra arguments?(?:\(s\))? \((?P<names>.*)\)",
        lambda names: told("Unexpected: {names}", names=names),
    ),
)
"""How Typer says what is wrong with a command line, and how we do. What it says otherwise in some
version stays as it says it."""


def _in_words(message: str) -> str:
    for pattern, filled in _ERRORS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return filled(**found.groupdict())
    return message


def show(error: Any) -> None:
    """Show what Typer found wrong with the command line, with the usage."""
    if spoken() == "en" or type(error).show is not _USAGE_ERROR.show:
        error.show()
        return
    if error.ctx is not None:
        hint = told(
            "Try '{command} {option}' for help.",
            command=error.ctx.command_path,
            option=error.ctx.help_option_names[0],
        )
        sys.stderr.write(f"{error.ctx.get_usage()}\n{hint}\n\n")
    what = told("Error: {what}", what=_in_words(error.format_message()))
    sys.stderr.write(f"{what}\n")
