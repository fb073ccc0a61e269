"""Whatever a public function is given, what is wrong is told as an InputError, and by its name."""

from __future__ import annotations

import ast
import copy
import enum
import inspect
import pickle
from collections import abc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike

import tallyverify as tv
from tallyverify.arrays import Counts
from tallyverify.model import Model
from tallyverify.records import DeclaredMapping
from tallyverify.taken import _annotated, _array_like, _fits, _Named, takes_input
from tests.helpers.command import SAMPLES

ROOMS = (
    "compare",
    "datasets",
    "engine",
    "exchange",
    "feasibility",
    "forensics",
    "inference",
    "readers",
    "scanning",
    "simulate",
)
WRONG: dict[str, Any] = {
    "object": object(),
    "number": 3.5,
    "negative": -1,
    "none": None,
    "text": "no such thing",
    "list": [object()],
    "dict": {"no": "such"},
    "type": int,
}


def exported() -> dict[str, Callable[..., Any]]:
    """Return every function and class that a user may call, by the name to call it by."""
    named = {name: getattr(tv, name) for name in tv.__all__}
    for room in ROOMS:
        module = import_module(f"tallyverify.{room}")
        functions = {name: getattr(module, name) for name in module.__all__}
        named |= {f"{room}.{n}": f for n, f in functions.items() if inspect.isfunction(f)}
    plain = (enum.Enum, Exception)  # Python's own way to look one up, or to raise it
    return {
        name: one
        for name, one in named.items()
        if callable(one) and not (inspect.isclass(one) and issubclass(one, plain))
    }


EXPORTED = exported()
RECORDS = {
    name: one for name, one in EXPORTED.items() if inspect.isclass(one) and issubclass(one, Model)
}
TAKING = {name: one for name, one in EXPORTED.items() if name not in RECORDS}
"""What carries ``takes_input``; records say by themselves what they take."""

CONTEST = tv.Contest.model_validate({"id": "x", "candidates": [{"id": "A"}, {"id": "B"}]})
N = 60
_DRAWN = np.random.default_rng(1)
_REGISTERED = _DRAWN.integers(300, 900, N)
_BALLOTS = (_REGISTERED * 0.6).astype(int)
_VOTES = (_BALLOTS * 0.5).astype(int)
GOOD: dict[str, Any] = {
    "votes": _VOTES,
    "valid": _BALLOTS,
    "ballots": _BALLOTS,
    "registered": _REGISTERED,
    "first": _VOTES,
    "second": _BALLOTS - _VOTES,
    "centres": np.repeat(np.arange(N // 3), 3),
    "areas": [np.repeat(np.arange(N // 6), 6)],
    "share": _VOTES / _BALLOTS,
    "turnout": _BALLOTS / _REGISTERED,
    "values": _VOTES / _BALLOTS,
    "centre": np.repeat(np.arange(N // 3), 3),
    "cast": _BALLOTS,
    "total": _BALLOTS,
    "marked": np.arange(N) % 2 == 0,
    "position": np.arange(N),
    "area": np.repeat(np.arange(N // 6), 6),
    "y": _VOTES,
    "x": _BALLOTS,
    "stations": 100,
    "contest": CONTEST,
    "source": pd.DataFrame({"station": ["1"], "A": [5], "B": [4]}),
    "path": SAMPLES / "clean" / "actas.csv",
    "mapping": {"station": "station", "votes": {"A": "A", "B": "B"}},
}
"""Arrays that are right, by the name of the parameter that takes them."""
GOOD_OF: dict[str, dict[str, Any]] = {
    "Proposal": {"mapping": tv.Mapping(station=("1",)), "evidence": (), "questions": ()},
    "inference.sensitivity": {"lead": 100.0, "valid": 1e6},
    "readers.read_areas": {
        "source": pd.DataFrame({"A": [5]}),
        "mapping": DeclaredMapping(votes={"A": "A"}),
    },
    **{
        f"{room}.registry_from": {
            "source": pd.DataFrame({"station": ["1"], "A": [5], "B": [4]}),
            "contest": CONTEST,
        }
        for room in ("inference", "readers")
    },
    **{
        name: {"votes": np.column_stack([_VOTES, _BALLOTS - _VOTES])}
        for name in (
            "forensics.homogeneity",
            "forensics.swapped",
            "forensics.outlying_stations",
            "forensics.outlying_areas",
        )
    },
}
"""The same, for functions that take them otherwise."""


def kinds_of(function: Any) -> dict[str, Any]:
    called = function.__init__ if inspect.isclass(function) else function
    return _annotated(inspect.unwrap(called))


def refused(call: Callable[[], object]) -> str | None:
    """Return what was said, None where nothing was wrong; no other error leaves this."""
    try:
        call()
    except tv.TallyVerifyError as error:
        return str(error)
    return None


def test_all_that_is_exported_is_walked() -> None:
    assert len(TAKING) > 60
    assert {"verify", "Case", "ActaTable", "forensics.dip", "compare.bounds"} <= TAKING.keys()
    assert {"Contest", "Mapping", "Bulletin", "Declared", "Registry", "Report"} <= RECORDS.keys()
    for name, function in TAKING.items():
        called: Any = function.__init__ if inspect.isclass(function) else function  # type: ignore[misc]
        assert hasattr(called, "__wrapped__"), f"{name} does not say what it takes"


def test_what_is_known_by_its_name_only_is_a_class() -> None:
    """A name for something else (``Floats``) must be imported for real, or all would be refused."""
    classes = {
        node.name
        for path in Path(tv.__file__).parent.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    assert {"Contest", "Feasibility"} <= classes
    for function in TAKING.values():
        every = [*kinds_of(function).values()]
        for kind in every:
            every += get_args(kind)
        assert {one.__name__ for one in every if isinstance(one, _Named)} <= classes


@pytest.mark.parametrize("name", TAKING)
def test_a_wrong_type_is_told_by_name_with_what_is_taken(name: str) -> None:
    for parameter, kind in kinds_of(TAKING[name]).items():
        for given in WRONG.values():
            if _fits(kind, given):
                continue
            with pytest.raises(tv.InputError) as caught:
                TAKING[name](**{parameter: given})
            said = str(caught.value)
            short = name.rpartition(".")[2]
            assert said.startswith(f"{short} takes "), said
            assert said.splitlines()[0].endswith(f" as {parameter!r}"), said
            assert "\n  found: " in said


def open_to_all(kind: Any) -> bool:
    """Whether a type is one that is looked into only by the function itself."""
    if get_origin(kind) in (np.ndarray, abc.Mapping, dict):
        return False
    return kind is Any or _array_like(kind) or any(map(open_to_all, get_args(kind)))


OPEN = {
    name: parameters
    for name, function in TAKING.items()
    if (parameters := [p for p, kind in kinds_of(function).items() if open_to_all(kind)])
}


@pytest.mark.parametrize("name", OPEN)
def test_what_is_looked_into_by_the_function_itself(name: str) -> None:
    """Arrays, tables and options of any type, each wrong with all others right."""
    parameters = inspect.signature(TAKING[name]).parameters
    own = GOOD_OF.get(name, {})
    good = {
        p: own.get(p, GOOD.get(p))
        for p, one in parameters.items()
        if p in own or (one.default is one.empty and one.kind is not one.VAR_KEYWORD)
    }
    assert not [p for p, value in good.items() if value is None], "no example of what is right"
    for parameter in OPEN[name]:
        for given in WRONG.values():
            said = refused(lambda g=given, p=parameter: TAKING[name](**{**good, p: g}))  # type: ignore[misc]
            named = parameter.casefold() in (said or parameter).casefold()
            assert named or str(given) in (said or ""), (name, parameter, said)  # a text: as a file


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("what", WRONG)
def test_a_record_of_wrong_values(name: str, what: str) -> None:
    record: Any = RECORDS[name]
    for field in record.model_fields:
        key = record.model_fields[field].alias or field
        with pytest.raises(tv.InputError) as caught:
            record(**{key: WRONG[what]}, no_such_key=1)
        assert str(caught.value).startswith(f"{name}: ")
        said = refused(lambda k=key: record(**{k: WRONG[what]}))  # type: ignore[misc]
        assert said is None or said.startswith(f"{name}: ")
    for call in (record.model_validate, record.model_validate_json):
        with pytest.raises(tv.TallyVerifyError) as caught:
            call("[3.5]" if call == record.model_validate_json else WRONG[what])
        assert str(caught.value).startswith(f"{name}: ")


def test_a_record_says_where_in_it() -> None:
    with pytest.raises(tv.InputError) as caught:
        tv.Declared.model_validate(
            {"bulletins": [{"id": "1", "areas": [{"votes": {"A": "many"}}]}]}
        )
    error = caught.value
    assert error.place == "bulletins.0.areas.0.votes.A"
    assert (error.file, error.found) == ("Declared", "'many'")
    with pytest.raises(tv.InputError, match="did you mean 'candidates'"):
        tv.Contest(id="x", candidate=[])  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "source", [object(), 3.5, None, [object()], [3.5], {"a": 3.5}, int, b"x", pd.Series([1.0])]
)
def test_no_table(source: Any) -> None:
    contest = tv.Contest.model_validate({"id": "x", "candidates": [{"id": "A"}]})
    for read in (tv.read_actas, tv.read_registry):
        with pytest.raises(tv.InputError):
            read(source, contest=contest)
    with pytest.raises(tv.InputError):
        tv.propose(source)


def test_verify_takes_a_case_or_the_path_of_its_folder() -> None:
    case = tv.load_case("data/samples/clean")
    by_path = tv.verify("data/samples/clean", checks="D301")
    assert by_path.to_json() == tv.verify(case, checks="D301").to_json()
    with pytest.raises(tv.InputError) as caught:
        tv.verify([1])  # type: ignore[arg-type]
    assert str(caught.value) == "verify takes a Case or a path as 'case'\n  found: a list: [1]"


def test_what_is_taken_in_words() -> None:
    @takes_input
    def taking(
        a: int | None = None,
        b: list[str] | None = None,
        c: dict[str, float] | None = None,
        d: tuple[int, int] = (1, 2),
        e: Callable[[], None] | None = None,
        *rest: int,
    ) -> int:
        return (a or 0) + sum(rest)

    assert taking(np.int64(3), ["x"], {"x": np.float64(2)}, (3, 4), print, 5) == 8  # type: ignore[arg-type]
    wrong = {"a": True, "b": "x", "c": {"x": "y"}, "d": (1, 2, 3), "e": 1}
    said = {
        "a": "a whole number or None",
        "b": "a list of texts or None",
        "c": "a dict or None",
        "d": "a list of whole numbers",
        "e": "a function or None",
    }
    for name, value in wrong.items():
        with pytest.raises(tv.InputError, match=f"^taking takes {said[name]} as '{name}'"):
            taking(**{name: value})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="unexpected keyword"):
        taking(f=1)  # type: ignore[call-arg]


def test_entries_of_arrays_are_not_looked_at_one_by_one() -> None:
    class Untouched(np.ndarray):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            raise AssertionError("an array was walked")

    values = np.arange(5).view(Untouched)
    assert _fits(Counts, values)
    assert _fits(ArrayLike, values)
    assert not _fits(Counts, [1])


def test_what_is_pickled_and_copied_stays_what_it_is() -> None:
    case = tv.load_case("data/samples/clean")
    report = tv.verify(case, checks="D301")
    for one in (case.contest, case.declared, report, case.actas.source.mapping):
        assert pickle.loads(pickle.dumps(one)) == one
        assert copy.deepcopy(one) == one
    assert pickle.loads(pickle.dumps(tv.forensics.dip)) is tv.forensics.dip
    assert isinstance(case, tv.Case)
    assert tv.Case.__init__.__wrapped__ is not None  # type: ignore[attr-defined]


def test_a_record_is_not_changed_and_says_so() -> None:
    mapping = tv.Mapping(station=("a",))
    for call in (
        lambda: setattr(mapping, "station", ("b",)),
        lambda: delattr(mapping, "station"),
        lambda: tv.Mapping.model_validate_strings({"station": 3}),
    ):
        assert "Mapping: station: " in (refused(call) or "")
    assert mapping.station == ("a",)
