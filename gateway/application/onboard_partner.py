"""Onboard a partner: pin its key manifest after two people compared its fingerprint."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.application.confirm_introduction import (
    NOTHING_SAID,
    Confirmation,
    check_confirmed,
    check_facts,
    check_routes,
    wanted_recipients,
)
from gateway.application.permit_act import permit_role
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.party import Party
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, PartnerPinned
from gateway.ports.keyring import Manifest, Vouching
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, Partner, UnitOfWork
from gateway.ports.suites import exception_runs, key_to_seal_to

VerifyManifest = Callable[[str, str, Partner | None], Manifest]
"""Token, compared fingerprint and what is pinned already; raises RefusedError when it is not to be trusted."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a partner says of itself: its keys are believed by the fingerprint, all else by a person's word.

    Attributes:
        party: Who it is.
        manifest: Its key manifest.
        recipients: Recipient texts it says that it serves besides its own id.
        vouching: A certificate's word for the manifest; None when it has none.
    """

    party: Party
    manifest: str
    recipients: tuple[str, ...] = ()
    vouching: str | None = None


async def onboard_partner(
    services: Services,
    introduction: Introduction,
    fingerprint: str,
    verify: VerifyManifest,
    by: Actor,
    *,
    word: Confirmation = NOTHING_SAID,
    classical_until: datetime | None = None,
    vouching: Vouching | None = None,
) -> Partner:
    """Pin a partner, or take its newer manifest when it is pinned already.

    Args:
        services: Ours.
        introduction: As the partner exported it.
        fingerprint: As compared by telephone; never the one in the introduction.
        verify: Checks the manifest.
        by: Who onboards.
        word: What they heard from the partner of whom it serves, and of its facts.
        classical_until: End of the exception for a partner without the hybrid suite; an earlier one stays when None.
        vouching: What a certificate was found to say, instead of the telephone call.

    Raises:
        RefusedError: The manifest is not to be trusted, or is not of that party; or the file says what nobody
            confirmed, or what leads to another: ``confirm_introduction``.
        OperatorError: ``partner-key-missing`` or ``suite-not-allowed``: nothing could be sent to a new partner; or
            ``exception-is-over``: it would end before it begins.
    """
    permit_role(services, by, Permission.PARTNER_MANAGE)
    if classical_until is not None and not exception_runs(classical_until, services.clock.now()):
        raise OperatorError(
            "exception-is-over",
            "The exception for the suite that is not quantum-safe would have ended already.",
            where="--classical-until",
            remedy="Give a day in the future. To end a running exception: sogw partner end-exception",
        )
    async with services.store.begin() as work:
        known = await _known(work, introduction.party.party_id)
        manifest = verify(introduction.manifest, fingerprint, known)
        _check(services, introduction, manifest)
        check_facts(known, introduction.party, word)
        if known is None:  # newer keys of a known partner are taken all the same: they may be a revocation
            key_to_seal_to(manifest.party_id, manifest, classical_until, services.clock.now())
        partner = Partner(
            party=introduction.party,
            manifest=manifest.token,
            fingerprint=manifest.fingerprint,
            classical_until=classical_until or (known.classical_until if known else None),
            vouching=vouching or (known.vouching if known else None),
            recipients=wanted_recipients(introduction.party, introduction.recipients, known, word),
        )
        check_routes(services, partner, known, await work.partners())
        check_confirmed(partner, introduction.recipients, known, word)
        await _pin(services, work, partner, by)
    return partner


async def update_partner(services: Services, introduction: Introduction, verify: VerifyManifest, by: Actor) -> Partner:
    """Take a pinned partner's newer manifest: its identity key signed it, so nobody has to call anybody.

    Args:
        services: Ours.
        introduction: As the partner exported it now; nothing but the manifest is taken over.
        verify: Checks the manifest against what is pinned.
        by: Who does it.

    Raises:
        RefusedError: ``partner-unknown``, or the manifest is not the successor of the pinned one.
    """
    permit_role(services, by, Permission.PARTNER_MANAGE)
    async with services.store.begin() as work:
        _not_ourselves(services, introduction.party.party_id)
        known = await _known(work, introduction.party.party_id)
        if known is None:
            raise RefusedError(
                "partner-unknown",
                "No such partner was onboarded, so there is nothing to update.",
                remedy="Onboard it: sogw partner add FILE --fingerprint FINGERPRINT",
            )
        manifest = verify(introduction.manifest, known.fingerprint, known)
        _check(services, introduction, manifest)
        partner = replace(known, manifest=manifest.token)
        await _pin(services, work, partner, by)
    return partner


async def serve_recipients(services: Services, party_id: str, recipients: tuple[str, ...], by: Actor) -> Partner:
    """Set which recipient texts a partner serves besides its id, by a person's word alone.

    Args:
        services: Ours.
        party_id: The partner.
        recipients: All of them; empty for its own id only.
        by: Who says so.

    Raises:
        RefusedError: ``partner-unknown``, ``recipient-invalid`` or ``recipient-taken``.
    """
    permit_role(services, by, Permission.PARTNER_MANAGE)
    async with services.store.begin() as work:
        known = await _known(work, party_id)
        if known is None:
            raise RefusedError("partner-unknown", "No such partner was onboarded.", remedy="See: sogw partner list")
        wanted = wanted_recipients(known.party, (), None, Confirmation(recipients))
        partner = replace(known, recipients=wanted)
        check_routes(services, partner, known, await work.partners())
        await _pin(services, work, partner, by)
    return partner


async def end_exception(services: Services, party_id: str, by: Actor) -> Partner:
    """End a partner's exception for the suite that is not quantum-safe now, in every process.

    Raises:
        RefusedError: ``partner-unknown``; or ``partner-without-exception``: there is none, or it has ended.
    """
    permit_role(services, by, Permission.PARTNER_MANAGE)
    now = services.clock.now()
    async with services.store.begin() as work:
        known = await _known(work, party_id)
        if known is None:
            raise RefusedError("partner-unknown", "No such partner was onboarded.", remedy="See: sogw partner list")
        if not exception_runs(known.classical_until, now):
            raise RefusedError(
                "partner-without-exception",
                "No exception for the suite that is not quantum-safe is running for this partner.",
                remedy="See: sogw partner report",
            )
        partner = replace(known, classical_until=now)
        await _pin(services, work, partner, by)
    return partner


async def taken_since_revocation(services: Services, manifest: Manifest) -> int:
    """How many messages of this partner we took after the moment from which one of its signing keys is not trusted.

    We took them before we knew. Somebody has to look at them: a thief may have written one.
    """
    moments = [key["revoked_at"] for key in manifest.keys if key["use"] == "sig" and key["status"] == "revoked"]
    if not moments:
        return 0
    async with services.store.begin() as work:
        inbox = await work.inbox()
    since = min(moments)
    return sum(item.sender == manifest.party_id and item.received_at.timestamp() >= since for item in inbox)


async def _pin(services: Services, work: UnitOfWork, partner: Partner, by: Actor) -> None:
    """Keep what is pinned of a partner, with a step that says so."""
    await work.save_partner(partner)
    step = PartnerPinned(
        at=services.clock.now(),
        by=by,
        partner=partner.party.party_id,
        fingerprint=partner.fingerprint,
        classical_until=partner.classical_until,
        recipients=partner.recipients,
    )
    await work.append(GATEWAY_CASE, (step,))


async def _known(work: UnitOfWork, party_id: str) -> Partner | None:
    return next((p for p in await work.partners() if p.party.party_id == party_id), None)


def _check(services: Services, introduction: Introduction, manifest: Manifest) -> None:
    if manifest.party_id != introduction.party.party_id:
        raise RefusedError(
            "partner-mismatch",
            f"The manifest is of party '{manifest.party_id}', but the file introduces another.",
            remedy="Ask the partner to export its party again.",
        )
    _not_ourselves(services, manifest.party_id)
    if introduction.party.role is services.party.role:
        raise RefusedError(
            "partner-same-role",
            f"The partner has our own role '{services.party.role.value}'; an exchange is between ohs and pool.",
            remedy="Ask the partner which role it has in its settings.",
        )


def _not_ourselves(services: Services, party_id: str) -> None:
    if party_id == services.party.party_id:
        raise RefusedError(
            "partner-is-ourselves",
            "This is the party file of this gateway itself.",
            remedy="Exchange files: take the partner's.",
        )
