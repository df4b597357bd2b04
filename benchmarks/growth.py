"""What grows when something else grows: attachments, resource types in use, the journal and its proofs."""

import asyncio
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from adapters.objects import DirectoryObjects
from benchmarks.material import OHS, POOL, referral_and_receipt
from benchmarks.signal import KB, peak_mb
from benchmarks.stages import cost
from gateway.domain.enclosure import INLINE_BYTES, TEXT, Enclosure
from gateway.domain.merkle import inclusion_path, is_included, root_of
from gateway.domain.messages import Document, DocumentRole, Kind, Message, Referral, documents_of
from mappings.fhir.checks import check_frame
from mappings.fhir.mapper import FhirBundleMapper
from mappings.fhir.schema import schema_of
from mappings.fhir.strict_json import parse
from mappings.fhir.validator import validate

_PARTIES = {party.party_id: party for party in (OHS, POOL)}


_LINE = b"Medische gegevens, regel.\n"


def attachments(sizes_kb: list[int], seconds: float) -> dict[str, dict[str, float]]:
    """By size in kB: milliseconds for a referral with such a document, from file to kept document, and peak memory.

    A document of more than 1 MiB lies beside its message, on the disk of this machine.
    """
    referral, _ = asyncio.run(referral_and_receipt())
    with tempfile.TemporaryDirectory(prefix="sogw-bench-") as folder:
        return {str(size): _there_and_back(referral.message, size * KB, Path(folder), seconds) for size in sizes_kb}


def _with_document(message: Message, file: Path, objects: DirectoryObjects) -> Message:
    if not isinstance(message.content, Referral):
        raise TypeError("the work unit is a referral")
    size = file.stat().st_size
    document = Document(str(uuid4()), DocumentRole.MEDICAL_DATA, "", message.sent_at)
    if size <= INLINE_BYTES:
        document = replace(document, text=file.read_text(encoding="utf-8"))
    else:
        with file.open("rb") as source:
            claim = asyncio.run(objects.put(source))
        document = replace(document, enclosure=Enclosure(TEXT, size, claim))
    return replace(message, content=replace(message.content, documents=(document,)))


async def _kept(recipient: DirectoryObjects, enclosure: Enclosure) -> None:
    referral_id, digest = str(uuid4()), uuid4().hex
    await recipient.fetch(enclosure, "a", referral_id, digest)
    await recipient.keep("a", referral_id, digest)


def _there_and_back(message: Message, size: int, folder: Path, seconds: float) -> dict[str, float]:
    file = folder / "document.txt"
    file.write_bytes((_LINE * (size // len(_LINE) + 1))[:size])
    sender, recipient = (DirectoryObjects(party, folder / "shared", folder / party) for party in ("a", "b"))
    now = datetime.now(UTC)
    mapper = FhirBundleMapper(_PARTIES.__getitem__)
    rings = {party_id: MemoryKeyring.generate(party_id, now - timedelta(days=1)) for party_id in _PARTIES}
    keys = PinnedPartners()
    for ring in rings.values():
        keys.pin(ring.manifest().token, ring.manifest().fingerprint)
    sealers = {party_id: JoseSealer(party_id, ring, keys) for party_id, ring in rings.items()}

    def journey() -> None:
        bundle = mapper.to_bundle(_with_document(message, file, sender))
        sealed = sealers[message.sender].seal(
            bundle, recipient=message.recipient, message_id=message.message_id, issued_at=now
        )
        came = mapper.from_bundle(sealers[message.recipient].open(sealed.body, at=now).payload)
        for document in documents_of(came.content):
            if document.enclosure is not None:
                asyncio.run(_kept(recipient, document.enclosure))

    taken = cost(journey, seconds, time.process_time) / 1000
    return {"ms": taken, "peak_mb": peak_mb()}


def resource_types(seconds: float) -> dict[str, float]:
    """Microseconds to validate a referral, before and after every kind of message was in use."""
    referral, _ = asyncio.run(referral_and_receipt())
    bundle = parse(referral.bundle)
    kind = check_frame(bundle)
    before = cost(lambda: validate(bundle, kind), seconds)
    types = {name for one in Kind for name in schema_of(one).resources}
    return {"its own": before, f"all {len(types)} of every kind": cost(lambda: validate(bundle, kind), seconds)}


def proofs(sizes: list[int], seconds: float) -> dict[str, dict[str, float]]:
    """By number of journal entries: hashes in a proof, and microseconds to check it."""
    return {str(size): _proof(size, seconds) for size in sizes}


def _proof(size: int, seconds: float) -> dict[str, float]:
    leaves = [sha256(str(i).encode()).digest() for i in range(size)]
    path, root = inclusion_path(leaves, size // 3), root_of(leaves)
    check = cost(lambda: is_included(leaves[size // 3], size // 3, size, path, root), seconds)
    return {"hashes": float(len(path)), "check_us": check}
