"""The shape of one ``arbodienst-export/1`` record, with its Dutch keys.

Known keys are read strictly; unknown keys, and what the export says about its own outcome, are not read at all.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from mappings.backoffices.moments import Day, Instant, Moment

SCHEMA = "arbodienst-export/1"

Identifier = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0)]
_Item = TypeVar("_Item")
Listed = Annotated[
    tuple[_Item, ...], Field(strict=False), BeforeValidator(lambda value: () if value is None else value)
]
"""A JSON list, null when there is nothing; strict would want a Python tuple."""

Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
"""True or false, null when not applicable."""


class _Part(BaseModel):
    """A part of the record: strict about known keys, blind to unknown ones."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


class Arbodienst(_Part):
    """The occupational health service."""

    id: Identifier
    naam: Identifier
    kvk: str | None = None
    agb: str | None = None
    ura: str | None = None
    beleid_id: Identifier


class Werkgever(_Part):
    """The employer."""

    naam: Identifier
    kvk: str | None = None
    aantal_werknemers: Count | None = None
    debiteurnummer: str | None = None


class Arts(_Part):
    """A physician in one role."""

    naam: Identifier
    big: str | None = None
    agb: str | None = None
    rol: Identifier
    organisatie: str | None = None
    supervisor_big: str | None = None
    aandachtsgebied: Listed[str] = ()
    regio: str | None = None
    nevenfuncties: Listed[str] = ()
    andere_organisaties: Listed[str] = ()


class Optie(_Part):
    """One option of the contract (R8)."""

    optie_id: Identifier
    type: Literal["bedrijfsarts", "arbodienst", "pool"]
    naam: str | None = None
    arts: Arts | None = None


class Akkoord(_Part):
    """The employer's agreement at contract time (R4)."""

    getekend_op: Day | None = None
    door: str | None = None


class Contract(_Part):
    """The base contract (R3)."""

    nummer: str | None = None
    ingangsdatum: Day | None = None
    einddatum: Day | None = None
    akkoord_second_opinion: Akkoord | None = None
    ondernemingsraad_ingestemd: bool | None = None
    opties: Listed[Optie] = ()
    annuleringskosten: Flag = False


class Naam(_Part):
    """The name of the employee."""

    voorletters: str | None = None
    voornamen: str | None = None
    roepnaam: str | None = None
    tussenvoegsel: str | None = None
    achternaam: Identifier
    partner_tussenvoegsel: str | None = None
    partner_achternaam: str | None = None
    naamgebruik: Literal["eigen", "partner-eigen", "eigen-partner", "partner"] | None = None


class Adres(_Part):
    """The address of the employee."""

    straat: str | None = None
    huisnummer: str | None = None
    toevoeging: str | None = None
    postcode: str | None = None
    plaats: str | None = None
    land: str | None = None
    extra: str | None = None


class Gemachtigde(_Part):
    """A representative of the employee."""

    naam: Identifier
    relatie: str | None = None
    machtiging_getekend_op: Day | None = None
    mag_toestemming_geven: Flag = False


class Werknemer(_Part):
    """The employee."""

    naam: Naam
    personeelsnummer: str | None = None
    bsn: str | None = None
    geboortedatum: Day | None = None
    geslacht: str | None = None
    adres: Adres | None = None
    adres_geheim: Flag = False
    telefoon: str | None = None
    email: str | None = None
    voorkeurskanaal: str | None = None
    taal: str | None = None
    tolk_nodig: Flag = False
    functie: str | None = None
    uren_per_week: float | None = None
    inlener: str | None = None
    gemachtigde: Gemachtigde | None = None


class Terugkoppeling(_Part):
    """The contested feedback to the employer (R12)."""

    datum: Day | None = None
    tekst: str | None = None


class Beslissing(_Part):
    """The contested advice (R11, R12)."""

    datum: Instant
    soort: Literal["verzuimbegeleiding", "pago-pmo", "arbospreekuur", "beroepsziekte", "aanstellingskeuring"]
    terugkoppeling_werkgever: Terugkoppeling | None = None


class Vraagstelling(_Part):
    """The referral question (R31)."""

    tekst: str | None = None
    vastgesteld_met: str | None = None
    vastgesteld_op: Moment | None = None


class Verzoek(_Part):
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


class Tussenstap(_Part):
    """A small step of the triage."""

    soort: Identifier
    datum: Moment
    voor: Moment | None = None
    terugkoppeling_werkgever: str | None = None
    alternatief: str | None = None
    keuze_werknemer: str | None = None
    reactie_voor: Day | None = None
    betaler: str | None = None
    akkoord: bool | None = None
    uitkomst: str | None = None
    besluit: str | None = None
    antwoord: str | None = None
    optie: str | None = None
    naar: str | None = None


class Beoordeling(_Part):
    """The assessment (R14, R15)."""

    datum: Instant
    door: str | None = None
    uitkomst: Literal["aanvaard", "afgewezen", "verwezen", "nieuwe-beoordeling", "niet-ontvankelijk"]
    reden_code: str | None = None
    motivering: str | None = None
    schriftelijk_aan_werknemer_op: Day | None = None
    klachtenprocedure_vermeld: Flag = False
    tussenstappen: Listed[Tussenstap] = ()


class Toestemming(_Part):
    """One consent decision (R25)."""

    id: Identifier
    doel: Literal[
        "contactgegevens-naar-tweede-arts",
        "terugkoppeling-naar-tweede-arts",
        "medisch-van-eerste-naar-tweede-arts",
        "informatie-van-behandelaars",
        "uitkomst-naar-eerste-arts",
        "bestaan-naar-werkgever",
        "dossier-naar-collega",
        "tweede-arts-contact-werkgever",
    ]
    keuze: Literal["gegeven", "geweigerd", "ingetrokken", "verlopen"]
    datum: Moment
    ontvanger: Identifier
    vorm: str | None = None
    gegeven_door: Literal["werknemer", "gemachtigde"] | None = None
    geldig_tot: Moment | None = None
    ingetrokken_op: Moment | None = None


class Reactie(_Part):
    """One answer of a second physician (R36)."""

    datum: Moment
    soort: Identifier
    naar: Identifier | None = None
    reden_code: str | None = None
    voor: Moment | None = None
    arts: Arts | None = None


class Verwijzing(_Part):
    """The referral (R28)."""

    datum: Instant | None = None
    naar: Identifier | None = None
    verzonden_door: str | None = None
    inhoud: Listed[str] = ()
    status: str | None = None
    reacties: Listed[Reactie] = ()


class Informatieverzoek(_Part):
    """A request for information (R32)."""

    datum: Instant
    van: Identifier
    aan: str | None = None
    soort: Literal["medische-gegevens", "onderbouwing-visie", "werksituatie"]
    besloten_door_werknemer: Flag = False
    beantwoord_op: Moment | None = None
    geweigerd_wegens: str | None = None


class SecondOpinion(_Part):
    """The second opinion (R38 to R41)."""

    afspraak: Instant | None = None
    vraagstelling_vastgesteld_op: Moment | None = None
    conceptadvies_besproken_op: Moment | None = None
    correcties_werknemer: str | None = None
    status_verslag: Literal["vrijgegeven", "geblokkeerd", "wacht-op-toestemming"] | None = None
    verslag_tekst: str | None = None
    afgerond_op: Moment | None = None
    afronding_gemeld_via: str | None = None


class Spreekuur(_Part):
    """The consultation afterwards (R42)."""

    datum: Instant
    gehouden_door: str | None = None
    gepland_door: str | None = None


class Overdracht(_Part):
    """A transfer to a colleague (R47, R48)."""

    gevraagd_door: str | None = None
    gevraagd_op: Moment | None = None
    naar: str | None = None
    besluit: str | None = None
    datum: Moment | None = None
    soort: str | None = None
    inhoud: Listed[str] = ()
    concepttekst: str | None = None
    motivering: str | None = None


class Vervolg(_Part):
    """What came after the opinion (R42 to R46)."""

    spreekuur: Spreekuur | None = None
    overname: Literal["geheel", "gedeeltelijk", "niet", "niet-beoordeeld"] | None = None
    onderbouwing_voor_werknemer: str | None = None
    begeleiding: Literal["voortgezet", "overgedragen"] | None = None
    overdracht: Overdracht | None = None


class Klacht(_Part):
    """A complaint (R21)."""

    ingediend_op: Moment
    over: str | None = None
    behandeld_door: str | None = None
    uitkomst: str | None = None
    uitkomst_op: Moment | None = None


class Periode(_Part):
    """The period of an invoice."""

    van: Day
    tot: Day


class Factuurregel(_Part):
    """A line of an invoice."""

    omschrijving: str
    aantal: int
    prijs_excl_btw_cent: int


class Factuur(_Part):
    """The invoice to the employer (R54)."""

    nummer: str
    datum: Day
    periode: Periode
    regels: Listed[Factuurregel]


class EerdereZaak(_Part):
    """An earlier case (R19)."""

    zaak_id: Identifier
    vraag: str | None = None
    afgerond_op: Day | None = None
    overname: str | None = None


class Zaak(_Part):
    """One record: everything an arbodienst wrote down about one request."""

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
