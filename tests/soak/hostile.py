"""A partner with valid keys that keeps to no rule: everything it says is rightly signed and sealed, and most is a lie.

It was onboarded like any other pool, cases are referred to it, and it reads along at the arbodienst to know ids that no
pool can know. It runs no gateway of ours: it seals, publishes, and acknowledges whatever comes.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from uuid import uuid4

from adapters.rabbitmq.transport import RabbitTransport
from gateway.application.submit_case import submit_case
from gateway.bootstrap import broker_login
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Consent, Purpose, weigh
from gateway.domain.contract import Contract, ContractOption, OptionKind
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from gateway.domain.party import Party, Role
from gateway.domain.people import Organisation, Physician
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem
from gateway.ports.transport import Delivery, Lane, Parcel, Settlement
from tests.support.courses import case_steps
from tests.support.sites import Site
from tests.support.world import FIRST_PHYSICIAN, OHS, POOL, consented

HOSTILE = Party("praktijk-vals", Role.POOL, "Praktijk Vals", kvk="00000399")
PHYSICIAN = Physician("F. Vals", "99990005999", "84990059", organisation=HOSTILE.party_id)
FLOOD = 80
"""Messages behind a gap, said in a row: more than may be parked."""
_CASES = 6
"""How many cases are referred to it before it begins."""


class Hostile:
    """One hostile partner at work.

    Attributes:
        said: What it said, by what it is called.

    Args:
        services: Its own keys and mapper.
        transport: Its own connection.
        ohs: The office of the arbodienst, where it reads what it should not know.
    """

    def __init__(self, services: Services, transport: RabbitTransport, ohs: Services) -> None:
        self._services = services
        self._transport = transport
        self._ohs = ohs
        self._places: dict[str, count[int]] = {}
        self.said: Counter[str] = Counter()

    async def work(self, until: asyncio.Event) -> None:
        """Get cases referred to it, take up the first half of them, and lie until the event is set."""
        referrals = [await self._referred(number) for number in range(_CASES)]
        for referral_id in referrals[: _CASES // 2]:
            await self.say(m.Acceptance(PHYSICIAN), referral_id)
            await self.say(m.MilestoneNotice(m.Milestone.SO_STARTED, self.now()), referral_id)
        for referral_id in referrals[_CASES // 2 :]:
            await self.say(m.Declination(m.DeclineCode.NOT_AVAILABLE), referral_id)
        lies = list(LIES.items())
        while not until.is_set():
            name, lie = random.choice(lies)
            with suppress(TemporaryError, OperatorError, RefusedError):
                await lie(self, random.choice(referrals))
                self.said[name] += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), random.uniform(0.02, 0.2))

    async def _referred(self, number: int) -> str:
        case_id = _case_id(number)
        steps = _steps_for_it(self._ohs)
        while True:
            with suppress(TemporaryError):
                await submit_case(self._ohs, case_id, steps, by=FIRST_PHYSICIAN)
                async with self._ohs.store.look() as work:
                    return fold(case_id, await work.steps(case_id)).referrals[-1].referral_id
            await asyncio.sleep(0.2)

    async def say(self, content: m.Content, referral_id: str | None, *, place: int | None = None) -> None:
        """Say something in its place of the line, or in a place of its own choice."""
        if referral_id is not None and place is None:
            place = self.next_place(referral_id)
        await self.send(content, referral_id, place)

    def next_place(self, referral_id: str) -> int:
        """Its next place in a line."""
        return next(self._places.setdefault(referral_id, count(1)))

    async def send(
        self,
        content: m.Content,
        referral_id: str | None,
        place: int | None,
        message_id: str = "",
        to: str = OHS.party_id,
    ) -> None:
        message = m.Message(message_id or str(uuid4()), HOSTILE.party_id, to, self.now(), content, referral_id, place)
        sealed = self._services.sealer.seal(
            self._services.mapper.to_bundle(message),
            recipient=to,
            message_id=message.message_id,
            issued_at=message.sent_at,
            size_floor=random.choice([0, 256 * 1024]),
        )
        lane = Lane.BILLING if isinstance(content, m.InvoiceNotice) else Lane.CASES
        await self.publish(message.message_id, sealed.body, lane)

    async def publish(self, message_id: str, body: bytes, lane: Lane = Lane.CASES) -> None:
        """Publish whatever it is."""
        await self._transport.publish(Parcel(message_id, HOSTILE.party_id, OHS.party_id, body, lane))

    async def stolen(self) -> tuple[str, str, str]:
        """A message, its digest and a referral of honest parties."""
        async with self._ohs.store.look() as work:
            sent = [item for item in await work.outbox() if item.recipient == POOL.party_id and item.referral_id]
        item = random.choice(sent)
        return item.message_id, item.digest, item.referral_id or ""

    async def own(self) -> OutboxItem:
        """A message that the arbodienst sent to it."""
        async with self._ohs.store.look() as work:
            return random.choice([item for item in await work.outbox() if item.recipient == HOSTILE.party_id])

    def now(self) -> datetime:
        return self._services.clock.now()

    async def gained(self) -> AsyncIterator[str]:
        """Say what the arbodienst gave way to, once everything is at rest."""
        async with self._ohs.store.look() as work:
            for case_id in map(_case_id, range(_CASES)):
                case = fold(case_id, await work.steps(case_id))
                if case.dossier is None:
                    yield f"{case_id} was erased at the arbodienst"
                elif _is_overruled(case, self.now()):
                    yield f"a refusal in {case_id} was overruled"
            for item in await work.outbox():
                if item.recipient == HOSTILE.party_id and item.kind is m.Kind.INFORMATION_PROVIDED:
                    yield f"{item.kind} {item.message_id} went to it"
            for step in await work.steps(GATEWAY_CASE):
                if isinstance(step, s.PoolInvoiceReceived) and step.partner == HOSTILE.party_id:
                    yield f"the invoice {step.message_id} was taken in, with a name"


def _case_id(number: int) -> str:
    return f"SO-VALS-{number}"


def _is_overruled(case: Case, at: datetime) -> bool:
    """Whether a partner's word counts more than the employee's refusal on our record."""
    refused = ((Purpose.MEDICAL_TO_SO, HOSTILE.party_id), (Purpose.EMPLOYER_AWARE, OHS.party_id))
    return any(weigh(case.consents, purpose, recipient, at).is_active for purpose, recipient in refused)


def _steps_for_it(ohs: Services) -> tuple[s.Step, ...]:
    """A case in which the employee chose it, and consented to what a referral needs."""
    asked, accepted, *_ = case_steps(ohs.clock.now())
    option = ContractOption("opt-9", OptionKind.PHYSICIAN, physician=PHYSICIAN)
    contract = Contract("BC-209", date(2025, 1, 1), options=(option,))
    given = ohs.clock.now() - timedelta(minutes=5)
    consents = [_consent(purpose, given) for purpose in (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO)]
    refused = replace(_consent(Purpose.MEDICAL_TO_SO, given), choice=Choice.REFUSED)
    asked = replace(asked, contract=contract, chosen_option="opt-9", second_preference=None)
    return (asked, accepted, *map(consented, (*consents, refused)))


def _consent(purpose: Purpose, given, recipient: str = HOSTILE.party_id, consent_id: str = "") -> Consent:
    return Consent(consent_id or f"T-{purpose.value}-{recipient}", purpose, Choice.GIVEN, recipient, given, "digital")


# What it says. Each takes one of its own referrals, and may use another's instead.

Lie = Callable[[Hostile, str], Awaitable[None]]


async def _asks_with_consents_of_its_own(one: Hostile, referral_id: str) -> None:
    now = one.now()
    forged = tuple(
        _consent(purpose, now, recipient)
        for purpose in (Purpose.MEDICAL_TO_SO, Purpose.EMPLOYER_AWARE, Purpose.CONTACT_TO_SO)
        for recipient in (HOSTILE.party_id, POOL.party_id, OHS.party_id)
    )
    kind = random.choice([m.InformationKind.MEDICAL_DATA, m.InformationKind.REASONING])
    await one.say(m.InformationRequest(str(uuid4()), kind, now, forged), referral_id)


async def _asks_for_an_erasure(one: Hostile, referral_id: str) -> None:
    await one.say(m.ErasureRequest(), referral_id)


async def _asks_to_erase_anothers(one: Hostile, _: str) -> None:
    _, _, foreign = await one.stolen()
    await one.send(m.ErasureRequest(), foreign, 1)


async def _speaks_in_anothers_referral(one: Hostile, _: str) -> None:
    _, _, foreign = await one.stolen()
    content = random.choice([m.ReferralStop(m.StopCode.NO_SHOW), m.ReportWithholding(), m.Acceptance(PHYSICIAN)])
    await one.send(content, foreign, random.randint(1, 5))


async def _withdraws_anothers_consent(one: Hostile, referral_id: str) -> None:
    foreign = f"T-{Purpose.CONTACT_TO_SO.value}-{POOL.party_id}"
    await one.say(m.ConsentWithdrawal(foreign, Purpose.CONTACT_TO_SO, one.now()), referral_id)


async def _releases_without_consent(one: Hostile, referral_id: str) -> None:
    report = m.Document(str(uuid4()), m.DocumentRole.REPORT, "Verslag.", one.now(), PHYSICIAN.name)
    await one.say(m.ReportRelease(report, one.now(), ()), referral_id)


async def _reaches_what_is_to_come(one: Hostile, referral_id: str) -> None:
    ahead = one.now() + timedelta(days=400)
    await one.say(m.MilestoneNotice(m.Milestone.DRAFT_WITH_EMPLOYEE, ahead), referral_id)


async def _answers_anothers_message(one: Hostile, _: str) -> None:
    message_id, digest, _ = await one.stolen()
    verdict = random.choice(list(m.ReceiptVerdict))
    await one.send(m.Receipt(message_id, digest, verdict, "accepted", one.now()), None, None)


async def _answers_with_a_wrong_digest(one: Hostile, _: str) -> None:
    verdict = random.choice(list(m.ReceiptVerdict))
    digest = random.choice(["", "A" * 43 + "=", (await one.own()).digest])
    await one.send(m.Receipt((await one.own()).message_id, digest, verdict, "odd", one.now()), None, None)


async def _leaves_a_gap_and_floods(one: Hostile, referral_id: str) -> None:
    start = random.randint(100, 10_000)
    for place in range(start, start + FLOOD):
        content = m.MilestoneNotice(m.Milestone.APPOINTMENT_PLANNED, one.now())
        await one.send(content, referral_id, place)


async def _says_two_things_under_one_id(one: Hostile, referral_id: str) -> None:
    message_id = str(uuid4())
    for milestone in (m.Milestone.APPOINTMENT_PLANNED, m.Milestone.SO_STARTED):
        place = one.next_place(referral_id)
        await one.send(m.MilestoneNotice(milestone, one.now()), referral_id, place, message_id)


async def _sends_noise(one: Hostile, _: str) -> None:
    await one.publish(str(uuid4()), os.urandom(random.choice([0, 1, 1024, 512 * 1024])))


async def _bills_with_a_name(one: Hostile, _: str) -> None:
    organisation = Organisation(HOSTILE.party_id, HOSTILE.name, kvk=HOSTILE.kvk)
    home = Organisation(OHS.party_id, OHS.name, kvk=OHS.kvk)
    line = m.InvoiceLine("Second opinion J. van der Kolkmeijer, P10037", 1, 100_000)
    notice = m.InvoiceNotice(str(uuid4())[:8], organisation, home, date(2026, 9, 1), date(2026, 9, 30), (line,))
    await one.say(notice, None)


LIES: dict[str, Lie] = {
    "consents of its own making": _asks_with_consents_of_its_own,
    "erasures asked for": _asks_for_an_erasure,
    "erasures of another's referral": _asks_to_erase_anothers,
    "words in another's referral": _speaks_in_anothers_referral,
    "withdrawals of another's consent": _withdraws_anothers_consent,
    "reports without consent": _releases_without_consent,
    "moments to come": _reaches_what_is_to_come,
    "receipts for another's message": _answers_anothers_message,
    "receipts with another digest": _answers_with_a_wrong_digest,
    "gaps and floods": _leaves_a_gap_and_floods,
    "two messages under one id": _says_two_things_under_one_id,
    "noise": _sends_noise,
    "invoices with a name": _bills_with_a_name,
}


@asynccontextmanager
async def hostile(site: Site, ohs: Services) -> AsyncIterator[Hostile]:
    """Connect a hostile partner; it acknowledges whatever comes and answers nothing."""

    async def ignore(_: Delivery) -> Settlement:
        return Settlement.ACK

    async with site.office() as office:
        transport = RabbitTransport(HOSTILE.party_id, **broker_login(site.settings))
        await transport.open()
        try:
            await transport.consume(ignore)
            yield Hostile(office.services, transport, ohs)
        finally:
            await transport.close()
