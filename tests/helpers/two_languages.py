"""A page and the same page in Spanish: what must stand in both."""

from __future__ import annotations

import re

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"https?://\S+")
KEY = re.compile(r"`([^`]+)`")
VERSION = re.compile(r"\b(Python |Apache-)[\d.]+\d")
NUMBER = re.compile(r"(?<!\w)\d+(?:[.,]\d+)*")


def sections(text: str) -> list[tuple[int, str, str]]:
    """Return (level, title, text) of each heading; no line of a code block is one."""
    hidden = FENCE.sub(lambda block: re.sub(r"(?m)^#", " ", block[0]), text)
    heads = list(HEADING.finditer(hidden))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        (len(head[1]), head[2], text[head.end() : end])
        for head, end in zip(heads, ends, strict=True)
    ]


def shape(text: str) -> dict[str, int]:
    """Return how many paragraphs, points, tables (and their rows) and code blocks a text has."""
    prose = FENCE.sub("", text)
    blocks = [block for block in re.split(r"\n\s*\n", prose) if block.strip()]
    return {
        "blocks": len(blocks),
        "points": len(re.findall(r"^- ", prose, re.MULTILINE)),
        "tables": len(re.findall(r"^\|[-:| ]+\|$", prose, re.MULTILINE)),
        "rows": len(re.findall(r"^\|", prose, re.MULTILINE)),
        "code": len(FENCE.findall(text)),
    }


def keys(text: str) -> list[str]:
    """Return what stands in backticks, sorted; a page that is there in Spanish is the same page."""
    found = KEY.findall(FENCE.sub("", text))
    return sorted(" ".join(key.split()).replace(".es.md", ".md") for key in found)


def numbers(text: str, spanish: bool) -> list[str]:
    """Return the figures of a text, sorted, as English writes them without a thousands sign.

    What stands in backticks, code blocks, addresses and the targets of links is the same in both
    languages and does not count.
    """
    prose = VERSION.sub("", text)
    prose = ADDRESS.sub("", LINK.sub("]", KEY.sub("", FENCE.sub("", prose))))
    thousands, decimal = (".", ",") if spanish else (",", ".")
    found = NUMBER.findall(prose)
    return sorted(figure.replace(thousands, "").replace(decimal, ".") for figure in found)
