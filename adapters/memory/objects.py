"""The in-memory twin of the object store: what lies out is a dictionary that the parties of one process share."""

import hashlib
import secrets
from base64 import b64encode
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO
from uuid import uuid4

from typing_extensions import override

from gateway.domain.ceilings import Ceilings
from gateway.domain.document_content import check_document
from gateway.domain.enclosure import INLINE_BYTES, Claim, Enclosure
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.size_class import file_size_class
from gateway.ports.clock import Clock
from gateway.ports.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A file that lies out.

    Attributes:
        since: When it was laid out.
        key: What a claim must show; stands for the sealing, as nothing leaves the process.
        content: The bytes.
        size: How large it looks to whoever runs the place.
        party: Who laid it out, of a copy.
    """

    since: datetime
    key: str
    content: bytes
    size: int
    party: str = ""


class MemoryObjects(ObjectStore):
    """Files by party and name.

    Args:
        party_id: Ourselves.
        shared: What both sides reach, by party and object id.
        clock: Says how long something has been lying out.
        ceiling: Bytes that are kept of one partner.
    """

    def __init__(
        self,
        party_id: str,
        shared: MutableMapping[tuple[str, str], LaidOut],
        clock: Clock,
        ceiling: int = Ceilings().kept_bytes_per_partner,
    ) -> None:
        self._party_id = party_id
        self._shared = shared
        self._clock = clock
        self._ceiling = ceiling
        self._own: dict[str, dict[str, LaidOut]] = {}
        self._aside: dict[tuple[str, str], dict[str, LaidOut]] = {}

    @override
    async def put(self, source: BinaryIO) -> Claim:
        content = source.read()
        key = _text(secrets.token_bytes(32))
        claim = Claim(str(uuid4()), key, _text(hashlib.sha256(content).digest()))
        self._shared[self._party_id, claim.object_id] = LaidOut(
            self._clock.now(), key, content, file_size_class(len(content))
        )
        return claim

    @override
    async def lay_decoy(self, object_id: str) -> None:
        key = _text(secrets.token_bytes(32))
        self._shared[self._party_id, object_id] = LaidOut(self._clock.now(), key, b"", file_size_class(0))

    @override
    async def fetch_decoy(self, object_id: str, sender: str) -> None:
        """Do nothing: there is nothing to read."""

    @override
    async def fetch(self, enclosure: Enclosure, sender: str, referral_id: str, digest: str) -> None:
        object_id = _claim_of(enclosure).object_id
        here = (self._own.get(referral_id, {}), self._aside.get((sender, digest), {}))
        if copy := next((shelf[object_id] for shelf in here if object_id in shelf), None):
            check_document((_opened(enclosure, copy).content,), declared=enclosure.media_type)
        else:
            found = _opened(enclosure, self._shared.get((sender, object_id)))
            check_document((found.content,), declared=enclosure.media_type)
            self._expect_room(sender, enclosure.size)
            copy = replace(found, since=self._clock.now(), party=sender)
            self._aside.setdefault((sender, digest), {})[object_id] = copy

    def _expect_room(self, sender: str, size: int) -> None:
        shelves = (*self._own.values(), *self._aside.values())
        kept = [copy for shelf in shelves for copy in shelf.values() if copy.party == sender]
        if sum(max(len(copy.content), INLINE_BYTES) for copy in kept) + max(size, INLINE_BYTES) > self._ceiling:
            raise RefusedError(
                "objects-full", "The files kept of this partner have reached their ceiling.", remedy="Raise it."
            )

    @override
    async def keep(self, sender: str, referral_id: str, digest: str) -> None:
        for object_id, copy in self._aside.pop((sender, digest), {}).items():
            self._own.setdefault(referral_id, {}).setdefault(object_id, copy)

    @override
    async def release(self, sender: str, digest: str) -> None:
        self._aside.pop((sender, digest), None)

    @override
    async def aside(self, before: datetime) -> list[tuple[str, str]]:
        return sorted(key for key, copies in self._aside.items() if all(c.since < before for c in copies.values()))

    @override
    async def read(self, enclosure: Enclosure, referral_id: str, target: BinaryIO) -> None:
        object_id = _claim_of(enclosure).object_id
        kept = self._own.get(referral_id, {}).get(object_id)
        found = kept or self._shared.get((self._party_id, object_id))
        target.write(_opened(enclosure, found).content)

    @override
    async def remove(self, claim: Claim) -> None:
        self._shared.pop((self._party_id, claim.object_id), None)

    @override
    async def expire(self, before: datetime, *, is_trial: bool = False) -> int:
        gone = [key for key, file in self._shared.items() if key[0] == self._party_id and file.since < before]
        for key in () if is_trial else gone:
            del self._shared[key]
        return len(gone)

    @override
    async def kept(self, before: datetime) -> list[str]:
        return sorted(key for key, copies in self._own.items() if all(c.since < before for c in copies.values()))

    @override
    async def drop(self, referral_id: str) -> None:
        self._own.pop(referral_id, None)


def _opened(enclosure: Enclosure, found: LaidOut | None) -> LaidOut:
    claim = _claim_of(enclosure)
    if found is None:
        raise TemporaryError(
            "object-absent",
            "A file that lies beside a message is not there.",
            remedy="Try again ('sogw serve' does so by itself).",
        )
    is_it = _text(hashlib.sha256(found.content).digest()) == claim.sha256
    if not (is_it and found.key == claim.key and len(found.content) == enclosure.size):
        raise RefusedError(
            "object-damaged",
            "A file that lies beside a message does not open, or is not the one the message names.",
            remedy="Ask the sender to send the document again.",
        )
    return found


def _claim_of(enclosure: Enclosure) -> Claim:
    if enclosure.claim is None:
        raise ValueError("the file travels inside its message")
    return enclosure.claim


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
