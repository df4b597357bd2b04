"""Who did it, in an ``arbodienst-export/1`` record: a role that is stated, or a name that is compared.

A role is read from a text only where the text, or what stands before its first blank, ``(`` or `` i.o.m.``, is exactly
one of four words. Anything else is somebody's name. A name that is not the first physician's decides nothing, unless
the record states that it is a bedrijfsarts: then that person stands in for the first physician.
"""

from gateway.domain.people import Physician, same_person
from gateway.domain.steps import Actor, ActorRole
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_codes import ROLE, ROLE_IN_TEXT
from mappings.backoffices.arbodienst_parts import Persoon
from mappings.backoffices.arbodienst_people import physician

_UNDECIDING = ActorRole.BACK_OFFICE
"""The back office registers what others decided; what somebody unknown did is its word."""


def actor(zaak: dutch.Zaak, who: Persoon | None) -> Actor:
    """Who acted, in which role.

    Returns:
        The first physician; a stand-in, on behalf of the first physician; somebody in the role that is stated; else
        somebody whose act decides nothing.
    """
    if who is None:
        return Actor(_UNDECIDING, zaak.arbodienst.id)
    in_text = role_in_text(who)
    if in_text is not None:
        return Actor(in_text, zaak.arbodienst.id, name=who.naam)
    return _by_name(zaak, who)


def _by_name(zaak: dutch.Zaak, who: Persoon) -> Actor:
    stated = ROLE.get(who.rol) if who.rol is not None else None
    named = Actor(stated or _UNDECIDING, zaak.arbodienst.id, name=who.naam, big=who.big)
    if who.rol is not None and stated not in _PHYSICIANS:
        return named
    first = zaak.eerste_bedrijfsarts
    if same_person(physician(first), who.naam, who.big):
        return Actor(role_of_first(zaak), zaak.arbodienst.id, name=who.naam, big=who.big)
    if stated is ActorRole.FIRST_PHYSICIAN:
        return Actor(stated, zaak.arbodienst.id, name=who.naam, big=who.big, on_behalf_of=first.naam)
    return named


_PHYSICIANS = frozenset({ActorRole.FIRST_PHYSICIAN, ActorRole.PRACTICE_ASSISTANT})


def role_of_first(zaak: dutch.Zaak) -> ActorRole:
    """The role of the case's physician: a practice assistant where the record says so (R6, R10)."""
    return ROLE.get(zaak.eerste_bedrijfsarts.rol, ActorRole.FIRST_PHYSICIAN)


def role_in_text(who: Persoon) -> ActorRole | None:
    """The role a text names; None for a name, and for an object, which states its role."""
    if who.rol is not None:
        return None
    before = who.naam.partition(" i.o.m.")[0].partition("(")[0]
    words = before.split(maxsplit=1)
    return ROLE_IN_TEXT.get(words[0]) if words else None


def complaints_handler(zaak: dutch.Zaak, who: Persoon | None) -> Actor:
    """Who judged a complaint: somebody who shares a name with a physician of the record counts as involved (R21)."""
    if who is None:
        return Actor(_UNDECIDING, zaak.arbodienst.id)
    involved = next((role for role, arts in _physicians(zaak) if same_person(arts, who.naam, who.big)), None)
    stated = role_in_text(who) if who.rol is None else ROLE.get(who.rol, _UNDECIDING)
    role = involved or stated or ActorRole.COMPLAINTS_OFFICER
    return Actor(role, zaak.arbodienst.id, name=who.naam, big=who.big)


def _physicians(zaak: dutch.Zaak) -> list[tuple[ActorRole, Physician]]:
    """Every physician of the record, with the role in which they are involved."""
    options = [option.arts for option in (zaak.contract.opties if zaak.contract else ())]
    answers = [answer.arts for answer in (zaak.verwijzing.reacties if zaak.verwijzing else ())]
    others = [(ActorRole.SECOND_PHYSICIAN, physician(arts)) for arts in (*options, *answers) if arts is not None]
    return [(ActorRole.FIRST_PHYSICIAN, physician(zaak.eerste_bedrijfsarts)), *others]
