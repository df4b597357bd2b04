"""The cast: every party of the sample cases, and who practises there. All invented."""

from dataclasses import dataclass

from gateway.domain.party import Party, Role
from gateway.domain.people import Physician


@dataclass(frozen=True, slots=True)
class Member:
    """One gateway on stage.

    Attributes:
        party: Who.
        policy_id: An arbodienst's policy; None for pools.
        recipients: Recipient texts of consents this party serves besides its own id.
        physicians: Who gives second opinions here, by recipient text.
    """

    party: Party
    policy_id: str | None = None
    recipients: tuple[str, ...] = ()
    physicians: tuple[tuple[str, Physician], ...] = ()

    def physician(self, recipient: str) -> Physician:
        """Who takes a referral for that recipient."""
        known = dict(self.physicians)
        return known.get(recipient) or self.physicians[0][1]


def _physician(name: str, number: str, organisation: str) -> Physician:
    return Physician(name, f"9999000{number}", f"8499{number[:4].zfill(4)}", organisation=organisation)


CAST: tuple[Member, ...] = (
    Member(
        Party("arbo-lindehof", Role.OHS, "Arbodienst Lindehof B.V.", kvk="00000101", agb="99000101"),
        policy_id="beleid-vaste-groep",
    ),
    Member(
        Party("arbo-waterlinie", Role.OHS, "Arbozorg Waterlinie Coöperatief U.A.", ura="00000102", kvk="00000102"),
        policy_id="beleid-stappenplan",
    ),
    Member(
        Party("arbo-defensie-test", Role.OHS, "Dienst Bedrijfsgeneeskunde (test)", agb="99000104"),
        policy_id="beleid-defensie",
    ),
    Member(
        Party("lpbso", Role.POOL, "Landelijke Pool Bedrijfsartsen Second Opinion (test)", kvk="00000901"),
        physicians=(("lpbso", _physician("mr. dr. A. Poelman", "7101", "lpbso")),),
    ),
    Member(
        Party("lso-poli", Role.POOL, "Landelijke Second Opinion Poli (test)", kvk="00000902"),
        physicians=(("lso-poli", _physician("dr. B. Polie", "7201", "lso-poli")),),
    ),
    Member(
        Party("praktijk-mulkens", Role.POOL, "Praktijk Mulkens", kvk="00000911"),
        physicians=(("praktijk-mulkens", _physician("dr. S. (Saskia) Mulkens", "5101", "praktijk-mulkens")),),
    ),
    Member(
        Party("praktijk-wiarda", Role.POOL, "Praktijk Wiarda", kvk="00000912"),
        physicians=(("praktijk-wiarda", _physician("H. (Hidde) Wiarda-Postma", "5201", "praktijk-wiarda")),),
    ),
    Member(
        Party("arbo-verhagen", Role.POOL, "Arbo Verhagen", kvk="00000913"),
        physicians=(
            ("arbo-verhagen/G4", _physician("F. (Floris) d'Hondt", "5401", "arbo-verhagen")),
            ("arbo-verhagen/G3", _physician("N. (Nadia) Bouchiba", "5301", "arbo-verhagen")),
        ),
    ),
    Member(
        Party("arbo-defensie-so", Role.POOL, "Dienst Bedrijfsgeneeskunde, second opinion (test)", agb="99000114"),
        recipients=("arbo-defensie-test",),
        physicians=(("arbo-defensie-test", _physician("ltkol-arts E. Rouwenhorst", "5601", "arbo-defensie-test")),),
    ),
)
"""The two sides of the military service are parties of their own: separate stores and keys (R38)."""

ENQUIRY_POOL = "lpbso"
"""The pool that is asked for room when the contract names a pool and no person."""
