"""A PKCS#11 token for tests: SoftHSM in a folder of its own; never a silent skip.

An installed SoftHSM is used; on Debian or Ubuntu as root it is installed first.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.keyrings.pkcs11 import TokenAddress

_LIBRARIES = [
    *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"),
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/pkcs11/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
]
LABEL = "sogw-test"


class TokenUnavailableError(Exception):
    """There is no SoftHSM, and it could not be had."""


@contextmanager
def soft_token() -> Iterator[TokenAddress]:
    """An initialised token; one per process, for the library reads its configuration once."""
    library = _library() or _installed()
    with tempfile.TemporaryDirectory(prefix="sogw-token-") as folder:
        conf = Path(folder) / "softhsm2.conf"
        (Path(folder) / "tokens").mkdir()
        conf.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
        before = os.environ.get("SOFTHSM2_CONF")
        os.environ["SOFTHSM2_CONF"] = str(conf)
        try:
            pin = str(secrets.randbelow(900_000) + 100_000)
            _run("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--so-pin", pin, "--pin", pin)
            yield TokenAddress(library, LABEL, pin)
        finally:
            os.environ.pop("SOFTHSM2_CONF")
            if before is not None:
                os.environ["SOFTHSM2_CONF"] = before


def _library() -> Path | None:
    found = (path for path in _LIBRARIES if path.exists())
    return next(found, None) if shutil.which("softhsm2-util") else None


def _installed() -> Path:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise TokenUnavailableError(
            "SoftHSM is not installed, and this is not Debian or Ubuntu as root: install softhsm2"
        )
    _run("apt-get", "update", "-qq")
    _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "softhsm2")
    library = _library()
    if library is None:
        raise TokenUnavailableError("softhsm2 was installed, and its library is in no place we know")
    return library


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TokenUnavailableError(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-300:]}")
