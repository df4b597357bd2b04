"""Reads ``arbodienst-export/1``: one Dutch record per line becomes one case as steps in order of time.

What the export says about its own verdict (``verwacht``), its title and its tags are not part of the record and are
never read. Importing the same line twice gives the same ids.
"""

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from gateway.domain.steps import RequestSubmitted, Step
from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices import lines as reading
from mappings.backoffices.arbodienst_aftercare import complaint_steps, follow_up_steps, invoice_steps
from mappings.backoffices.arbodienst_consents import consent_steps
from mappings.backoffices.arbodienst_opinion import information_steps, opinion_steps
from mappings.backoffices.arbodienst_people import organisation, request
from mappings.backoffices.arbodienst_record import SCHEMA, Zaak
from mappings.backoffices.arbodienst_referrals import referral_steps
from mappings.backoffices.arbodienst_triage import triage_steps
from mappings.backoffices.problems import problems

__all__ = ["SCHEMA", "ArbodienstExport"]


class ArbodienstExport(BackOffice):
    """The reader of ``arbodienst-export/1``."""

    def read(self, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
        """Read an export; see the port."""
        for number, record in reading.records(lines):
            if isinstance(record, ImportProblem):
                yield record
            else:
                yield from self.read_record(number, record)

    def read_record(self, number: int, record: reading.Record) -> Iterator[CaseImport | ImportProblem]:
        """Read one record that is JSON already."""
        try:
            zaak = Zaak.model_validate(record)
        except ValidationError as error:
            yield from problems(number, error)
            return
        yield CaseImport(
            case_id=zaak.zaak_id,
            policy_id=zaak.arbodienst.beleid_id,
            organisation=organisation(zaak),
            steps=steps_of(zaak),
            line=number,
        )


def steps_of(zaak: Zaak) -> tuple[Step, ...]:
    """All steps of a record in order of time, after the request; at the same instant in the order of a case."""
    course = [
        request(zaak),
        *triage_steps(zaak),
        *consent_steps(zaak),
        *referral_steps(zaak),
        *information_steps(zaak),
    ]
    aftercare = [*follow_up_steps(zaak), *complaint_steps(zaak), *invoice_steps(zaak)]
    known_until = max(step.at for step in (*course, *aftercare))
    steps = [*course, *opinion_steps(zaak, known_until), *aftercare]
    return tuple(sorted(steps, key=lambda step: (not isinstance(step, RequestSubmitted), step.at)))
