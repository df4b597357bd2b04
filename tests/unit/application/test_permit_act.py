"""Every act and every look by every role, through the use cases: what the table does not grant is refused (R35, R51)."""

import ast
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.application import answer_information as information
from gateway.application import answer_right as rights
from gateway.application import conduct_referral as pool
from gateway.application import decide_request as decide
from gateway.application import issue_invoice as invoices
from gateway.application import onboard_partner as onboarding
from gateway.application import prove_entry as proofs
from gateway.application import read_case as looks
from gateway.application import withdraw_consent as withdrawing
from gateway.application.apply_retention import apply_retention
from gateway.application.ask_availability import ask_availability
from gateway.application.confirm_statement import confirm_statement
from gateway.application.copy_case import copy_case
from gateway.application.discard_message import discard_message
from gateway.application.open_message import open_message
from gateway.application.pause_partner import pause_partner, resume_partner
from gateway.application.perform_act import Act, perform
from gateway.application.read_journal import read_journal
from gateway.application.reading.messages import message_list
from gateway.application.reading.work_lists import rebuild_summaries, work_list
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.replace_storage_key import replace_storage_key
from gateway.application.replay_message import replay_message
from gateway.application.request_erasure import request_erasure
from gateway.application.resend_since import resend_since
from gateway.application.restore_store import begin_again, note_backup
from gateway.application.submit_case import hold_case, preview, submit_case
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.party import Party, Role
from gateway.domain.people import Organisation
from gateway.domain.permissions import PERMISSIONS, STEP_PERMISSIONS, Bond, Permission
from gateway.domain.rules.permission import bond_of
from gateway.domain.rules.refusal import CATALOGUE
from gateway.domain.steps import Actor, ActorRole
from gateway.domain.worklist import ItemKind
from gateway.ports.letters import LetterKind
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, MessageQuery, WorkQuery
from tests.support.world import (
    AUDITOR,
    BACK_OFFICE,
    COORDINATOR,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    START,
    World,
    accepted_case,
    consent,
)
from tests.unit.mappings.letters.steps_of_every_kind import every_kind_of_step

CASE = "SO-2026-0001"
UNKNOWN = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"
NOBODY_EVER = (ActorRole.EMPLOYER, ActorRole.MANAGEMENT, ActorRole.SYSTEM)
APPLICATION = Path(__file__).parents[3] / "gateway" / "application"


@dataclass(frozen=True)
class At:
    """Where a use case is tried: at which gateway, on which case and referral."""

    services: Services
    case: str
    referral: str


Tried = Callable[[At, Actor], Awaitable[Any]]
GROUNDS = decide.Grounds("improper-use", "Omdat.", START.date(), True)
STEPS = {type(step): step for step in every_kind_of_step() if type(step) in STEP_PERMISSIONS}
ORGANISATION = Organisation(OHS.party_id, OHS.name)
INVOICE = m.InvoiceNotice("F-1", ORGANISATION, ORGANISATION, START.date(), START.date(), ())
INTRODUCTION = onboarding.Introduction(Party("new", Role.POOL, "New"), "token")
OUTCOME = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id)
LETTERS = {kind: looks.permission_to_see(f"letter:{kind}") for kind in LetterKind}


def _step(kind: type[s.Step]) -> Tried:
    return lambda at, by: record_step(at.services, at.case, replace(STEPS[kind], by=by))


def _view(view: str) -> Tried:
    return lambda at, by: looks.read_case(at.services, at.case, by, view)


def _answer(kind: m.InformationKind) -> Tried:
    return lambda at, by: information.provide_information(at.services, at.referral, "r", by, kind, "Tekst.")


def _no_manifest(*_: object) -> Any:
    raise RefusedError("manifest-invalid", "No.")


P = Permission
OF_CASES: list[tuple[str, Permission, Tried]] = [
    *((f"record_step {kind.code}", permission, _step(kind)) for kind, permission in STEP_PERMISSIONS.items()),
    *((f"read_case letter:{kind}", permission, _view(f"letter:{kind}")) for kind, permission in LETTERS.items()),
    ("read_case case", P.CASE_READ, _view("case")),
    ("read_case log", P.LOG_READ, _view("log")),
    ("read_case consents", P.CONSENT_READ, _view("consents")),
    ("read_referral", P.REFERRAL_READ, lambda at, by: looks.read_referral(at.services, at.referral, by)),
    (
        "read_document",
        P.DOCUMENT_READ,
        lambda at, by: looks.read_document(at.services, at.referral, "d", by, io.BytesIO()),
    ),
    ("read_trace", P.LOG_READ, lambda at, by: looks.read_trace(at.services, at.case, by)),
    (
        "load_for_defaults",
        P.REFERRAL_ACCEPT,
        lambda at, by: looks.load_for_defaults(at.services, at.referral, by, P.REFERRAL_ACCEPT, "referral-accepted"),
    ),
    ("copy_case", P.CASE_COPY, lambda at, by: copy_case(at.services, at.case, by)),
    ("submit_case", P.CASE_SUBMIT, lambda at, by: submit_case(at.services, at.case, (), by=by, refer=False)),
    ("preview", P.CASE_SUBMIT, lambda at, by: preview(at.services, at.case, (), by)),
    ("hold_case", P.CASE_SUBMIT, lambda at, by: hold_case(at.services, at.case, by, "not-understood")),
    ("confirm_statement", P.CONSENT_GIVE, lambda at, by: confirm_statement(at.services, at.case, by)),
    ("accept_request", P.REQUEST_DECIDE, lambda at, by: decide.accept_request(at.services, at.case, by)),
    ("decline_request", P.REQUEST_DECIDE, lambda at, by: decide.decline_request(at.services, at.case, by, GROUNDS)),
    ("redirect_request", P.REQUEST_DECIDE, lambda at, by: decide.redirect_request(at.services, at.case, by, GROUNDS)),
    (
        "find_inadmissible",
        P.REQUEST_DECIDE,
        lambda at, by: decide.find_inadmissible(at.services, at.case, by, "not-by-employee", "Omdat."),
    ),
    ("refer", P.REFERRAL_SEND, lambda at, by: refer(at.services, at.case, by)),
    (
        "perform",
        P.REPORT_WITHHOLD,
        lambda at, by: perform(at.services, Act(at.case, m.ReportWithholding(), by, OHS.party_id, at.referral)),
    ),
    ("say", P.REPORT_WITHHOLD, lambda at, by: pool.say(at.services, at.referral, m.ReportWithholding(), by)),
    (
        "ask_availability",
        P.AVAILABILITY_ASK,
        lambda at, by: ask_availability(at.services, at.case, POOL.party_id, by, m.AvailabilityQuery()),
    ),
    (
        "answer_availability",
        P.AVAILABILITY_ANSWER,
        lambda at, by: pool.answer_availability(at.services, at.referral, by, is_available=True),
    ),
    ("accept_referral", P.REFERRAL_ACCEPT, lambda at, by: pool.accept_referral(at.services, at.referral, by, SECOND)),
    (
        "decline_referral",
        P.REFERRAL_DECLINE,
        lambda at, by: pool.decline_referral(at.services, at.referral, by, m.DeclineCode.NOT_AVAILABLE),
    ),
    (
        "reach_milestone",
        P.MILESTONE_REPORT,
        lambda at, by: pool.reach_milestone(at.services, at.referral, by, m.Milestone.SO_STARTED),
    ),
    ("discuss_draft", P.DRAFT_DISCUSS, lambda at, by: pool.discuss_draft(at.services, at.referral, by)),
    (
        "request_information",
        P.INFORMATION_REQUEST,
        lambda at, by: pool.request_information(
            at.services, at.referral, by, m.InformationKind.REASONING, employee_decided_at=START
        ),
    ),
    ("provide_information", P.INFORMATION_ANSWER, _answer(m.InformationKind.REASONING)),
    ("provide_information work", P.WORK_CIRCUMSTANCES_ANSWER, _answer(m.InformationKind.WORK_CIRCUMSTANCES)),
    (
        "decline_information",
        P.INFORMATION_ANSWER,
        lambda at, by: information.decline_information(
            at.services, at.referral, "r", by, m.InformationDeclineCode.NOT_AVAILABLE
        ),
    ),
    ("release_report", P.REPORT_RELEASE, lambda at, by: pool.release_report(at.services, at.referral, by, "Verslag.")),
    ("withhold_report", P.REPORT_WITHHOLD, lambda at, by: pool.withhold_report(at.services, at.referral, by)),
    (
        "stop_referral",
        P.REFERRAL_STOP,
        lambda at, by: pool.stop_referral(at.services, at.referral, by, m.StopCode.NO_SHOW),
    ),
    (
        "settle_question",
        P.QUESTION_SETTLE,
        lambda at, by: pool.settle_question(at.services, at.referral, by, "Mag ik?"),
    ),
    ("record_consent", P.CONSENT_GIVE, lambda at, by: pool.record_consent(at.services, at.referral, by, OUTCOME)),
    ("request_erasure", P.ERASURE_ASK, lambda at, by: request_erasure(at.services, at.referral, by)),
    (
        "withdraw_consent",
        P.CONSENT_WITHDRAW,
        lambda at, by: withdrawing.withdraw_consent(at.services, at.case, "no-such-consent", by),
    ),
    ("withdraw_request", P.REQUEST_WITHDRAW, lambda at, by: withdrawing.withdraw_request(at.services, at.case, by)),
    (
        "request_right",
        P.RIGHT_REGISTER,
        lambda at, by: rights.request_right(at.services, at.case, s.Right.ACCESS, by),
    ),
    ("grant_right", P.RIGHT_ANSWER, lambda at, by: rights.grant_right(at.services, at.case, "r", by)),
    ("refuse_right", P.RIGHT_ANSWER, lambda at, by: rights.refuse_right(at.services, at.case, "r", by)),
    ("lift_restriction", P.RIGHT_ANSWER, lambda at, by: rights.lift_restriction(at.services, at.case, "r", by, "x")),
    (
        "invoice_employer",
        P.INVOICE_ISSUE,
        lambda at, by: invoices.invoice_employer(
            at.services,
            at.case,
            replace(next(x for x in every_kind_of_step() if isinstance(x, s.EmployerInvoiced)), by=by),
        ),
    ),
    ("find_entry", P.PROOF_MAKE, lambda at, by: proofs.find_entry(at.services, at.case, "case-read", by)),
    (
        "find_entry with content",
        P.PROOF_CONTENT,
        lambda at, by: proofs.find_entry(at.services, at.case, "case-read", by, with_content=True),
    ),
    ("read_journal", P.JOURNAL_READ, lambda at, by: read_journal(at.services, by, case_id=at.case)),
]
OF_THE_GATEWAY: list[tuple[str, Permission, Tried]] = [
    ("message_list", P.MESSAGE_READ, lambda at, by: message_list(at.services, by, MessageQuery())),
    ("rebuild_summaries", P.STORE_KEEP, lambda at, by: rebuild_summaries(at.services, by)),
    ("work_list", P.WORKLIST_READ, lambda at, by: work_list(at.services, by, WorkQuery(ItemKind.CASE))),
    ("issue_invoice", P.INVOICE_ISSUE, lambda at, by: invoices.issue_invoice(at.services, OHS.party_id, INVOICE, by)),
    ("prove_entry", P.PROOF_MAKE, lambda at, by: proofs.prove_entry(at.services, 1, "m", by)),
    (
        "prove_entry with content",
        P.PROOF_CONTENT,
        lambda at, by: proofs.prove_entry(at.services, 1, "m", by, with_content=True),
    ),
    ("replay_message", P.MESSAGE_HANDLE, lambda at, by: replay_message(at.services, UNKNOWN, by)),
    ("discard_message", P.MESSAGE_HANDLE, lambda at, by: discard_message(at.services, UNKNOWN, "x", by)),
    ("open_message", P.MESSAGE_OPEN, lambda at, by: open_message(at.services, UNKNOWN, "x", by)),
    ("pause_partner", P.PARTNER_MANAGE, lambda at, by: pause_partner(at.services, POOL.party_id, "x", by)),
    ("resume_partner", P.PARTNER_MANAGE, lambda at, by: resume_partner(at.services, POOL.party_id, "x", by)),
    (
        "onboard_partner",
        P.PARTNER_MANAGE,
        lambda at, by: onboarding.onboard_partner(at.services, INTRODUCTION, "f", _no_manifest, by),
    ),
    (
        "update_partner",
        P.PARTNER_MANAGE,
        lambda at, by: onboarding.update_partner(at.services, INTRODUCTION, _no_manifest, by),
    ),
    (
        "serve_recipients",
        P.PARTNER_MANAGE,
        lambda at, by: onboarding.serve_recipients(at.services, INTRODUCTION.party.party_id, (), by),
    ),
    (
        "end_exception",
        P.PARTNER_MANAGE,
        lambda at, by: onboarding.end_exception(at.services, POOL.party_id, by),
    ),
    ("resend_since", P.PARTNER_MANAGE, lambda at, by: resend_since(at.services, POOL.party_id, START, by)),
    (
        "replace_storage_key",
        P.KEY_MANAGE,
        lambda at, by: replace_storage_key(at.services, SimpleNamespace(add_storage_key=_no_manifest), by),
    ),
    ("note_backup", P.STORE_KEEP, lambda at, by: note_backup(at.services, by)),
    ("begin_again", P.STORE_KEEP, lambda at, by: begin_again(at.services, "x", by)),
    ("apply_retention", P.STORE_KEEP, lambda at, by: apply_retention(at.services, by)),
]
EVERYTHING = [*OF_CASES, *OF_THE_GATEWAY]
ASKS_NOBODY = {
    "delete_expired": "the gateway itself, once a day; a person's word is apply_retention",
    "refer_within": "part of refer and submit_case, which ask",
    "perform_within": "part of acts that ask",
    "tell_holders": "part of withdraw_consent, which asks, and of what a partner's word leads to",
    "tell_contact": "part of submit_case, which asks",
    "pass_on_restrictions": "part of submit_case and record_step, which ask",
    "number_of_its_own": "part of invoice_employer, which asks; read_case asks before a letter",
    "forget_case": "part of grant_right, which asks, and of apply_retention",
    "resend": "part of replay_message, which asks, and of what a partner's receipt leads to",
    "receive": "a partner's message; an operator's replay_message asks",
    "recorded": "asks",
    "permit": "asks",
    "permitted_place": "asks",
    "case_of_referral": "asks",
    "note_refusal": "keeps what was answered",
}
NAMES = {name.partition(" ")[0] for name, _, _ in EVERYTHING}
PERMISSION_CODES = frozenset(
    {"role-not-permitted", "name-required", "not-of-the-case", "not-the-own-case", "no-complaint-at-hand"}
)


async def places(world: World) -> dict[Role, At]:
    """A case that was referred and accepted, at both sides."""
    given = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    await submit_case(world.ohs, CASE, accepted_case(*given))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await world.settle()
    return {Role.OHS: At(world.ohs, CASE, referral_id), Role.POOL: At(world.pool, referral_id, referral_id)}


async def outcome(tried: Tried, at: At, by: Actor) -> tuple[str, str, str] | None:
    """What came of it: the error's code, words and remedy."""
    try:
        await tried(at, by)
    except RefusedError as error:
        return error.code, error.message, error.remedy
    except Exception as error:  # noqa: BLE001  (whatever came of it later: it was let in)
        return type(error).__name__, "", ""
    return None


async def journal(services: Services) -> list[str]:
    async with services.store.look() as work:
        steps = [step for case_id in (GATEWAY_CASE, *await work.case_ids()) for step in await work.steps(case_id)]
    return sorted(step.code for step in steps if not isinstance(step, s.ActionRefused))


def _public(tree: ast.Module) -> list[ast.AsyncFunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")]


def _names_a_person(function: ast.AsyncFunctionDef) -> bool:
    given = [
        ast.unparse(arg.annotation or ast.Constant("")) for arg in (*function.args.args, *function.args.kwonlyargs)
    ]
    return any("Actor" in kind or kind in {"Act", "s.Step", "Step", "EmployerInvoiced"} for kind in given)


def test_no_use_case_of_a_person_is_left_out_of_this_walk():
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in APPLICATION.rglob("*.py")]
    by_people = {f.name for tree in trees for f in _public(tree) if _names_a_person(f)}
    assert by_people - set(ASKS_NOBODY) == NAMES
    assert set(ASKS_NOBODY) <= by_people


def test_every_permission_is_asked_by_a_use_case_or_at_the_door():
    at_the_door = {
        *(P.INVOICE_READ, P.MESSAGE_READ, P.PARTNER_READ, P.PARTY_READ, P.KEY_READ),
        *(P.GATEWAY_CHECK, P.BROKER_MANAGE, P.JOURNAL_VERIFY),
    }
    assert {permission for _, permission, _ in EVERYTHING} | at_the_door == set(Permission)


async def test_what_a_role_is_not_granted_is_refused_and_changes_nothing(world: World):
    for side, at in (await places(world)).items():
        before = await journal(at.services)
        for name, permission, tried in EVERYTHING:
            for role in ActorRole:
                if bond_of(permission, role, side) is Bond.NONE:
                    by = Actor(role, at.services.party.party_id, "A. Naam", FIRST.name)
                    came = await outcome(tried, at, by)
                    assert came is not None, (side, name, role)
                    assert came[0] == "role-not-permitted", (side, name, role)
        assert await journal(at.services) == before


async def test_what_a_role_is_granted_is_let_in(world: World):
    named = {
        ActorRole.FIRST_PHYSICIAN: FIRST.name,
        ActorRole.SECOND_PHYSICIAN: SECOND.name,
        ActorRole.EMPLOYEE: "J.P. van der Kolkmeijer",
    }
    others = {ActorRole.REPRESENTATIVE, ActorRole.COMPLAINTS_OFFICER, ActorRole.PRACTICE_ASSISTANT}
    for side, at in (await places(world)).items():
        for name, permission, tried in EVERYTHING:
            for role, bond in PERMISSIONS[permission].grants.items():
                if bond_of(permission, role, side) is bond and role not in others:
                    by = Actor(role, at.services.party.party_id, named.get(role, "A. Naam"))
                    came = await outcome(tried, at, by)
                    assert came is None or came[0] not in PERMISSION_CODES, (side, name, role, came)


@pytest.mark.parametrize("role", NOBODY_EVER)
async def test_r35_probing_tells_nothing_not_even_whether_there_is_such_a_case(world: World, role: ActorRole):
    for at in (await places(world)).values():
        nowhere = At(at.services, UNKNOWN, UNKNOWN)
        expected = CATALOGUE["role-not-permitted"]
        for name, _, tried in OF_CASES:
            for named in (None, "B. de Baas"):
                by = Actor(role, at.services.party.party_id, named)
                here, there = await outcome(tried, at, by), await outcome(tried, nowhere, by)
                assert here == there == (expected.code, expected.message, expected.remedy), name


async def test_r49_a_probe_is_in_the_log_of_its_case_and_of_no_case_in_the_gateways_own(world: World):
    by = Actor(ActorRole.EMPLOYER, OHS.party_id, "B. de Baas")
    at = (await places(world))[Role.OHS]
    for place in (at, At(at.services, UNKNOWN, UNKNOWN)):
        for _, _, tried in OF_CASES:
            await outcome(tried, place, by)
    for case_id in (CASE, GATEWAY_CASE):
        refused = [step for step in await world.steps(world.ohs, case_id) if isinstance(step, s.ActionRefused)]
        assert {step.action for step in refused} >= {"case-read", "request-accepted", "report-withheld"}
        assert {(step.by, step.reason) for step in refused} == {(by, "role-not-permitted")}
        assert len(refused) == len(OF_CASES)


async def test_a_stranger_among_physicians_is_refused_in_every_act_that_asks_for_closeness(world: World):
    roles = {Role.OHS: ActorRole.FIRST_PHYSICIAN, Role.POOL: ActorRole.SECOND_PHYSICIAN}
    for side, at in (await places(world)).items():
        before = await journal(at.services)
        for name, permission, tried in OF_CASES:
            if bond_of(permission, roles[side], side) is Bond.OF_CASE and name != "read_trace":
                by = Actor(roles[side], at.services.party.party_id, "dr. B. Vreemd")
                came = await outcome(tried, at, by)
                assert came is not None, (side, name)
                assert came[0] == "not-of-the-case", (side, name)
                assert "--on-behalf-of" in came[2]
        assert await journal(at.services) == before


async def test_a_stand_in_acts_and_both_are_kept(world: World):
    at = (await places(world))[Role.POOL]
    by = Actor(ActorRole.SECOND_PHYSICIAN, POOL.party_id, "dr. B. Vreemd", SECOND.name)
    await pool.reach_milestone(at.services, at.referral, by, m.Milestone.SO_STARTED)
    assert (await world.steps(world.pool, at.case))[-1].by == by


async def test_lists_show_a_physician_their_own_cases(world: World):
    referral_id = (await places(world))[Role.OHS].referral
    other = Actor(ActorRole.FIRST_PHYSICIAN, OHS.party_id, "dr. B. Vreemd")
    for by, count in ((FIRST_PHYSICIAN, 1), (BACK_OFFICE, 1), (other, 0), (replace(other, on_behalf_of=FIRST.name), 1)):
        cases = await work_list(world.ohs, by, WorkQuery(ItemKind.CASE))
        referrals = await work_list(world.ohs, by, WorkQuery(ItemKind.REFERRAL))
        assert [line.case_id for line in cases.lines] == [CASE] * count
        assert [line.item.item_id for line in referrals.lines] == [referral_id] * count
    await rights.request_right(world.ohs, CASE, s.Right.ACCESS, BACK_OFFICE)
    asked = WorkQuery(ItemKind.RIGHT)
    assert len((await work_list(world.ohs, FIRST_PHYSICIAN, asked)).lines) == 1
    assert (await work_list(world.ohs, other, asked)).lines == ()


async def finished(world: World) -> str:
    """A referral with a question, documents and a report at both sides."""
    referral_id = (await places(world))[Role.OHS].referral
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await pool.settle_question(world.pool, referral_id, SECOND_PHYSICIAN, "Mag ik vier uur?")
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    world.clock.forward(hours=1)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, SECOND_PHYSICIAN, given)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "MERKTEKEN verslag")
    await record_step(world.ohs, CASE, s.QuestionSettled(at=START, by=FIRST_PHYSICIAN, text="MERKTEKEN vraag"))
    await world.settle()
    return referral_id


async def test_r38_r42_the_desk_sees_where_a_case_stands_and_nothing_of_what_it_says(world: World):
    referral_id = await finished(world)
    for services, case_id, desk in (
        (world.ohs, CASE, BACK_OFFICE),
        (world.pool, referral_id, replace(COORDINATOR, name="C. Poel")),
    ):
        views = [await looks.read_case(services, case_id, desk, view) for view in ("case", "consents")]
        shown = [view.case for view in views] + [(await looks.read_referral(services, referral_id, desk))[0]]
        assert not [view.entries for view in views if view.entries]
        for case in shown:
            assert "MERKTEKEN" not in repr(case)
            assert "Mag ik" not in repr(case)
            assert case.question is None
            assert not [document for referral in case.referrals for document in looks.documents_of_referral(referral)]
            assert case.referrals[-1].state == "released"
            if case.dossier is not None:
                assert (case.dossier.doubt, case.advice.feedback_text) == (None, None)
                assert case.dossier.employee.telephone


async def test_r42_an_assistant_sees_the_report_only_where_the_policy_has_it_so(world: World):
    referral_id = await finished(world)
    by = Actor(ActorRole.PRACTICE_ASSISTANT, OHS.party_id, "P. Ondersteuner", FIRST.name)
    case, referral = await looks.read_referral(world.ohs, referral_id, by)
    assert (case.question, referral.report) == ("MERKTEKEN vraag", None)
    policy = replace(world.ohs.policy, follow_up_by=("bedrijfsarts", "praktijkondersteuner"))
    _, referral = await looks.read_referral(replace(world.ohs, policy=policy), referral_id, by)
    assert referral.report is not None


async def test_of_an_erased_case_a_named_physician_reads_what_is_left_and_the_desk_does_not(world: World):
    await places(world)
    world.clock.forward(days=1)
    async with world.ohs.store.begin() as work:
        await work.erase(CASE)
    assert await looks.read_trace(world.ohs, CASE, FIRST_PHYSICIAN)
    for by in (BACK_OFFICE, AUDITOR, replace(FIRST_PHYSICIAN, name=None)):
        with pytest.raises(RefusedError) as caught:
            await looks.read_trace(world.ohs, CASE, by)
        assert caught.value.code in {"role-not-permitted", "name-required"}
