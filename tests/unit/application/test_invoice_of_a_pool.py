"""R54, R55: the invoice of a pool, judged where it is issued and where it comes."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.application.issue_invoice import issue_invoice
from gateway.domain.errors import RefusedError
from gateway.domain.messages import InvoiceLine, InvoiceNotice, Kind
from gateway.domain.people import Organisation
from gateway.domain.steps import Actor, ActorRole, PoolInvoiceReceived
from gateway.ports.store import GATEWAY_CASE
from tests.support import stages
from tests.support.hostile import inbox
from tests.support.skipping import insist
from tests.support.world import OHS, POOL, World

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
    return replace(INVOICE, lines=(InvoiceLine(text, 1, 48_000),))


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
