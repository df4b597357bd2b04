"""Take of what a party file says only what a person confirmed: its keys sign neither its name nor whom it serves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.application.refer_case import entry_of
from gateway.domain.contract import organisation_of
from gateway.domain.directory import normal
from gateway.domain.errors import RefusedError
from gateway.domain.party import Party
from gateway.domain.routing import (
    MOST_RECIPIENTS,
    RouteConflict,
    RouteEntry,
    conflicts,
    conflicts_among,
    fault_of_recipient,
)
from gateway.ports.services import Services
from gateway.ports.store import Partner

FACTS = ("name", "ura", "kvk", "agb")
"""What a party file says of a party besides its id, its role and whom it serves."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the person who onboards says of a partner, as heard from it.

    Attributes:
        serves: Every recipient text it serves; empty when nothing was said of them.
        changed: Which of ``FACTS`` are other ones than those that are pinned.
    """

    serves: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a party file says otherwise than what is pinned.

    Attributes:
        fact: One of ``FACTS``, or ``recipients``.
        pinned: As it is.
        said: As the file says.
    """

    fact: str
    pinned: str | None
    said: str | None


NOTHING_SAID = Confirmation()


def differences(known: Partner, party: Party, claimed: Sequence[str]) -> list[Difference]:
    """List what a file says otherwise of a partner than what is pinned."""
    found = [Difference(fact, getattr(known.party, fact), getattr(party, fact)) for fact in FACTS]
    found.append(Difference("recipients", ", ".join(known.recipients) or None, ", ".join(claimed) or None))
    return [difference for difference in found if difference.pinned != difference.said]


def check_facts(known: Partner | None, party: Party, word: Confirmation) -> None:
    """Refuse other facts of a partner that is pinned, unless a person names which they are.

    Raises:
        RefusedError: ``partner-changed``.
    """
    if known is None:
        return
    changed = [fact for fact in FACTS if getattr(known.party, fact) != getattr(party, fact)]
    if set(changed) - set(word.changed):
        raise RefusedError(
            "partner-changed",
            f"The file says otherwise than what is pinned: {', '.join(changed)}. Its keys do not sign that.",
            remedy=f"Ask the partner on the telephone; if it is right, add: {_options('--changed', changed)}."
            " For its newer keys alone: sogw partner update FILE",
        )


def wanted_recipients(
    party: Party, claimed: Sequence[str], known: Partner | None, word: Confirmation
) -> tuple[str, ...]:
    """Give every recipient text but its id that a person named, now or before, or that its file claims, each once.

    Raises:
        RefusedError: ``recipient-invalid``: one is no recipient text, or there are too many.
    """
    faults = [(place, fault_of_recipient(text)) for place, text in enumerate(word.serves, 1)]
    if len(faults) > MOST_RECIPIENTS:
        faults.append((MOST_RECIPIENTS + 1, f"are more than {MOST_RECIPIENTS} of them"))
    found = next(((place, fault) for place, fault in faults if fault), None)
    if found is not None:
        place, fault = found
        raise RefusedError(
            "recipient-invalid",
            f"A recipient text is 'organisation' or 'organisation/person', of letters, digits, hyphens, dots and"
            f" underscores; here {fault}.",
            where=f"recipient text {place}",
            remedy="Write it as the consents do, such as poli/G4.",
            rules=("R8",),
        )
    confirmed = word.serves or (known.recipients if known else ())
    each = {normal(text): text for text in (*claimed, *confirmed)}
    return tuple(text for spelt, text in each.items() if spelt != party.party_id)


def check_confirmed(partner: Partner, claimed: Sequence[str], known: Partner | None, word: Confirmation) -> None:
    """Refuse a recipient text that only the partner's file says it serves.

    Args:
        partner: As it would be pinned. Its own id needs nobody's word.
        claimed: What its file says.
        known: As it is pinned; None when it is not.
        word: What the person says now.

    Raises:
        RefusedError: ``recipients-not-confirmed``.
    """
    confirmed = word.serves or (known.recipients if known else ())
    named = {normal(text) for text in (partner.party.party_id, *confirmed)}
    claims = [text for text in claimed if normal(text) not in named]
    if claims:
        raise RefusedError(
            "recipients-not-confirmed",
            f"The file says that this partner serves also: {', '.join(claims)}. Referrals for them would go to it, and"
            " its keys do not sign that.",
            remedy=f"Ask the partner on the telephone; if it is right, add: {_options('--serves', partner.recipients)}."
            " If it is not, the partner takes them out of its settings.",
            rules=("R8", "R25"),
        )


def check_routes(services: Services, partner: Partner, known: Partner | None, partners: Iterable[Partner]) -> None:
    """Refuse a partner that would get what leads to another, or to ourselves; as it is pinned already, it may stay.

    Raises:
        RefusedError: ``recipient-taken``, naming whose it is.
    """
    entry = entry_of(partner)
    if known is not None and entry == entry_of(known):
        return
    others = [entry_of(other) for other in partners if other.party.party_id != entry.party_id]
    taken = [*_not_excepted(services, conflicts(entry, [_ours(services)])), *conflicts(entry, others)]
    if taken:
        holders = ", ".join(dict.fromkeys(_holder(services, found) for found in taken))
        raise RefusedError(
            "recipient-taken",
            f"{len(taken)} of the id, the name and the recipient texts of this partner are also of: {holders}.",
            remedy="Ask both on the telephone whose they are. Take them from the other with: sogw partner serves"
            " PARTY TEXT...; what is ours stands in our settings, under party. Or ask for another name.",
            rules=("R8", "R25"),
        )


def route_conflicts(services: Services, partners: Sequence[Partner]) -> list[RouteConflict]:
    """List what leads to two of the partners, or to one of them and ourselves."""
    entries = [entry_of(partner) for partner in partners]
    with_us = (found for entry in entries for found in conflicts(entry, [_ours(services)]))
    return [*_not_excepted(services, with_us), *conflicts_among(entries)]


def _ours(services: Services) -> RouteEntry:
    return RouteEntry(services.party.party_id, services.party.name, services.recipients)


def _not_excepted(services: Services, found: Iterable[RouteConflict]) -> list[RouteConflict]:
    """R5: where the policy lets a second physician be of our own organisation, a partner may serve our id."""
    if not services.policy.same_organisation_allowed:
        return list(found)
    return [one for one in found if organisation_of(normal(one.text)) != services.party.party_id]


def _holder(services: Services, conflict: RouteConflict) -> str:
    is_ours = conflict.party_id == services.party.party_id
    return "this gateway itself" if is_ours else f"partner '{conflict.party_id}'"


def _options(option: str, values: Iterable[str]) -> str:
    return " ".join(f"{option} {value}" for value in values)
