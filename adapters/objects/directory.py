"""An object store in a directory: one that both gateways mount, and one of our own for what came."""

import asyncio
import shutil
from collections import deque
from contextlib import suppress
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from typing_extensions import override

from adapters.objects.files import make_folders, open_regular, remove, size_of, sync_folder, unusable, whole_file
from adapters.objects.sealing import Sealing, damaged, opened, resealed, sealed_size
from adapters.objects.threads import PartnerThreads
from gateway.domain.ceilings import Ceilings
from gateway.domain.document_content import check_document
from gateway.domain.enclosure import INLINE_BYTES, LARGEST_BYTES, Claim, Enclosure
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.size_class import COMMON_FILE_BYTES, file_size_class
from gateway.ports.objects import ObjectStore

_READABLE, _PRIVATE = 0o640, 0o600
_OPEN_FOLDER, _PRIVATE_FOLDER = 0o777, 0o700
"""Who reaches the shared directory is for its mount and the umask to say."""
_PIECE = 1024 * 1024


class DirectoryObjects(ObjectStore):
    """Sealed files by their random names.

    Args:
        party_id: Ourselves: what we lay out stands in a folder with this name.
        shared: The directory both sides reach.
        own: Ours alone; sealed copies of what came. In ``aside`` for messages that have had no effect yet, by partner
            and message; in ``kept`` by partner and referral.
        ceilings: How much of one partner is kept, and how much of it is fetched at a time.
    """

    def __init__(self, party_id: str, shared: Path, own: Path, ceilings: Ceilings | None = None) -> None:
        self._outgoing = shared / party_id
        self._shared = shared
        self._own = own
        self._aside = own / "aside"
        self._kept = own / "kept"
        self._ceilings = ceilings or Ceilings()
        self._threads = PartnerThreads(self._ceilings.files_at_once, self._ceilings.file_seconds)

    @override
    async def put(self, source: BinaryIO) -> Claim:
        sealing = Sealing(source)
        await asyncio.to_thread(self._lay_out, sealing)
        return sealing.claim()

    @override
    async def lay_decoy(self, object_id: str) -> None:
        """Seal it like a file, and throw its key away."""
        await asyncio.to_thread(self._lay_out, Sealing(BytesIO(), object_id))

    @override
    async def fetch_decoy(self, object_id: str, sender: str) -> None:
        deadline = monotonic() + self._ceilings.file_seconds
        await self._threads.run(sender, partial(_read_through, self._shared / sender / object_id, deadline))

    @override
    async def fetch(self, enclosure: Enclosure, sender: str, referral_id: str, digest: str) -> None:
        deadline = monotonic() + self._ceilings.file_seconds
        await self._threads.run(sender, partial(self._fetch, enclosure, sender, referral_id, digest, deadline))

    @override
    async def keep(self, sender: str, referral_id: str, digest: str) -> None:
        shelf = self._kept / sender / referral_id
        await asyncio.to_thread(_move, self._aside / sender / digest, self._own, shelf)

    @override
    async def release(self, sender: str, digest: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._aside / sender / digest, ignore_errors=True)

    @override
    async def aside(self, before: datetime) -> list[tuple[str, str]]:
        found = await asyncio.to_thread(_older, self._aside, "*/*", before)
        return [(path.parent.name, path.name) for path in found]

    @override
    async def read(self, enclosure: Enclosure, referral_id: str, target: BinaryIO) -> None:
        await asyncio.to_thread(self._read, enclosure, referral_id, target)

    @override
    async def remove(self, claim: Claim) -> None:
        await asyncio.to_thread(remove, self._outgoing / claim.object_id)

    @override
    async def expire(self, before: datetime, *, is_trial: bool = False) -> int:
        return await asyncio.to_thread(self._expire, before, is_trial=is_trial)

    @override
    async def kept(self, before: datetime) -> list[str]:
        return await asyncio.to_thread(self._kept_before, before)

    @override
    async def drop(self, referral_id: str) -> None:
        for shelf in await asyncio.to_thread(self._shelves, referral_id):
            await asyncio.to_thread(shutil.rmtree, shelf, ignore_errors=True)

    def _lay_out(self, sealing: Sealing) -> None:
        make_folders(self._shared, self._outgoing, _OPEN_FOLDER, "directory")
        with whole_file(self._outgoing / sealing.object_id, _READABLE) as file:
            file.writelines(sealing.pieces())

    def _fetch(self, enclosure: Enclosure, sender: str, referral_id: str, digest: str, deadline: float) -> None:
        claim = _claim_of(enclosure)
        target = self._aside / sender / digest / claim.object_id
        here = (target, self._kept / sender / referral_id / claim.object_id)
        if found := next((path for path in here if path.exists()), None):
            _expect_same(found, enclosure, claim, deadline)
            return
        with open_regular(self._shared / sender / claim.object_id) as sealed:
            # One that was laid out before there were size classes has no padding.
            sizes = {sealed_size(file_size_class(enclosure.size)), sealed_size(enclosure.size)}
            if enclosure.size > LARGEST_BYTES or size_of(sealed) not in sizes:
                raise damaged()
            self._expect_room(sender, enclosure.size)
            _make_private(self._own, target.parent)
            with whole_file(target, _PRIVATE) as copy:
                clear = opened(enclosure, claim, _InTime(sealed, deadline))
                check_document(resealed(clear, claim, copy), declared=enclosure.media_type)

    def _expect_room(self, sender: str, size: int) -> None:
        folders = (self._kept / sender, self._aside / sender)
        found = sum(_counted(path.stat().st_size) for folder in folders for path in folder.glob("*/*"))
        if found + _counted(size) > self._ceilings.kept_bytes_per_partner:
            raise RefusedError(
                "objects-full",
                "The files kept of this partner have reached their ceiling.",
                remedy="Raise [ceilings] kept_mib_per_partner, or wait until its cases end; then replay the message.",
            )

    def _read(self, enclosure: Enclosure, referral_id: str, target: BinaryIO) -> None:
        claim = _claim_of(enclosure)
        places = [*self._shelves(referral_id), self._outgoing]
        place = next((folder for folder in places if (folder / claim.object_id).exists()), self._outgoing)
        with open_regular(place / claim.object_id) as sealed:
            target.writelines(opened(enclosure, claim, sealed))

    def _shelves(self, referral_id: str) -> list[Path]:
        """Where copies of a referral may lie; before there were ceilings they lay in no partner's folder."""
        partners = sorted(self._kept.glob("*"))
        return [*(partner / referral_id for partner in partners), self._own / referral_id]

    def _kept_before(self, before: datetime) -> list[str]:
        ours = {self._aside, self._kept}
        former = [path for path in _older(self._own, "*", before) if path not in ours]
        return sorted({path.name for path in (*_older(self._kept, "*/*", before), *former)})

    def _expire(self, before: datetime, *, is_trial: bool) -> int:
        old = _older(self._outgoing, "*", before)
        for path in () if is_trial else old:
            remove(path)
        return len(old)


class _InTime:
    """Reads a file until the time is over."""

    def __init__(self, source: BinaryIO, deadline: float) -> None:
        self._source = source
        self._deadline = deadline

    def read(self, size: int) -> bytes:
        """Read the next piece."""
        if monotonic() > self._deadline:
            raise TemporaryError(
                "object-slow",
                "A file that lies beside a message was not read in time.",
                remedy="Try again ('sogw serve' does so by itself).",
            )
        return self._source.read(size)


def _expect_same(copy: Path, enclosure: Enclosure, claim: Claim, deadline: float) -> None:
    """Open a copy that is here already under the claim that names it now: the name alone tells nothing of the bytes."""
    with open_regular(copy) as sealed:
        check_document(opened(enclosure, claim, _InTime(sealed, deadline)), declared=enclosure.media_type)


def _read_through(path: Path, deadline: float) -> None:
    """Read what lies there, if it is a file that a decoy may be, as the file in its place would be read."""
    with suppress(TemporaryError, RefusedError), open_regular(path) as sealed:
        if size_of(sealed) == sealed_size(COMMON_FILE_BYTES):
            in_time = _InTime(sealed, deadline)
            deque(iter(lambda: in_time.read(_PIECE), b""), maxlen=0)


def _counted(size: int) -> int:
    """A file counts for at least what would have travelled inside: many small ones take room as well."""
    return max(size, INLINE_BYTES)


def _make_private(own: Path, folder: Path) -> None:
    """Make a folder of our own and those above it, for nobody else's eyes."""
    make_folders(own, folder, _PRIVATE_FOLDER, "own_folder")


def _move(aside: Path, own: Path, shelf: Path) -> None:
    """Put what lies aside on a shelf; what lies there already is the one that was accepted, and stays."""
    fetched = sorted(aside.glob("*"))
    if not fetched:
        return
    try:
        _make_private(own, shelf)
        for path in fetched:
            if not (shelf / path.name).exists():
                path.replace(shelf / path.name)
        sync_folder(shelf)
        shutil.rmtree(aside)
    except OSError as error:
        unusable(error)


def _older(folder: Path, pattern: str, before: datetime) -> list[Path]:
    """What stands in a folder and has not changed since an instant."""
    return sorted(path for path in folder.glob(pattern) if path.lstat().st_mtime < before.timestamp())


def _claim_of(enclosure: Enclosure) -> Claim:
    if enclosure.claim is None:
        raise ValueError("the file travels inside its message")
    return enclosure.claim
