"""What grows when something else grows: attachments, resource types in use, the journal and its proofs."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from benchmarks.material import OHS, POOL, referral_and_receipt
from benchmarks.signal import KB, peak_mb
from benchmarks.stages import cost
from gateway.domain.merkle import inclusion_path, is_included, root_of
from gateway.domain.messages import Document, DocumentRole, Kind, Message, Referral
from mappings.fhir.checks import check_frame
from mappings.fhir.mapper import FhirBundleMapper
from mappings.fhir.schema import schema_of
from mappings.fhir.strict_json import parse
from mappings.fhir.validator import validate

_PARTIES = {party.party_id: party for party in (OHS, POOL)}


def attachments(sizes_kb: list[int], seconds: float) -> dict[str, dict[str, float]]:
    """By size in kB: milliseconds for a referral with such a document, from message to message, and peak memory."""
    referral, _ = asyncio.run(referral_and_receipt())
    return {str(size): _there_and_back(_with_document(referral.message, size * KB), seconds) for size in sizes_kb}


def _with_document(message: Message, size: int) -> Message:
    if not isinstance(message.content, Referral):
        raise TypeError("the work unit is a referral")
    text = ("Medische gegevens. " * (size // 19 + 1))[:size]
    document = Document(str(uuid4()), DocumentRole.MEDICAL_DATA, text, message.sent_at)
    return replace(message, content=replace(message.content, documents=(document,)))


def _there_and_back(message: Message, seconds: float) -> dict[str, float]:
    now = datetime.now(UTC)
    mapper = FhirBundleMapper(_PARTIES.__getitem__)
    rings = {party_id: MemoryKeyring.generate(party_id, now - timedelta(days=1)) for party_id in _PARTIES}
    keys = PinnedPartners()
    for ring in rings.values():
        keys.pin(ring.manifest().token, ring.manifest().fingerprint)
    sealers = {party_id: JoseSealer(party_id, ring, keys) for party_id, ring in rings.items()}

    def journey() -> None:
        bundle = mapper.to_bundle(message)
        sealed = sealers[message.sender].seal(
            bundle, recipient=message.recipient, message_id=message.message_id, issued_at=now
        )
        mapper.from_bundle(sealers[message.recipient].open(sealed.body, at=now).payload)

    taken = cost(journey, seconds) / 1000
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
