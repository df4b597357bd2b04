"""Parts of an ``arbodienst-export/1`` record about people: physicians, the employee, and who did something."""

from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from mappings.backoffices.moments import Day

Identifier = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0)]
_Item = TypeVar("_Item")
Listed = Annotated[
    tuple[_Item, ...], Field(strict=False), BeforeValidator(lambda value: () if value is None else value)
]
"""A JSON list, null when there is nothing; strict would want a Python tuple."""

Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
"""True or false, null when not applicable."""


class Part(BaseModel):
    """A part of the record; what it does not name is told by the gate, see ``gate``."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False, populate_by_name=False)


class Persoon(Part):
    """Who did something: an object, or a text as people write it (then without ``rol``)."""

    also_text: ClassVar[bool] = True
    naam: Identifier
    rol: str | None = None
    big: str | None = None


def _as_person(value: Any) -> Any:
    return {"naam": value} if isinstance(value, str) else value


Door = Annotated[Persoon | None, BeforeValidator(_as_person)]


class EerdereOrganisatie(Part):
    """Where a physician worked before; shown, and does not count for R5 by itself."""

    organisatie: Identifier
    tot: Day | None = None


class Arts(Part):
    """A physician in one role."""

    naam: Identifier
    big: str | None = None
    agb: str | None = None
    rol: Identifier
    organisatie: str | None = None
    supervisor_big: str | None = None
    aandachtsgebied: Listed[str] = ()
    regio: str | None = None
    nevenfunctie_bij: Listed[Identifier] = ()
    nevenfuncties: Listed[Identifier] = ()
    andere_organisaties: Listed[Identifier] = ()
    eerdere_organisaties: Listed[EerdereOrganisatie] = ()


class Naam(Part):
    """The name of the employee."""

    voorletters: str | None = None
    voornamen: str | None = None
    roepnaam: str | None = None
    tussenvoegsel: str | None = None
    achternaam: Identifier
    partner_tussenvoegsel: str | None = None
    partner_achternaam: str | None = None
    naamgebruik: str | None = None


class Adres(Part):
    """The address of the employee."""

    straat: str | None = None
    huisnummer: str | None = None
    toevoeging: str | None = None
    postcode: str | None = None
    plaats: str | None = None
    land: str | None = None
    extra: str | None = None


class Gemachtigde(Part):
    """A representative of the employee."""

    naam: Identifier
    relatie: str | None = None
    machtiging_getekend_op: Day | None = None
    reikwijdte: Any = None
    mag_toestemming_geven: Flag = False


class Werknemer(Part):
    """The employee."""

    naam: Naam
    personeelsnummer: str | None = None
    bsn: str | None = None
    bsn_soort: str | None = None
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
    uit_dienst: Any = None
    gemachtigde: Gemachtigde | None = None
