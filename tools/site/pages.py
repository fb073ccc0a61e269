"""Write the pages of the documentation site: ``python tools/site/pages.py FOLDER``.

They are made of what stands elsewhere: the documents of the repository, the catalogue of checks,
the public names and the notebooks. The site is then built of the folder (``make site``).
"""

from __future__ import annotations

import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

import tallyverify as tv
from tallyverify.checking import explain

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "README.md": "index.md",
    "README.es.md": "es.md",
    "ATTACKS.md": "ATTACKS.md",
    "SECURITY.md": "SECURITY.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "tallyverify/checking/checks.md": "checks/index.md",
    "tallyverify/checking/checks.es.md": "comprobaciones.md",
    **{f"docs/{page.name}": page.name for page in sorted((ROOT / "docs").glob("*.md"))},
}
"""Documents of the repository, and the pages that they are."""
ROOMS = (
    *("tallyverify", "compare", "inference", "forensics", "simulate", "report", "datasets"),
    "scanning",
)
"""Whose names are public."""
FAMILIES = {"R": "One sheet", "T": "The sheets", "D": "The declared result", "I": "The unseen"}
FAMILIES |= {"F": "Indicators", "S": "Several captures"}
_LINK = re.compile(r"\[([^\]]*)\]\((?!https?:|mailto:)([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w+) ([\w.-]+)$", re.MULTILINE)


def linked(text: str, source: Path, here: str) -> str:
    """Return a document's text for a page: links lead to pages; what is no page is only named."""

    def link(found: re.Match[str]) -> str:
        label, target = found.groups()
        file, mark, anchor = target.partition("#")
        there = (source.parent / file).resolve() if file else source
        inside = there.relative_to(ROOT).as_posix() if there.is_relative_to(ROOT) else ""
        page = PAGES.get(inside) or (
            f"notebooks/{there.stem}.md" if there.suffix == ".ipynb" else ""
        )
        if not page:
            return label
        step = "" if page == here else "../" * here.count("/") + page
        return f"[{label}]({step}{mark}{anchor})"

    return _FENCE.sub(r'```\1 title="\2"', _LINK.sub(link, text))


def put(page: Path, text: str | bytes) -> None:
    """Write a page of the site."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(text if isinstance(text, bytes) else text.encode())


def documents(out: Path) -> None:
    """Write the documents of the repository."""
    for document, page in PAGES.items():
        source = ROOT / document
        put(out / page, linked(source.read_text(encoding="utf-8"), source, page))


def checks(out: Path) -> None:
    """Write a page for each check: its entry in the catalogue and its explanation."""
    for check in tv.catalogue():
        head, _, rest = explain(check.code).partition("\n")
        entry = {
            "Family": FAMILIES[check.code[0]],
            "Highest rung": f"[{check.evidence}](../../README.md#the-ladder-of-evidence)",
            "Needs": check.needs,
            "Assumes": check.assumptions,
            "Source": check.reference,
        }
        rows = "\n".join(f"- **{name}:** {text}" for name, text in entry.items() if text)
        page = f"checks/{check.code}.md"
        text = f"# {head.removeprefix('## ')}\n\n{rows}\n\n## In full\n{rest}"
        put(out / page, linked(text, ROOT / "tallyverify/checking/checks.md", page))


def names(out: Path) -> None:
    """Write the reference of every public name, a page for each room."""
    for room in ROOMS:
        module = room if room == "tallyverify" else f"tallyverify.{room}"
        public = import_module(module)
        about = (public.__doc__ or "").strip().split("\n\n")[0]
        entries = [
            f"::: {home(getattr(public, name)) or module}.{name}"
            for name in public.__all__
            if not name.startswith("_") and not hasattr(getattr(public, name), "__path__")
        ]
        put(out / f"api/{room}.md", f"# {module}\n\n{about}\n\n" + "\n\n".join(entries) + "\n")


def home(public: object) -> str:
    """Return the module in which a class or function stands; nothing for a constant."""
    module = public.__module__ if hasattr(public, "__qualname__") else ""
    return module if module.startswith("tallyverify") else ""


def notebooks(out: Path) -> None:
    """Write the notebooks with the outputs that they are stored with."""
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        resources = {"unique_key": file.stem, "output_files_dir": file.stem}
        text, made = MarkdownExporter().from_notebook_node(notebook, resources)
        page = f"notebooks/{file.stem}.md"
        put(out / page, linked(text, file, page))
        for name, held in made["outputs"].items():
            put(out / f"notebooks/{name}", held)


def settings(out: Path) -> str:
    """Return the site's configuration, with the pages that are made in its contents."""
    text = Path(__file__).with_name("mkdocs.yml").read_text(encoding="utf-8")
    for folder in ("checks", "api", "notebooks"):
        pages = [page.relative_to(out) for page in sorted((out / folder).glob("*.md"))]
        listed = [f"          - {page.as_posix()}" for page in pages if page.stem != "index"]
        text = text.replace(f": {folder}/\n", ":\n" + "\n".join(listed) + "\n")
    return text


def write(folder: Path) -> None:
    """Write all pages and the site's configuration into a folder."""
    out = folder / "pages"
    for make in (documents, checks, names, notebooks):
        make(out)
    put(folder / "mkdocs.yml", settings(out))
    shutil.copy(Path(__file__).with_name("roles.py"), folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
