"""How long ``import tallyverify`` takes, against importing nothing and importing pandas."""

from __future__ import annotations

from collections.abc import Iterator

from measure import Row, at_most, process


def rows(quick: bool) -> Iterator[Row]:
    """Compare three processes, run in turns."""
    code = {"nothing": "pass", "tallyverify": "import tallyverify", "pandas": "import pandas"}
    seconds: dict[str, list[float]] = {name: [] for name in code}
    for _ in range(5 if quick else 15):
        for name, line in code.items():
            seconds[name].append(process("-c", line).seconds)
    least = {name: min(times) for name, times in seconds.items()}
    ours = least["tallyverify"]
    yield Row(
        "import tallyverify, whole process",
        f"{ours * 1000:.0f} ms",
        f"importing nothing: {least['nothing'] * 1000:.0f} ms",
        f"{ours / least['nothing']:.2f}×",
        "",
    )
    yield Row(
        "import tallyverify, whole process",
        f"{ours * 1000:.0f} ms",
        f"importing pandas: {least['pandas'] * 1000:.0f} ms",
        *at_most(ours / least["pandas"], 0.25),
    )
