"""Judge a permission: the table's cell, then the name, then the relation to the case (R35, R38, R42, R51)."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.domain.case import Case
from gateway.domain.messages import Message
from gateway.domain.party import Role
from gateway.domain.permissions import (
    KIND_PERMISSIONS,
    PERMISSIONS,
    ROLES_OF_SIDE,
    Bond,
    Naming,
    Permission,
    permission_to_say,
)
from gateway.domain.policy import Policy
from gateway.domain.relation import (
    acts_for_physician_of,
    is_employee_of,
    is_involved_in,
    is_physician_of,
    is_representative_in,
    may_consent_in,
)
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.steps import Actor, ActorRole


def bond_of(permission: Permission, role: ActorRole, side: Role) -> Bond:
    """Look a cell up; a role that people do not have at this side has none."""
    if role not in ROLES_OF_SIDE[side]:
        return Bond.NONE
    return PERMISSIONS[permission].grants.get(role, Bond.NONE)


def role_told(message: Message, side: Role) -> ActorRole:
    """R50: as whom somebody at the other side acted; where that role may not say this, its gateway said it."""
    role = next((role for role in ActorRole if role == message.acted_as), ActorRole.SYSTEM)
    is_said_by_people = message.kind in KIND_PERMISSIONS
    may_say = is_said_by_people and bond_of(permission_to_say(message.content), role, side) is not Bond.NONE
    return role if may_say else ActorRole.SYSTEM


def role_may(permission: Permission, by: Actor, side: Role) -> Ruling:
    """Judge role and name. It looks at no case, so that a refusal tells nothing of one (R35)."""
    bond = bond_of(permission, by.role, side)
    if bond is Bond.NONE:
        return refuse("role-not-permitted")
    return PERMIT if (by.name or "").strip() or not _needs_name(permission, bond) else refuse("name-required")


def actor_may(permission: Permission, by: Actor, side: Role, policy: Policy, case: Case | None) -> Ruling:
    """Judge role, name and relation to the case; of no case, role and name decide.

    Args:
        permission: What is asked.
        by: Who asks.
        side: What our party is.
        policy: Ours; it may delegate to practice assistants (R42).
        case: The case; None when there is none yet, or its content is gone.
    """
    ruling = role_may(permission, by, side)
    if ruling is not PERMIT:
        return ruling
    bond = bond_of(permission, by.role, side)
    if bond is Bond.DELEGATED_BY_POLICY and _ASSISTANT not in policy.follow_up_by:
        return refuse("follow-up-not-in-policy")
    if bond in _DELEGATED and not (by.on_behalf_of or "").strip():
        return refuse("not-of-the-case")
    condition = _CONDITIONS.get(bond)
    if case is None or condition is None:
        return PERMIT
    is_met, code = condition
    return PERMIT if is_met(case, by) else refuse(code)


def sees_content(permission: Permission, role: ActorRole, side: Role) -> bool:
    """Tell whether a role that may look sees more than where a case stands."""
    return bond_of(permission, role, side) not in {Bond.NONE, Bond.STATUS, Bond.COMPLAINT}


def asks_relation(bond: Bond) -> bool:
    """Tell whether the case decides as well."""
    return bond in _CONDITIONS


_ASSISTANT: Final = "praktijkondersteuner"
_DELEGATED: Final = frozenset({Bond.DELEGATED, Bond.DELEGATED_BY_POLICY})


def _needs_name(permission: Permission, bond: Bond) -> bool:
    if bond is Bond.OWN:
        return PERMISSIONS[permission].naming is Naming.LOOKS
    return PERMISSIONS[permission].naming is not Naming.FREE or bond in _CONDITIONS


def _is_own(case: Case, by: Actor) -> bool:
    is_representative = by.role is ActorRole.REPRESENTATIVE
    return is_representative_in(case, by) if is_representative else is_employee_of(case, by)


def _is_complained_to(case: Case, by: Actor) -> bool:
    return bool(case.complaints) and not is_involved_in(case, by)


_CONDITIONS: Final[Mapping[Bond, tuple[Callable[[Case, Actor], bool], str]]] = {
    Bond.OF_CASE: (is_physician_of, "not-of-the-case"),
    Bond.DELEGATED: (acts_for_physician_of, "not-of-the-case"),
    Bond.DELEGATED_BY_POLICY: (acts_for_physician_of, "not-of-the-case"),
    Bond.OWN: (_is_own, "not-the-own-case"),
    Bond.CONSENTING: (may_consent_in, "not-the-own-case"),
    Bond.COMPLAINT: (_is_complained_to, "no-complaint-at-hand"),
}
