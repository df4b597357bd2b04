"""Install a server from Debian's or Ubuntu's packages, without letting it start a service of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.turns import my_turn

_POLICY = Path("/usr/sbin/policy-rc.d")
_NO_SERVICES = "#!/bin/sh\nexit 101\n"


class NotInstallable(Exception):  # noqa: N818  (reads as a sentence in the summary)
    """The package cannot be installed here; the text says why."""


def install(*packages: str) -> None:
    """Install packages as root; raises NotInstallable."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise NotInstallable("this is not Debian or Ubuntu, or not root")
    with my_turn("packages"), present(_POLICY, _NO_SERVICES, mode=0o755):
        _apt("update", "-qq")
        _apt("install", "-y", "-qq", "--no-install-recommends", *packages)


@contextmanager
def present(path: Path, content: str, *, mode: int = 0o644) -> Iterator[None]:
    """Let a file be there for a while; one that is there already is left alone."""
    if path.exists():
        yield
        return
    made = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    try:
        yield
    finally:
        path.unlink()
        if made and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _apt(*args: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", *args], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstallable(f"apt-get {args[0]} failed: {done.stderr.strip().splitlines()[-1:]}")
