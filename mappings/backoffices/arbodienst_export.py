"""Reads ``arbodienst-export/1``: one Dutch record per line becomes one case as steps in order of time.

A record passes four gates. What is not known by its key or its word is told by path; what contradicts is told by path;
what restricts counts all the same. What the export says about its own verdict (``verwacht``), its title and its tags
are known keys that nothing reads. Importing the same line twice gives the same ids.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError
from typing_extensions import override

from gateway.domain.rules.consistency import Inconsistency, inconsistencies, restrictive
from gateway.domain.steps import RequestSubmitted, Step
from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices import lines as reading
from mappings.backoffices.arbodienst_aftercare import complaint_steps, follow_up_steps, invoice_steps
from mappings.backoffices.arbodienst_consents import consent_steps
from mappings.backoffices.arbodienst_gaps import gaps
from mappings.backoffices.arbodienst_identity import Told
from mappings.backoffices.arbodienst_opinion import information_steps, opinion_steps
from mappings.backoffices.arbodienst_people import organisation, request
from mappings.backoffices.arbodienst_record import SCHEMA, Zaak
from mappings.backoffices.arbodienst_referrals import referral_steps
from mappings.backoffices.arbodienst_triage import triage_steps
from mappings.backoffices.arbodienst_words import LISTS
from mappings.backoffices.gate import Location, blank_text, once, sift, split_keys, unknown_word, within
from mappings.backoffices.problems import problems
from mappings.backoffices.profile import NO_PROFILE, Profile, explained
from mappings.backoffices.restricting import restricts
from mappings.backoffices.words import Word

__all__ = ["SCHEMA", "ArbodienstExport"]

_DECIDES = (
    *(("toestemmingen",), ("eerste_bedrijfsarts",), ("werknemer",), ("beoordeling",)),
    *(("contract", "opties"), ("verwijzing", "reacties", "arts")),
)
"""Where any unknown key makes the record not understood."""

_UNREAD = tuple((key,) for key in ("schema", "synthetisch", "titel", "tags", "verwacht"))
"""Keys that nothing reads."""


def _decides(location: Location) -> bool:
    return within(location, _DECIDES)


@dataclass(frozen=True, slots=True)
class ArbodienstExport(BackOffice):
    """The reader of ``arbodienst-export/1``.

    Attributes:
        profile: The back office's own words.
    """

    profile: Profile = field(default=NO_PROFILE)

    @override
    def read(self, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
        """Read an export; see the port."""
        for number, record in reading.records(lines):
            if isinstance(record, ImportProblem):
                yield record
            else:
                yield from self.read_record(number, record)

    def read_record(self, number: int, record: reading.Record) -> Iterator[CaseImport | ImportProblem]:
        """Read one record that is JSON already."""
        case_id = reading.case_id_of(record)
        sifted = sift(record, Zaak)
        left, unknown_words = explained(sifted.record, LISTS, self.profile)
        try:
            zaak = Zaak.model_validate(left)
        except ValidationError as error:
            yield from (blank_text(number, place, case_id) for place in sifted.blank)
            yield from problems(number, error, case_id=case_id, without=sifted.blank)
            return
        if sifted.blank:
            yield from (blank_text(number, place, case_id) for place in sifted.blank)
            return
        told = tuple(told_of(zaak))
        words = [(_is_decisive(word), unknown_word(number, word, case_id)) for word in unknown_words]
        keys, ignored = split_keys(number, sifted.unknown, _decides, case_id, _UNREAD)
        contradictions = (
            ImportProblem(number, _path(told, found), found.message, found.remedy, case_id)
            for found in inconsistencies([step for _, step in told])
        )
        missing = (ImportProblem(number, where, message, remedy, case_id) for where, message, remedy in gaps(zaak))
        yield CaseImport(
            case_id=zaak.zaak_id,
            policy_id=zaak.arbodienst.beleid_id,
            organisation=organisation(zaak),
            steps=steps_of(told),
            line=number,
            doubts=once((*keys, *(problem for decides, problem in words if decides), *missing, *contradictions)),
            remarks=(*ignored, *(problem for decides, problem in words if not decides)),
        )


def _is_decisive(word: Word) -> bool:
    """Whether a word that nobody knows leaves the record not understood: by its list, or because it restricts."""
    return word.listed.decides or (isinstance(word.text, str) and restricts(word.text))


_PATHS = {
    "advice.given_at": "$.beslissing.datum",
    "employee.birth_date": "$.werknemer.geboortedatum",
    "contract.ends_on": "$.contract.einddatum",
    "earlier_cases": "$.eerdere_zaken",
    "consent.expires_at": ".geldig_tot",
    "consent.consent_id": ".id",
    "consent.recipient": ".ontvanger",
    "discussed_with_first_physician_on": "$.verzoek.besproken_met_eerste_bedrijfsarts_op",
    "period_end": ".periode.tot",
}
"""Where the export says what a field of a step says; a path that begins with ``$`` is whole."""


def _path(told: tuple[Told, ...], found: Inconsistency) -> str:
    known = _PATHS.get(found.field, "")
    return known if known.startswith("$") else f"${told[found.index][0]}{known}"


def told_of(zaak: Zaak) -> Iterator[Told]:
    """All steps of a record with where it tells them, in the order of a case."""
    course = [
        (".verzoek", request(zaak)),
        *triage_steps(zaak),
        *consent_steps(zaak),
        *referral_steps(zaak),
        *information_steps(zaak),
    ]
    aftercare = [*follow_up_steps(zaak), *complaint_steps(zaak), *invoice_steps(zaak)]
    known_until = max(step.at for _, step in (*course, *aftercare))
    yield from course
    yield from opinion_steps(zaak, known_until)
    yield from aftercare


def steps_of(told: Iterable[Told]) -> tuple[Step, ...]:
    """The steps as they count, in order of time after the request; at the same instant in the order of a case."""
    steps = restrictive([step for _, step in told])
    return tuple(sorted(steps, key=lambda step: (not isinstance(step, RequestSubmitted), step.at)))
