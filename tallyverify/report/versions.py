"""With which versions a report was made: beside it, since the report itself is the same in all."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

from tallyverify._version import __version__

_LIBRARIES = ("numpy", "scipy", "pandas")


def made_with() -> str:
    """Return made_with.json: the versions of tallyverify, Python, numpy, scipy and pandas."""
    versions = {"tallyverify": __version__, "python": platform.python_version()}
    versions |= {name: version(name) for name in _LIBRARIES}
    return json.dumps(versions, indent=2) + "\n"
