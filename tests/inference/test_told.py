"""What is said of the unseen is said in Spanish too; the figures hang on no language."""

import json

import numpy as np
import pytest

import tallyverify as tv
from tallyverify.errors import InputError, shown
from tallyverify.inference.prediction.kinds import kinds_of
from tallyverify.inference.printed import first_line, in_one_line
from tallyverify.language import Told, in_language, retold, signed, speaking, told

WRONG = InputError(
    told("no such candidate"), file="a.csv", place="rival", found="'D'", expected="'A',  'B'"
)


def test_an_error_is_a_message_in_one_line() -> None:
    said = in_one_line(WRONG)
    assert said == " ".join(str(WRONG).split())
    assert in_language(said, "es") == (
        "a.csv: rival: no existe ese candidato hallado: 'D' esperado: 'A', 'B'"
    )
    assert first_line(WRONG) == "a.csv: rival: no such candidate"
    assert in_language(first_line(WRONG), "es") == "a.csv: rival: no existe ese candidato"


def test_kinds_are_the_same_in_every_language() -> None:
    keys = np.array(["1B", "2B", "3", "4"] * 10, dtype=object)
    codes, names = kinds_of(keys, np.array([0.0, 400.0] * 20), None)
    with speaking("es"):
        spoken, again = kinds_of(keys, np.array([0.0, 400.0] * 20), None)
    assert codes.tolist() == spoken.tolist()
    assert names == again
    assert [in_language(name, "es") for name in names] == [
        "claves con B",
        "claves con B, sin electores en la lista",
        "claves sin letras",
        "claves sin letras, sin electores en la lista",
    ]


def test_names_in_quotes_and_figures_with_a_sign() -> None:
    assert shown("North") == "'North'"
    assert shown(told("the whole country")) == "'the whole country'"
    assert in_language(shown(told("the whole country")), "es") == "'todo el país'"
    assert in_language(signed(-1.25, "+.2f"), "es") == "−1,25"
    assert signed(np.inf, ".3f") == "inf"


def test_an_estimate_tells_its_method_in_spanish() -> None:
    case = tv.load_case("data/samples/partial")
    assert isinstance(case.actas, tv.ActaTable)
    found = tv.inference.estimate(case.actas, case.registry, masks=10)
    document = found.document()
    assert isinstance(document.method, Told)
    assert json.loads(found.to_json())["method"] == found.method
    spanish = retold(document, "es")
    assert spanish.method.startswith("predicción jerárquica de cada mesa no vista")
    assert spanish.assumption.endswith("; las actas son auténticas")
    assert spanish.shares == document.shares


@pytest.mark.parametrize(
    ("sampling", "said"),
    [
        ("archive", "no se dan valor e ni valor p: las actas no se sortearon; low y high son"),
        ("random", "si cada mesa siguiente se sortea al azar entre las que quedan, sin omitir"),
    ],
)
def test_a_monitor_says_what_it_assumes(sampling: str, said: str) -> None:
    draw = {}
    if sampling == "random":
        keys = [str(key) for key in range(10)]
        draw = {"drawn": keys, "areas": dict.fromkeys(keys, "North")}
    watch = tv.inference.monitor(10, bound=100, sampling=sampling, **draw)  # type: ignore[arg-type]
    assert in_language(watch.state.assumption, "es").startswith(said)
    assert in_language(watch.state.told, "es").startswith("0 de 10 mesas, sin votos en [-100,00%")
