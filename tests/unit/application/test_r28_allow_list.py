"""R28: the referral carries the closed list and nothing else, whatever else the arbodienst knows."""

from dataclasses import fields, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.application.refer_case import contact_of, refer
from gateway.application.submit_case import submit_case
from gateway.domain.consent import Choice, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DocumentRole, PatientContact
from gateway.domain.people import Address, Employee, Employer, PersonName, Representative
from gateway.domain.steps import EarlierCase, QuestionSettled
from tests.support.world import EMPLOYEE, FIRST_PHYSICIAN, START, World, accepted_case, consent, request

CASE = "SO-2026-0001"
WORDS = st.text(alphabet="bcdfghjkmnpqrstvwxz", min_size=12, max_size=16)


async def sent_bundle(world: World, *, attachments=None, **dossier) -> str:
    """The clear bundle of the referral that goes out for a dossier."""
    said: list[bytes] = []
    mapper = world.ohs.mapper

    class Listening:
        def to_bundle(self, message, *, audit=()):
            said.append(mapper.to_bundle(message, audit=audit))
            return said[-1]

        from_bundle = staticmethod(mapper.from_bundle)

    ohs = replace(world.ohs, mapper=Listening())
    steps = dossier.pop("steps", None) or accepted_case(**dossier)
    case_id = f"{CASE}-{uuid4()}"
    await submit_case(ohs, case_id, steps, refer=False)
    await refer(ohs, case_id, FIRST_PHYSICIAN, attachments=attachments)
    return said[-1].decode()


def test_a_new_field_of_the_employee_does_not_travel_by_itself():
    reach = {"telephone", "email", "preferred_channel", "language", "needs_interpreter"}
    assert {f.name for f in fields(PatientContact)} == {"name", "address", *reach}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, min_size=16, max_size=16, unique=True))
async def test_nothing_outside_the_list_is_in_the_bundle(world: World, words: list[str]):
    base = request()
    employee = replace(
        base.employee,
        personnel_number=words[0],
        bsn=words[1],
        gender=words[2],
        preferred_channel=words[3],
        language=words[4],
        occupation=words[5],
        address_note=words[6],
        hirer=words[7],
        representative=Representative(words[8], words[9]),
    )
    employer = Employer(words[10], words[11], 214, words[12])
    contract = replace(base.contract, number=words[13])
    bundle = await sent_bundle(
        world,
        employee=employee,
        employer=employer,
        contract=contract,
        doubt=words[14],
        earlier_cases=(EarlierCase(words[15], words[15]),),
    )
    assert [word for word in words if word in bundle] == []
    assert CASE not in bundle
    assert "1979-03-14" not in bundle, "the birth date is not on the list"


async def test_what_is_on_the_list_is_in_the_bundle(world: World):
    bundle = await sent_bundle(world)
    for text in ("Kolk", "Houtduifpad", "9401 KX", "+31 6 0000 0101", "j.vanderkolk@post.example"):
        assert text in bundle


async def test_channel_language_and_interpreter_need_are_contact_data(world: World):
    employee = replace(request().employee, preferred_channel="email", language="ti", needs_interpreter=True)
    bundle = await sent_bundle(world, employee=employee)
    for text in ('"rank":1', '"urn:ietf:bcp:47","code":"ti"', "patient-interpreterRequired"):
        assert text in bundle


async def test_a_protected_address_stays_home(world: World):
    employee = replace(request().employee, is_address_protected=True)
    assert "Houtduifpad" not in await sent_bundle(world, employee=employee)
    assert contact_of(employee).address is None
    assert contact_of(Employee(PersonName("Amstel"), Address("Postbus", "100"))).address is not None


async def test_r26_refused_feedback_stays_home_and_the_referral_goes(world: World):
    refusal = consent(Purpose.FEEDBACK_TO_SO, choice=Choice.REFUSED)
    bundle = await sent_bundle(world, steps=accepted_case(consent(Purpose.CONTACT_TO_SO), refusal))
    assert "57147-1" not in bundle
    assert "Houtduifpad" in bundle


async def test_r31_the_question_stays_home_when_it_is_settled_with_the_second_physician(world: World):
    steps = (*accepted_case(), QuestionSettled(at=START, by=EMPLOYEE, text="Hoeveel uur is verantwoord?"))
    assert "Hoeveel uur" not in await sent_bundle(world, steps=steps)


async def test_r29_medical_data_before_the_first_contact_are_refused_even_with_consent(world: World):
    steps = accepted_case(consent(Purpose.CONTACT_TO_SO), consent(Purpose.MEDICAL_TO_SO))
    with pytest.raises(RefusedError) as refused:
        await sent_bundle(world, steps=steps, attachments={DocumentRole.MEDICAL_DATA: "Geheim."})
    assert refused.value.code == "medical-before-first-contact"


async def test_r13_too_old_is_a_reassessment_and_nothing_goes(world: World):
    old = replace(request().advice, given_at=START - timedelta(days=30))
    with pytest.raises(RefusedError) as refused:
        await sent_bundle(world, advice=old)
    assert refused.value.code == "decision-too-old"
