"""Ids and actors of the second side in an ``arbodienst-export/1`` record: the record names neither by itself."""

import uuid
from typing import TypedDict

from gateway.domain import steps as s
from gateway.domain.contract import organisation_of
from mappings.backoffices import arbodienst_record as dutch

Told = tuple[str, s.Step]
"""A step with the JSON path of what tells of it, from the root and without ``$``."""

_NAMESPACE = uuid.UUID("6f3a1c5e-8f2b-5d0e-9a44-3b7f0c2d9e10")


def import_id(zaak: dutch.Zaak, *parts: str) -> str:
    """A UUID text that is the same for the same record, so that importing twice gives the same ids."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join((zaak.arbodienst.id, zaak.zaak_id, *parts))))


class Reference(TypedDict):
    """To which referral a step belongs."""

    referral_id: str
    partner: str | None


def reference(zaak: dutch.Zaak, recipient: str) -> Reference:
    """The referral to a recipient; one referral per recipient in a record."""
    return {"referral_id": import_id(zaak, "referral", recipient), "partner": organisation_of(recipient)}


def employee_of(zaak: dutch.Zaak) -> s.Actor:
    """The employee, who acts for themselves."""
    return s.Actor(s.ActorRole.EMPLOYEE, zaak.arbodienst.id)


def second_physician(recipient: str) -> s.Actor:
    """Whoever gives the second opinion at a recipient."""
    return s.Actor(s.ActorRole.SECOND_PHYSICIAN, organisation_of(recipient))
