"""Code tables: what ``arbodienst-export/1`` says in Dutch and the domain says in English."""

from gateway.domain.advice import AdviceKind
from gateway.domain.consent import Purpose
from gateway.domain.contract import OptionKind
from gateway.domain.messages import DeclineCode, InformationDeclineCode, InformationKind, StopCode
from gateway.domain.people import NameUse
from gateway.domain.steps import ActorRole, Adoption, ComplaintSubject

NAME_USE = {
    "eigen": NameUse.OWN,
    "partner-eigen": NameUse.PARTNER_OWN,
    "eigen-partner": NameUse.OWN_PARTNER,
    "partner": NameUse.PARTNER,
}
OPTION_KIND = {"bedrijfsarts": OptionKind.PHYSICIAN, "arbodienst": OptionKind.OHS, "pool": OptionKind.POOL}
ADVICE_KIND = {
    "verzuimbegeleiding": AdviceKind.ABSENCE_GUIDANCE,
    "pago-pmo": AdviceKind.HEALTH_EXAMINATION,
    "arbospreekuur": AdviceKind.WORK_HEALTH_CONSULTATION,
    "beroepsziekte": AdviceKind.OCCUPATIONAL_DISEASE,
    "aanstellingskeuring": AdviceKind.PRE_EMPLOYMENT_EXAMINATION,
}
SUBMITTED_BY = {
    "werknemer": ActorRole.EMPLOYEE,
    "werkgever": ActorRole.EMPLOYER,
    "leidinggevende": ActorRole.EMPLOYER,
    "gemachtigde": ActorRole.REPRESENTATIVE,
    "vertegenwoordiger": ActorRole.REPRESENTATIVE,
    "bedrijfsarts": ActorRole.FIRST_PHYSICIAN,
    "derde": ActorRole.OPERATOR,
}
REASON = {
    "herhaald-zelfde-vraag": "repeat-same-question",
    "ongespecificeerd-na-uitvraag": "unspecified-after-clarification",
    "oneigenlijk-gebruik": "improper-use",
    "juridische-procedure": "legal-proceedings",
    "buiten-arbeidsgezondheidskunde": "outside-occupational-health",
    "re-integratie-stagneert": "reintegration-stalled",
    "conflictinstrument": "conflict-instrument",
    "klacht-over-bejegening": "conduct-complaint",
    "geen-gezondheidsvraag": "no-health-question",
    "aanstellingskeuring": "pre-employment-exam",
    "niet-door-werknemer": "not-by-employee",
    "anders": "other",
    "overig": "other",
}
"""Reasons for a refusal (R16); a code that is not here is kept as written, and the rules call it unknown."""

PURPOSE = {
    "contactgegevens-naar-tweede-arts": Purpose.CONTACT_TO_SO,
    "terugkoppeling-naar-tweede-arts": Purpose.FEEDBACK_TO_SO,
    "medisch-van-eerste-naar-tweede-arts": Purpose.MEDICAL_TO_SO,
    "informatie-van-behandelaars": Purpose.TREATING_INFO,
    "uitkomst-naar-eerste-arts": Purpose.OUTCOME_TO_FIRST,
    "bestaan-naar-werkgever": Purpose.EMPLOYER_AWARE,
    "dossier-naar-collega": Purpose.DOSSIER_TO_COLLEAGUE,
    "tweede-arts-contact-werkgever": Purpose.SO_CONTACT_EMPLOYER,
}
CONTENTS = {
    "contactgegevens": "contact-data",
    "bestreden-terugkoppeling": "contested-feedback",
    "vraagstelling": "question",
    "relevante-medische-gegevens": "medical-data",
    "werksituatie": "work-circumstances",
}
"""What a referral held (R28); anything else is kept as written, and the rules call it outside the list."""

DECLINE = {
    "niet-beschikbaar": DeclineCode.NOT_AVAILABLE,
    "belangenconflict": DeclineCode.CONFLICT_OF_INTEREST,
    "niet-onafhankelijk": DeclineCode.CONFLICT_OF_INTEREST,
    "buiten-deskundigheid": DeclineCode.OUTSIDE_EXPERTISE,
    "buiten-regio": DeclineCode.OUT_OF_REGION,
    "onvolledig": DeclineCode.INCOMPLETE,
    "niet-gedekt": DeclineCode.NOT_COVERED,
}
STOP = {
    "niet-verschenen": StopCode.NO_SHOW,
    "arts-niet-beschikbaar": StopCode.PHYSICIAN_UNAVAILABLE,
    "niet-beschikbaar": StopCode.PHYSICIAN_UNAVAILABLE,
}
"""Why a second opinion stopped; where the word is not known, the physician could not go on."""

NOT_GIVEN = {
    "niet-beschikbaar": InformationDeclineCode.NOT_AVAILABLE,
    "niet-toegestaan": InformationDeclineCode.NOT_PERMITTED,
    "geen-toestemming": InformationDeclineCode.NOT_PERMITTED,
}
"""Why information was not given (R32); where the word is not known, it was not permitted."""

INFORMATION = {
    "medische-gegevens": InformationKind.MEDICAL_DATA,
    "onderbouwing-visie": InformationKind.REASONING,
    "werksituatie": InformationKind.WORK_CIRCUMSTANCES,
}
ADOPTION = {
    "geheel": Adoption.WHOLLY,
    "gedeeltelijk": Adoption.PARTLY,
    "niet": Adoption.NOT,
    "niet-beoordeeld": Adoption.NOT_ASSESSED,
}
HANDOVER = {
    "spreekuurdata": "consultation-dates",
    "vastgestelde beperkingen per datum": "limitations",
    "vastgestelde beperkingen": "limitations",
    "terugkoppelingen aan werkgever": "employer-feedback",
    "second-opinionverslag": "second-opinion-report",
    "besluit over het advies (zonder waardering)": "adoption-status",
}
"""Parts of a neutral handover (R48); anything else is kept as written, and the rules call it not neutral."""

COMPLAINT_SUBJECT = {
    "afwijzing": ComplaintSubject.REFUSAL,
    "verwijzing-uwv": ComplaintSubject.REFUSAL,
    "niet-ontvankelijk": ComplaintSubject.REFUSAL,
    "weigeren van overdracht": ComplaintSubject.TRANSFER,
    "overdracht": ComplaintSubject.TRANSFER,
    "bejegening": ComplaintSubject.OTHER,
    "anders": ComplaintSubject.OTHER,
}
"""What a complaint is about (R21)."""

ROLE = {
    "bedrijfsarts": ActorRole.FIRST_PHYSICIAN,
    "praktijkondersteuner": ActorRole.PRACTICE_ASSISTANT,
    "praktijkondersteuner-bedrijfsarts": ActorRole.PRACTICE_ASSISTANT,
    "secretariaat": ActorRole.BACK_OFFICE,
    "directie": ActorRole.MANAGEMENT,
    "klachtenfunctionaris": ActorRole.COMPLAINTS_OFFICER,
    "klachtencommissie": ActorRole.COMPLAINTS_OFFICER,
    "werknemer": ActorRole.EMPLOYEE,
    "werkgever": ActorRole.EMPLOYER,
}
"""Roles as an object states them; a text states one of ``ROLE_IN_TEXT`` or is a name."""

ROLE_IN_TEXT = {word: ROLE[word] for word in ("secretariaat", "directie", "klachtenfunctionaris", "klachtencommissie")}
