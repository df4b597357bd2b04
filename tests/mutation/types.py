"""Run mypy over the mutants, as ``mutmut`` asks for it.

``python -m tests.mutation.types mypy ARGUMENTS``, in ``mutants/``. Left out are errors that come from how mutants lie
beside each other in one file and not from what a mutant changes.
"""

import json
import subprocess
import sys

OF_THE_ARRANGEMENT = {"no-redef", "has-type"}
"""An attribute is assigned by every copy of ``__init__``; a name has a type once its class was read."""


def main() -> None:
    """Print the errors that a mutant causes, one JSON object a line."""
    command = [
        sys.executable,
        "-m",
        *sys.argv[1:],
        "--output",
        "json",
        "--no-error-summary",
        "--no-warn-unused-ignores",
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode not in {0, 1}:
        sys.exit(found.stderr)
    for line in filter(str.strip, found.stdout.splitlines()):
        if json.loads(line)["code"] not in OF_THE_ARRANGEMENT:
            print(line)


if __name__ == "__main__":
    main()
