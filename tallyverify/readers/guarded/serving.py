"""The process that opens files: it runs the functions that it is asked to, one after the other.

It is started by :mod:`.asking`. Whatever a file does to it (an abort, a loop, all the memory) is
done to this process alone.
"""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

from tallyverify.errors import InputError
from tallyverify.readers.guarded.child_limits import restrict
from tallyverify.readers.guarded.parts import LONGEST_WORDS, Part, as_sayings, head_in, line_of
from tallyverify.taken import takes_input

_HELD = 512 * 2**20


def serve_files() -> None:
    """Answer what standard input asks, until it ends."""
    answers = open_answers()
    questions = os.fdopen(os.dup(0), "rb")
    gc.disable()  # cells hold each other in no cycles; what is held too long ends the process
    _say(answers, {"ready": True})
    while line := questions.readline():
        asked = head_in(line)
        data = questions.read(asked["size"])
        restrict(asked["memory"], asked["seconds"])
        with suppress(BrokenPipeError):  # nobody waits for it any more
            _answer(answers, asked, data)


@takes_input
def open_answers() -> BinaryIO:
    """Return where this process answers, among which nothing comes that a library prints."""
    with suppress(ValueError, AttributeError):  # the parent decides what an interrupt means
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer(answers: BinaryIO, asked: dict[str, Any], data: bytes) -> None:
    module, function = asked["function"].split(":")
    longest = 2 * int(asked["seconds"]) + 5
    try:
        _alarm(longest)
        for part in getattr(import_module(module), function)(data, **asked["arguments"]):
            _alarm(0)  # whoever takes the part has its own time
            _send(answers, part)
            _alarm(longest)
    except InputError as error:
        _say(answers, {"error": as_sayings(error), "rests": _may_rest()})
    except MemoryError:
        _say(answers, {"memory": True})
    except BrokenPipeError:
        raise
    except BaseException as error:  # a panic of Rust is no Exception
        _say(answers, {"ended": f"{type(error).__name__}: {error}"[:LONGEST_WORDS]})
    else:
        _say(answers, {"end": True, "rests": _may_rest()})
    finally:
        _alarm(0)


def _alarm(seconds: int) -> None:
    """End this process after a time, should nobody be left to end it."""
    with suppress(AttributeError):  # Windows
        signal.alarm(seconds)


def _may_rest() -> bool:
    """Whether so little memory is still held that the next file has all of its own."""
    try:
        with open("/proc/self/statm", "rb") as pages:
            return int(pages.read().split()[5]) * os.sysconf("SC_PAGE_SIZE") < _HELD
    except OSError:  # other systems do not count it
        return True


def _send(answers: BinaryIO, part: Part) -> None:
    if part.table is not None:
        import pyarrow as pa

        counting = pa.MockOutputStream()  # so that no second copy of it is held
        for sink in (counting, answers):
            if sink is answers:
                _say(answers, {"facts": part.facts, "holds": "table", "size": counting.size()})
            with pa.ipc.new_stream(sink, part.table.schema) as stream:
                stream.write_table(part.table)
        answers.flush()
    elif part.data is not None:
        _say(answers, {"facts": part.facts, "holds": "bytes", "size": len(part.data)})
        answers.write(part.data)
        answers.flush()
    else:
        _say(answers, {"facts": part.facts})


def _say(answers: BinaryIO, head: dict[str, Any]) -> None:
    answers.write(line_of(head))
    answers.flush()
