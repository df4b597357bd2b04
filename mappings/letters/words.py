"""Codes in Dutch words: tables, and one way to look a code up. A code without words is shown as it is."""

from typing import Final

from gateway.domain.steps import Actor, ActorRole

ROLES: Final[dict[str, str]] = {
    "employee": "u zelf",
    "representative": "uw gemachtigde",
    "first-physician": "uw eerste bedrijfsarts",
    "second-physician": "de tweede bedrijfsarts",
    "practice-assistant": "de praktijkondersteuner van de bedrijfsarts",
    "pool-coordinator": "de coördinator van de pool",
    "back-office": "het secretariaat",
    "management": "de directie",
    "complaints-officer": "de klachtenfunctionaris",
    "employer": "uw werkgever",
    "operator": "een technisch beheerder",
    "auditor": "een toezichthouder",
    "system": "het systeem, automatisch",
}

WORDS: Final[dict[str, dict[str, str]]] = {
    "action": {
        "advice-renewed": "een nieuw advies vastleggen",
        "advice-weighed": "vastleggen wat er met het advies gebeurt",
        "alternative-offered": "een andere mogelijkheid vastleggen",
        "case-read": "in uw zaak kijken",
        "case-submitted": "uw verzoek vastleggen",
        "clarification-asked": "u vragen uw vraag uit te leggen",
        "complaint-decided": "een besluit op uw klacht vastleggen",
        "complaint-filed": "uw klacht vastleggen",
        "completion-reported": "vastleggen dat de second opinion klaar is",
        "consent-given": "uw toestemming vastleggen",
        "consent-refused": "vastleggen dat u geen toestemming geeft",
        "consent-withdrawn": "een toestemming intrekken",
        "contract-shortfall-reported": "de directie vertellen dat een contract niemand noemt",
        "decision-aid-discussed": "vastleggen dat de keuze is besproken",
        "draft-discussed": "vastleggen dat het conceptadvies met u is besproken",
        "employer-agreement-recorded": "een akkoord van de werkgever vastleggen",
        "employer-invoiced": "een factuur aan de werkgever maken",
        "follow-up-planned": "een spreekuur plannen",
        "guidance-decided": "vastleggen wie u begeleidt",
        "handover-made": "uw zaak overdragen aan een andere bedrijfsarts",
        "military-exception-recorded": "de uitzondering voor militairen vastleggen",
        "independence-breached": "vastleggen dat een keuze niet onafhankelijk is",
        "new-choice-asked": "u vragen opnieuw te kiezen",
        "case-reopened": "uw verzoek weer oppakken",
        "note-recorded": "een aantekening maken",
        "question-settled": "uw vraag vaststellen",
        "case-stated": "uw zaak doorgeven",
        "dossier-corrected": "uw gegevens verbeteren",
        "reassessment-planned": "een nieuw spreekuur plannen",
        "statement-confirmed": "nagaan wat nog geldt",
        "recipient-chosen": "uw keuze vastleggen",
        "request-accepted": "uw verzoek aanvaarden",
        "request-declined": "uw verzoek afwijzen",
        "request-found-inadmissible": "het verzoek niet in behandeling nemen",
        "request-maintained": "vastleggen dat u de second opinion nog wilt",
        "request-redirected": "u verwijzen naar UWV",
        "request-submitted": "uw verzoek vastleggen",
        "request-withdrawn": "uw verzoek intrekken",
        "restriction-lifted": "vastleggen dat uw gegevens weer mogen worden gebruikt",
        "right-answered": "antwoord geven op uw vraag over uw gegevens",
        "right-requested": "uw vraag over uw gegevens vastleggen",
        "transfer-decided": "besluiten over een andere bedrijfsarts",
        "transfer-requested": "uw vraag om een andere bedrijfsarts vastleggen",
    },
    "adoption": {
        "wholly": "helemaal overgenomen",
        "partly": "voor een deel overgenomen",
        "not": "niet overgenomen",
        "not-assessed": "niet beoordeeld, omdat er geen verslag was",
    },
    "alternative": {
        "uwv-expert-opinion": "een deskundigenoordeel van UWV",
        "uwv-deskundigenoordeel": "een deskundigenoordeel van UWV",
        "mediation": "een gesprek met een bemiddelaar (mediation)",
        "mediator": "een gesprek met een bemiddelaar (mediation)",
        "colleague": "een gesprek met een andere bedrijfsarts van dezelfde arbodienst",
        "collega": "een gesprek met een andere bedrijfsarts van dezelfde arbodienst",
        "complaint": "de klachtenprocedure",
    },
    "channel": {
        "employee": "u zelf",
        "employer": "uw werkgever",
        "second-physician": "de tweede bedrijfsarts",
        "werknemer": "u zelf",
        "werkgever": "uw werkgever",
        "tweede-arts": "de tweede bedrijfsarts",
    },
    "complaint": {
        "refusal": "de afwijzing van uw verzoek",
        "transfer": "het besluit over een andere bedrijfsarts",
        "transfer-refusal": "het besluit over een andere bedrijfsarts",
        "other": "iets anders",
    },
    "content": {
        "contact": "uw contactgegevens",
        "contact-data": "uw contactgegevens",
        "contact-details": "uw contactgegevens",
        "contested-feedback": "de terugkoppeling waar u aan twijfelt",
        "referral-question": "uw vraag",
        "question": "uw vraag",
        "medical-data": "medische gegevens",
        "reasoning": "de uitleg van uw eerste bedrijfsarts bij het advies",
        "work-circumstances": "gegevens over het werk",
        "report": "het verslag",
    },
    "declination": {
        "not-available": "er is geen plaats",
        "conflict-of-interest": "de arts is niet onafhankelijk genoeg in deze zaak",
        "outside-expertise": "de vraag past niet bij wat de arts kan beoordelen",
        "out-of-region": "de afstand is te groot",
        "incomplete": "de verwijzing is niet compleet",
        "not-covered": "het contract dekt deze verwijzing niet",
    },
    "form": {
        "digital": "digitaal",
        "paper": "op papier",
        "papier": "op papier",
        "digitaal": "digitaal",
        "digitaal-ondertekend": "digitaal ondertekend",
        "papier-ondertekend": "op papier ondertekend",
        "other": "op een andere manier",
    },
    "information-refusal": {
        "not-permitted": "het mag niet, want daarvoor is geen geldige toestemming",
        "not-available": "de gegevens zijn er niet",
    },
    "kind": {
        "availability-asked": "de vraag of er plaats is",
        "availability-answered": "het antwoord of er plaats is",
        "referral-requested": "de verwijzing",
        "contact-corrected": "uw verbeterde contactgegevens",
        "referral-accepted": "het bericht dat de verwijzing is aangenomen",
        "referral-declined": "het bericht dat de verwijzing niet is aangenomen",
        "milestone-reached": "een bericht over de voortgang",
        "information-requested": "de vraag om informatie",
        "information-provided": "de gevraagde informatie",
        "information-declined": "het bericht dat er geen informatie komt",
        "report-released": "het verslag",
        "report-withheld": "het bericht dat er geen verslag komt",
        "referral-withdrawn": "het bericht dat de verwijzing is ingetrokken",
        "referral-stopped": "het bericht dat de second opinion is gestopt",
        "consent-withdrawn": "het bericht dat een toestemming is ingetrokken",
        "erasure-requested": "het verzoek om gegevens te wissen",
        "erasure-confirmed": "de bevestiging dat gegevens zijn gewist",
        "invoice-issued": "een factuur zonder gegevens over u",
        "receipt": "een ontvangstbewijs",
    },
    "milestone": {
        "appointment-planned": "de afspraak voor de second opinion is gemaakt",
        "so-started": "de second opinion is begonnen",
        "draft-with-employee": "het conceptadvies ligt bij u",
    },
    "purpose": {
        "CONTACT-TO-SO": "het doorgeven van uw contactgegevens voor de second opinion",
        "FEEDBACK-TO-SO": "het doorgeven van de terugkoppeling waar u aan twijfelt",
        "MEDICAL-TO-SO": "het doorgeven van medische gegevens aan de tweede bedrijfsarts",
        "TREATING-INFO": "het opvragen van informatie bij uw behandelaars",
        "OUTCOME-TO-FIRST": "het sturen van het verslag naar uw eerste bedrijfsarts",
        "DOSSIER-TO-COLLEAGUE": "het overdragen van uw dossier aan een andere bedrijfsarts",
        "EMPLOYER-AWARE": "het vertellen aan uw werkgever dat u een second opinion wilt",
        "SO-CONTACT-EMPLOYER": "contact van de tweede bedrijfsarts met uw werkgever",
    },
    "settled-with": {
        "first-physician": "uw eerste bedrijfsarts",
        "second-physician": "de tweede bedrijfsarts",
        "eerste-arts": "uw eerste bedrijfsarts",
        "tweede-arts": "de tweede bedrijfsarts",
    },
    "stop": {
        "no-show": "u was niet op de afspraak",
        "physician-unavailable": "de tweede bedrijfsarts kon niet verder",
    },
    "verdict": {
        "ok": "ontvangen en aanvaard",
        "transient-error": "nu niet aanvaard; wij proberen het opnieuw",
        "fatal-error": "ontvangen maar niet aanvaard",
        "accepted": "ontvangen en aanvaard",
        "refused": "ontvangen maar niet aanvaard",
    },
    "right": {
        "access": "inzage in uw gegevens",
        "copy": "een kopie van uw gegevens",
        "correction": "verbetering van uw gegevens",
        "restriction": "beperking: bewaren en verder niet gebruiken",
        "erasure": "het wissen van uw gegevens",
    },
    "data": {
        "transport-copy": "kopieën van bezorgde berichten",
        "receipt-copy": "kopieën van ontvangstbewijzen",
        "held-delivery": "berichten die apart lagen en zijn afgehandeld",
        "laid-out": "verzegelde bestanden die voor een ander klaarlagen",
        "case-copy": "kopieën van zaken",
        "invoice": "facturen, waarop niets over u staat",
        "log": "het logboek zonder gegevens over personen",
        "backup": "reservekopieën",
        "second-opinion-file": "het dossier bij de tweede bedrijfsarts, in een eigen systeem",
        "medical-file": "het medische dossier bij uw eerste bedrijfsarts, in een eigen systeem",
        "exposure-file": "gegevens over werken met gevaarlijke stoffen, in een ander systeem",
    },
    "contact-channel": {"email": "per e-mail", "telephone": "per telefoon", "post": "per post"},
    "choice": {"given": "toestemming", "refused": "geen toestemming"},
    "advice": {
        "absence-guidance": "begeleiding bij ziekte",
        "health-examination": "onderzoek naar de gezondheid bij het werk (PAGO)",
        "work-health-consultation": "arbeidsomstandighedenspreekuur",
        "occupational-disease": "beroepsziekte",
        "pre-employment-examination": "aanstellingskeuring",
    },
    "name-use": {
        "own": "eigen achternaam",
        "partner": "achternaam van de partner",
        "own-partner": "eigen achternaam, dan die van de partner",
        "partner-own": "achternaam van de partner, dan de eigen",
    },
    "option": {"physician": "een bedrijfsarts", "ohs": "een arbodienst", "pool": "een groep bedrijfsartsen"},
    "sent": {
        "pending": "wacht op verzending",
        "sent": "verstuurd, er is nog geen ontvangstbewijs",
        "delivered": "aangekomen",
        "refused": "niet aanvaard door de ontvanger",
        "dropped": "niet verstuurd",
        "undeliverable": "niet te bezorgen; een technisch beheerder kijkt ernaar",
    },
    "received": {
        "processed": "verwerkt",
        "parked": "wacht op een eerder bericht",
        "refused": "niet aanvaard",
        "discarded": "opzijgelegd",
    },
    "view": {
        "case": "uw zaak",
        "referral": "de verwijzing, met wat erbij hoort",
        "document": "een document bij de verwijzing",
        "consents": "uw toestemmingen",
        "log": "dit logboek",
        "report": "het verslag",
        "letter": "een brief in uw zaak",
        "messages": "de berichten in uw zaak",
        "export": "een kopie van uw gegevens",
        "journal": "de versleutelde regels van het logboek",
        "proof": "een bewijs van een regel in dit logboek",
        "trace": "het logboek van een zaak waarvan de gegevens zijn vernietigd",
    },
}
"""Words by table and code."""


NEVER_QUOTED: Final[dict[str, str]] = {"form": "other"}
"""By table whose codes a partner chose as it liked: the code that stands for all that is not in it."""


def word(code: str, table: str) -> str:
    """The Dutch words for a code; where none are known the code itself, as our own back office wrote it."""
    words = WORDS[table]
    unknown = words[NEVER_QUOTED[table]] if table in NEVER_QUOTED else str(code)
    return words.get(str(code), unknown)


def listed(items: list[str]) -> str:
    """``a, b en c``."""
    return " en ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def actor_words(actor: Actor, organisation: str) -> str:
    """Who did something: name, role and organisation; the employee is ``u zelf``, a stand-in ``waarnemer van``.

    Args:
        actor: Who.
        organisation: Name of the actor's organisation.
    """
    role = ROLES[actor.role]
    if is_stand_in(actor):
        role = f"waarnemer van {actor.on_behalf_of}"
    if actor.role in {ActorRole.EMPLOYEE, ActorRole.EMPLOYER}:
        return role
    number = f"BIG {actor.big}" if actor.big else None
    who = ", ".join(part for part in (actor.name, number, role) if part)
    return who if actor.role is ActorRole.REPRESENTATIVE else f"{who} ({organisation})"


def is_stand_in(actor: Actor) -> bool:
    """Tell whether a physician acted in the place of the physician of the case (R15)."""
    is_physician = actor.role in {ActorRole.FIRST_PHYSICIAN, ActorRole.SECOND_PHYSICIAN}
    return is_physician and bool(actor.on_behalf_of) and actor.on_behalf_of != actor.name
