"""Read a case: every look into what a case says is a step of its own, kept before anything is shown (R49, R52)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO

from gateway.application.enclose_files import write_document
from gateway.application.perform_act import existing_case, recorded
from gateway.application.permit_act import (
    case_of_referral,
    is_permitted,
    permit,
    permitted_place,
    sees_whole,
    unknown_referral,
)
from gateway.domain.case import Case, fold
from gateway.domain.entry import PublicEntry
from gateway.domain.errors import RefusedError
from gateway.domain.messages import Document
from gateway.domain.permissions import Permission
from gateway.domain.redaction import without_content, without_documents
from gateway.domain.referral_state import ReferralState
from gateway.domain.steps import Actor, CaseRead
from gateway.ports.letters import LetterKind
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, JournalEntry, UnitOfWork

_AT_ONCE = 100
"""Cases that are read in one unit of work when all of them must be."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as somebody saw it.

    Attributes:
        case: Folded.
        entries: Its journal, this reading included.
    """

    case: Case
    entries: tuple[JournalEntry, ...]


async def read_case(services: Services, case_id: str, by: Actor, view: str) -> CaseView:
    """Show a case to somebody who may see it, and keep that they saw it.

    Args:
        services: Ours.
        case_id: The case.
        by: Who looks.
        view: What is shown: ``case``, ``log``, ``consents``, ``referral``, ``document`` or ``letter:...``.

    Returns:
        The case, without its content for who sees only where it stands; its journal for the log and for letters, which
        are written as of their own step.

    Raises:
        RefusedError: Somebody may not see it, or ``case-unknown``.
    """
    permission = permission_to_see(view)

    async def run(work: UnitOfWork) -> CaseView:
        await existing_case(work, case_id)
        await work.append(case_id, (CaseRead(at=services.clock.now(), by=by, view=view),))
        entries = tuple(await work.entries(case_id))
        case = fold(case_id, [entry.step for entry in entries])
        if not sees_whole(services, by, Permission.CASE_READ):
            case = without_content(case)
        elif not is_permitted(services, case, by, Permission.DOCUMENT_READ):
            case = without_documents(case)
        return CaseView(case, entries if permission in _FROM_THE_JOURNAL else ())

    return await recorded(services, case_id, CaseRead.code, by, permission, run)


def permission_to_see(view: str) -> Permission:
    """Find the permission under which a view of a case is shown.

    Raises:
        KeyError: There is no such view.
    """
    if view.startswith(_LETTER):
        is_plain = view.removeprefix(_LETTER) in PLAIN_LETTERS
        return Permission.LETTER_WRITE_PLAIN if is_plain else Permission.LETTER_WRITE
    return _VIEWS[view]


_FROM_THE_JOURNAL = frozenset({Permission.LOG_READ, Permission.LETTER_WRITE, Permission.LETTER_WRITE_PLAIN})
_LETTER = "letter:"
_VIEWS = {
    "case": Permission.CASE_READ,
    "log": Permission.LOG_READ,
    "consents": Permission.CONSENT_READ,
    "referral": Permission.REFERRAL_READ,
    "document": Permission.DOCUMENT_READ,
}
PLAIN_LETTERS = frozenset(
    {LetterKind.REASSESSMENT, LetterKind.CONSENT_OVERVIEW, LetterKind.GENERAL_ANSWER, LetterKind.EMPLOYER_INVOICE}
    | {LetterKind.FOLLOW_UP}
)
"""Letters in which nothing stands that a physician wrote."""


async def read_referral(services: Services, referral_id: str, by: Actor) -> tuple[Case, ReferralState]:
    """Show one referral of a case, and keep that it was seen.

    Raises:
        RefusedError: Somebody may not see it, or ``referral-unknown``.
    """
    case_id = await case_of_referral(services, referral_id, by, Permission.REFERRAL_READ, CaseRead.code)
    view = await read_case(services, case_id, by, "referral")
    referral = view.case.referral(referral_id)
    if referral is None:
        raise unknown_referral()
    return view.case, referral


async def read_document(
    services: Services, referral_id: str, document_id: str, by: Actor, target: BinaryIO
) -> Document:
    """Write a document of a referral to a file, and keep that it was taken.

    Raises:
        RefusedError: Somebody may not see it, ``referral-unknown``, ``document-unknown``, or its file does not open.
        OperatorError, TemporaryError: Its file cannot be reached.
    """
    case_id = await case_of_referral(services, referral_id, by, Permission.DOCUMENT_READ, CaseRead.code)
    view = await read_case(services, case_id, by, "document")
    referral = view.case.referral(referral_id)
    known = documents_of_referral(referral) if referral else ()
    found = next((document for document in known if document.document_id == document_id), None)
    if found is None:
        raise RefusedError(
            "document-unknown",
            "The referral has no such document.",
            remedy=f"See: sogw referral show {referral_id}",
        )
    await write_document(services, found, referral_id, target)
    return found


def documents_of_referral(referral: ReferralState) -> tuple[Document, ...]:
    """What went along with a referral, what was given after it, and the report."""
    sent = referral.referral.documents if referral.referral else ()
    return (*sent, *referral.documents, *((referral.report,) if referral.report else ()))


async def read_trace(services: Services, case_id: str, by: Actor) -> list[PublicEntry]:
    """Show what is left of a case whose content was erased; the reading stands in the gateway's own journal (R52, R57).

    Returns:
        Its public entries, oldest first; empty, and nothing is written, when none was erased, or it lives again.

    Raises:
        RefusedError: This role may not see a log, or nobody is named. Whose case it was is not known any more.
    """
    await permitted_place(services, case_id, by, Permission.LOG_READ, CaseRead.code)
    async with services.store.begin() as work:
        await work.hold({case_id, GATEWAY_CASE})
        entries = [] if await work.has_case(case_id) else await work.trace(case_id)
        if entries:
            await work.append(GATEWAY_CASE, (CaseRead(at=services.clock.now(), by=by, view="trace"),))
    return entries


async def load_for_defaults(services: Services, place: str, by: Actor, permission: Permission, action: str) -> Case:
    """Find the case for the program itself, to fill in what somebody who may act leaves open; nobody sees it.

    Args:
        services: Ours.
        place: Id of the case, or of one of its referrals.
        by: Who acts.
        permission: For what.
        action: Code of the act, for the journal.

    Raises:
        RefusedError: Somebody may not act here, or ``case-unknown``.
    """
    case_id = await permitted_place(services, place, by, permission, action)
    async with services.store.look() as work:
        await permit(services, work, case_id, by, permission)
        return await existing_case(work, case_id)


async def every_case(services: Services) -> AsyncIterator[Case]:
    """Go through every case there is, oldest first; shows no person, and so is no reading of a case.

    A few at a time, so that others have their turn at the store in between.
    """
    async with services.store.look() as work:
        case_ids = await work.case_ids()
    for first in range(0, len(case_ids), _AT_ONCE):
        some = case_ids[first : first + _AT_ONCE]
        async with services.store.look() as work:
            await work.read_ahead(some)
            cases = [fold(case_id, await work.steps(case_id)) for case_id in some]
        for case in cases:
            yield case
