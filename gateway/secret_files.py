"""Read files that hold secrets, and refuse those that others can read or change.

What is judged is the file that was opened, so a symbolic link counts for what it leads to: orchestrators mount secrets
as links. A secret mount (``[keys] secret_mounts``) is a folder that a container engine fills. Its files are root's and
often readable for everybody, for the container has one user: there reading by others is accepted, changing never.
"""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.domain.errors import OperatorError

_LARGEST_BYTES: Final = 1024 * 1024
_OTHERS_READ: Final = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_ROOT: Final = 0


def read_secret(file: Path, mounts: Sequence[Path] = ()) -> bytes:
    """Read a secret.

    Args:
        file: Where it is.
        mounts: The secret mounts of the settings.

    Raises:
        OSError: It cannot be read.
        OperatorError: ``secret-file-exposed`` or ``secret-file-foreign``.
    """
    with file.open("rb") as stream:
        _judge(file, os.fstat(stream.fileno()), mounts)
        return stream.read(_LARGEST_BYTES)


def check_secret(file: Path, mounts: Sequence[Path] = ()) -> None:
    """Judge a secret that a library reads by its name, such as a private key of TLS.

    Raises:
        OSError, OperatorError: As ``read_secret``.
    """
    _judge(file, file.stat(), mounts)


def _judge(file: Path, found: os.stat_result, mounts: Sequence[Path]) -> None:
    if os.name != "posix":  # other systems keep access lists, which a mode does not show
        return
    if found.st_uid not in {_ROOT, os.geteuid()} and os.geteuid() != _ROOT:
        raise OperatorError(
            "secret-file-foreign",
            "This secret belongs to another user, who can read and change it.",
            where=str(file),
            remedy="Make it a file of the user that runs the gateway, and run: chmod 600 FILE",
        )
    is_mounted = found.st_uid == _ROOT and any(_is_inside(file, mount) for mount in mounts)
    forbidden = _OTHERS_WRITE if is_mounted else _OTHERS_READ | _OTHERS_WRITE
    if found.st_mode & forbidden:
        raise OperatorError(
            "secret-file-exposed",
            f"Others on this machine can read or change this secret (mode {stat.S_IMODE(found.st_mode):04o}).",
            where=str(file),
            remedy="Run: chmod 600 FILE. If others may have read it, replace the secret. A container engine's mount "
            "is named in [keys] secret_mounts.",
        )


def _is_inside(file: Path, mount: Path) -> bool:
    return file.resolve().is_relative_to(mount.resolve())
