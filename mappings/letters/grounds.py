"""Grounds in Dutch: why a request is refused (R16, R17), and why an act was not allowed.

``GROUNDS`` is for letters: a short name, an explanation, and what the employee can do now. ``HINDRANCES`` is for
the log: one clause for every code in the catalogue of refusals.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground for refusing.

    Attributes:
        name: A few words, without capital or full stop.
        explanation: What the ground means, in whole sentences.
        advice: What the employee can do now.
    """

    name: str
    explanation: str
    advice: str


_UWV_ADVICE = "U kunt zelf een deskundigenoordeel aanvragen bij UWV."

GROUNDS: Final[dict[str, Ground]] = {
    "repeat-same-question": Ground(
        "dezelfde vraag is al eerder behandeld",
        "Over deze vraag hebt u al eerder een second opinion gehad. Nog een keer dezelfde vraag stellen geeft u geen "
        "nieuwe zekerheid.",
        "Is er een nieuw advies, of zijn er nieuwe feiten? Dan kunt u opnieuw een verzoek doen.",
    ),
    "unspecified-after-clarification": Ground(
        "het is niet duidelijk wat uw vraag is",
        "Wij hebben u gevraagd uw vraag uit te leggen. Wij weten nog steeds niet aan welk punt u twijfelt.",
        "Kunt u uw vraag alsnog uitleggen? Dan kunt u opnieuw een verzoek doen. Uw bedrijfsarts wil u daarbij helpen.",
    ),
    "improper-use": Ground(
        "de second opinion is hier niet voor bedoeld",
        "Een second opinion geeft meer zekerheid over een advies van de bedrijfsarts. Uw bedrijfsarts vindt dat uw "
        "verzoek een ander doel heeft.",
        "Bent u het daar niet mee eens? Bespreek het met uw bedrijfsarts, of dien een klacht in.",
    ),
    "legal-proceedings": Ground(
        "er is een oordeel nodig dat telt in een juridische procedure",
        "In een juridische procedure, of als die er aankomt, hebt u een oordeel met een juridische status nodig. "
        "Een second opinion heeft die status niet. Een deskundigenoordeel van UWV wel.",
        _UWV_ADVICE,
    ),
    "outside-occupational-health": Ground(
        "de vraag gaat niet over arbeid en gezondheid",
        "Uw vraag valt buiten het vak van de bedrijfsarts. Een andere bedrijfsarts kan er dus ook geen antwoord op "
        "geven. Een deskundige van UWV kan dat wel.",
        _UWV_ADVICE,
    ),
    "reintegration-stalled": Ground(
        "de vraag gaat over vastgelopen re-integratie",
        "Uw vraag gaat erover of de terugkeer naar werk goed wordt aangepakt. Voor zo'n vraag is er het "
        "deskundigenoordeel van UWV.",
        _UWV_ADVICE,
    ),
    "conflict-instrument": Ground(
        "het gaat om een conflict op het werk",
        "Een second opinion gaat over gezondheid en werk. Zij lost een conflict niet op.",
        "Een gesprek met een onafhankelijke bemiddelaar (mediation) past hier beter. Uw bedrijfsarts denkt met u mee.",
    ),
    "conduct-complaint": Ground(
        "het gaat om hoe u bent behandeld",
        "Een second opinion gaat over de inhoud van een advies. Uw bezwaar gaat over de manier waarop u bent "
        "behandeld.",
        "Daarvoor is de klachtenprocedure. Verderop leest u hoe dat gaat.",
    ),
    "no-health-question": Ground(
        "het is geen vraag over gezondheid",
        "Een bedrijfsarts geeft advies over gezondheid en werk. Uw vraag gaat over iets anders, zoals loon of verlof.",
        "Deze vraag kunt u stellen aan uw werkgever, uw vakbond of een juridisch adviseur.",
    ),
    "pre-employment-exam": Ground(
        "het gaat om een aanstellingskeuring",
        "Een second opinion kan niet over een keuring voor een nieuwe baan gaan. Daarvoor is een aparte herkeuring.",
        "Vraag de arts die u heeft gekeurd hoe u een herkeuring aanvraagt.",
    ),
    "not-by-employee": Ground(
        "het verzoek kwam niet van u",
        "Alleen een werknemer zelf kan om een second opinion vragen. Iemand anders mag dat alleen namens u doen als u "
        "daarvoor schriftelijk een machtiging hebt gegeven.",
        "Wilt u zelf een second opinion? Dan kunt u dat altijd vragen aan uw bedrijfsarts.",
    ),
    "other": Ground(
        "een andere reden",
        "Uw bedrijfsarts heeft een reden die niet op onze vaste lijst staat. Die reden leest u hieronder.",
        "Bent u het er niet mee eens? Bespreek het met uw bedrijfsarts, of dien een klacht in.",
    ),
}

HINDRANCES: Final[dict[str, str]] = {
    "not-by-employee": "alleen u zelf kunt om een second opinion vragen",
    "pre-employment-exam": "een second opinion kan niet over een aanstellingskeuring gaan",
    "inadmissible": "het verzoek kan niet in behandeling worden genomen",
    "declined": "het verzoek is afgewezen",
    "redirected-uwv": "voor deze vraag is het deskundigenoordeel van UWV",
    "withdrawn": "u hebt uw verzoek of uw toestemming ingetrokken",
    "not-accepted": "uw bedrijfsarts heeft het verzoek nog niet bevestigd",
    "alternative-chosen": "u koos voor een andere mogelijkheid of denkt daar nog over na; uw verzoek wacht op uw woord",
    "contract-ended": "het contract was op dat moment afgelopen; uw recht blijft",
    "awaiting-reassessment": "er komt eerst een nieuw spreekuur",
    "decision-too-old": "het advies is ouder dan de werkafspraak; er komt eerst een nieuw spreekuur",
    "no-contract-in-force": "er was op dat moment geen geldig contract; uw recht blijft",
    "contract-names-no-option": "het contract noemt niemand voor second opinions; uw recht blijft",
    "not-chosen-by-employee": "u hebt nog niet gekozen wie de second opinion geeft",
    "choice-contradicts": "uw keuze noemt twee mogelijkheden; u mag zeggen welke u bedoelt",
    "consents-name-several": "u gaf toestemming voor meer dan één arts; u mag zeggen welke u kiest",
    "option-names-nobody": "van uw keuze staat niet vast welke arts het is",
    "recipient-not-chosen": "dit is niet de arts die u koos",
    "choose-again": "de gekozen arts kan niet; u mag opnieuw kiezen",
    "not-independent": "de gekozen arts is niet onafhankelijk van uw eerste bedrijfsarts",
    "option-not-independent": "deze keuze bleek niet onafhankelijk van uw eerste bedrijfsarts; u mag opnieuw kiezen",
    "not-registered": "van de gekozen arts staat niet vast dat hij of zij bedrijfsarts is",
    "outside-contract-unaware": "uw keuze valt buiten het contract en uw werkgever mag het niet weten zonder uw "
    "toestemming",
    "outside-contract-not-agreed": "uw keuze valt buiten het contract en er is geen akkoord over de kosten",
    "not-discussed-with-first-physician": "het verzoek was nog niet met uw bedrijfsarts besproken",
    "requester-not-a-physician": "alleen een geregistreerde bedrijfsarts mag verwijzen",
    "advice-not-identified": "het was niet duidelijk om welk advies het gaat",
    "no-suspension-not-discussed": "met u was nog niet besproken dat lopende afspraken doorgaan",
    "contact-consent-absent": "u hebt geen toestemming gegeven om contactgegevens door te geven",
    "contact-consent-refused": "u wilt niet dat uw contactgegevens worden doorgegeven",
    "contact-consent-withdrawn": "u hebt de toestemming voor uw contactgegevens ingetrokken",
    "contact-consent-expired": "de toestemming voor uw contactgegevens is verlopen",
    "contact-consent-other-recipient": "uw toestemming voor contactgegevens geldt voor een andere ontvanger",
    "referral-active": "er loopt al een verwijzing",
    "opinion-already-held": "de second opinion van dit verzoek is al geweest; voor een nieuwe doet u een nieuw verzoek",
    "consent-before-decline": "na een afzegging kiest u opnieuw en geeft u opnieuw toestemming",
    "no-fixed-group-in-force": "de arbodienst had nog niet vastgesteld welke artsen u kunt kiezen",
    "not-in-fixed-group": "wie u koos, staat niet op de lijst van artsen die u kunt kiezen",
    "feedback-not-permitted": "de terugkoppeling mag niet mee",
    "medical-before-first-contact": "medische gegevens gaan pas na uw eerste contact met de tweede bedrijfsarts",
    "medical-not-permitted": "er is geen geldige toestemming om medische gegevens te sturen",
    "employee-did-not-decide": "u hebt niet besloten dat deze informatie mag worden gevraagd",
    "before-first-contact": "de second opinion was nog niet begonnen",
    "no-referral": "er is geen verwijzing die verstuurd mocht worden",
    "draft-not-discussed": "het conceptadvies was nog niet met u besproken",
    "outcome-consent-absent": "u hebt nog niet besloten over het sturen van het verslag",
    "outcome-consent-refused": "u wilt niet dat het verslag wordt gestuurd",
    "outcome-consent-withdrawn": "u hebt de toestemming voor het verslag ingetrokken",
    "outcome-consent-expired": "de toestemming voor het verslag is verlopen",
    "outcome-consent-other-recipient": "uw toestemming voor het verslag geldt voor een andere ontvanger",
    "outcome-consent-before-draft": "u gaf toestemming voordat u het conceptadvies had gezien",
    "refusal-not-by-first-physician": "alleen uw eerste bedrijfsarts mag een verzoek afwijzen",
    "refusal-not-in-writing": "een afwijzing moet op papier staan, met redenen",
    "refusal-without-complaints-procedure": "in de afwijzing moet staan hoe u een klacht indient",
    "refusal-code-unknown": "de afwijzing had geen duidelijke reden",
    "refusal-without-clarification": "u was nog niet gevraagd uw vraag uit te leggen",
    "refusal-without-earlier-case": "er is geen eerder verzoek over dezelfde vraag gevonden",
    "repeat-of-another-advice": "uw eerdere second opinion ging niet over dit advies",
    "invoice-identifies": "op de factuur stond iets waaraan iemand te herkennen is",
    "invoice-not-in-policy": "volgens de afspraken gaat er geen factuur uit",
    "nothing-to-invoice": "er is niets gedaan dat op een factuur mag",
    "transfer-unanswered": "uw vraag om een andere bedrijfsarts heeft nog geen antwoord met redenen",
    "transfer-must-be-granted": "volgens de afspraken krijgt u altijd een andere bedrijfsarts als u dat vraagt",
    "adoption-without-reasons": "uw bedrijfsarts moet uitleggen waarom",
    "inadmissible-ground-unknown": "op deze grond mag een verzoek niet buiten behandeling blijven",
    "clarification-without-reply-period": "u moet tijd krijgen om te antwoorden",
    "reassessment-too-late": "een nieuw spreekuur komt voor een verwijzing, niet erna",
    "not-awaiting-reassessment": "er was geen nieuw spreekuur gepland",
    "advice-not-renewed": "uw bedrijfsarts gaf nog geen nieuw advies",
    "advice-not-received": "er is geen verslag van de tweede bedrijfsarts gekomen",
    "transfer-not-requested": "u hebt niet om een andere bedrijfsarts gevraagd",
    "transfer-not-granted": "er is geen andere bedrijfsarts toegezegd",
    "complaint-not-by-employee": "alleen u zelf kunt een klacht indienen",
    "complaint-without-decision": "er is geen besluit waarover deze klacht gaat",
    "complaint-unknown": "er wacht geen klacht hierover op een besluit",
    "complaint-judged-by-involved": "over een klacht beslist iemand die er niet bij betrokken was",
    "acceptance-not-by-first-physician": "alleen uw eerste bedrijfsarts bevestigt een verzoek",
    "reopened-without-complaint": "een zaak gaat weer open na een klacht waarin u gelijk krijgt",
    "request-decided": "over het verzoek was al besloten",
    "chosen-option-unknown": "de mogelijkheid die u koos staat niet in het contract",
    "other-person": "het nummer van uw zaak noemde iemand anders",
    "case-repeated": "het nummer van uw zaak werd twee keer gebruikt",
    "consent-missing": "een toestemming die u gaf, werd niet meer genoemd",
    "decision-missing": "een besluit dat eerder was doorgegeven, werd niet meer genoemd",
    "consent-widened": "een toestemming werd ruimer opgegeven zonder nieuwe datum",
    "nothing-to-confirm": "er wachtte niets op een bevestiging",
    "not-understood": "in de opgave van uw zaak stond iets onduidelijks",
    "consent-not-by-employee": "een toestemming was niet van u of van wie dat namens u mag",
    "dossier-widened": "een gegeven dat u beschermt, werd zonder uitleg anders opgegeven",
    "ended-elsewhere": "de verwijzing was al ingetrokken of afgezegd",
    "running-elsewhere": "er loopt al een verwijzing",
    "case-number-alike": "het nummer van uw zaak lijkt op een ander nummer",
    "recipient-unknown": "uw toestemming noemt een ontvanger die niet bekend is",
    "organisation-not-an-id": "van een bedrijfsarts was niet duidelijk bij welke organisatie die werkt",
    "dated-in-future": "er stond een datum die nog moet komen",
    "decision-contradicts": "over het verzoek was al besloten en het is al verwezen",
    "course-contradicts": "de verwijzing loopt nog; berichten van de tweede bedrijfsarts gaan voor",
    "text-too-long": "een tekst is te lang voor een bericht",
    "payload-too-large": "wat er mee moest, is te groot voor een bericht",
    "case-of-another-organisation": "de zaak hoort bij een andere arbodienst",
    "no-route": "wie u koos, is nog niet aangesloten",
    "request-made-elsewhere": "dit hoort bij de arbodienst te worden vastgelegd",
    "handover-not-neutral": "in de overdracht mogen alleen feiten staan",
    "handover-opinion": "in de overdracht stond een mening; er mogen alleen feiten in staan",
    "handover-consent-absent": "u hebt geen toestemming gegeven om uw dossier over te dragen",
    "sent-before-consent": "de verwijzing ging weg voordat u toestemming had gegeven",
    "wrong-role": "deze partij mag zo'n bericht niet sturen",
    "wrong-state": "op dit moment mag zo'n bericht niet",
    "not-the-partner": "het bericht hoort bij een verwijzing van een andere partij",
    "gap-not-filled": "een eerder bericht kwam niet aan, en zonder dat kon dit niet worden verwerkt",
    "not-the-recipient": "uw toestemming noemt een ontvanger die deze partij niet is",
    "too-many-requests": "er zijn al zoveel vragen om informatie gesteld dat deze niet meer is aangenomen",
    "asked-again": "dit is al eerder gevraagd en geweigerd, en er is sindsdien niets veranderd",
    "too-many-questions": "er staan al zoveel vragen naar ruimte open dat deze niet meer is aangenomen",
    "unknown-request": "er is niet om deze informatie gevraagd, of er is al geantwoord",
    "more-than-asked": "er zat meer bij dan er was gevraagd",
    "unknown-consent": "deze toestemming staat niet vast",
    "told-in-future": "er stond een moment in dat nog moet komen",
    "told-before-acceptance": "er stond een moment in van voordat de verwijzing was aangenomen",
    "consent-out-of-place": "er zat een toestemming bij die daar niet hoort",
    "consent-not-in-reach": "deze toestemming is niet door of aan deze partij gegeven",
    "request-repeated": "er was al een vraag met dit nummer",
    "erasure-not-asked": "er was niet gevraagd om te wissen",
    "erasure-kept": "de andere partij bewaart uw gegevens nog, en heeft gezegd waarom",
    "withdrawal-under-way": "een intrekking van u is nog onderweg",
    "referral-of-others": "de verwijzing noemt een andere organisatie dan die haar stuurt of krijgt",
    "invoice-of-others": "de factuur is niet van de partij die haar stuurt",
    "text-identifies": "in een tekst die over niemand gaat, stond iets waaruit iemand te vinden is",
    "content-not-on-list": "er zat iets bij dat niet mag worden doorgegeven",
    "follow-up-not-in-policy": "volgens de afspraken houdt een bedrijfsarts dit spreekuur",
    "invoice-mentions-second-opinion": "bij een kleine werkgever mag op de factuur niet staan waarvoor zij is",
    "case-not-over": "de zaak is nog niet afgerond; wat daarvoor nodig is, blijft bewaard",
    "messages-under-way": "er zijn nog berichten onderweg",
    "complaint-open": "er loopt nog een klacht; wat daarvoor nodig is, blijft bewaard",
    "right-at-stake": "er wacht nog een vraag van u over uw gegevens, of u vroeg om ze te bewaren",
    "term-not-over": "de bewaartermijn is nog niet voorbij",
    "erasure-not-confirmed": "de andere partij heeft nog niet bevestigd dat uw gegevens daar zijn gewist",
    "right-unknown": "er wacht geen vraag van u met dit nummer",
    "right-refused-without-ground": "bij een weigering horen redenen",
    "case-erased": "de gegevens uit de zaak zijn al vernietigd",
    "right-asked-later": "het moment van uw vraag ligt in de toekomst",
    "copy-not-made": "er is nog geen kopie voor u gemaakt",
    "correction-without-text": "bij een verbetering hoort de tekst van de verbetering",
    "processing-restricted": "u vroeg om uw gegevens te bewaren en verder niet te gebruiken",
    "document-blank": "in een document stond niets",
    "document-not-text": "een document was van een soort die de ander niet kan lezen",
    "document-control-characters": "een document was van een soort die de ander niet kan lezen",
    "document-utf-16": "een document was opgeslagen op een manier die de ander niet kan lezen",
    "document-rtf": "een document was van een soort die de ander niet kan lezen",
    "document-base64": "een document was opgeslagen op een manier die de ander niet kan lezen",
    "document-heic": "een document was van een soort die de ander niet kan lezen",
    "document-tiff": "een document was van een soort die de ander niet kan lezen",
    "document-other-kind": "een document was van een soort die de ander niet kan lezen",
    "document-truncated": "een document was niet volledig",
    "document-encrypted": "een document was met een wachtwoord afgesloten",
    "document-type-contradicts": "een document was van een andere soort dan erbij stond",
    "role-not-permitted": "iemand met deze rol mag dit niet doen of zien",
    "name-required": "wie dit doet of ziet, moet met naam bekend zijn",
    "not-of-the-case": "dit mag alleen uw eigen bedrijfsarts, of wie namens die arts werkt",
    "not-the-own-case": "dit mag alleen u zelf, of uw gemachtigde als u dat schriftelijk hebt geregeld",
    "no-complaint-at-hand": "een klachtenfunctionaris ziet uw zaak alleen als u een klacht hebt, en er niet bij "
    "betrokken was",
}
"""Why an act was not allowed, by refusal code."""

RULES: Final[dict[str, str]] = {
    "R5": "de tweede bedrijfsarts is onafhankelijk van de eerste",
    "R8": "u kiest zelf uit de mogelijkheden in het contract",
    "R13": "een ouder advies leidt tot een nieuw spreekuur, nooit tot een afwijzing",
    "R14": "een verzoek wordt aanvaard, tenzij er zwaarwegende argumenten tegen zijn",
    "R15": "een afwijzing komt van uw eerste bedrijfsarts, schriftelijk en met redenen",
    "R17": "u vraagt het deskundigenoordeel zelf aan; UWV krijgt van ons niets",
    "R18": "u krijgt eerst de kans uw vraag uit te leggen",
    "R20": "u mag bij uw verzoek blijven",
    "R21": "alleen u kunt klagen; iemand die er niet bij betrokken was, behandelt de klacht",
    "R25": "er gaat niets weg zonder uw toestemming voor dat doel en die ontvanger",
    "R27": "u kunt een toestemming altijd intrekken",
    "R29": "medische gegevens gaan pas na uw eerste contact, tenzij anders is afgesproken",
    "R32": "informatie wordt alleen gevraagd als u dat met de tweede bedrijfsarts besluit",
    "R35": "uw werkgever hoort niets over uw verzoek",
    "R37": "na een afzegging kiest u opnieuw en worden uw gegevens daar gewist",
    "R39": "u ziet het conceptadvies als eerste en mag feiten verbeteren",
    "R40": "het verslag gaat alleen door als u dat na het conceptadvies goedvindt",
    "R41": "zonder uw toestemming hoort uw eerste bedrijfsarts alleen dat het klaar is",
    "R43": "uw bedrijfsarts zegt wat hij of zij met het advies doet en waarom",
    "R47": "uw vraag om een andere bedrijfsarts krijgt altijd een antwoord",
    "R48": "een overdracht bevat feiten en geen mening",
    "R52": "ook wie kijkt, staat in het logboek",
    "R54": "op een factuur staat niets waaraan u te herkennen bent",
}
"""What a rule asks, where that helps the employee to read the log."""
