"""What each stage costs: processor time of one thread, in microseconds, beside the same stage in plain use."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from joserfc.jwk import OKPKey

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from benchmarks.material import OHS, POOL, Said, referral_and_receipt
from benchmarks.peer import Envelope
from mappings.fhir.checks import check_frame, check_rules
from mappings.fhir.contents import FORMS
from mappings.fhir.mapper import FhirBundleMapper
from mappings.fhir.strict_json import dump, parse
from mappings.fhir.validator import validate
from mappings.fhir.view import View

_PARTIES = {party.party_id: party for party in (OHS, POOL)}
ROUNDS = 7


def stage_costs(seconds: float) -> dict[str, dict[str, float]]:
    """Microseconds by message (``referral``, ``receipt``) and stage.

    Args:
        seconds: How long to measure each stage.
    """
    referral, receipt = asyncio.run(referral_and_receipt())
    return {"referral": _costs(referral, seconds), "receipt": _costs(receipt, seconds)}


def _costs(said: Said, seconds: float) -> dict[str, float]:
    mapper = FhirBundleMapper(_PARTIES.__getitem__)
    bundle = parse(said.bundle)
    kind = check_frame(bundle)
    pointers = validate(bundle, kind)
    form, plain = FORMS[kind], Bundle.model_validate(bundle)
    stages: dict[str, Callable[[], Any]] = {
        "map, validate, serialise": lambda: mapper.to_bundle(said.message),
        "parse, validate, map": lambda: mapper.from_bundle(said.bundle),
        "of which parse": lambda: parse(said.bundle),
        "of which validate": lambda: validate(bundle, kind),
        "of which rules": lambda: check_rules(bundle, kind, pointers),
        "of which serialise": lambda: dump(bundle),
        "of which read": lambda: form.read(View.of(bundle)),
        **_envelope(said),
        "fhir.resources: build": lambda: Bundle(**json.loads(said.bundle)),
        "fhir.resources: dump": plain.model_dump_json,
        "fhir.resources: parse and validate": lambda: Bundle.model_validate_json(said.bundle),
    }
    return {"bytes": float(len(said.bundle)), **{name: cost(stage, seconds) for name, stage in stages.items()}}


def _envelope(said: Said) -> dict[str, Callable[[], Any]]:
    now = datetime.now(UTC)
    rings = {party_id: MemoryKeyring.generate(party_id, now - timedelta(days=1)) for party_id in _PARTIES}
    keys = PinnedPartners()
    for ring in rings.values():
        keys.pin(ring.manifest().token, ring.manifest().fingerprint)
    message = said.message
    sender = JoseSealer(message.sender, rings[message.sender], keys)
    recipient = JoseSealer(message.recipient, rings[message.recipient], keys)

    def seal() -> Any:
        return sender.seal(said.bundle, recipient=message.recipient, message_id=message.message_id, issued_at=now)

    body = seal().body
    jwks = {"sign": OKPKey.generate_key("Ed25519"), "seal": OKPKey.generate_key("X25519")}
    peer = Envelope({name: key.as_dict(private=True) for name, key in jwks.items()})
    text = said.bundle.decode()
    closed = peer.close(text)
    return {
        "seal": seal,
        "open": lambda: recipient.open(body, at=now),
        "joserfc: seal": lambda: peer.close(text),
        "joserfc: open": lambda: peer.open(closed),
    }


def cost(stage: Callable[[], Any], seconds: float, cpu: Callable[[], float] = time.thread_time) -> float:
    """Microseconds of CPU: the median of several rounds; the first call, which fills caches, is not counted.

    Args:
        stage: What is measured.
        seconds: About how long.
        cpu: The clock; ``time.process_time`` for a stage with threads of its own.
    """
    stage()
    begin = time.perf_counter()
    stage()
    times = max(1, int(seconds / ROUNDS / max(time.perf_counter() - begin, 1e-6)))
    return statistics.median(_round(stage, times, cpu) for _ in range(ROUNDS))


def _round(stage: Callable[[], Any], times: int, cpu: Callable[[], float]) -> float:
    begin = cpu()
    for _ in range(times):
        stage()
    return (cpu() - begin) / times * 1e6
