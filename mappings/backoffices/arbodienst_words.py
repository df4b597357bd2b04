"""The closed lists of ``arbodienst-export/1``, as ``docs/reference/case-format.md`` has them.

A list holds the words of the format and nothing like them. A back office that uses other words explains them in a
profile; see ``profile``.
"""

from types import MappingProxyType
from typing import Final

from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices.words import WordList

TRIAGE_WORDS: Final = MappingProxyType(
    {
        "aanvaard": "accepted",
        "verzoek-ingetrokken": "request taken back by the employee",
        "nieuwe-beoordeling-gepland": "new consultation planned",
        "nieuwe-beslissing": "new advice",
        "verzoek-gehandhaafd": "the employee still asks",
        "onafhankelijkheid-geschonden": "an option is not independent and is not used",
        "nieuwe-keuze-gevraagd": "the employee is asked to choose again",
        "keuze-gemaakt": "the employee chose",
        "instemming-werkgever-buiten-contract": "the employer agreed to somebody outside the contract",
        "uitzondering-1.34a-vastgesteld": "the military exception was found to hold",
        "heropend-na-klacht": "taken up again; waits for the physician",
        "toelichting-gevraagd": "the employee was asked to explain the question",
        "alternatief-aangeboden": "another instrument was offered",
        "contract-gebrek-gemeld-aan-directie-arbodienst": "management knows of a contract that names nobody",
        "beslishulp-doorgenomen": "decision aid discussed (a note)",
        "toelichting-ontvangen": "explanation received (a note)",
        "notitie": "a note",
    }
)
ANSWER_WORDS: Final = MappingProxyType(
    {
        "ontvangst-bevestigd": "received",
        "geaccepteerd": "accepted",
        "geweigerd": "declined",
        "afspraak-gepland": "appointment planned",
        "afspraak-verzet": "appointment moved",
        "gestart": "started",
        "concept-besproken": "draft discussed with the employee",
        "niet-verschenen": "stopped: the employee did not come",
        "gestopt": "stopped",
        "intrekking-verwerkt": "withdrawn",
        "gewist": "erased",
    }
)
CHOICE_WORDS: Final = MappingProxyType(
    {
        "gegeven": "given",
        "geweigerd": "refused",
        "ingetrokken": "given, and withdrawn",
        "verlopen": "given, and expired",
    }
)
OUTCOME_WORDS: Final = MappingProxyType(
    {
        "aanvaard": "accepted",
        "afgewezen": "declined",
        "verwezen": "redirected to UWV",
        "nieuwe-beoordeling": "a new consultation first",
        "niet-ontvankelijk": "inadmissible",
    }
)
STATUS_WORDS: Final = MappingProxyType(
    {
        "verzonden": "sent",
        "geaccepteerd": "sent",
        "in-behandeling": "sent",
        "afspraak-gepland": "sent",
        "afgerond": "sent, and finished",
        "geweigerd": "sent, and declined",
        "ingetrokken": "sent, and withdrawn",
        "niet-verzonden": "nothing went out",
        "in-wachtrij": "nothing went out",
    }
)
NOT_SENT: Final = frozenset({"niet-verzonden", "in-wachtrij"})
"""The only two that say that nothing went out."""

UPHELD: Final = frozenset({"gegrond", "gegrond met aanbeveling"})
COMPLAINT_WORDS: Final = MappingProxyType(
    {
        "gegrond": "upheld",
        "gegrond met aanbeveling": "upheld",
        "ongegrond": "not upheld",
        "ongegrond met aanbeveling": "not upheld",
    }
)
INSISTS: Final = "second-opinion"
ALTERNATIVE_WORDS: Final = MappingProxyType(
    {
        INSISTS: "the employee still wants the second opinion",
        "alternatief": "the employee takes the alternative",
        "uwv": "the employee goes to UWV",
        "denkt-na": "the employee thinks about it",
    }
)
PAYER_WORDS: Final = MappingProxyType({"werkgever": "employer", "werknemer": "employee"})
GIVEN_BY_WORDS: Final = MappingProxyType({"werknemer": "the employee", "gemachtigde": "the representative"})
REPORT_WORDS: Final = MappingProxyType(
    {
        "vrijgegeven": "released",
        "geblokkeerd": "withheld",
        "wacht-op-toestemming": "waits for the employee's decision",
    }
)
TRANSFER_GRANTED: Final = frozenset({"gehonoreerd"})
TRANSFER_WORDS: Final = MappingProxyType(
    {"gehonoreerd": "granted", "niet-gehonoreerd": "refused", "overwogen-niet-gehonoreerd": "considered, and refused"}
)
GUIDANCE_WORDS: Final = MappingProxyType({"voortgezet": "goes on", "overgedragen": "handed over"})
OFFERED: Final = "aangeboden-door-bedrijfsarts"
CHANNEL_WORDS: Final = MappingProxyType(
    {
        OFFERED: "offered by the physician",
        "telefoon-secretariaat": "telephone",
        "telefoon": "telephone",
        "spreekuur": "consultation",
        "email": "e-mail",
        "email-hr": "e-mail of the employer",
        "brief": "letter",
        "post": "letter",
        "portaal": "portal",
    }
)
CONFIRMED_BY: Final = frozenset({"second-opinion-bedrijfsarts", "werknemer"})
COMPLETION_WORDS: Final = MappingProxyType(
    {
        "second-opinion-bedrijfsarts": "confirmed",
        "werknemer": "confirmed",
        "werkgever": "not confirmed, and not answered",
    }
)
FORM_WORDS: Final = MappingProxyType(
    {"digitaal-ondertekend": "signed digitally", "papier-ondertekend": "signed on paper", "papier": "on paper"}
)
SETTLED_WITH_WORDS: Final = MappingProxyType(
    {"eerste-bedrijfsarts": "first physician", "second-opinion-bedrijfsarts": "second physician"}
)
PREFERENCE_WORDS: Final = MappingProxyType({"email": "e-mail", "post": "letter", "telefoon": "telephone"})
NUMBER_WORDS: Final = MappingProxyType(
    {"afwezig": "none", "faalt-elfproef": "fails the check", "testreeks-99999": "of the test range"}
)
TRANSFER_KIND_WORDS: Final = MappingProxyType({"neutraal-feitelijk": "facts only"})
PHYSICIAN_WORDS: Final = MappingProxyType(
    {
        "bedrijfsarts": "may request and give a second opinion",
        "praktijkondersteuner-bedrijfsarts": "under a supervising bedrijfsarts",
        "arboarts": "may not give one",
        "aios-bedrijfsgeneeskunde": "may not give one",
    }
)


def _same(table: dict[str, object]) -> dict[str, str]:
    """Words of a code table, each with the code it stands for."""
    return {word: str(code) for word, code in table.items()}


_ARTS: Final = ("eerste_bedrijfsarts", "contract.opties[].arts", "verwijzing.reacties[].arts")
_WHO: Final = (
    *("beoordeling.door", "beoordeling.tussenstappen[].door", "verwijzing.verzonden_door"),
    *("vervolg.spreekuur.gehouden_door", "vervolg.spreekuur.gepland_door", "klacht.behandeld_door"),
)
_REFUSING_OUTCOMES: Final = frozenset(OUTCOME_WORDS) - {"aanvaard"}
_CLOSING_STEPS: Final = frozenset(
    {"verzoek-ingetrokken", "onafhankelijkheid-geschonden", "nieuwe-keuze-gevraagd", "nieuwe-beoordeling-gepland"}
)
_CLOSING_ANSWERS: Final = frozenset({"geweigerd", "niet-verschenen", "gestopt", "intrekking-verwerkt", "gewist"})
LISTS: Final[tuple[WordList, ...]] = (
    WordList("beslissing.soort", ("beslissing.soort",), _same({**codes.ADVICE_KIND})),
    WordList("verzoek.ingediend_door", ("verzoek.ingediend_door",), _same({**codes.SUBMITTED_BY})),
    WordList("opties.type", ("contract.opties[].type",), _same({**codes.OPTION_KIND})),
    WordList("arts.rol", tuple(f"{place}.rol" for place in _ARTS), PHYSICIAN_WORDS),
    WordList("naamgebruik", ("werknemer.naam.naamgebruik",), _same({**codes.NAME_USE})),
    WordList("beoordeling.uitkomst", ("beoordeling.uitkomst",), OUTCOME_WORDS, restricting=_REFUSING_OUTCOMES),
    WordList("beoordeling.reden_code", ("beoordeling.reden_code",), _same({**codes.REASON})),
    WordList(
        "tussenstappen.soort",
        ("beoordeling.tussenstappen[].soort",),
        TRIAGE_WORDS,
        takes_notes=True,
        restricting=_CLOSING_STEPS,
    ),
    WordList(
        "keuze_werknemer",
        ("beoordeling.tussenstappen[].keuze_werknemer",),
        ALTERNATIVE_WORDS,
        restricting=frozenset(ALTERNATIVE_WORDS) - {INSISTS},
    ),
    WordList("betaalt", ("beoordeling.tussenstappen[].betaalt",), PAYER_WORDS),
    WordList("door.rol", tuple(f"{place}.rol" for place in _WHO), _same({**codes.ROLE})),
    WordList("toestemmingen.doel", ("toestemmingen[].doel",), _same({**codes.PURPOSE})),
    WordList(
        "toestemmingen.keuze",
        ("toestemmingen[].keuze",),
        CHOICE_WORDS,
        restricting=frozenset(CHOICE_WORDS) - {"gegeven"},
    ),
    WordList("toestemmingen.gegeven_door", ("toestemmingen[].gegeven_door",), GIVEN_BY_WORDS),
    WordList(
        "verwijzing.status", ("verwijzing.status",), STATUS_WORDS, restricting=frozenset({"geweigerd", "ingetrokken"})
    ),
    WordList("verwijzing.inhoud", ("verwijzing.inhoud[]",), _same({**codes.CONTENTS})),
    WordList(
        "reacties.soort",
        ("verwijzing.reacties[].soort",),
        ANSWER_WORDS,
        takes_notes=True,
        restricting=_CLOSING_ANSWERS,
    ),
    WordList("informatieverzoeken.soort", ("informatieverzoeken[].soort",), _same({**codes.INFORMATION})),
    WordList(
        "status_verslag",
        ("second_opinion.status_verslag",),
        REPORT_WORDS,
        restricting=frozenset(REPORT_WORDS) - {"vrijgegeven"},
    ),
    WordList("overname", ("vervolg.overname",), _same({**codes.ADOPTION})),
    WordList(
        "overdracht.besluit",
        ("vervolg.overdracht.besluit",),
        TRANSFER_WORDS,
        restricting=frozenset(TRANSFER_WORDS) - TRANSFER_GRANTED,
    ),
    WordList("klacht.over", ("klacht.over",), _same({**codes.COMPLAINT_SUBJECT})),
    WordList("klacht.uitkomst", ("klacht.uitkomst",), COMPLAINT_WORDS, restricting=frozenset(COMPLAINT_WORDS) - UPHELD),
    WordList("begeleiding", ("vervolg.begeleiding",), GUIDANCE_WORDS, decides=False),
    WordList("overdracht.inhoud", ("vervolg.overdracht.inhoud[]",), _same({**codes.HANDOVER}), decides=False),
    WordList("overdracht.soort", ("vervolg.overdracht.soort",), TRANSFER_KIND_WORDS, decides=False),
    WordList(
        "reacties.reden_code",
        ("verwijzing.reacties[].reden_code",),
        _same({**codes.DECLINE, **codes.STOP}),
        decides=False,
    ),
    WordList(
        "geweigerd_wegens", ("informatieverzoeken[].geweigerd_wegens",), _same({**codes.NOT_GIVEN}), decides=False
    ),
    WordList("kanaal", ("verzoek.kanaal", "beoordeling.tussenstappen[].kanaal"), CHANNEL_WORDS, decides=False),
    WordList("afronding_gemeld_via", ("second_opinion.afronding_gemeld_via",), COMPLETION_WORDS, decides=False),
    WordList("vorm", ("toestemmingen[].vorm",), FORM_WORDS, decides=False),
    WordList("vastgesteld_met", ("verzoek.vraagstelling.vastgesteld_met",), SETTLED_WITH_WORDS, decides=False),
    WordList("voorkeurskanaal", ("werknemer.voorkeurskanaal",), PREFERENCE_WORDS, decides=False),
    WordList("bsn_soort", ("werknemer.bsn_soort",), NUMBER_WORDS, decides=False),
    WordList("eerdere_zaken.overname", ("eerdere_zaken[].overname",), _same({**codes.ADOPTION}), decides=False),
)
"""Every closed list; ``decides`` says whether an unknown word makes the record not understood."""
