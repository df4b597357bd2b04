"""Titles of letters, for inside; nothing outside ever shows them (Q29).

No title names the matter: a title may stand just below the address, where an envelope window could show it.
"""

from typing import Final

from gateway.ports.letters import LetterKind

TITLES: Final[dict[LetterKind, str]] = {
    LetterKind.DECLINE: "Ons besluit over uw verzoek",
    LetterKind.REDIRECT: "Uw verzoek en wat u verder kunt doen",
    LetterKind.INADMISSIBLE: "Uw verzoek kan niet in behandeling worden genomen",
    LetterKind.REASSESSMENT: "Eerst een nieuw spreekuur",
    LetterKind.FOLLOW_UP: "Uitnodiging voor een spreekuur",
    LetterKind.ADOPTION: "Mijn besluit en de uitleg daarbij",
    LetterKind.TRANSFER_REFUSED: "Antwoord op uw vraag om een andere bedrijfsarts",
    LetterKind.CONSENT_OVERVIEW: "Overzicht van uw toestemmingen",
    LetterKind.HANDOVER: "Neutrale overdracht",
    LetterKind.GENERAL_ANSWER: "Antwoord op uw vraag",
    LetterKind.EMPLOYER_INVOICE: "Factuur",
}
