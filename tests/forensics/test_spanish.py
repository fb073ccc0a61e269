"""What the indicators say, in Spanish: words, figures, and what works in threads."""

import numpy as np

from tallyverify.forensics import Effect, battery, last_digit, outlying_stations, written
from tallyverify.forensics.calibration.map_threads import side_by_side
from tallyverify.language import in_language, speaking, told
from tallyverify.simulate import clean_election


def test_a_result_keeps_its_words_in_both_languages() -> None:
    found = last_digit(np.arange(100, 5100))
    assert found.sentence("Ana").startswith("last digits of Ana: 20.0 % end in 0 or 5")
    assert in_language(found.sentence("Ana"), "es").startswith(
        "últimos dígitos de Ana: el 20,0 % termina en 0 o 5"
    )
    few = last_digit(np.arange(100, 150))
    assert few.refused == "50 counts of 10 or more, 100 are needed"
    assert in_language(few.refused, "es") == "conteos de 10 o más: 50; se necesitan 100"


def test_a_size_is_said_with_its_interval() -> None:
    size = Effect(told("excess stations"), -1003.5, -1223.0, 784.25)
    assert written(size) == "−1003.50 (−1223.00 to 784.25)"
    assert in_language(written(size), "es") == "−1003,50 (de −1223,00 a 784,25)"
    with speaking("es"):
        assert str(size) == "mesas en exceso −1.003,5 (de −1.223 a 784,25)"


def test_the_reasons_of_stations_outlive_a_table_of_texts() -> None:
    rng = np.random.default_rng(1)
    first = rng.binomial(400, 0.5, 600)
    first[10] = 390
    found = outlying_stations(np.column_stack([first, 400 - first]), candidates=["Ana", "Luis"])
    assert found.ranked(1)["reason"][0] == found.farthest(1)[0]["reason"]
    said = in_language(found.farthest(1)[0]["reason"], "es")
    assert said.startswith("Ana tiene aquí el 97,5 %; se espera ")


def test_a_test_is_named_the_same_whatever_is_spoken() -> None:
    table = clean_election(stations=300, seed=1).table
    plain = battery(table, codes=["F504"], twins=3).tests
    with speaking("es"):
        again = battery(table, codes=["F504"], twins=3).tests
    assert [(one.figure, one.adjusted) for one in again] == [
        (one.figure, one.adjusted) for one in plain
    ]
    assert in_language(plain[0].named({}), "es") == "participación"


def test_threads_speak_the_language_of_who_asks() -> None:
    def work(thing: int) -> str:
        return f"{told('turnout')} {thing}"

    with speaking("es"):
        assert side_by_side(work, range(3)) == [f"participación {at}" for at in range(3)]
