"""Archives, unpacked in the guarded process: what is asked of it here, what it does below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tallyverify.readers.guarded.asking import asked
from tallyverify.readers.guarded.parts import NoAnswerError, Part
from tallyverify.readers.opening.archives import gunzipped, unzipped, workbook_kind

ZIP, GZIP = b"PK", b"\x1f\x8b"
"""How such files begin; all zipped workbooks begin like the first."""


@dataclass(frozen=True)
class Unpacked:
    """One file out of an archive; or the archive itself, which is a workbook."""

    name: str  # for messages
    member: str
    data: bytes
    kind: str  # of a workbook, else nothing


def unpacked(raw: bytes, name: str, members: str | None) -> Iterator[Unpacked]:
    """Yield what an archive holds, each member by itself; of a workbook, itself.

    Parameters
    ----------
    raw : bytes
        The archive, zip or gzip.
    name : str
        What it is called in messages.
    members : str, optional
        Pattern of the names of the members of a zip archive to read.
    """

    def taken(part: Part) -> Unpacked:
        facts = part.facts
        called, member, kind = facts["name"], facts["member"], facts["kind"]
        if not (isinstance(called, str) and isinstance(member, str)):
            raise NoAnswerError
        if kind not in ("", "xlsx", "ods"):
            raise NoAnswerError
        return Unpacked(called, member, raw if part.data is None else bytes(part.data), kind)

    answer = asked(f"{__name__}:unpacked_inside", name, raw, taken, name=name, members=members)
    for one in answer:
        if one.name == name:  # the only one: with the end heard, the process is free to read it
            yield from (one, *answer)
        else:
            yield one


# In the guarded process.


def unpacked_inside(data: bytes, name: str, members: str | None) -> Iterator[Part]:
    """Unpack an archive, one layer."""
    if data.startswith(GZIP):
        inner = gunzipped(data, name)
        yield _part(name, name.removesuffix(".gz"), inner)
    elif kind := workbook_kind(data, name):
        yield Part({"name": name, "member": name, "kind": kind})
    else:
        for called, member, inner in unzipped(data, name, members):
            yield _part(called, member, inner)


def _part(name: str, member: str, data: bytes) -> Part:
    facts = {"name": name, "member": member, "kind": workbook_kind(data, name) or ""}
    return Part(facts, data=data)
