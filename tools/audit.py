"""Ask whether the libraries of this environment have known weaknesses; say so where nobody answers.

Exit code 1 if one is known that a newer version mends, 2 if pip-audit does not run; else 0, also
where the databases cannot be reached.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

_UNREACHED = re.compile(r"requests\.exceptions\.|Could not connect|not redirecting properly")
"""What pip-audit says where no database answers."""

TOOLS = ("pip", "setuptools")  # what an environment is made with, not what the package uses


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--skip-editable"]
    command += ["--progress-spinner", "off", "--timeout", "30"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except subprocess.TimeoutExpired:
        return _unreached()
    try:
        found = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError):
        if ended.returncode == 1 and _UNREACHED.search(ended.stderr):
            return _unreached()
        *_, last = ["no word", *ended.stderr.split("\n")[:-1]]
        print(f"pip-audit does not run here: {last}", file=sys.stderr)
        return 2
    asked = [each for each in found if each["name"] not in TOOLS]
    known = [each for each in asked if each.get("vulns")]
    skipped = [each["name"] for each in asked if "skip_reason" in each]
    for each in known:
        for weakness in each["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version"
            print(f"{each['name']} {each['version']}: {weakness['id']}, mended in {mended}")
    if len(skipped) == len(asked):
        print("the databases of weaknesses know none of these libraries: nothing was audited")
        return 0
    print(
        f"{len(asked) - len(skipped)} libraries audited, {len(known)} with known weaknesses; "
        f"not known there: {', '.join(skipped) or 'none'}"
    )
    return int(any(weakness["fix_versions"] for each in known for weakness in each["vulns"]))


def _unreached() -> int:
    print("the databases of weaknesses cannot be reached from here: nothing was audited")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
