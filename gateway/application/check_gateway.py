"""Check a gateway: one line per part, with what is wrong, why it matters and what to do."""

import io
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.application.confirm_introduction import route_conflicts
from gateway.application.reading.work_lists import stale_summaries
from gateway.application.watch_alerts import PATIENCE
from gateway.domain.days import dutch_day, dutch_time
from gateway.domain.enclosure import TEXT, Enclosure
from gateway.domain.errors import GatewayError, OperatorError
from gateway.domain.key_terms import KEY_WARNING, ends_of_use
from gateway.domain.policy import Policy, PoolModel
from gateway.domain.rules.fixed_group import group_on, is_review_due, review_due_on
from gateway.ports.keyring import Manifest, PartnerKeys
from gateway.ports.objects import ObjectStore
from gateway.ports.services import Services
from gateway.ports.store import Partner
from gateway.ports.suites import sealing

_PROBE = b"probe"
_UNDER_WAY = frozenset({"pending", "sent"})

Probe = Callable[[], Awaitable[str]]
"""Looks at one part; returns what it found, or raises GatewayError."""


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    ATTENTION = "attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the check.

    Attributes:
        what: The part.
        health: How it is.
        why: What was found, or what is wrong.
        remedy: What to do; empty when nothing.
        exit_status: Of the error behind it; 0 when there is none.
    """

    what: str
    health: Health
    why: str
    remedy: str = ""
    exit_status: int = 0


async def check(what: str, probe: Probe) -> CheckLine:
    """Look at one part; an error becomes a line."""
    try:
        return CheckLine(what, Health.OK, await probe())
    except GatewayError as error:
        return failed(what, error)


def failed(what: str, error: GatewayError) -> CheckLine:
    """Make the line of a part that an error came of."""
    where = f"{error.where}: " if error.where else ""
    return CheckLine(what, Health.FAILED, where + error.message, error.remedy, error.exit_status)


def check_certificate(what: str, subject: str, not_after: datetime, *, at: datetime, warning: timedelta) -> CheckLine:
    """Our certificate lives long enough; what has expired was refused already when the connection was made.

    Args:
        what: The part it opens.
        subject: Its common name.
        not_after: When it ends.
        at: Now.
        warning: How long before that we become uneasy.
    """
    why = f"'{subject}' until {dutch_day(not_after)}"
    remedy = "Ask for its successor and put it in the place of the files; no restart is needed."
    if not_after <= at:
        return CheckLine(what, Health.FAILED, f"Expired: {why}", remedy, OperatorError.exit_status)
    if not_after - at <= warning:
        return CheckLine(what, Health.ATTENTION, f"Expires in {(not_after - at).days} days: {why}", remedy)
    return CheckLine(what, Health.OK, why)


def check_keys(manifest: Manifest, at: datetime) -> CheckLine:
    """Of every use there is a key that is valid now, and its successor is made in time.

    Args:
        manifest: Our own.
        at: Now.
    """
    why = f"version {manifest.counter}, fingerprint {manifest.fingerprint[:16]}..."
    ends = ends_of_use(manifest.keys, at)
    ended = [use for use, end in ends.items() if end is None]
    if ended:
        remedy = "Run: sogw key rotate; then let every partner take the new keys: sogw party export"
        found = f"No key is valid now for: {', '.join(ended)}; {why}"
        return CheckLine("keys", Health.FAILED, found, remedy, OperatorError.exit_status)
    soon = [f"{use} until {dutch_day(end)}" for use, end in ends.items() if end and end - at < KEY_WARNING]
    if soon:
        remedy = "Run: sogw key rotate, every day; it makes the successors and says when partners need them."
        return CheckLine("keys", Health.ATTENTION, f"Without successor: {', '.join(soon)}; {why}", remedy)
    return CheckLine("keys", Health.OK, why)


async def check_store(services: Services) -> str:
    """The journal can be read, and its tree computed."""
    async with services.store.look() as work:
        checkpoint = await work.checkpoint()
        cases = await work.case_ids()
    return f"{checkpoint.size} journal entries, {len(cases)} cases"


async def check_work_lists(services: Services) -> CheckLine:
    """What work lists show of some cases is what their steps say."""
    try:
        differing = await stale_summaries(services)
    except GatewayError as error:
        return failed("work lists", error)
    if not differing:
        return CheckLine("work lists", Health.OK, "They show what the steps of the cases say.")
    why = f"Of {differing} cases looked at they show something else than their steps say."
    return CheckLine("work lists", Health.ATTENTION, why, "Run: sogw store rebuild")


async def check_objects(objects: ObjectStore) -> str:
    """A file can be laid out for a partner, read and taken back."""
    claim = await objects.put(io.BytesIO(_PROBE))
    try:
        await objects.read(Enclosure(TEXT, len(_PROBE), claim), "", io.BytesIO())
    finally:
        await objects.remove(claim)
    return "a file can be laid out and taken back"


async def check_partners(services: Services, keys: PartnerKeys) -> CheckLine:
    """Somebody to exchange with, a key for each that is valid now, and nobody on an exception."""
    async with services.store.look() as work:
        partners = await work.partners()
    names = ", ".join(map(_served, partners))
    if not partners:
        remedy = "Run: sogw partner add FILE --fingerprint FINGERPRINT"
        return CheckLine("partners", Health.ATTENTION, "Nobody was onboarded yet.", remedy)
    now = services.clock.now()
    of_each = {p.party.party_id: sealing(keys.manifest_of(p.party.party_id), p.classical_until, now) for p in partners}
    unreachable = [f"{name} ({found.why_not})" for name, found in of_each.items() if found.key is None]
    if unreachable:
        why = f"Nothing can be sent to: {', '.join(unreachable)}. Partners: {names}."
        remedy = "Ask for the partner's newer keys, then: sogw partner update FILE. See: sogw partner report"
        return CheckLine("partners", Health.FAILED, why, remedy, OperatorError.exit_status)
    conflicts = route_conflicts(services, partners)
    if conflicts:
        pairs = ", ".join(f"'{found.text}' (also {found.party_id})" for found in conflicts)
        why = f"One text leads to two, and nothing goes by it: {pairs}. Partners: {names}."
        remedy = "Ask both whose it is, then take it from the other: sogw partner serves PARTY TEXT..."
        return CheckLine("partners", Health.ATTENTION, why, remedy)
    exposed = [
        f"{p.party.party_id} ({of_each[p.party.party_id].suite}, exception until {dutch_day(p.classical_until)})"
        for p in partners
        if p.classical_until is not None and not of_each[p.party.party_id].is_quantum_safe
    ]
    if exposed:
        why = f"{names}; not quantum-safe: {', '.join(exposed)}."
        remedy = "Let them move to the hybrid suite, then: sogw partner end-exception PARTY. See: sogw partner report"
        return CheckLine("partners", Health.ATTENTION, why, remedy)
    return CheckLine("partners", Health.OK, names)


def _served(partner: Partner) -> str:
    """Name a partner, with the recipient texts that lead to it besides its id."""
    also = f" (serves also {', '.join(partner.recipients)})" if partner.recipients else ""
    return partner.party.party_id + also


def check_complaints(services: Services) -> CheckLine:
    """A letter of refusal says where the employee complains (R15, R21)."""
    if (services.policy.complaint_contact or "").strip():
        return CheckLine("complaints", Health.OK, "letters of refusal say where a complaint goes")
    why = "The policy names no address for complaints."
    return CheckLine("complaints", Health.ATTENTION, why, "Add complaint_contact to the policy [R15, R21].")


def check_group(policy: Policy, at: datetime) -> Iterator[CheckLine]:
    """The fixed group: every list with its dates, and whether the one in force is past its review (R7)."""
    if policy.pool_model is not PoolModel.FIXED_GROUP:
        return
    if not policy.group:
        remedy = "Put the list in the policies under 'group'; until then every option of the contract may be chosen."
        yield CheckLine("fixed group", Health.ATTENTION, "The policy names a fixed group and states no list.", remedy)
        return
    current = group_on(policy, dutch_day(at))
    if current is None:
        remedy = "Let the management decide on a list that is valid now; no referral goes out before."
        yield CheckLine("fixed group", Health.ATTENTION, "No list is in force yet.", remedy)
    for group in policy.group:
        why = (
            f"valid from {group.valid_from}, decided by {group.decided_by} on {group.decided_on}, "
            f"review due {review_due_on(group)}; members: {', '.join(group.members) or 'none'}"
        )
        if group is current and is_review_due(policy, at):
            remedy = "Let the management decide on the list anew, and put it in the policies."
            yield CheckLine("fixed group", Health.ATTENTION, f"In force, past its yearly review: {why}", remedy)
        else:
            state = "In force" if group is current else "Not in force"
            yield CheckLine("fixed group", Health.OK, f"{state}: {why}")


def check_eligibility(policy: Policy) -> Iterator[CheckLine]:
    """Of which membership an arbodienst needs one to refer to a pool (R7); shown, decides nothing."""
    for pool in policy.eligibility:
        yield CheckLine("eligibility", Health.OK, f"{pool.pool}: one of {', '.join(pool.one_of) or 'none'}")


async def check_deliveries(services: Services) -> CheckLine:
    """Nothing is held or given up, and nothing has been under way for longer than is told as an alert."""
    now = services.clock.now()
    async with services.store.look() as work:
        backlog = await work.backlog()
    counts = Counter[str]()
    for part in backlog:
        counts[part.state] += part.count
    waiting, lost, held = counts["pending"] + counts["sent"], counts["undeliverable"], counts["held"]
    refused = counts["refused"]
    old = [part.oldest_at for part in backlog if part.state in _UNDER_WAY and now - part.oldest_at >= PATIENCE]
    since = f" since {dutch_time(min(old))}" if old else ""
    why = f"{waiting} under way{since}, {lost} undeliverable, {refused} refused, {held} held, {counts['parked']} parked"
    if old:
        remedy = "Let 'sogw serve' run on both sides, and see its log. See: sogw message list, sogw alert list"
        return CheckLine("messages", Health.ATTENTION, why, remedy)
    if lost or held or refused:
        return CheckLine("messages", Health.ATTENTION, why, "See: sogw message list")
    return CheckLine("messages", Health.OK, why)


async def check_routes(services: Services) -> CheckLine | None:
    """To whom nothing goes out now, and why; None when everything may."""
    async with services.store.look() as work:
        routes = await work.routes()
    paused = [f"{route.partner} paused since {dutch_time(route.paused_at)}" for route in routes if route.paused_at]
    resting = [
        f"{route.partner} fails since {dutch_time(route.opened_at)} ({route.cause})"
        for route in routes
        if route.opened_at and not route.paused_at
    ]
    if not paused and not resting:
        return None
    remedy = "See: sogw partner show PARTY; then: sogw partner resume PARTY --reason TEXT"
    return CheckLine("ways out", Health.ATTENTION, "; ".join([*paused, *resting]), remedy)
