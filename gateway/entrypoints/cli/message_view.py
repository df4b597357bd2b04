"""Messages as rows, records and a life story: ids, states and times, and nothing of what they say."""

from datetime import datetime, timedelta
from typing import Any

from gateway.domain.days import dutch_time
from gateway.domain.steps import (
    MessageDelivered,
    MessageDiscarded,
    MessageDropped,
    MessageOpened,
    MessageReplayed,
    Step,
)
from gateway.entrypoints.cli.output import Row
from gateway.ports.store import (
    FINAL_OUTBOX_STATES,
    GATEWAY_CASE,
    InboxItem,
    MessageLine,
    OutboxItem,
    OutboxState,
    QuarantineItem,
    UnitOfWork,
)


def listed(line: MessageLine, now: datetime) -> Row:
    """Make a row of a line of the index."""
    return {
        "direction": line.direction,
        "message_id": line.message_id,
        "kind": line.kind,
        "partner": line.partner,
        "state": line.state,
        "attempts": line.attempts,
        "next_attempt_at": line.next_attempt_at,
        "at": line.at,
        "referral": line.referral_id,
        "reason": line.reason,
        "age": spoken_age(now - line.at),
    }


def spoken_age(age: timedelta) -> str:
    """Days, or hours, or minutes, or seconds: enough to see what has waited too long."""
    seconds = max(0, int(age.total_seconds()))
    return next((f"{seconds // size} {unit}" for size, unit in _UNITS if seconds >= size), "0 s")


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


async def record(work: UnitOfWork, wanted: str) -> Row | None:
    """One message."""
    item = await work.outbox_item(wanted)
    if item is not None:
        return {
            **_out(item),
            "case": item.case_id,
            "sequence": item.sequence,
            "lane": item.lane,
            "digest": item.digest,
            "bytes": len(item.body),
            "fault_at": await _place_of_fault(work, item),
        }
    taken = await _taken(work, wanted)
    if taken is not None:
        return {
            **_in(taken),
            "case": taken.case_id,
            "sequence": taken.sequence,
            "digest": taken.digest,
            "receipt": taken.receipt_id,
        }
    held = await work.held_as(wanted)
    if not held:
        return None
    last = held[-1]
    kept = await work.quarantine_item(last.item_id)
    is_kept = kept is not None and bool(kept.body)
    return {**_held(last), "item": last.item_id, "digest": last.digest, "bytes": last.size, "is_kept": is_kept}


async def life(work: UnitOfWork, wanted: str, receipt_within: timedelta) -> list[Row]:
    """Tell what happened to one message, in order of time; the state it is in comes last when nobody kept its moment.

    Args:
        work: A look into the store.
        wanted: Id of the message, or of a held delivery.
        receipt_within: How long a receipt is waited for.
    """
    item, taken = await work.outbox_item(wanted), await _taken(work, wanted)
    held = await work.held_as(wanted)
    events = [_event(h.received_at, "held", f"{h.sender}: {h.reason}") for h in held]
    if item is not None:
        events += [
            _event(item.created_at, "made", f"{item.kind.value} for {item.recipient}"),
            *_now(item, receipt_within),
        ]
    if taken is not None:
        events.append(_event(taken.received_at, f"received, {taken.state.value}", taken.reason or taken.kind.value))
        events += await _receipt(work, taken)
    case_ids = {GATEWAY_CASE, *(x.case_id for x in (item, taken) if x is not None and x.case_id)}
    for case_id in case_ids:
        entries = [entry for entry in await work.entries(case_id) if entry.step.message_id == wanted]
        events += [_event(entry.recorded_at, _what(entry.step), _detail(entry.step)) for entry in entries]
    return sorted(events, key=lambda event: (event["at"] is None, event["at"]))


async def _place_of_fault(work: UnitOfWork, item: OutboxItem) -> str | None:
    """The FHIRPath in the receipt that refused it; None when there is none."""
    if item.state is not OutboxState.REFUSED:
        return None
    steps = await work.steps(item.case_id if await work.has_case(item.case_id) else GATEWAY_CASE)
    own = [step for step in steps if isinstance(step, MessageDelivered) and step.message_id == item.message_id]
    return own[-1].where or None if own else None


def _event(at: datetime | None, what: str, detail: str | None) -> Row:
    return {"at": at, "what": what, "detail": detail}


def _now(item: OutboxItem, receipt_within: timedelta) -> list[Row]:
    """The state it is in; one that a receipt or a person gave it has a line of its own in the journal."""
    if item.attempts == 0:
        return []
    why = f", {item.reason}" if item.reason else ""
    is_final = item.state in FINAL_OUTBOX_STATES
    then = "" if is_final else f", again at {dutch_time(item.next_attempt_at)} when nothing comes before"
    return [_event(_sent_at(item, receipt_within), f"now {item.state.value}", f"{item.attempts} attempts{why}{then}")]


def _sent_at(item: OutboxItem, receipt_within: timedelta) -> datetime | None:
    """When it went out last, from when its receipt is overdue; of another state, or of a claimed one, none is kept."""
    if item.state is not OutboxState.SENT or item.owner is not None:
        return None
    return max(item.created_at, item.next_attempt_at - receipt_within)


async def _receipt(work: UnitOfWork, taken: InboxItem) -> list[Row]:
    receipt = await work.outbox_item(taken.receipt_id) if taken.receipt_id else None
    if receipt is None:
        return []
    return [_event(receipt.created_at, f"receipt {receipt.state.value}", receipt.message_id)]


def _what(step: Step) -> str:
    return f"journal: {step.code}"


def _detail(step: Step) -> str | None:
    if isinstance(step, MessageDelivered):
        return f"{step.verdict}: {step.reason}" + (f" at {step.where}" if step.where else "")
    return step.reason if isinstance(step, _WITH_REASON) else ", ".join(step.rules)


_WITH_REASON = (MessageDropped, MessageReplayed, MessageOpened, MessageDiscarded)


async def _taken(work: UnitOfWork, wanted: str) -> InboxItem | None:
    return next(iter(await work.came_as(wanted)), None)


def _out(item: OutboxItem) -> dict[str, Any]:
    return {
        "direction": "out",
        "message_id": item.message_id,
        "kind": item.kind,
        "partner": item.recipient,
        "state": item.state,
        "attempts": item.attempts,
        "next_attempt_at": item.next_attempt_at if item.state not in FINAL_OUTBOX_STATES else None,
        "at": item.created_at,
        "referral": item.referral_id,
        "reason": item.reason,
    }


def _in(item: InboxItem) -> dict[str, Any]:
    return {
        "direction": "in",
        "message_id": item.message_id,
        "kind": item.kind,
        "partner": item.sender,
        "state": item.state,
        "attempts": None,
        "next_attempt_at": None,
        "at": item.received_at,
        "referral": item.referral_id,
        "reason": item.reason,
    }


def _held(item: QuarantineItem) -> dict[str, Any]:
    """What the broker said of it; the message id is a claim."""
    return {
        "direction": "in",
        "message_id": item.message_id or item.item_id,
        "kind": None,
        "partner": item.sender,
        "state": item.state,
        "attempts": None,
        "next_attempt_at": None,
        "at": item.received_at,
        "referral": None,
        "reason": item.reason,
    }
