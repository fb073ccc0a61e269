"""The reporting units of an election report: which lie in which, and what is said of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import told
from tallyverify.readers.kinds.report_tree import Record, ids_in, kind_in, records_in, text_in

OWN_MARK = "tallyverify:"
"""Begins an ``OtherType`` that this package wrote."""


@dataclass
class ReportingUnits:
    """Reporting units by identifier, and which are parts of which."""

    file: str
    records: dict[str, Record] = field(default_factory=dict)
    above: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, report: Record, file: str) -> ReportingUnits:
        """Return the units of a report."""
        units = cls(file)
        listing = records_in(report, "GpUnit", file)
        names = [text_in(one, "@id", file) for one in listing]
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice or "" in names:
            raise InputError(
                told("a reporting unit has no identifier of its own"),
                file=file,
                place="GpUnit",
                found=listed(twice, 5) or told("a unit without one"),
                hint=told("each GpUnit has an identifier, and no two the same"),
            )
        units.records = dict(zip(names, listing, strict=True))
        for name, record in units.records.items():
            for part in ids_in(record, "ComposingGpUnitIds", file):
                units.known(part, "ComposingGpUnitIds")
                units.above.setdefault(part, []).append(name)
        units._check_no_circle()
        return units

    def known(self, name: str, place: str) -> str:
        """Return an identifier if there is such a unit."""
        if name not in self.records:
            raise InputError(
                told("the report has no reporting unit of this identifier"),
                file=self.file,
                place=place,
                found=shown(name),
                expected=told("one of {names}", names=listed(self.records, 12)),
                hint=told("the file may have been cut off, or be one of several of a sequence"),
            )
        return name

    def _check_no_circle(self) -> None:
        # Units without parts go, then those whose parts went: what stays goes round in a circle.
        parts = Counter(name for names in self.above.values() for name in set(names))
        free = [name for name in self.records if not parts[name]]
        gone = 0
        while free:
            gone += 1
            for name in set(self.above.get(free.pop(), ())):
                parts[name] -= 1
                if not parts[name]:
                    free.append(name)
        if gone < len(self.records):
            inside = [name for name in self.records if parts[name] > 0]
            raise InputError(
                told("reporting units are parts of each other in a circle"),
                file=self.file,
                place="ComposingGpUnitIds",
                found=listed(inside, 5),
            )

    def _upward(self, name: str) -> Iterator[tuple[str, int]]:
        """Yield the units that hold one, with how far above they are."""
        seen = {name}
        here, step = [name], 0
        while here:
            step += 1
            here = [one for below in here for one in self.above.get(below, ())]
            here = [one for one in dict.fromkeys(here) if one not in seen]
            seen |= set(here)
            yield from ((one, step) for one in here)

    def holding(self, names: Iterable[str]) -> set[str]:
        """Return the units that hold one of these."""
        found: set[str] = set()
        here = list(names)
        while here:
            here = [one for name in here for one in self.above.get(name, ()) if one not in found]
            found |= set(here)
        return found

    def kind(self, name: str) -> str:
        """Return the type of a unit, in its own word where it is of another."""
        record = self.records[name]
        kind = text_in(record, "Type", self.file)
        return text_in(record, "OtherType", self.file) or kind if kind == "other" else kind

    def name(self, name: str) -> str:
        """Return what a unit is called, its identifier where it is not."""
        return text_in(self.records[name], "Name", self.file) or name

    def key(self, name: str) -> str:
        """Return a unit's key: what this package once wrote, else its identifier."""
        own = OWN_MARK + "station"
        for one in records_in(self.records[name], "ExternalIdentifier", self.file):
            if text_in(one, "OtherType", self.file) == own:
                return text_in(one, "Value", self.file)
        return name

    def figure(self, name: str, key: str) -> str | None:
        """Return a figure of a unit as it is written."""
        return text_in(self.records[name], key, self.file) or None

    def is_device(self, name: str) -> bool:
        """Whether a unit is no place but a machine."""
        return kind_in(self.records[name]) == "ReportingDevice"

    def areas(self, name: str, left_out: set[str]) -> tuple[dict[str, str], dict[str, int]]:
        """Return the areas that a unit lies in by kind, and how far above each is.

        A kind of which it lies in two is none that it lies in.
        """
        found: dict[str, list[str]] = {}
        steps: dict[str, int] = {}
        for above, step in self._upward(name):
            if above not in left_out and not self.is_device(above):
                found.setdefault(self.kind(above), []).append(self.name(above))
                steps.setdefault(self.kind(above), step)
        return {kind: one[0] for kind, one in found.items() if len(one) == 1}, steps
