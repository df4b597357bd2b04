"""Files that others may have put there: opened without waiting or following, and only when they are files."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NoReturn
from uuid import uuid4

from gateway.domain.errors import OperatorError, RefusedError, TemporaryError, reason_of

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_FILE = frozenset({errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.ENODEV, errno.ENOTDIR, errno.EISDIR})
_ABSENT = frozenset({errno.ENOENT, errno.EACCES, errno.EPERM})


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    A pipe is not waited for and a link is not followed, neither as the file nor as the folder it lies in.

    Raises:
        TemporaryError: ``object-absent``: it is not there, or not readable.
        RefusedError: ``object-not-a-file``: a link, a pipe, a device, a socket or a directory.
        OperatorError: ``objects-unusable``: the disk does not work.
    """
    try:
        descriptor = _opened(path)
    except OSError as error:
        _refuse(error)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _no_file()
    return os.fdopen(descriptor, "rb")


def _opened(path: Path) -> int:
    folder = os.open(path.parent, _FOLDER)
    try:
        return os.open(path.name, _FLAGS, dir_fd=folder)
    finally:
        os.close(folder)


def size_of(file: BinaryIO) -> int:
    """The length of an open file."""
    return os.fstat(file.fileno()).st_size


@contextmanager
def whole_file(path: Path, mode: int) -> Iterator[BinaryIO]:
    """Write a file that has its name only when it is whole and on the disk.

    Raises:
        OperatorError: ``objects-unusable``: it cannot be written there.
    """
    half = path.with_name(f".{uuid4()}.half")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        unusable(error)
    finally:
        remove(half)


def make_folders(root: Path, folder: Path, mode: int, key: str) -> None:
    """Make a folder of the settings and those below it, each with this mode; what it lies in is never made.

    Args:
        root: As the settings name it.
        folder: It, or one below it.
        mode: Who may do what there.
        key: Its key in [objects].

    Raises:
        OperatorError: ``objects-folder-missing``, or ``objects-unusable``.
    """
    try:
        for place in (*reversed(folder.relative_to(root).parents), folder.relative_to(root)):
            (root / place).mkdir(mode=mode, exist_ok=True)
    except FileNotFoundError:
        raise OperatorError(
            "objects-folder-missing",
            "The folder that this one is to lie in is not there.",
            where=f"[objects] {key}",
            remedy="Correct the path, or mount or make that folder; this program makes only the last part of a path.",
        ) from None
    except OSError as error:
        unusable(error)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(path: Path) -> None:
    """Remove a file; what cannot be removed now is taken back when its term ends."""
    with suppress(OSError):
        path.unlink()


def unusable(error: OSError) -> NoReturn:
    """Raise the error of a directory that does not work."""
    raise OperatorError(
        "objects-unusable",
        f"The directory for large documents cannot be used ({reason_of(error)}).",
        where="[objects] directory",
        remedy="Check that it is mounted, that this process may write there, and that there is room.",
    ) from None


def _refuse(error: OSError) -> NoReturn:
    if error.errno in _ABSENT:
        raise TemporaryError(
            "object-absent",
            "A file that lies beside a message is not there.",
            remedy="Try again ('sogw serve' does so by itself)."
            " If it stays away: is the directory in [objects] mounted on both sides?",
        ) from None
    if error.errno in _NO_FILE:
        raise _no_file() from None
    unusable(error)


def _no_file() -> RefusedError:
    return RefusedError(
        "object-not-a-file",
        "A link, a pipe, a device or a directory lies where a message says that a file is.",
        remedy="Ask the sender to send the document again, and who runs the directory what happened there.",
    )
