"""An object store in a directory: one that both gateways mount, and one of our own for what came."""

import asyncio
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

from adapters.objects.sealing import Sealing, opened
from gateway.domain.document_content import check_document
from gateway.domain.enclosure import Claim, Enclosure
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.ports.objects import ObjectStore

_READABLE, _PRIVATE = 0o640, 0o600
_PIECE = 1024 * 1024


class DirectoryObjects(ObjectStore):
    """Sealed files by their random names.

    Args:
        party_id: Ourselves: what we lay out stands in a folder with this name.
        shared: The directory both sides reach.
        own: Ours alone; sealed copies of what came.
    """

    def __init__(self, party_id: str, shared: Path, own: Path) -> None:
        self._outgoing = shared / party_id
        self._shared = shared
        self._own = own

    async def put(self, source: BinaryIO) -> Claim:
        """As the port says."""
        sealing = Sealing(source)
        await asyncio.to_thread(_write, self._outgoing / sealing.object_id, sealing.pieces(), _READABLE)
        return sealing.claim()

    async def keep(self, enclosure: Enclosure, sender: str, referral_id: str) -> None:
        """As the port says."""
        await asyncio.to_thread(self._keep, enclosure, self._shared / sender, self._own / referral_id)

    async def read(self, enclosure: Enclosure, referral_id: str, target: BinaryIO) -> None:
        """As the port says."""
        await asyncio.to_thread(self._read, enclosure, self._own / referral_id, target)

    async def remove(self, claim: Claim) -> None:
        """As the port says."""
        await asyncio.to_thread(_remove, self._outgoing / claim.object_id)

    async def expire(self, before: datetime, *, is_trial: bool = False) -> int:
        """As the port says."""
        return await asyncio.to_thread(self._expire, before, is_trial=is_trial)

    async def kept(self, before: datetime) -> list[str]:
        """As the port says."""
        shelves = await asyncio.to_thread(_older, self._own, before)
        return [path.name for path in shelves]

    async def drop(self, referral_id: str) -> None:
        """As the port says."""
        await asyncio.to_thread(shutil.rmtree, self._own / referral_id, ignore_errors=True)

    def _keep(self, enclosure: Enclosure, outgoing: Path, shelf: Path) -> None:
        claim = _claim_of(enclosure)
        target = shelf / claim.object_id
        if target.exists():
            return
        with _found(outgoing / claim.object_id) as sealed:
            check_document(opened(enclosure, claim, sealed), declared=enclosure.media_type)
            sealed.seek(0)
            _write(target, iter(lambda: sealed.read(_PIECE), b""), _PRIVATE)

    def _read(self, enclosure: Enclosure, shelf: Path, target: BinaryIO) -> None:
        claim = _claim_of(enclosure)
        kept = shelf / claim.object_id
        with _found(kept if kept.exists() else self._outgoing / claim.object_id) as sealed:
            target.writelines(opened(enclosure, claim, sealed))

    def _expire(self, before: datetime, *, is_trial: bool) -> int:
        old = _older(self._outgoing, before)
        for path in () if is_trial else old:
            _remove(path)
        return len(old)


def _older(folder: Path, before: datetime) -> list[Path]:
    """What stands in a folder and has not changed since an instant."""
    return sorted(path for path in folder.glob("*") if path.stat().st_mtime < before.timestamp())


def _claim_of(enclosure: Enclosure) -> Claim:
    if enclosure.claim is None:
        raise ValueError("the file travels inside its message")
    return enclosure.claim


def _found(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise TemporaryError(
            "object-absent",
            "A file that lies beside a message is not there.",
            remedy="It is tried again. If it stays away: is the directory in [objects] mounted on both sides?",
        ) from None
    except OSError as error:
        _unusable(error)


def _write(path: Path, pieces: Iterable[bytes], mode: int) -> None:
    """Under its name only when it is whole and on the disk."""
    half = path.with_suffix(".half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        _remove(half)
        _unusable(error)


def _remove(path: Path) -> None:
    """What cannot be removed now is taken back when its term ends."""
    with suppress(OSError):
        path.unlink()


def _unusable(error: OSError) -> NoReturn:
    raise OperatorError(
        "objects-unusable",
        f"The directory for large documents cannot be used ({type(error).__name__}).",
        where="[objects] directory",
        remedy="Check that it is mounted, that this process may write there, and that there is room.",
    ) from None
