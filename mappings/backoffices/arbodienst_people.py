"""People, contract and dossier of an ``arbodienst-export/1`` record."""

from gateway.domain.advice import ContestedAdvice
from gateway.domain.contract import Contract, ContractOption
from gateway.domain.people import (
    Address,
    Employee,
    Employer,
    FormerOrganisation,
    NameUse,
    Organisation,
    PersonName,
    Physician,
    Representative,
)
from gateway.domain.steps import Actor, EarlierCase, RequestSubmitted
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_parts import Adres, Arts, Gemachtigde, Naam, Werknemer
from mappings.backoffices.arbodienst_words import OFFERED


def organisation(zaak: dutch.Zaak) -> Organisation:
    """The arbodienst whose case it is."""
    a = zaak.arbodienst
    return Organisation(organisation_id=a.id, name=a.naam, ura=a.ura, kvk=a.kvk, agb=a.agb)


def physician(arts: Arts) -> Physician:
    """A physician with every organisation the record knows of (R5)."""
    return Physician(
        name=arts.naam,
        big=arts.big,
        agb=arts.agb,
        role=arts.rol,
        organisation=arts.organisatie,
        supervisor_big=arts.supervisor_big,
        other_organisations=(*arts.nevenfunctie_bij, *arts.nevenfuncties, *arts.andere_organisaties),
        focus_areas=arts.aandachtsgebied,
        region=arts.regio,
        former_organisations=tuple(FormerOrganisation(was.organisatie, was.tot) for was in arts.eerdere_organisaties),
    )


def contract(record: dutch.Contract | None) -> Contract:
    """The contract; none on record is not in force, and an option of a kind that is not known is none."""
    if record is None:
        return Contract()
    agreed = record.akkoord_second_opinion
    return Contract(
        number=record.nummer,
        starts_on=record.ingangsdatum,
        ends_on=record.einddatum,
        employer_agreed_on=agreed.getekend_op if agreed else None,
        employer_agreed_by=agreed.door.naam if agreed and agreed.door else None,
        works_council_agreed=record.ondernemingsraad_ingestemd,
        options=tuple(
            ContractOption(
                option_id=optie.optie_id,
                kind=codes.OPTION_KIND[optie.type],
                name=optie.naam,
                physician=physician(optie.arts) if optie.arts else None,
            )
            for optie in record.opties
            if optie.type in codes.OPTION_KIND
        ),
        has_cancellation_costs=record.annuleringskosten,
    )


def employee(record: Werknemer) -> Employee:
    """The employee as the arbodienst knows them; what may travel is decided by the message, not here (R28)."""
    return Employee(
        name=_name(record.naam),
        address=_address(record.adres),
        is_address_protected=record.adres_geheim,
        telephone=record.telefoon,
        email=record.email,
        personnel_number=record.personeelsnummer,
        bsn=record.bsn,
        birth_date=record.geboortedatum,
        gender=record.geslacht,
        preferred_channel=record.voorkeurskanaal,
        language=record.taal,
        needs_interpreter=record.tolk_nodig,
        occupation=record.functie,
        hours_per_week=record.uren_per_week,
        address_note=record.adres.extra if record.adres else None,
        hirer=record.inlener,
        representative=_representative(record.gemachtigde),
    )


def _name(record: Naam) -> PersonName:
    return PersonName(
        family=record.achternaam,
        prefix=record.tussenvoegsel,
        initials=record.voorletters,
        given=record.voornamen,
        call_name=record.roepnaam,
        partner_prefix=record.partner_tussenvoegsel,
        partner_family=record.partner_achternaam,
        use=codes.NAME_USE.get(record.naamgebruik or "eigen", NameUse.OWN),
    )


def _address(record: Adres | None) -> Address | None:
    if record is None:
        return None
    return Address(
        street=record.straat,
        house_number=record.huisnummer,
        addition=record.toevoeging,
        postal_code=record.postcode,
        city=record.plaats,
        country=record.land,
    )


def _representative(record: Gemachtigde | None) -> Representative | None:
    if record is None:
        return None
    return Representative(
        name=record.naam,
        relation=record.relatie,
        mandate_signed_on=record.machtiging_getekend_op,
        may_consent=record.mag_toestemming_geven,
    )


def request(zaak: dutch.Zaak) -> RequestSubmitted:
    """The request with its dossier (R1, R2, R10 to R12)."""
    asked = zaak.verzoek
    role = codes.SUBMITTED_BY[asked.ingediend_door]
    feedback = zaak.beslissing.terugkoppeling_werkgever
    return RequestSubmitted(
        at=asked.datum,
        by=Actor(role, zaak.arbodienst.id),
        submitted_by=role,
        employee=employee(zaak.werknemer),
        employer=Employer(
            name=zaak.werkgever.naam,
            kvk=zaak.werkgever.kvk,
            employee_count=zaak.werkgever.aantal_werknemers,
            debtor_number=zaak.werkgever.debiteurnummer,
        ),
        contract=contract(zaak.contract),
        first_physician=physician(zaak.eerste_bedrijfsarts),
        organisation=zaak.arbodienst.id,
        advice=ContestedAdvice(
            given_at=zaak.beslissing.datum,
            kind=codes.ADVICE_KIND[zaak.beslissing.soort],
            feedback_on=feedback.datum if feedback else None,
            feedback_text=feedback.tekst if feedback else None,
            author=zaak.eerste_bedrijfsarts.naam,
        ),
        doubt=asked.twijfel,
        channel=asked.kanaal,
        chosen_option=asked.gekozen_optie,
        second_preference=asked.tweede_voorkeur,
        discussed_with_first_physician_on=asked.besproken_met_eerste_bedrijfsarts_op,
        no_suspension_discussed=asked.geen_opschortende_werking_besproken,
        offered_by_physician=asked.kanaal == OFFERED,
        earlier_cases=tuple(
            EarlierCase(earlier.zaak_id, earlier.vraag, earlier.afgerond_op, earlier.overname)
            for earlier in zaak.eerdere_zaken
        ),
    )
