"""The Task: the state of one referral as both sides know it, or a sub-Task of it.

Status and business status come from the protocol table. Corrected contact data, a question about information, a
withdrawn consent and an erasure leave the referral's state unchanged: they are sub-Tasks, part of the referral by its
identifier, for the referral's Task itself is not in their bundle.
"""

from gateway.domain.messages import Kind, Milestone
from gateway.domain.protocol import PROTOCOL, BusinessStatus, TaskStatus
from mappings.fhir.datatypes import concept, from_urn, identifier, instant, urn
from mappings.fhir.draft import Draft, party_reference
from mappings.fhir.exact import Json
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal
from mappings.terminology.systems import BUSINESS_STATUS, IDENTIFIER_TYPE, REQUEST_ID, TASK_CODE, TASK_DATA, URI

_SUB_TASKS = {
    Kind.CONTACT_CORRECTED: TaskStatus.REQUESTED,
    Kind.INFORMATION_REQUESTED: TaskStatus.REQUESTED,
    Kind.INFORMATION_PROVIDED: TaskStatus.COMPLETED,
    Kind.INFORMATION_DECLINED: TaskStatus.REJECTED,
    Kind.CONSENT_WITHDRAWN: TaskStatus.REQUESTED,
    Kind.ERASURE_REQUESTED: TaskStatus.REQUESTED,
    Kind.ERASURE_CONFIRMED: TaskStatus.COMPLETED,
}
_SEVERAL = {
    Kind.AVAILABILITY_ANSWERED: frozenset({BusinessStatus.AVAILABLE, BusinessStatus.NOT_AVAILABLE}),
    Kind.MILESTONE_REACHED: frozenset(BusinessStatus(milestone) for milestone in Milestone),
}


def has_task(kind: Kind) -> bool:
    """Whether a bundle of this kind has its one Task."""
    return "Task" in PROTOCOL[kind].resources


def status_of(kind: Kind) -> TaskStatus | None:
    """The Task.status of a kind; of an answer to an erasure, when it was erased."""
    return _SUB_TASKS.get(kind, PROTOCOL[kind].task_status)


def statuses_of(kind: Kind) -> frozenset[TaskStatus | None]:
    """Every Task.status a kind may have: what was to be erased may be kept instead."""
    kept = {TaskStatus.REJECTED} if kind is Kind.ERASURE_CONFIRMED else set()
    return frozenset({status_of(kind), *kept})


def business_statuses(kind: Kind) -> frozenset[BusinessStatus]:
    """The business statuses a kind may have; a sub-Task has none."""
    after = PROTOCOL[kind].after
    return _SEVERAL.get(kind, frozenset({after} if after else ()))


def write_task(
    draft: Draft,
    *,
    status: BusinessStatus | None = None,
    task_status: TaskStatus | None = None,
    request_id: str | None = None,
    **parts: Json | list[Json],
) -> Json:
    """Add the Task of this kind.

    Args:
        draft: The bundle.
        status: Business status, where the kind leaves a choice.
        task_status: Task.status, where the kind leaves a choice.
        request_id: Of a request for information; the pool's own number (FILL).
        parts: Further elements of the Task.
    """
    kind = draft.message.kind
    placer = identifier(URI, urn(draft.message.referral_id or "", "Task.identifier"), concept(IDENTIFIER_TYPE, "PLAC"))
    resource: Json = {"resourceType": "Task"}
    if kind in _SUB_TASKS:
        resource["partOf"] = [{"type": "Task", "identifier": placer}]
    else:
        resource["identifier"] = [placer]
    if request_id is not None:
        resource["identifier"] = [identifier(REQUEST_ID, request_id, concept(IDENTIFIER_TYPE, "FILL"))]
    resource["status"] = task_status or status_of(kind)
    status = status or PROTOCOL[kind].after
    if status is not None:
        resource["businessStatus"] = concept(BUSINESS_STATUS, status)
    resource |= {
        "intent": "order",
        "code": concept(TASK_CODE, "fulfill"),
        "lastModified": instant(draft.message.sent_at),
        "requester": party_reference(draft.placer),
        "owner": party_reference(draft.filler),
    }
    if draft.patient:
        resource["for"] = draft.patient
    return draft.add("task", resource | parts)


def read_referral_id(task: Node, kind: Kind) -> str:
    """The referral a Task is or belongs to."""
    if kind in _SUB_TASKS:
        part = task.only("partOf")
        return from_urn(part.target_identifier(URI), part.path)
    return from_urn(task.identifier(URI), f"{task.path}.identifier")


def item(name: str, **value: str | Json) -> Json:
    """One input or output of a Task."""
    return {"type": concept(TASK_DATA, name), **value}


def read_items(task: Node, key: str) -> dict[str, list[Node]]:
    """Inputs or outputs by name."""
    found: dict[str, list[Node]] = {}
    for node in task.children(key):
        codings = node.child("type").only("coding")
        if codings.value.get("system") != TASK_DATA:
            raise refusal("code-unknown", codings.path)
        found.setdefault(codings.plain("code"), []).append(node)
    return found


def read_item(task: Node, key: str, name: str) -> Node | None:
    """The one input or output of a name, or None."""
    found = read_items(task, key).get(name, [])
    if len(found) > 1:
        raise refusal("entry-count", f"{task.path}.{key}")
    return found[0] if found else None
