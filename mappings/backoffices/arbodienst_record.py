"""The shape of one ``arbodienst-export/1`` record, with its Dutch keys.

Words of a closed list are plain text here: ``arbodienst_words`` says which are known, and an unknown one is told. What
the export says about its own outcome, its title and its tags are known keys that nothing reads.
"""

from typing import Any, Literal

from pydantic import Field

from mappings.backoffices.arbodienst_parts import Arts, Count, Door, Flag, Identifier, Listed, Part, Werknemer
from mappings.backoffices.moments import Day, Instant, Moment

SCHEMA = "arbodienst-export/1"


class Arbodienst(Part):
    """The occupational health service."""

    id: Identifier
    naam: Identifier
    kvk: str | None = None
    agb: str | None = None
    ura: str | None = None
    beleid_id: Identifier


class Werkgever(Part):
    """The employer."""

    naam: Identifier
    kvk: str | None = None
    aantal_werknemers: Count | None = None
    debiteurnummer: str | None = None


class Optie(Part):
    """One option of the contract (R8)."""

    optie_id: Identifier
    type: Identifier
    naam: str | None = None
    arts: Arts | None = None


class Akkoord(Part):
    """The employer's agreement at contract time (R4)."""

    getekend_op: Day | None = None
    door: Door = None


class Contract(Part):
    """The base contract (R3)."""

    nummer: str | None = None
    ingangsdatum: Day | None = None
    einddatum: Day | None = None
    akkoord_second_opinion: Akkoord | None = None
    ondernemingsraad_ingestemd: bool | None = None
    opties: Listed[Optie] = ()
    annuleringskosten: Flag = False


class Terugkoppeling(Part):
    """The contested feedback to the employer (R12)."""

    datum: Day | None = None
    tekst: str | None = None


class Beslissing(Part):
    """The contested advice (R11, R12)."""

    datum: Instant
    soort: Literal["verzuimbegeleiding", "pago-pmo", "arbospreekuur", "beroepsziekte", "aanstellingskeuring"]
    terugkoppeling_werkgever: Terugkoppeling | None = None


class Vraagstelling(Part):
    """The referral question (R31)."""

    tekst: str | None = None
    vastgesteld_met: str | None = None
    vastgesteld_op: Moment | None = None


class Verzoek(Part):
    """The request (R2, R10)."""

    datum: Instant
    ingediend_door: Literal[
        "werknemer", "werkgever", "leidinggevende", "gemachtigde", "vertegenwoordiger", "bedrijfsarts", "derde"
    ]
    kanaal: str | None = None
    twijfel: str | None = None
    gekozen_optie: str | None = None
    tweede_voorkeur: str | None = None
    besproken_met_eerste_bedrijfsarts_op: Day | None = None
    geen_opschortende_werking_besproken: Flag = False
    vraagstelling: Vraagstelling | None = None


class Tussenstap(Part):
    """A small step of the triage."""

    soort: Identifier
    datum: Moment
    voor: Moment | None = None
    door: Door = None
    terugkoppeling_werkgever: str | None = None
    dagen_na_nieuwe_beslissing: Count | None = None
    arts: str | None = None
    reden: str | None = None
    optie: str | None = None
    naar: str | None = None
    betaalt: str | None = None
    kanaal: str | None = None
    reactie_voor: Day | None = None
    alternatief: str | None = None
    keuze_werknemer: str | None = None
    onderwerp: str | None = None


class Beoordeling(Part):
    """The assessment (R14, R15)."""

    datum: Instant
    door: Door = None
    uitkomst: Identifier
    reden_code: str | None = None
    motivering: str | None = None
    schriftelijk_aan_werknemer_op: Day | None = None
    klachtenprocedure_vermeld: Flag = False
    tussenstappen: Listed[Tussenstap] = ()


class Toestemming(Part):
    """One consent decision (R25)."""

    id: Identifier
    doel: Identifier
    keuze: Identifier
    datum: Moment
    ontvanger: Identifier
    vorm: str | None = None
    gegeven_door: str | None = None
    geldig_tot: Moment | None = None
    ingetrokken_op: Moment | None = None
    toelichting: str | None = None


class Reactie(Part):
    """One answer of a second physician (R36)."""

    datum: Moment
    soort: Identifier
    naar: Identifier | None = None
    reden_code: str | None = None
    voor: Moment | None = None
    wijze: str | None = None
    arts: Arts | None = None


class Verwijzing(Part):
    """The referral (R28)."""

    datum: Instant | None = None
    naar: Identifier | None = None
    verzonden_door: Door = None
    inhoud: Listed[str] = ()
    status: str | None = None
    reacties: Listed[Reactie] = ()


class Informatieverzoek(Part):
    """A request for information (R32)."""

    datum: Instant
    van: Identifier
    aan: str | None = None
    soort: Identifier
    besloten_door_werknemer: Flag = False
    beantwoord_op: Moment | None = None
    geweigerd_wegens: str | None = None


class SecondOpinion(Part):
    """The second opinion (R38 to R41)."""

    afspraak: Instant | None = None
    locatie: str | None = None
    duur_minuten: float | None = None
    vraagstelling_vastgesteld_op: Moment | None = None
    conceptadvies_besproken_op: Moment | None = None
    correcties_werknemer: str | None = None
    status_verslag: str | None = None
    verslag_tekst: str | None = None
    afgerond_op: Moment | None = None
    afronding_gemeld_via: str | None = None


class Spreekuur(Part):
    """The consultation afterwards (R42)."""

    datum: Instant
    gehouden_door: Door = None
    gepland_door: Door = None


class Overdracht(Part):
    """A transfer to a colleague (R47, R48)."""

    gevraagd_door: str | None = None
    gevraagd_op: Moment | None = None
    naar: str | None = None
    besluit: str | None = None
    datum: Moment | None = None
    soort: str | None = None
    inhoud: Listed[str] = ()
    eigen_mening_toegestaan: bool | None = None
    concepttekst: str | None = None
    motivering: str | None = None


class Vervolg(Part):
    """What came after the opinion (R42 to R46)."""

    spreekuur: Spreekuur | None = None
    overname: str | None = None
    onderbouwing_voor_werknemer: str | None = None
    begeleiding: str | None = None
    overdracht: Overdracht | None = None


class Klacht(Part):
    """A complaint (R21)."""

    ingediend_op: Moment
    over: str | None = None
    behandeld_door: Door = None
    bevestigd_op: Moment | None = None
    gehoord: Listed[str] = ()
    uitkomst: str | None = None
    uitkomst_op: Moment | None = None


class Periode(Part):
    """The period of an invoice."""

    van: Day
    tot: Day


class Factuurregel(Part):
    """A line of an invoice."""

    omschrijving: str
    aantal: int
    prijs_excl_btw_cent: int


class Factuur(Part):
    """The invoice to the employer (R54)."""

    nummer: Identifier
    aan: str | None = None
    datum: Day
    periode: Periode
    regels: Listed[Factuurregel]


class EerdereZaak(Part):
    """An earlier case (R19)."""

    zaak_id: Identifier
    vraag: str | None = None
    afgerond_op: Day | None = None
    overname: str | None = None


class Zaak(Part):
    """One record: everything an arbodienst wrote down about one request."""

    format: Any = Field(default=None, alias="schema")
    synthetisch: Any = None
    titel: Any = None
    tags: Any = None
    verwacht: Any = None
    zaak_id: Identifier
    arbodienst: Arbodienst
    werkgever: Werkgever
    contract: Contract | None = None
    werknemer: Werknemer
    eerste_bedrijfsarts: Arts
    beslissing: Beslissing
    verzoek: Verzoek
    beoordeling: Beoordeling | None = None
    toestemmingen: Listed[Toestemming] = ()
    verwijzing: Verwijzing | None = None
    informatieverzoeken: Listed[Informatieverzoek] = ()
    second_opinion: SecondOpinion | None = None
    vervolg: Vervolg | None = None
    klacht: Klacht | None = None
    factuur: Factuur | None = None
    eerdere_zaken: Listed[EerdereZaak] = ()
