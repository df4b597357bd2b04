"""R54, R55: the invoice of a pool, judged where it is issued and where it comes."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.application.issue_invoice import invoice_employer, issue_invoice
from gateway.application.submit_case import submit_case
from gateway.domain.errors import RefusedError
from gateway.domain.messages import InvoiceLine, InvoiceNotice, Kind
from gateway.domain.people import Employer, Organisation
from gateway.domain.steps import Actor, ActorRole, EmployerInvoiced, PoolInvoiceReceived
from gateway.ports.store import GATEWAY_CASE
from tests.support import stages
from tests.support.hostile import inbox
from tests.support.skipping import insist
from tests.support.world import BACK_OFFICE, OHS, POOL, START, World, accepted_case, request

OFFICE = Actor(ActorRole.BACK_OFFICE, POOL.party_id)
INVOICE = InvoiceNotice(
    "F2026-0042",
    Organisation(POOL.party_id, POOL.name, kvk=POOL.kvk),
    Organisation(OHS.party_id, OHS.name, kvk=OHS.kvk, agb=OHS.agb),
    date(2026, 8, 1),
    date(2026, 8, 31),
    (InvoiceLine("Consulten in de periode", 3, 48_000),),
)


def about(text: str) -> InvoiceNotice:
    return replace(INVOICE, number=f"F-{len(text)}", lines=(InvoiceLine(text, 1, 48_000),))


async def received_steps(world: World) -> list[PoolInvoiceReceived]:
    steps = await world.steps(world.ohs, GATEWAY_CASE)
    return [step for step in steps if isinstance(step, PoolInvoiceReceived)]


async def received(world: World) -> list[str]:
    return [step.invoice.number for step in await received_steps(world)]


async def test_an_invoice_that_names_nobody_arrives(world: World):
    await stages.started(world)
    await issue_invoice(world.pool, OHS.party_id, INVOICE, OFFICE)
    await world.settle()
    assert await received(world) == [INVOICE.number]
    [(step, item)] = zip(await received_steps(world), await inbox(world.ohs, Kind.INVOICE_ISSUED), strict=True)
    assert (step.message_id, item.case_id) == (item.message_id, GATEWAY_CASE)


@pytest.mark.parametrize(
    "text", ["Advies kolkmeijer", "Advies Kolk\u2011meijer", "Advies K o l k m e i j e r", "mulkens"]
)
async def test_r54_a_pool_names_nobody_on_its_own_record(world: World, text: str):
    await stages.started(world)
    with pytest.raises(RefusedError) as refused:
        await issue_invoice(world.pool, OHS.party_id, about(text), OFFICE)
    assert refused.value.code == "invoice-identifies"
    assert text not in str(refused.value)


async def test_r54_the_answer_of_an_arbodienst_tells_nothing_of_whom_it_knows(world: World):
    """A name that it knows and one that it does not know get one answer."""
    await stages.started(world)
    for text in ("Advies dhr. Kolkmeijer", "Advies dhr. Onbekend"):
        assert (await insist(world.pool, world.ohs, about(text))).code == "invoice-identifies"
    for text in ("Advies kolkmeijer", "Advies onbekend"):
        assert (await insist(world.pool, world.ohs, about(text))).code is None


@pytest.mark.parametrize("number", ["F2026-0042", "f 2026-0042"])
async def test_r54_a_pool_gives_each_invoice_a_number_of_its_own(world: World, number: str):
    await stages.started(world)
    await issue_invoice(world.pool, OHS.party_id, INVOICE, OFFICE)
    for other in (INVOICE, about("Reiskosten")):
        with pytest.raises(RefusedError) as refused:
            await issue_invoice(world.pool, OHS.party_id, replace(other, number=number), OFFICE)
        assert refused.value.code == "invoice-number-used"


async def test_r54_an_arbodienst_takes_one_invoice_of_a_number_from_a_pool(world: World):
    await stages.started(world)
    await issue_invoice(world.pool, OHS.party_id, INVOICE, OFFICE)
    await world.settle()
    other = replace(about("Reiskosten"), number=INVOICE.number)
    assert (await insist(world.pool, world.ohs, other)).code == "invoice-number-used"
    assert (await insist(world.pool, world.ohs, INVOICE)).code is None  # It says the same again.
    assert await received(world) == [INVOICE.number]


OF_EMPLOYER = EmployerInvoiced(
    at=START,
    by=BACK_OFFICE,
    number=INVOICE.number,
    dated_on=INVOICE.period_end,
    period_start=INVOICE.period_start,
    period_end=INVOICE.period_end,
    lines=INVOICE.lines,
)


@pytest.mark.parametrize(
    ("invoice", "employer", "is_free"),
    [
        (OF_EMPLOYER, request().employer, True),
        (replace(OF_EMPLOYER, at=START.replace(hour=10)), request().employer, True),
        (OF_EMPLOYER, Employer("Elders B.V.", "00000999", 300), False),
        (replace(OF_EMPLOYER, number="f2026 0042", dated_on=date(2026, 9, 1)), request().employer, False),
        (replace(OF_EMPLOYER, number="F2026-0043"), Employer("Elders B.V.", "00000999", 300), True),
    ],
)
async def test_r54_two_cases_share_one_invoice_and_no_number(world: World, invoice, employer, is_free):
    await submit_case(world.ohs, "SO-2026-0001", accepted_case())
    await submit_case(world.ohs, "SO-2026-0009", accepted_case(employer=employer))
    await invoice_employer(world.ohs, "SO-2026-0001", OF_EMPLOYER)
    if is_free:
        await invoice_employer(world.ohs, "SO-2026-0009", invoice)
        return
    with pytest.raises(RefusedError) as refused:
        await invoice_employer(world.ohs, "SO-2026-0009", invoice)
    assert refused.value.code == "invoice-number-used"


async def test_r54_an_employer_s_invoice_is_recorded_once(world: World):
    await submit_case(world.ohs, "SO-2026-0001", accepted_case())
    await invoice_employer(world.ohs, "SO-2026-0001", OF_EMPLOYER)
    with pytest.raises(RefusedError) as refused:
        await invoice_employer(world.ohs, "SO-2026-0001", replace(OF_EMPLOYER, at=START.replace(hour=11)))
    assert refused.value.code == "invoice-number-used"
