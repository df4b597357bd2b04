"""The independent FHIR validator, when it and node are here: a program beside the project, or named by FHIR_VALIDATOR."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.turns import my_turn

_BESIDE = Path(__file__).parents[3] / "shared" / "tools" / "fhir-validator" / "validate"
_TOOL = Path(os.environ.get("FHIR_VALIDATOR", _BESIDE))
_NOT_INSTALLED = 2
_ABSENT = "NOT CHECKED: no independent FHIR validator (FHIR_VALIDATOR) or no node: bundles were not validated by others"

needs_judge = pytest.mark.skipif(not _TOOL.is_file() or shutil.which("node") is None, reason=_ABSENT)


def judged(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Validate files; the validator installs itself when it is first used."""
    command = [str(_TOOL), *map(str, arguments)]
    with my_turn("fhir-validator"):
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode == _NOT_INSTALLED:
        pytest.skip("NOT CHECKED: the independent FHIR validator could not install itself: " + done.stderr[-200:])
    return done
