"""Decisions on any case of the export's shape, against a reading of the rules written down a second time, here.

Each property turns the knobs one rule looks at, around its edges, and says in a few lines what must come out.
"""

import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.domain.days import AMSTERDAM
from gateway.domain.policy import InvoiceMode, Policy
from tests.support.cases import Record, sample_policies, sample_records, verdict_of

OHS, HOUSE, PERSON, COLLEAGUE = "arbo-lindehof", "praktijk-mulkens", "praktijk-mulkens/G4", "praktijk-mulkens/G3"
ELSEWHERE, EMPLOYER = "praktijk-wiarda", "werkgever"
SAMPLE = sample_records()["1"]
POLICY = sample_policies()["beleid-vaste-groep"]

thrifty = settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])


def _written(instant: datetime) -> str:
    return instant.isoformat()


def _asked(**parts: Any) -> Record:
    """The sample's first case on the day it was accepted: nothing referred yet, contact consent given."""
    later = ("verwijzing", "second_opinion", "vervolg", "factuur", "klacht")
    record = copy.deepcopy(SAMPLE) | dict.fromkeys(later) | {"informatieverzoeken": []}
    record["toestemmingen"] = [_consent("contactgegevens-naar-tweede-arts", HOUSE, "2026-09-14T11:00:00+02:00")]
    return record | parts


def _consent(purpose: str, recipient: str, decided: str, **changes: Any) -> Record:
    nothing = {"vorm": "papier", "geldig_tot": None, "ingetrokken_op": None}
    return {
        "id": f"{purpose}-{recipient}-{decided}",
        "doel": purpose,
        "keuze": "gegeven",
        "datum": decided,
        "ontvanger": recipient,
        **nothing,
        **changes,
    }


# --- R13: dates around the limit, and around the change of the clock

_days = st.one_of(
    st.dates(date(2026, 3, 10), date(2026, 4, 14)),
    st.dates(date(2026, 10, 6), date(2026, 11, 9)),
    st.dates(date(2028, 2, 12), date(2028, 3, 14)),
)
_times = st.sampled_from([time(0, 0), time(23, 59, 59)]) | st.times()
_zones = st.sampled_from([AMSTERDAM, UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])


@thrifty
@given(_days, st.integers(-2, 2), _times, _times, _zones, _zones, st.sampled_from([7, 14, 30, None]))
def test_r13_calendar_days_in_the_netherlands_decide_and_nothing_else(
    day, beyond, advised, asked, zone, other_zone, limit
):
    age = (limit or 14) + beyond
    advice = datetime.combine(day, advised, AMSTERDAM).astimezone(zone)
    request = datetime.combine(day + timedelta(days=age), asked, AMSTERDAM).astimezone(other_zone)
    record = _asked()
    record["beslissing"]["datum"] = _written(advice)
    record["verzoek"]["datum"] = _written(request)
    record["beoordeling"]["datum"] = _written(request + timedelta(hours=1))
    record["toestemmingen"][0]["datum"] = _written(request + timedelta(hours=2))
    verdict = verdict_of(record, replace(POLICY, decision_age_limit_days=limit))
    is_young = limit is None or beyond <= 0
    assert verdict.may_refer is is_young
    assert verdict.status == ("accepted" if is_young else "awaiting-reassessment")


# --- R25 to R27: consents given, refused, withdrawn, expired; per recipient and per person

START = datetime(2026, 9, 15, 9, tzinfo=AMSTERDAM)
NOW = START + timedelta(minutes=1000)


@dataclass(frozen=True)
class Decided:
    """One decision of the employee, in minutes from START."""

    recipient: str
    is_given: bool
    minute: int
    withdrawn: int | None
    expires: int | None

    def as_record(self, purpose: str) -> Record:
        times = {"ingetrokken_op": self.withdrawn, "geldig_tot": self.expires}
        written = {key: _written(START + timedelta(minutes=m)) for key, m in times.items() if m is not None}
        choice = {"keuze": "gegeven" if self.is_given else "geweigerd"}
        decided = _written(START + timedelta(minutes=self.minute))
        return _consent(purpose, self.recipient, decided, **choice, **written)

    @property
    def said(self) -> tuple[int, bool]:
        """The last word about it: when, and whether it is yes."""
        return (self.minute, self.is_given) if self.withdrawn is None else (self.withdrawn, False)


@st.composite
def decisions(draw, recipients: list[str], most: int = 4) -> list[Decided]:
    """Decisions at moments that all differ, so that one is the last."""
    moments = iter(draw(st.lists(st.integers(-600, 999), min_size=3 * most, max_size=3 * most, unique=True)))
    made = []
    for _ in range(draw(st.integers(0, most))):
        first, second, _ = (minutes := sorted(next(moments) for _ in range(3)))
        is_given = draw(st.booleans())
        fate = draw(st.sampled_from(["stands", "withdrawn", "expired", "expires later"])) if is_given else "stands"
        withdrawn = second if fate == "withdrawn" else None
        expires = {"expired": minutes[2], "expires later": 5000}.get(fate)
        made.append(Decided(draw(st.sampled_from(recipients)), is_given, first, withdrawn, expires))
    return made


def _last_word(made: list[Decided], recipient: str, giver: str | None = None) -> Decided | None:
    """The more specific before the less; the last word counts, and when it has expired only a later one of the house.

    Who gives cannot receive: a no to them is one to everybody (ADR 77).
    """
    ended, to_all = None, [decided for decided in made if decided.recipient == giver and not decided.said[1]]
    for level in (recipient, recipient.partition("/")[0]):
        at_level = [decided for decided in made if decided.recipient == level]
        if not at_level:
            continue
        last = max((*at_level, *to_all), key=lambda decided: decided.said[0])
        if last.expires is None or last.expires > 1000 or last.withdrawn is not None:
            return None if ended is not None and ended.minute > last.minute else last
        ended = ended or last
    return None


def _is_objected_to_somebody_there(made: list[Decided], recipient: str) -> bool:
    """Where only the house is addressed, no to a code of somebody there may mean whoever receives (R25)."""
    stands = {d for d in made if d.is_given and d.withdrawn is None and (d.expires is None or d.expires > 1000)}
    return recipient == HOUSE and any(
        objection.recipient in {PERSON, COLLEAGUE}
        and not objection.said[1]
        and not any(d.recipient == objection.recipient and d.minute > objection.said[0] for d in stands)
        for objection in made
    )


def _until_now(*more: Record) -> list[Record]:
    """A consent that matters to nobody makes NOW the last event."""
    return [*more, _consent("informatie-van-behandelaars", "huisarts", _written(NOW))]


@thrifty
@given(decisions([HOUSE, PERSON, COLLEAGUE, ELSEWHERE, EMPLOYER]), st.sampled_from([HOUSE, PERSON]))
def test_r25_r26_r27_nothing_travels_without_a_contact_consent_that_counts_for_this_recipient(made, recipient):
    referral = {**SAMPLE["verwijzing"], "datum": _written(START + timedelta(hours=10)), "naar": recipient}
    contact = [decided.as_record("contactgegevens-naar-tweede-arts") for decided in made]
    others = [decided.as_record("medisch-van-eerste-naar-tweede-arts") for decided in made]
    record = _asked(verwijzing=referral, toestemmingen=_until_now(*contact, *others))
    last = _last_word(made, recipient)
    is_permitted = last is not None and last.said[1] and not _is_objected_to_somebody_there(made, recipient)
    assert verdict_of(record).may_refer is is_permitted


@thrifty
@example([Decided(OHS, is_given=True, minute=300, withdrawn=None, expires=None)], 0, 0)
@example(
    [
        Decided(HOUSE, is_given=False, minute=-1, withdrawn=None, expires=None),
        Decided(OHS, is_given=True, minute=-2, withdrawn=None, expires=None),
    ],
    0,
    -1,
)
@given(decisions([OHS, HOUSE, EMPLOYER]), st.integers(-600, 999), st.sampled_from([-1, 0, 1, None]))
def test_r39_r40_the_report_goes_only_on_a_consent_given_after_the_draft_was_seen(made, draft, beside):
    if made and beside is not None:
        draft = made[-1].minute + beside
    record = copy.deepcopy(SAMPLE) | {"vervolg": None, "factuur": None, "informatieverzoeken": []}
    seen_at = _written(START + timedelta(minutes=draft))
    record["second_opinion"] |= {
        "afspraak": _written(START - timedelta(minutes=700)),
        "vraagstelling_vastgesteld_op": None,
        "conceptadvies_besproken_op": seen_at,
        "status_verslag": "wacht-op-toestemming",
        "verslag_tekst": None,
        "afgerond_op": None,
    }
    kept = [c for c in record["toestemmingen"] if c["doel"] != "uitkomst-naar-eerste-arts"]
    record["toestemmingen"] = _until_now(*kept, *(d.as_record("uitkomst-naar-eerste-arts") for d in made))
    last = _last_word(made, OHS, giver=HOUSE)
    assert verdict_of(record).may_return_report is (last is not None and last.said[1] and last.minute > draft)


# --- R3, R8: contracts and options

_options = [
    SAMPLE["contract"]["opties"][0],
    SAMPLE["contract"]["opties"][1],
    {"optie_id": "opt-3", "type": "pool", "naam": "lpbso"},
]


@thrifty
@given(
    st.integers(-3, 3),
    st.none() | st.integers(-3, 3),
    st.lists(st.sampled_from(_options), max_size=3, unique_by=lambda option: option["optie_id"]),
    st.sampled_from([None, "opt-1", "opt-2", "opt-3", "elders"]),
)
def test_r03_r08_r09_a_contract_in_force_names_options_and_the_employee_chooses(starts, ends, options, chosen):
    record = _asked()
    asked_on = date(2026, 9, 13)
    record["contract"] |= {
        "ingangsdatum": (asked_on + timedelta(days=starts)).isoformat(),
        "einddatum": None if ends is None else (asked_on + timedelta(days=ends)).isoformat(),
        "opties": options,
    }
    record["verzoek"] |= {"gekozen_optie": chosen, "tweede_voorkeur": None}
    names = [option["optie_id"] for option in options]
    to = {"opt-2": ELSEWHERE, "opt-3": "lpbso"}.get(chosen or next(iter(names), ""), HOUSE)
    record["toestemmingen"][0]["ontvanger"] = to
    verdict = verdict_of(record)
    is_in_force = starts <= 0 and (ends is None or ends >= 0)
    is_chosen = chosen in names or (chosen is None and len(names) == 1)
    assert verdict.may_refer is (is_in_force and is_chosen)
    if not is_in_force or not options:
        assert verdict.status == "waiting-contract"
    elif chosen is None and len(names) > 1:
        assert verdict.status == "waiting-choice"


# --- R5, R6: independence by person and by organisation

_FIRST = SAMPLE["eerste_bedrijfsarts"]
_organisations = st.sampled_from([HOUSE, ELSEWHERE, OHS, "praktijk-terpstra", SAMPLE["werkgever"]["naam"]])
_bigs = st.sampled_from([_FIRST["big"], "99990005101", "99990009901", None, "123", "9999000510A"])
_roles = st.sampled_from(["bedrijfsarts", "arboarts", "aios-bedrijfsgeneeskunde", "praktijkondersteuner-bedrijfsarts"])


@thrifty
@given(_organisations, st.lists(_organisations, max_size=2), st.lists(_organisations, max_size=2), _bigs, _roles)
def test_r05_r06_the_second_physician_is_registered_and_works_nowhere_near_the_first(
    organisation, sidelines, sidelines_of_first, big, role
):
    record = _asked()
    second = {**_options[0]["arts"], "organisatie": organisation, "big": big, "rol": role}
    record["contract"]["opties"] = [{**_options[0], "arts": {**second, "andere_organisaties": sidelines}}]
    record["eerste_bedrijfsarts"] = {**_FIRST, "andere_organisaties": sidelines_of_first}
    record["toestemmingen"][0]["ontvanger"] = organisation
    near = {OHS, SAMPLE["werkgever"]["naam"], *sidelines_of_first}
    is_independent = big != _FIRST["big"] and near.isdisjoint({organisation, *sidelines})
    is_registered = role == "bedrijfsarts" and big in {_FIRST["big"], "99990005101", "99990009901"}
    verdict = verdict_of(record)
    assert verdict.may_refer is (is_independent and is_registered)
    codes = {refusal.code for refusal in verdict.refusals}
    assert ("not-independent" in codes) is not is_independent
    assert bool(codes & {"not-registered", "big-malformed"}) is not is_registered


# --- R54 to R56: what a small employer receives

_identifying = st.sampled_from(
    ["Kolk", "kolk", "P10037", "p 10037", "99990005101", "Mulkens", "SO-2026-0001", "17-09-2026", "17 september"]
)


@thrifty
@given(
    st.none() | st.integers(0, 30),
    st.integers(2, 20),
    st.sampled_from(["verrichting SO", "Second Opinion", "second-opinion", "verrichting", "SOLO-abonnement"]),
    st.none() | _identifying,
    st.sampled_from(InvoiceMode),
)
def test_r54_r55_an_invoice_identifies_nobody_and_a_small_employer_reads_only_a_total(
    employees, threshold, text, identifying, mode
):
    record = copy.deepcopy(SAMPLE)
    record["werkgever"]["aantal_werknemers"] = employees
    record["factuur"]["regels"][0]["omschrijving"] = " ".join(filter(None, ["Arbodienstverlening,", text, identifying]))
    policy = replace(POLICY, min_employees_for_itemised=threshold, invoice_mode=mode)
    verdict = verdict_of(record, policy)
    # A case number holds the two letters too: it identifies, and it mentions.
    is_named = (
        text.casefold().replace("-", " ") in {"verrichting so", "second opinion"} or identifying == "SO-2026-0001"
    )
    is_small = employees is None or employees < threshold
    folded = "invoice-without-mention" if is_small or not is_named else "invoice-without-personal-data"
    may_go = identifying is None and mode is not InvoiceMode.NONE
    assert list(verdict.employer_receives) == ([folded] if may_go else [])
    codes = {refusal.code for refusal in verdict.refusals}
    assert ("invoice-identifies" in codes) is (identifying is not None)
    assert ("invoice-mentions-second-opinion" in codes) is (is_small and is_named)


# --- R35: whatever happens, the employer hears of nothing but an invoice

_ANYTHING: list[Policy] = list(sample_policies().values())


@thrifty
@given(decisions([HOUSE, PERSON, OHS, EMPLOYER]), st.sampled_from(_ANYTHING), st.sampled_from(sorted(sample_records())))
def test_r35_whatever_is_decided_the_employer_hears_of_nothing_but_an_invoice(made, policy, number):
    record = copy.deepcopy(sample_records()[number])
    purposes = ["contactgegevens-naar-tweede-arts", "uitkomst-naar-eerste-arts", "tweede-arts-contact-werkgever"]
    record["toestemmingen"] += [d.as_record(purposes[i % 3]) for i, d in enumerate(made)]
    allowed = {"invoice-without-personal-data", "invoice-without-mention"}
    if record["verzoek"]["ingediend_door"] == "werkgever":
        allowed = {"general-answer"}
    assert set(verdict_of(record, policy).employer_receives) <= allowed
