"""What an ``arbodienst-export/1`` record leaves open, though its own words ask for it; each makes it not understood."""

from collections import Counter
from collections.abc import Iterator

from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_triage import chosen_recipient, option_ids, small_records
from mappings.backoffices.arbodienst_words import NOT_SENT
from mappings.backoffices.restricting import restricts_in_prose

Gap = tuple[str, str, str]
"""JSON path, what is missing, what to do."""

_NOTES = frozenset({"notitie", "toelichting-ontvangen", "beslishulp-doorgenomen"})


def gaps(zaak: dutch.Zaak) -> Iterator[Gap]:
    """Everything that is missing from a place that decides."""
    for index, record in enumerate(small_records(zaak)):
        yield from _in_small_step(zaak, record, f"$.beoordeling.tussenstappen[{index}]")
    for index, consent in enumerate(zaak.toestemmingen):
        yield from _in_consent(consent, f"$.toestemmingen[{index}]")
    yield from _in_options(zaak)
    if zaak.verwijzing is not None:
        yield from _in_referral(zaak.verwijzing)
    if zaak.second_opinion is not None:
        yield from _in_opinion(zaak.second_opinion)
    if zaak.vervolg is not None:
        yield from _in_aftercare(zaak.vervolg)


def _in_small_step(zaak: dutch.Zaak, record: dutch.Tussenstap, path: str) -> Iterator[Gap]:
    if record.soort == "onafhankelijkheid-geschonden" and record.arts not in option_ids(zaak):
        yield f"{path}.arts", "This names no option of the contract, so that none is used.", "Name the optie_id."
    if record.soort in _NOTES and restricts_in_prose(record.onderwerp or ""):
        yield f"{path}.onderwerp", "A note holds a word that restricts.", "Record it as what it is, or leave it out."
    if record.soort == "keuze-gemaakt" and chosen_recipient(zaak, record) is None:
        yield f"{path}.optie", "This says for whom the employee chose by no option and no name.", "Add optie or naar."
    if record.soort == "instemming-werkgever-buiten-contract" and record.betaalt is None:
        yield f"{path}.betaalt", "This does not say who pays.", "Write werkgever or werknemer."


def _in_consent(record: dutch.Toestemming, path: str) -> Iterator[Gap]:
    """Find a consent that stands, and whose explanation says otherwise (R25)."""
    stands = record.keuze == "gegeven" and record.ingetrokken_op is None
    if stands and restricts_in_prose(record.toelichting or ""):
        message = "The consent is given, and its explanation restricts it."
        yield (
            f"{path}.toelichting",
            message,
            "Write the decision in keuze and ingetrokken_op, or leave these words out.",
        )


def _in_options(zaak: dutch.Zaak) -> Iterator[Gap]:
    options = zaak.contract.opties if zaak.contract else ()
    counts = Counter(option.optie_id for option in options)
    for index, option in enumerate(options):
        if counts[option.optie_id] > 1:
            yield f"$.contract.opties[{index}].optie_id", "Two options have the same id.", "Give each its own id."


def _in_referral(record: dutch.Verwijzing) -> Iterator[Gap]:
    is_sent = record.status not in NOT_SENT
    if is_sent and record.datum is not None and record.naar is None:
        yield "$.verwijzing.naar", "A referral went out, and nobody knows to whom.", "Add the recipient."
    if is_sent and record.status is not None and record.datum is None:
        yield (
            "$.verwijzing.datum",
            "A referral went out, and nobody knows when.",
            "Add the date, or correct the status.",
        )
    is_answered = any(answer.naar in {None, record.naar} for answer in record.reacties)
    tells = is_answered or record.naar is not None or bool(record.inhoud) or record.verzonden_door is not None
    if tells and record.status is None and record.datum is None:
        yield "$.verwijzing.status", "This does not say whether a referral went out.", "Add the status and the date."
    if not is_sent and is_answered:
        yield "$.verwijzing.status", "Nothing went out, and yet it was answered.", "Correct the status."


def _in_opinion(record: dutch.SecondOpinion) -> Iterator[Gap]:
    dates = (record.afspraak, record.vraagstelling_vastgesteld_op, record.conceptadvies_besproken_op)
    told = (record.locatie, record.duur_minuten, record.correcties_werknemer, record.status_verslag)
    more = (record.verslag_tekst, record.afronding_gemeld_via)
    is_dated = any(date is not None for date in (*dates, record.afgerond_op))
    if not is_dated and any(part is not None for part in (*told, *more)):
        message = "This tells of a second opinion, and nobody knows when."
        yield "$.second_opinion", message, "Add the date, or leave out what did not happen."


def _in_aftercare(record: dutch.Vervolg) -> Iterator[Gap]:
    is_told = record.onderbouwing_voor_werknemer is not None or record.begeleiding is not None
    if record.overname is None and is_told:
        yield "$.vervolg.overname", "This tells what came of an advice, and not whether it is used.", "Add overname."
