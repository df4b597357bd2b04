"""The letters in Dutch: what each one needs from the case, and the template that says it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from typing_extensions import override

from gateway.domain.case import Case, Refusing
from gateway.domain.days import calendar_days_between
from gateway.domain.entry import PublicEntry
from gateway.domain.policy import Policy
from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.aftercare import adoption_reasoned
from gateway.domain.rules.triage import has_known_ground
from gateway.domain.steps import (
    ActorRole,
    EmployerInvoiced,
    RequestDeclined,
    RequestFoundInadmissible,
    RequestRedirected,
)
from gateway.ports.letters import Audience, Letter, LetterKind, LetterWriter, LogLine, ReviewFlag
from gateway.ports.store import JournalEntry
from mappings.letters.addressee import address_lines, full_name, salutation
from mappings.letters.directory import Directory
from mappings.letters.environment import text_environment
from mappings.letters.grounds import GROUNDS
from mappings.letters.handovers import sections
from mappings.letters.invoices import printed_lines
from mappings.letters.layout import on_paper
from mappings.letters.log import LogWriter, printed
from mappings.letters.neutrality import opinions_in
from mappings.letters.requirements import on_record, permitted, written
from mappings.letters.signing import Letterhead
from mappings.letters.titles import TITLES
from mappings.letters.traces import printed_trace
from mappings.letters.words import is_stand_in

_NOTHING_PERSONAL = {BusinessStatus.AVAILABILITY_ASKED, BusinessStatus.AVAILABLE, BusinessStatus.NOT_AVAILABLE}


class DutchLetters(LetterWriter):
    """Writes every letter and the employee's log.

    Args:
        letterhead: Who sends them.
        organisations: Names by organisation id; an id without a name is shown as it is.
    """

    def __init__(self, letterhead: Letterhead | None = None, organisations: Mapping[str, str] | None = None) -> None:
        self._head = letterhead or Letterhead()
        self._organisations = dict(organisations or {})
        self._environment = text_environment()
        self._log = LogWriter(self._environment, self._organisations)

    @override
    def employee_log_lines(self, case: Case, entries: Sequence[JournalEntry]) -> list[LogLine]:
        """See the port; raises RefusedError when an entry belongs to another case."""
        return self._log.lines(case, entries)

    @override
    def employee_log(self, case: Case, entries: Sequence[JournalEntry]) -> str:
        """See the port; the text ends with the number of lines, so that a missing page shows."""
        blocks = [printed(line) for line in self.employee_log_lines(case, entries)]
        log = self._environment.get_template("employee_log.txt.j2")
        return on_paper(log.render(case_id=case.case_id, head=self._head, blocks=blocks))

    @override
    def trace(self, case_id: str, entries: Sequence[PublicEntry]) -> str:
        """See the port."""
        blocks = [printed_trace(entry, lambda party: self._organisations.get(party, party)) for entry in entries]
        return on_paper(
            self._environment.get_template("trace.txt.j2").render(case_id=case_id, head=self._head, blocks=blocks)
        )

    @override
    def decline(self, case: Case) -> Letter:
        """See the port; needs a known ground and reasons."""
        step = case.refusing if isinstance(case.refusing, RequestDeclined) else None
        return self._refusing(LetterKind.DECLINE, case, on_record(step, "a refusal by the first physician", "R15"))

    @override
    def redirect(self, case: Case) -> Letter:
        """See the port; needs a known ground and reasons."""
        step = case.refusing if isinstance(case.refusing, RequestRedirected) else None
        return self._refusing(LetterKind.REDIRECT, case, on_record(step, "a redirection to UWV", "R17"))

    def _refusing(self, kind: LetterKind, case: Case, step: RequestDeclined | RequestRedirected) -> Letter:
        permitted(has_known_ground(step))
        written(step.reasons, "R15")
        return self._to_employee(
            kind,
            case,
            dated_on=step.written_to_employee_on or step.at,
            signed_by=_signer(case, step),
            **_refusal_values(case, step, step.reason_code or "other"),
        )

    @override
    def inadmissible(self, case: Case) -> Letter:
        """See the port; tells the employee also of a request that somebody else made."""
        step = case.refusing if isinstance(case.refusing, RequestFoundInadmissible) else None
        found = on_record(step, "that the request is inadmissible", "R2", "R11")
        code = found.reason_code if found.reason_code in GROUNDS else "other"
        is_own = found.reason_code != "not-by-employee"
        return self._to_employee(
            LetterKind.INADMISSIBLE,
            case,
            dated_on=found.at,
            signed_by=None,
            by_employee=is_own,
            **_refusal_values(case, found, code),
        )

    @override
    def reassessment(self, case: Case) -> Letter:
        """See the port; names the age of the advice in Dutch calendar days."""
        advice = on_record(case.advice, "the contested advice", "R12", "R13")
        asked_at = on_record(case.asked_at, "the day of the request", "R13")
        age = calendar_days_between(advice.given_at, asked_at)
        return self._to_employee(
            LetterKind.REASSESSMENT,
            case,
            signed_by=None,
            asked_at=asked_at,
            advice_at=advice.given_at,
            age=on_record(age if age >= 0 else None, "a request that came after the advice", "R13"),
            for_at=case.reassessment_for,
        )

    @override
    def follow_up(self, case: Case) -> Letter:
        """See the port; an invitation names a time."""
        step = on_record(case.follow_up, "a planned consultation", "R42")
        return self._to_employee(
            LetterKind.FOLLOW_UP,
            case,
            dated_on=step.at,
            signed_by=None,
            for_at=on_record(step.for_at, "the time of the consultation", "R42"),
            by_assistant=step.held_by is ActorRole.PRACTICE_ASSISTANT,
            attender=step.attender,
            physician=_signer(case),
        )

    @override
    def adoption(self, case: Case) -> Letter:
        """See the port; partly and not need reasons."""
        step = on_record(case.weighed, "what was decided about the advice", "R43")
        permitted(adoption_reasoned(step.adoption, step.reasons))
        return self._to_employee(
            LetterKind.ADOPTION,
            case,
            dated_on=step.at,
            signed_by=_signer(case, step),
            adoption=step.adoption,
            reasons=step.reasons,
        )

    @override
    def transfer_refused(self, case: Case) -> Letter:
        """See the port; needs reasons."""
        refused = case.transfer if case.transfer is not None and not case.transfer.is_granted else None
        step = on_record(refused, "a refusal of the transfer", "R47")
        return self._to_employee(
            LetterKind.TRANSFER_REFUSED,
            case,
            dated_on=step.at,
            signed_by=_signer(case, step),
            asked_at=case.transfer_requested_at,
            reasons=written(step.reasons, "R47"),
        )

    @override
    def consent_overview(self, case: Case) -> Letter:
        """See the port; ordered by time of decision."""
        return self._to_employee(
            LetterKind.CONSENT_OVERVIEW,
            case,
            signed_by=None,
            until=case.last_event_at,
            consents=sorted(case.consents, key=lambda consent: consent.decided_at),
            referrals=[r for r in case.referrals if r.state not in _NOTHING_PERSONAL],
            who=Directory(case, self._organisations),
        )

    @override
    def handover(self, case: Case) -> Letter:
        """See the port; free text with opinion words is flagged, never changed."""
        step = on_record(case.handover, "a handover", "R48")
        who = Directory(case, self._organisations)
        return self._letter(
            LetterKind.HANDOVER,
            Audience.COLLEAGUE,
            review=opinions_in("text", step.text),
            colleague=who(step.colleague),
            signed_by=_signer(case, step),
            dated_on=step.at,
            employee=full_name(case.dossier.employee.name) if case.dossier else None,
            sections=sections(case, step),
        )

    @override
    def general_answer(self) -> Letter:
        """See the port; takes nothing, so it can tell nothing."""
        return self._letter(LetterKind.GENERAL_ANSWER, Audience.EMPLOYER)

    @override
    def employer_invoice(self, case: Case, invoice: EmployerInvoiced, policy: Policy) -> Letter:
        """See the port; line dates are the end of the period."""
        debtor = on_record(case.dossier, "the debtor", "R53").employer
        lines = printed_lines(case, invoice, policy)
        return self._letter(
            LetterKind.EMPLOYER_INVOICE,
            Audience.EMPLOYER,
            debtor=debtor.name,
            debtor_number=debtor.debtor_number,
            number=invoice.number,
            dated_on=invoice.dated_on,
            period_start=invoice.period_start,
            period_end=invoice.period_end,
            lines=lines,
            total_cents=sum(line.total_cents for line in lines),
        )

    def _to_employee(self, kind: LetterKind, case: Case, dated_on: date | None = None, **values: Any) -> Letter:
        values |= {"address": address_lines(case), "salutation": salutation(case), "dated_on": dated_on}
        return self._letter(kind, Audience.EMPLOYEE, **values)

    def _letter(
        self, kind: LetterKind, audience: Audience, review: tuple[ReviewFlag, ...] = (), **values: Any
    ) -> Letter:
        template = self._environment.get_template(f"{kind.value.replace('-', '_')}.txt.j2")
        text = template.render(title=TITLES[kind], head=self._head, **values)
        return Letter(kind, audience, TITLES[kind], text, on_paper(text), review=review)


def _refusal_values(case: Case, step: Refusing, code: str) -> dict[str, Any]:
    """What the refusing letters share: the day of the request with its own advice, and what came after it (R13)."""
    first = case.dossier.at if case.dossier else case.asked_at
    advice = case.dossier.advice if case.dossier else case.advice
    return {
        "asked_at": first,
        "advice_at": advice.given_at if advice else None,
        "renewed_at": case.renewed_at,
        "again_at": case.asked_at if case.renewed_at and case.asked_at != first else None,
        "reason_code": step.reason_code or code,
        "ground": GROUNDS[code],
        "reasons": step.reasons,
    }


def _signer(case: Case, step: Any = None) -> str | None:
    """The physician who acted, a stand-in with the name of the other (R15); of no step, the first physician."""
    if step is not None and step.by.role is ActorRole.FIRST_PHYSICIAN and step.by.name:
        return f"{step.by.name}, waarnemer van {step.by.on_behalf_of}" if is_stand_in(step.by) else str(step.by.name)
    return case.dossier.first_physician.name if case.dossier else None
