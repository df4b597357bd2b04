"""The unit of systemd: shut in as far as the guide says, and not so far that a gateway could not run in it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy" / "systemd" / "sogw.service"
GUIDE = ROOT / "docs" / "how-to" / "install-and-harden.md"
LINES = [tuple(line.split("=", 1)) for line in UNIT.read_text().splitlines() if re.match(r"[A-Z]\w+=", line)]
SET = dict(LINES)


@pytest.mark.parametrize(
    ("directive", "value"),
    [
        ("User", "sogw"),
        ("UMask", "0077"),
        ("StateDirectoryMode", "0700"),
        ("LimitCORE", "0"),
        ("MemorySwapMax", "0"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("ProtectProc", "invisible"),
        ("PrivateUsers", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("IPAddressDeny", "any"),
        ("NoExecPaths", "/"),
    ],
)
def test_the_unit_gives_away_nothing_it_need_not(directive, value):
    assert SET[directive] == value


def test_the_passphrase_comes_as_a_credential_and_no_secret_stands_in_the_unit():
    assert SET["LoadCredentialEncrypted"].startswith("sogw-passphrase:")
    assert not [name for name, _ in LINES if name.startswith(("Environment", "SetCredential", "PassEnvironment"))]


def test_a_gateway_has_the_system_calls_it_needs():
    """Every command sets RLIMIT_CORE by ``prlimit64``, and ``prctl``; a filter without them stops each of them."""
    filters = [value for name, value in LINES if name == "SystemCallFilter"]
    assert filters == ["@system-service", "~@privileged @resources"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_exposure_is_the_one_in_the_guide():
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    ).stdout
    measured = float(re.search(r"Overall exposure level for sogw\.service: ([\d.]+)", said)[1])
    told = float(re.search(r"exposure of \*\*([\d.]+)\*\*", GUIDE.read_text())[1])
    assert measured <= told + 0.3, "another version of systemd weighs somewhat differently; this is more"
