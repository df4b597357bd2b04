"""What happened, in plain Dutch: one sentence template for every step code (R50).

The templates are Jinja; ``step`` is the step and ``who`` names organisations and recipients. A sentence holds
dates, names and coded words. It never holds what a physician or the employee wrote about health (R52): those texts
are in the letters. Every sentence is true at both sides, whoever recorded the step.
"""

from typing import Final

_UNTIL = "{% if step.consent.expires_at %} Geldig tot {{ step.consent.expires_at|long_moment }}.{% endif %}"
_FORM = "{% if step.consent.form %} Vastgelegd: {{ step.consent.form|word('form') }}.{% endif %}"
_PURPOSE = "{{ step.consent.purpose|word('purpose') }}. Ontvanger: {{ who(step.consent.recipient)|full_stop }}"

SENTENCES: Final[dict[str, str]] = {
    "request-submitted": (
        "{% if step.submitted_by == 'employee' %}U hebt om een second opinion gevraagd."
        "{% elif step.submitted_by == 'representative' %}Uw gemachtigde heeft voor u om een second opinion gevraagd."
        "{% elif step.submitted_by == 'employer' %}Uw werkgever heeft om een second opinion gevraagd."
        "{% else %}Er is een verzoek om een second opinion vastgelegd.{% endif %}"
        " Het gaat over het advies van {{ step.advice.given_at|long_day }}."
    ),
    "dossier-corrected": (
        "De arbodienst heeft gegevens over u of over uw verzoek verbeterd. Aan uw verzoek verandert niets."
    ),
    "case-stated": (
        "De administratie van de arbodienst heeft uw zaak doorgegeven."
        "{% if step.doubts %} Daarin is iets niet duidelijk. Tot dat is opgelost wordt er niets verstuurd.{% endif %}"
    ),
    "statement-confirmed": "Met u is nagegaan dat wat in de laatste opgave ontbrak nog steeds geldt.",
    "question-settled": (
        "Uw vraag voor de second opinion is vastgesteld"
        "{% if step.settled_with %}, samen met {{ step.settled_with|word('settled-with') }}{% endif %}."
    ),
    "clarification-asked": (
        "U bent gevraagd uw vraag uit te leggen."
        "{% if step.reply_by %} Dat kan tot en met {{ step.reply_by|long_day }}.{% endif %}"
    ),
    "decision-aid-discussed": (
        "Met u is besproken of een second opinion het beste past bij uw vraag. De keuze blijft aan u."
    ),
    "alternative-offered": (
        "U kreeg een andere mogelijkheid aangeboden: {{ step.alternative|word('alternative') }}. "
        "{% if step.employee_insists %}U blijft bij uw verzoek om een second opinion."
        "{% elif step.employee_insists is none %}Uw verzoek om een second opinion blijft staan."
        "{% else %}U koos daarvoor, of u denkt er nog over na. Uw verzoek wacht op uw woord.{% endif %}"
    ),
    "note-recorded": "Er is een aantekening gemaakt. Onderwerp: {{ step.topic|full_stop }}",
    "reassessment-planned": (
        "Er komt eerst een nieuw spreekuur bij uw eerste bedrijfsarts"
        "{% if step.for_at %}, op {{ step.for_at|long_moment }}{% endif %}. Dit is geen afwijzing."
    ),
    "advice-renewed": "Uw eerste bedrijfsarts heeft een nieuw advies gegeven.",
    "request-maintained": "U hebt na het nieuwe advies gezegd dat u de second opinion nog steeds wilt.",
    "military-exception-recorded": (
        "Vastgelegd is dat in uw zaak de uitzondering voor militairen geldt: een andere bedrijfsarts van dezelfde "
        "organisatie mag de second opinion geven."
    ),
    "independence-breached": (
        "Een van de mogelijkheden voor uw second opinion bleek niet onafhankelijk van uw eerste bedrijfsarts. "
        "Die wordt in uw zaak niet gebruikt. U mag opnieuw kiezen."
    ),
    "new-choice-asked": "U bent gevraagd opnieuw te kiezen wie de second opinion geeft.",
    "case-reopened": (
        "Uw verzoek is weer opgepakt. Uw eerste bedrijfsarts, of een collega, moet er nog over besluiten."
    ),
    "contract-shortfall-reported": (
        "De directie van de arbodienst weet nu dat er een contract is dat niemand noemt voor second opinions. "
        "Over u is niets gezegd. Uw recht op een second opinion blijft."
    ),
    "employer-agreement-recorded": (
        "Vastgelegd is dat de werkgever akkoord gaat met een bedrijfsarts buiten het contract."
        "{% if step.payer %} Wie betaalt: {{ step.payer|word('channel')|full_stop }}{% endif %}"
    ),
    "request-accepted": "Uw eerste bedrijfsarts heeft uw verzoek aanvaard.",
    "request-declined": (
        "Uw eerste bedrijfsarts heeft uw verzoek afgewezen."
        "{% if step.reason_code %} Reden: {{ step.reason_code|ground }}.{% endif %}"
        "{% if step.written_to_employee_on %} De brief daarover is van {{ step.written_to_employee_on|long_day }}."
        "{% endif %}"
    ),
    "request-redirected": (
        "Uw eerste bedrijfsarts verwijst u naar UWV voor een deskundigenoordeel. Dat vraagt u zelf aan."
        "{% if step.reason_code %} Reden: {{ step.reason_code|ground }}.{% endif %}"
        "{% if step.written_to_employee_on %} De brief daarover is van {{ step.written_to_employee_on|long_day }}."
        "{% endif %}"
    ),
    "request-found-inadmissible": (
        "Het verzoek kan niet in behandeling worden genomen."
        "{% if step.reason_code %} Reden: {{ step.reason_code|ground }}.{% endif %}"
    ),
    "request-withdrawn": "U hebt uw verzoek ingetrokken.",
    "consent-given": (
        "{% if step.consent.given_by_employee %}U gaf toestemming voor " + _PURPOSE + "{% else %}"
        "Iemand anders dan u tekende voor "
        + _PURPOSE
        + " Dat telt niet als uw toestemming.{% endif %}"
        + _UNTIL
        + _FORM
    ),
    "consent-refused": "U gaf geen toestemming voor " + _PURPOSE + _FORM,
    "consent-withdrawn": "U hebt uw toestemming ingetrokken voor {{ step.purpose|word('purpose') }}.",
    "recipient-chosen": "De keuze voor de second opinion is vastgelegd: {{ who(step.recipient)|full_stop }}",
    "availability-asked": ("Gevraagd is of er plaats is voor een second opinion. Daarbij is niets over u verteld."),
    "availability-answered": (
        "{% if step.is_available %}Er is plaats voor een second opinion"
        "{% if step.earliest_on %}, op zijn vroegst op {{ step.earliest_on|long_day }}{% endif %}."
        "{% else %}Er is geen plaats voor een second opinion.{% endif %}"
    ),
    "referral-requested": (
        "De verwijzing gaat naar {{ who.destination(step)|full_stop }}"
        "{% if step.contents %} Wat meegaat: {{ step.contents|contents }}.{% endif %}"
    ),
    "contact-corrected": (
        "{% if step.contact %}Uw contactgegevens zijn verbeterd doorgegeven aan de tweede bedrijfsarts. "
        "De eerdere gelden niet meer."
        "{% else %}Een verbetering van uw contactgegevens is toch niet doorgegeven.{% endif %}"
    ),
    "referral-received": "De verwijzing is ontvangen.",
    "referral-accepted": (
        "De verwijzing is aangenomen."
        "{% if step.physician %} De tweede bedrijfsarts is {{ step.physician.name|full_stop }}{% endif %}"
    ),
    "referral-declined": (
        "De verwijzing is niet aangenomen: {{ step.reason|word('declination') }}. U mag opnieuw kiezen."
    ),
    "milestone-reached": (
        "Bericht over de voortgang: {{ step.milestone|word('milestone') }}."
        "{% if step.reached_at %} Dat was op {{ step.reached_at|long_moment }}.{% endif %}"
        "{% if step.due_at %} Datum: {{ step.due_at|long_moment }}.{% endif %}"
    ),
    "information-requested": (
        "De tweede bedrijfsarts vraagt om {{ step.asked|word('content') }}."
        "{% if step.employee_decided_at %} U besloot daartoe op {{ step.employee_decided_at|long_moment }}.{% endif %}"
    ),
    "information-provided": (
        "De gevraagde informatie gaat naar de tweede bedrijfsarts"
        "{% if step.documents %}: {{ step.documents|map(attribute='role')|contents }}{% endif %}. Meer niet."
    ),
    "information-declined": (
        "De gevraagde informatie wordt niet gegeven: {{ step.reason|word('information-refusal') }}."
    ),
    "draft-discussed": (
        "De tweede bedrijfsarts heeft het conceptadvies met u besproken."
        "{% if step.corrections %} U hebt feiten verbeterd; uw verbeteringen zijn bewaard.{% endif %}"
    ),
    "report-released": "Het verslag van de second opinion is vrijgegeven voor uw eerste bedrijfsarts.",
    "report-withheld": "De second opinion is afgerond. Er gaat geen verslag naar uw eerste bedrijfsarts.",
    "referral-withdrawn": "De verwijzing is ingetrokken.",
    "referral-stopped": "De second opinion is gestopt: {{ step.reason|word('stop') }}.",
    "consent-withdrawal-notified": (
        "Er gaat bericht naar de andere partij dat een toestemming is ingetrokken, voor "
        "{{ step.purpose|word('purpose') }}."
    ),
    "erasure-requested": "Er is gevraagd om uw gegevens uit deze verwijzing te wissen.",
    "erasure-confirmed": (
        "{% if step.kept_because %}Uw gegevens uit deze verwijzing zijn niet gewist. "
        "Wat in de weg staat: {{ step.kept_because|hindrance }}."
        "{% else %}Bevestigd is dat uw gegevens uit deze verwijzing zijn gewist.{% endif %}"
    ),
    "message-delivered": (
        "Ontvangstbewijs voor {{ step.kind|word('kind') }}: {{ step.verdict|word('verdict') }}."
        "{% if step.verdict not in ('ok', 'accepted') and step.reason %} Reden: {{ step.reason|hindrance }}.{% endif %}"
    ),
    "message-dropped": (
        "Een bericht dat klaarstond, is niet verstuurd: {{ step.kind|word('kind') }}. "
        "Reden: {{ step.reason|hindrance }}."
    ),
    "action-refused": (
        "Een handeling is tegengehouden ({{ step.action|action }}). Er is niets verstuurd. "
        "Reden: {{ step.reason|hindrance }}."
    ),
    "completion-reported": (
        "Gemeld is dat de second opinion klaar is, door {{ step.channel|word('channel') }}. "
        "{% if step.is_confirmed %}Dit is bevestigd."
        "{% else %}Dit is nog niet bevestigd. De melder heeft geen antwoord gekregen.{% endif %}"
    ),
    "follow-up-planned": (
        "Er is een spreekuur gepland om de second opinion te bespreken"
        "{% if step.for_at %}, op {{ step.for_at|long_moment }}{% endif %}"
        "{% if step.attender %}, met {{ step.attender }}{% endif %}."
    ),
    "advice-weighed": (
        "Besloten is wat er gebeurt met het advies van de second opinion: "
        "{{ step.adoption|word('adoption') }}. De uitleg staat in de brief aan u."
    ),
    "guidance-decided": (
        "Met u is afgesproken dat "
        "{% if step.continues %}uw eerste bedrijfsarts u blijft begeleiden."
        "{% else %}uw eerste bedrijfsarts u niet meer begeleidt.{% endif %}"
    ),
    "transfer-requested": "U hebt om een andere bedrijfsarts gevraagd.",
    "transfer-decided": (
        "{% if step.is_granted %}U krijgt een andere bedrijfsarts"
        "{% if step.colleague %}: {{ who(step.colleague)|full_stop }}{% else %}.{% endif %}"
        "{% else %}Uw vraag om een andere bedrijfsarts is overwogen en niet toegekend. De redenen staan in de brief "
        "aan u.{% endif %}"
    ),
    "handover-made": (
        "Er is een overdracht met alleen feiten gemaakt"
        "{% if step.colleague %} voor {{ who(step.colleague)|full_stop }}{% else %}.{% endif %}"
    ),
    "complaint-filed": "U hebt een klacht ingediend over {{ step.about|word('complaint') }}.",
    "complaint-decided": (
        "Op uw klacht over {{ step.about|word('complaint') }} is besloten: "
        "{% if step.is_upheld %}u krijgt gelijk.{% else %}u krijgt geen gelijk.{% endif %}"
    ),
    "employer-invoiced": "Er is een factuur aan de werkgever gemaakt. Daarop staat niets over u.",
    "case-read": (
        "{% if step.view == 'export' %}Gemaakt{% else %}Bekeken{% endif %}: "
        "{{ step.view.partition(':')[0]|word('view')|full_stop }}"
    ),
    "pool-invoice-issued": "Er is een factuur aan de arbodienst gemaakt. Daarop staat niets over u.",
    "pool-invoice-received": "De arbodienst kreeg een factuur. Daarop staat niets over u.",
    "partner-pinned": "De sleutels van {{ who(step.partner) }} zijn gecontroleerd en vastgelegd.",
    "partner-journal-doubted": (
        "Het logboek van {{ who(step.partner) }} klopt mogelijk niet meer. Een technisch beheerder zoekt dit uit."
    ),
    "message-quarantined": (
        "Een bericht van {{ who(step.partner) }} kon niet worden gelezen. Het wacht op een technisch beheerder."
    ),
    "message-replayed": "Een bericht dat was blijven steken, is opnieuw aangeboden. Het telt één keer.",
    "message-opened": (
        "De inhoud van een bericht van {{ who(step.partner) }} dat was blijven steken, is bekeken. "
        "Reden: {{ step.reason|full_stop }}"
    ),
    "message-discarded": (
        "Een bericht dat was blijven steken, is opzijgelegd. Het heeft geen gevolg. Reden: {{ step.reason|full_stop }}"
    ),
    "partner-paused": "Berichten aan {{ who(step.partner) }} wachten voorlopig. Reden: {{ step.reason|full_stop }}",
    "partner-resumed": "Berichten aan {{ who(step.partner) }} gaan weer uit. Reden: {{ step.reason|full_stop }}",
    "backup-made": "Er is een reservekopie gemaakt. De gegevens daarin zijn versleuteld.",
    "store-restored": (
        "De gegevens zijn teruggezet uit een reservekopie. Wat daarna is gebeurd, staat hier niet meer. "
        "Reden: {{ step.reason|full_stop }}"
    ),
    "storage-key-replaced": (
        "De sleutel waarmee gegevens zijn opgeslagen, is vervangen. Wat eerder is gewist, kan niemand meer lezen, "
        "ook niet uit een reservekopie."
    ),
    "right-requested": (
        "U hebt gevraagd om {{ step.right|word('right') }}. U krijgt uiterlijk op {{ step.due_on|long_day }} antwoord."
        "{% if step.text %} Wat u erbij schreef, is bewaard.{% endif %}"
    ),
    "right-answered": (
        "Antwoord op uw vraag om {{ step.right|word('right') }}: "
        "{% if step.is_granted %}dit is gedaan.{% else %}dit kan niet.{% endif %}"
        "{% if step.grounds %} Wat in de weg staat: {{ step.grounds|map('hindrance')|join('; ') }}.{% endif %}"
        "{% if step.text %} De uitleg staat in het antwoord aan u.{% endif %}"
    ),
    "restriction-lifted": (
        "Uw gegevens mogen weer worden gebruikt. U bent hierover vooraf ingelicht."
        "{% if step.text %} De uitleg staat in het antwoord aan u.{% endif %}"
    ),
    "retention-ended": "De bewaartermijn is voorbij. De gegevens uit uw zaak zijn vernietigd.",
    "case-erased": "De gegevens uit uw zaak zijn op verzoek vernietigd.",
    "data-deleted": "Gegevens waarvan de bewaartermijn voorbij is, zijn gewist: {{ step.kind|word('data') }}.",
}
"""Sentence templates by step code."""
