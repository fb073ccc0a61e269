"""A proposal, and the case folder that it is written as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tallyverify.atomic_write import write_whole
from tallyverify.case import CaseFile, read_document
from tallyverify.errors import InputError, json_text, listed, printable, shown
from tallyverify.language import formula, told
from tallyverify.proposals.placing import in_case_folder
from tallyverify.proposals.readme import readme
from tallyverify.records import Contest, Mapping
from tallyverify.taken import takes_input

_TO_FILL_IN: dict[str, Any] = {
    "authority": "",
    "stations": None,
    "registered": None,
    "coverage_basis": None,
    "all_votes_at_stations": None,
    "bulletins": [],
}
"""What is announced of the whole; null is what is not said."""


@takes_input
@dataclass(frozen=True, eq=False)
class Proposal:
    """What a file seems to say, with the evidence, and what only people can answer.

    Attributes
    ----------
    contest : Contest
        Levels, candidates and lines.
    mapping : Mapping
        Where they stand in the file.
    evidence : tuple of str
        What was found, and what it rests on.
    questions : tuple of str
        What is doubtful, or cannot be known from the file.
    sources : tuple
        The files, or the frame, that it is for.

    Examples
    --------
    >>> from tallyverify.proposals import propose
    >>> proposal = propose(pd.DataFrame({"MESA": ["1", "2"], "ANA": [4, 9], "EVA": [7, 5],
    ...     "VALIDOS": [11, 14]}))
    >>> proposal
    <Proposal: 2 candidates, 0 levels, 0 questions>
    >>> print(proposal)
    Found
      VALIDOS = ANA + EVA on 2 of 2 rows
      key: MESA; different in each of 2 rows
      read: 2 rows; ANA 13, EVA 12, valid 25
    <BLANKLINE>
    To be answered
      nothing
    """

    contest: Contest
    mapping: Mapping
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    sources: tuple[Any, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        return (
            f"<Proposal: {len(self.contest.candidates)} candidates, {len(self.contest.levels)} "
            f"levels, {len(self.questions)} questions>"
        )

    def __str__(self) -> str:
        found = [f"  {printable(said)}" for said in self.evidence]
        asked = [f"  {at}. {printable(said)}" for at, said in enumerate(self.questions, start=1)]
        asked = asked or [formula("  {nothing}", nothing=told("nothing"))]
        lines = [told("Found"), *found, "", told("To be answered"), *asked]
        return "\n".join(map(str, lines)) + "\n"

    def write(self, folder: str | Path) -> tuple[Path, ...]:
        """Write a case folder that ``verify`` can run: never over a file that is there.

        Parameters
        ----------
        folder : path
            Made if it is not there. The sheets are copied into it, if they are elsewhere.

        Returns
        -------
        tuple of Path
            The files written.

        Raises
        ------
        InputError
            If one of the files is there already.
        """
        root = Path(folder)
        files = [source for source in self.sources if not isinstance(source, pd.DataFrame)]
        name, copies = in_case_folder(files, root) if files else ("actas.csv", {})
        texts = {root / own: text for own, text in self._texts(name).items()}
        there = [path.name for path in (*texts, *copies) if path.exists()]
        if there:
            raise InputError(
                told("the folder holds a case already, and nothing is overwritten"),
                file=root.name or root.resolve().name,
                found=listed(there),
                hint=told("name another folder with --out, or compare with --check"),
            )
        write_whole({**copies, **texts})
        return (*texts, *copies)

    def _texts(self, file: str) -> dict[str, str]:
        frame = next((s for s in self.sources if isinstance(s, pd.DataFrame)), None)
        case = {
            "contest": "contest.json",
            "declared": "declared.json",
            "actas": {"file": file, "mapping": _plain(self.mapping)},
        }
        texts = {
            "case.json": json_text(case),
            "contest.json": json_text(_plain(self.contest)),
            "declared.json": json_text(_TO_FILL_IN),
            "README.md": readme(self.contest, self.evidence, self.questions),
        }
        return texts | ({"actas.csv": frame.to_csv(index=False)} if frame is not None else {})


def differences(proposal: Proposal, folder: str | Path) -> list[str]:
    """Return what a proposal would say otherwise than the case of a folder, key by key.

    Raises
    ------
    InputError
        If the folder holds no case that can be read.
    """
    root = Path(folder)
    case, _ = read_document(root / "case.json", CaseFile, "case")
    contest, _ = read_document(root / case.contest, Contest, "contest")
    mapping = case.actas.mapping
    if isinstance(mapping, str):
        mapping, _ = read_document(root / mapping, Mapping, "mapping")
    now = dict(_flat({"contest": _plain(contest), "mapping": _plain(mapping)}))
    new = dict(_flat({"contest": _plain(proposal.contest), "mapping": _plain(proposal.mapping)}))
    return [
        told(
            "{key}: {there} in the case, {proposed} proposed",
            key=key,
            there=_value(now, key),
            proposed=_value(new, key),
        )
        for key in dict.fromkeys([*now, *new])
        if now.get(key) != new.get(key)
    ]


def _value(document: dict[str, Any], key: str) -> str:
    return shown(document[key]) if key in document else told("nothing")


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else name)
    else:
        yield key, value


def _plain(document: Contest | Mapping | None) -> Any:
    if document is None:
        return {}
    data = document.model_dump(mode="json", exclude_defaults=True)
    for candidate in data.get("candidates", ()):
        if candidate.get("options") == [candidate["id"]]:
            del candidate["options"]
    return data
