"""Make slips in the modules that decide a verdict; ask whether their own tests catch them.

    python tools/mutants/run.py --mutants 120 --seed 1

The working tree is never touched: each of two copies has one slip at a time. Before, the tests must
pass without any. Tables go to ``--out``; exit code 1 if fewer than nine in ten were caught, apart
from those that ``equal.txt`` lists with the reason why they change nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from draw import Mutant, drawn, mutant_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WANTED = 0.9
AT_ONCE = 2
LEFT_BEHIND = (".*", "out", "__pycache__", "build", "dist", "*.egg-info")
# Imported once, before the processes part: most of what a run of few tests would wait for.
HEAVY = ("numpy", "scipy.stats", "scipy.optimize", "pandas", "pyarrow", "pydantic", "rich")
MEMORY = 8 << 30  # bytes; a slip may make a loop that never ends


def started(folder: Path, tests: list[str], seconds: int, said: Path) -> int:
    """Run tests in a copy, in a process of their own with a limit of computing time; its id."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(30 * seconds)  # one that waits computes nothing
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = str(folder)  # for those that tests start in turn
        sys.path[:] = [str(folder), *(path for path in sys.path if path != str(HERE))]
        import pytest

        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        code = int(pytest.main([*options, *tests]))
    finally:
        sys.stdout.flush()
        os._exit(code)


def ended() -> tuple[int, str, float]:
    """Wait for any; return its id, how it ended, and the seconds that it computed."""
    child, status, usage = os.wait4(-1, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it started and left
    if os.WIFSIGNALED(status):
        slow = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM)
        return child, "timed out" if slow else "killed", usage.ru_utime + usage.ru_stime
    passed = os.WEXITSTATUS(status) == 0
    return child, "survived" if passed else "killed", usage.ru_utime + usage.ru_stime


def forget(folder: Path, module: str) -> None:
    """Remove what is compiled of a module: two texts of one second and size look alike."""
    path = folder / module
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def untouched(folders: list[Path], files: set[str]) -> Iterator[tuple[str, float]]:
    """Run each file of tests without a slip; return the seconds that it computes."""
    waiting, running = sorted(files), {}
    free = list(folders)
    while waiting or running:
        if waiting and free:
            folder, file = free.pop(), waiting.pop()
            child = started(folder, [file], 3600, folder.with_suffix(".txt"))
            running[child] = folder, file
            continue
        child, outcome, seconds = ended()
        folder, file = running.pop(child)
        free.append(folder)
        if outcome != "survived":
            print(folder.with_suffix(".txt").read_text(encoding="utf-8"))
            sys.exit(f"without any slip, this does not pass: {file}")
        print(f"{seconds:6.1f} s without a slip: {file}", flush=True)
        yield file, seconds


def outcomes_of(
    mutants: list[Mutant],
    tests: dict[str, list[str]],
    limits: dict[str, int],
    folders: list[Path],
) -> Iterator[tuple[Mutant, str]]:
    """Run the tests of each module against each of its mutants, some at once."""
    waiting, running = list(mutants), {}
    free = list(folders)
    while waiting or running:
        if waiting and free:
            folder, mutant = free.pop(), waiting.pop(0)
            forget(folder, mutant.module)
            (folder / mutant.module).write_text(mutant.text, encoding="utf-8")
            said = folder.with_suffix(".txt")
            child = started(folder, tests[mutant.module], limits[mutant.module], said)
            running[child] = folder, mutant
            continue
        child, outcome, _ = ended()
        folder, mutant = running.pop(child)
        shutil.copy2(ROOT / mutant.module, folder / mutant.module)
        forget(folder, mutant.module)
        free.append(folder)
        yield mutant, outcome


def equals() -> dict[tuple[str, str], str]:
    """Return why mutants change nothing, by module and line, from ``equal.txt``."""
    found: dict[tuple[str, str], str] = {}
    text = (HERE / "equal.txt").read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        lines = [line.strip() for line in block.splitlines() if not line.startswith("#")]
        if not any(lines):
            continue
        if len(lines) < 3:
            sys.exit(f"equal.txt: a module, a line and a reason are wanted:\n{block}")
        module, line, *reason = lines
        found[module, line] = " ".join(reason)
    return found


def table_of(results: list[tuple[Mutant, str]]) -> tuple[str, float]:
    """Return the table in words, and the part that was caught."""
    kinds = ("killed", "timed out", "survived", "equal")
    counts: dict[str, Counter[str]] = {}
    for mutant, outcome in results:
        counts.setdefault(mutant.module, Counter())[outcome] += 1
    lines = [f"{'module':52}" + "".join(f"{kind:>11}" for kind in kinds)]
    for module, count in sorted(counts.items()):
        lines.append(f"{module:52}" + "".join(f"{count[kind]:>11}" for kind in kinds))
    whole: Counter[str] = sum(counts.values(), Counter())
    lines.append(f"{'all':52}" + "".join(f"{whole[kind]:>11}" for kind in kinds))
    asked = sum(whole.values()) - whole["equal"]
    caught = (whole["killed"] + whole["timed out"]) / asked if asked else 1.0
    lines.append(f"caught: {100 * caught:.1f} % of {asked} that are not equal")
    return "\n".join(lines), caught


def asked() -> Any:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mutants", type=int, default=120, help="how many are drawn in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="modules whose path holds this")
    parser.add_argument("--again", action="store_true", help="only those that survived last time")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "mutants")
    return parser.parse_args()


def main() -> int:
    options = asked()
    own = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))["tests"]
    texts = {
        module: (ROOT / module).read_text(encoding="utf-8")
        for module in own
        if options.only in module
    }
    reasons, last = equals(), options.out / "last.json"
    if options.again:
        if not last.exists():
            sys.exit(f"no run before this one left a table in {options.out}")
        survived = [(one, texts[one[0]]) for one in json.loads(last.read_text(encoding="utf-8"))]
        again = [mutant_of(module, text, name, at) for (module, name, at), text in survived]
        mutants = [one for one in again if one is not None]
    else:
        mutants = drawn(texts, options.mutants, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    results = [(one, "equal") for one in mutants if (one.module, one.line) in reasons]
    mutants = [one for one in mutants if (one.module, one.line) not in reasons]
    for name in HEAVY:
        import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutants") as temporary:
        folders = [Path(temporary) / str(at) for at in range(AT_ONCE)]
        for folder in folders:
            shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        tests = {module: own[module] for module in {one.module for one in mutants}}
        took = dict(untouched(folders, {file for files in tests.values() for file in files}))
        limits = {
            module: int(3 * sum(took[file] for file in files)) + 20
            for module, files in tests.items()
        }
        for mutant, outcome in outcomes_of(mutants, tests, limits, folders):
            results.append((mutant, outcome))
            print(f"{outcome}: {mutant.module}: {mutant.line}", flush=True)
    table, caught = table_of(results)
    left = [mutant for mutant, outcome in results if outcome == "survived"]
    text = "\n\n".join([table, *(f"survived: {one.operator}\n{one.diff}" for one in left)])
    (options.out / "mutants.txt").write_text(text + "\n", encoding="utf-8")
    last.write_text(json.dumps([one.place for one in left], indent=1), encoding="utf-8")
    print(text)
    return 0 if caught >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
