"""Errors in Spanish, and the words of pydantic, which are told by the type of its error."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic_core import PydanticKnownError

import tallyverify as tv
from tallyverify.errors import InputError, UnknownNameError, either, listed, nearest
from tallyverify.language import LANGUAGES, speaking, told
from tallyverify.taken import takes_input
from tallyverify.wrong_records import _EXPECTED, _SAID, _SHOULD_BE

OWN = {"model_type", "model_attributes_type", "dict_type", "tuple_type", "string_type"}
"""Types that are told in words of ours, as people write JSON."""


def refusal(model: type[Any], data: dict[str, Any]) -> InputError:
    with pytest.raises(InputError) as caught:
        model.model_validate(data)
    return caught.value


def test_an_error_is_in_the_language_that_is_spoken() -> None:
    def error() -> InputError:
        return InputError(
            told("no such check"),
            file="a.csv",
            found="'EGG'",
            expected=either(["'EG'", "'UNT'"]),
            hint=nearest("EGG", ["EG"]),
        )

    english = "  found: 'EGG'\n  expected: 'EG' or 'UNT'\n  try: did you mean 'EG'?"
    spanish = "  hallado: 'EGG'\n  esperado: 'EG' o 'UNT'\n  sugerencia: ¿quiso decir 'EG'?"
    assert str(error()).partition("\n")[2] == english
    with speaking("es"):
        assert str(error()).partition("\n")[2] == spanish
        assert error().hint == "did you mean 'EG'?"  # as data it is English
    # Where it is handed on it is made anew, and said again.
    made = error()
    with speaking("es"):
        assert str(made.at("fila 3")).endswith(spanish)


def test_long_lists_say_how_many_more() -> None:
    names = [f"c{at}" for at in range(1240)]
    assert listed(names, 2) == "'c0', 'c1' and 1,238 more"
    with speaking("es"):
        assert str(listed(names, 2)) == "'c0', 'c1' y 1.238 más"
        unknown = UnknownNameError.of("x", "c1239", names)
        assert str(unknown).endswith(" y 1.180 más\n  sugerencia: ¿quiso decir 'c1239'?")


def test_a_wrong_record_in_spanish() -> None:
    with speaking("es"):
        error = refusal(tv.Contest, {"id": 7, "candidates": [{"id": "A"}]})
        assert str(error) == (
            'Contest: id: esto no puede figurar aquí\n  hallado: 7\n  esperado: texto: "…"'
        )
        error = refusal(tv.Contest, {"id": "x", "candidates": [{"id": "A"}], "level": []})
        assert str(error).startswith("Contest: clave desconocida\n  hallado: 'level'\n")
        assert str(error).endswith("\n  sugerencia: ¿quiso decir 'levels'?")
        error = refusal(tv.Contest, {"id": "x"})
        assert str(error) == (
            "Contest: candidates: falta esta clave\n  hallado: 'id'\n  esperado: 'candidates'"
        )


def test_several_problems_in_spanish() -> None:
    wrong = {"station": "7", "votes": {"A": -1, "B": True}, "lines": {"valid": 1.5}}
    assert str(refusal(tv.Acta, wrong)).startswith("Acta: 3 problems\n  lines.valid: ")
    with speaking("es"):
        error = refusal(tv.Acta, wrong)
    assert str(error) == (
        "Acta: 3 problemas\n"
        "  lines.valid: un conteo es un número entero, no negativo (hallado 1.5)\n"
        "  votes.A: esto no puede figurar aquí (hallado -1, esperado mayor o igual que 0)\n"
        "  votes.B: un conteo es un número entero, no negativo (hallado True)"
    )
    assert error.what.startswith("3 problems\n")
    votes = {f"c{at}": -1 for at in range(25)}
    with speaking("es"):
        many = str(refusal(tv.Acta, {"station": "7", "votes": votes}))
    assert many.startswith("Acta: 25 problemas\n")
    assert many.endswith("\n  … y 5 más")


def test_what_a_validator_says_is_found_again() -> None:
    class Own(tv.Contest):
        def model_post_init(self, context: Any) -> None:
            raise ValueError(told("unknown key"))

    with speaking("es"):
        error = refusal(Own, {"id": "x", "candidates": [{"id": "A"}]})
    assert (error.what, str(error)) == ("unknown key", "Own: clave desconocida")
    assert error.problems[0]["type"] == "value_error"  # type: ignore[attr-defined]


@pytest.mark.parametrize("limit", [0, 1, 2, 0.5, 2000, 10**10])
@pytest.mark.parametrize("kind", [*_EXPECTED, *_SAID])
def test_english_is_as_pydantic_has_it(kind: str, limit: float) -> None:
    limits = dict.fromkeys(("gt", "ge", "lt", "le"), limit)
    lengths = dict.fromkeys(("min_length", "max_length", "actual_length"), int(limit))
    names = ("pattern", "attribute", "class_name", "class", "discriminator", "tag", "error")
    context: dict[str, Any] = {**limits, **lengths, **{name: name for name in names}}
    context |= {"field_type": "Tuple", "expected": "'a', 'b' or 'c'", "expected_tags": "'a', 'b'"}
    message = PydanticKnownError(kind, context).message()  # type: ignore[arg-type]
    if kind in OWN:
        assert message.startswith(_SHOULD_BE)
    else:
        assert {**_EXPECTED, **_SAID}[kind](context) == message.removeprefix(_SHOULD_BE)
    with speaking("es"):
        assert "hould" not in str({**_EXPECTED, **_SAID}[kind](context))


def test_an_argument_of_a_wrong_type_in_spanish() -> None:
    @takes_input
    def half(count: int, names: list[str] | None = None) -> float:
        return count / 2

    with speaking("es"):
        with pytest.raises(InputError) as wrong:
            half("x")  # type: ignore[arg-type]
        assert str(wrong.value) == (
            "half admite un número entero como 'count'\n  hallado: texto: 'x'"
        )
        with pytest.raises(InputError) as wrong:
            half(1, {"a": 1})  # type: ignore[arg-type]
        assert str(wrong.value) == (
            "half admite una lista de textos o None como 'names'\n"
            "  hallado: un valor de tipo dict: {'a': 1}"
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_goes_to_another_process_and_back(language: Any) -> None:
    with speaking(language):
        error = refusal(tv.Contest, {"id": "x"})
        again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.what) == (str(error), error.what)
