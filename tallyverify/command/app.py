"""The command line, and the one place that decides the exit code.

====  ==============================================================================
0     done: a verdict with nothing at contradiction or improbable (a discrepancy is neither),
      or what was asked
1     a verdict with something there, a certificate that is not proved, a report that is not
      reproduced, a case that init --check would propose otherwise, or a scan with pages that
      were not read, computed and delivered; nothing else ends in 1
2     everything else, whatever was raised
130   interrupted (SIGINT); 143 terminated (SIGTERM); 129 hung up (SIGHUP)
====  ==============================================================================

A process that the system ends (a native abort, no memory left) ends in the system's code, which is
128 and above.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from tallyverify.atomic_write import INTERRUPTS
from tallyverify.command.shared.output import Closed, Done, check_open, let_go
from tallyverify.errors import InputError, TallyVerifyError, printable
from tallyverify.language import language_of, speaking, told

_unloaded: BaseException | None = None
try:
    import typer

    from tallyverify.command.parser import app
    from tallyverify.command.shared.screen import in_spoken_language, screen_language, show
except BaseException as error:  # here it would end in 1; main tells it, as all else
    _unloaded = error

_FAILED = 2
_SIGNAL = 128
"""Shells show a signal as this and its number."""


def main() -> NoReturn:
    """Run the command line and end the process with the exit code that is due.

    The interpreter is not taken down for that: a thread of a native library that still lets go of
    what it held would be ended by force, and the process with it, in a code that nobody computed
    (Arrow's issue 45017).
    """
    code = run()
    with suppress(BaseException):
        atexit._run_exitfuncs()
    _flush()
    os._exit(code)


def run() -> int:
    """Run the command line and return the exit code that is due."""
    language = language_of() if _unloaded is not None else screen_language(sys.argv[1:])
    with speaking(language):
        return _watched()


def _watched() -> int:
    interrupts = _Interrupts()
    code = _FAILED
    try:
        try:
            interrupts.watch()
            _open_streams()
            code = _run()
        finally:
            interrupts.let_go()
    except BaseException as error:
        # What else was raised while the signal was let in (in a lock of Python's own, say).
        code = _told(error if interrupts.came is None else Interrupted(interrupts.came))
    if (lost := _flush()) is not None and code < _FAILED:
        code = _told(lost)
    if interrupts.came is not None:  # also where something swallowed what the signal raised
        code = _SIGNAL + interrupts.came
    interrupts.put_back()
    return code


def _run() -> int:
    if _unloaded is not None:
        raise _unloaded
    # Left to itself, Typer ends the process: in 1, too.
    try:
        command = in_spoken_language(typer.main.get_command(app))
        ended = command(prog_name="tallyverify", standalone_mode=False)
    except SystemExit as stop:
        # Typer's end of a help that nobody reads; see output.say.
        if "--help" not in sys.argv or not isinstance(stop.__context__, BrokenPipeError):
            raise
        return 0
    if isinstance(ended, Done):
        return ended.code
    if ended == _SIGNAL + signal.SIGINT:  # Typer's word for a KeyboardInterrupt
        raise KeyboardInterrupt
    if ended != 0:
        raise SystemExit(ended)
    check_open()  # --help and --version; no command returns 0
    return 0


class Interrupted(BaseException):
    """A signal asks to stop. No Exception: no check may take it for a defect of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class _Interrupts:
    """Raises the first interrupt where the work stands; the next one ends the process at once."""

    def __init__(self) -> None:
        self.came: int | None = None
        self._before: dict[int, Any] = {}

    def watch(self) -> None:
        """Watch for signals, but not for those that we were started to ignore (nohup)."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in INTERRUPTS:
            handler = signal.getsignal(number)
            if handler not in (signal.SIG_IGN, None):
                self._before[number] = handler
                signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.came = number
        self.let_go()
        raise Interrupted(number)

    def let_go(self) -> None:
        """Let a signal end the process by itself: no handler can raise any more."""
        for number in self._before:
            signal.signal(number, signal.SIG_DFL)

    def put_back(self) -> None:
        """Leave the process as it was found."""
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _open_streams() -> None:
    # A closed descriptor would go to the next file that is opened, and stray prints into that file.
    while (free := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(free)
    sys.stdout = sys.stdout or Closed()
    sys.stderr = sys.stderr or Closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> OSError | None:
    """Flush both streams; return what kept the standard output from taking all of it."""
    lost: OSError | None = None
    for stream in (sys.stderr, sys.stdout):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except OSError as error:
            let_go(stream)
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                lost = error
    return lost


def _told(error: BaseException) -> int:
    """Tell what ended the run, as far as anybody can be told, and return the exit code."""
    with suppress(BaseException):
        _tell(error)
    if isinstance(error, Interrupted):
        return _SIGNAL + error.number
    return _SIGNAL + signal.SIGINT if isinstance(error, KeyboardInterrupt) else _FAILED


def _tell(error: BaseException) -> None:
    if hasattr(error, "show"):  # Typer's own, about arguments: with the usage
        show(error)
        return
    message = told("error: {text}", text=_message(error))
    sys.stderr.write(f"{message}\n")
    if os.environ.get("TALLYVERIFY_TRACEBACK") and _is_defect(error):
        traceback.print_exception(error)


def _is_defect(error: BaseException) -> bool:
    known = (TallyVerifyError, OSError, MemoryError, KeyboardInterrupt, Interrupted)
    return not isinstance(error, known)


def _message(error: BaseException) -> str:
    if isinstance(error, InputError):
        return str(error.at(""))  # once more: it may have been made for a file in another language
    if isinstance(error, TallyVerifyError):
        return str(error)
    if isinstance(error, OSError):
        output = str(told("output"))
        name = printable(Path(os.fsdecode(error.filename)).name) if error.filename else output
        return f"{name}: {error.strerror or printable(str(error))}"
    if isinstance(error, MemoryError):
        return told("not enough memory; convert the actas to Parquet")
    if isinstance(error, KeyboardInterrupt | Interrupted):
        return told("interrupted")
    try:
        what = printable(f"{type(error).__name__}: {error}")[:200]
    except Exception:  # an error that cannot even say what it is
        what = type(error).__name__
    return told(
        "a defect of tallyverify, or of a library that it uses; nothing was concluded\n"
        "  found: {what}\n"
        "  try: report it, with the traceback that TALLYVERIFY_TRACEBACK=1 shows",
        what=what,
    )


if __name__ == "__main__":
    main()
