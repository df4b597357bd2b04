"""Invariants of the protocol table."""

import pytest

from gateway.domain import messages
from gateway.domain.messages import Kind
from gateway.domain.party import Role
from gateway.domain.protocol import ENDED_STATES, OPEN_STATES, PROTOCOL, BusinessStatus, Need, audit_of
from tests.support.messages import full

ROWS = list(PROTOCOL.values())
BILLING_AND_RECEIPTS = {Kind.INVOICE_ISSUED, Kind.RECEIPT}


def test_every_kind_has_one_row_and_one_content():
    contents = [
        c for c in vars(messages).values() if isinstance(c, type) and isinstance(getattr(c, "kind", None), Kind)
    ]
    assert set(PROTOCOL) == set(Kind) == {content.kind for content in contents}
    assert len(contents) == len(Kind)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_every_row_is_whole(row):
    assert row.senders <= set(Role)
    assert row.senders
    assert {"MessageHeader", "AuditEvent"} <= row.resources
    assert row.rules or row.kind is Kind.RECEIPT
    assert row.audit in {"disclosure", "notice", "receipt"}
    assert (row.task_status is None) == (row.after is None and not row.before and not row.opens) or row.after is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_personal_documents_travel_only_as_disclosures(row):
    if {"DocumentReference", "Binary", "Patient"} & row.resources:
        assert row.audit == "disclosure"
        assert row.consents or row.needs


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_a_first_message_needs_no_state_and_any_other_does(row):
    assert not (row.opens and row.before)
    assert row.opens or row.before or row.kind in BILLING_AND_RECEIPTS


def test_r55_billing_and_receipts_stand_outside_the_conversation():
    assert {row.kind for row in ROWS if not row.is_sequenced} == BILLING_AND_RECEIPTS
    assert "Task" not in PROTOCOL[Kind.INVOICE_ISSUED].resources
    assert "Patient" not in PROTOCOL[Kind.INVOICE_ISSUED].resources


def test_r41_sensitive_pairs_share_their_size():
    assert {row.kind for row in ROWS if row.shares_size} == {
        Kind.REPORT_RELEASED,
        Kind.REPORT_WITHHELD,
        Kind.INFORMATION_PROVIDED,
        Kind.INFORMATION_DECLINED,
    }


def test_open_and_ended_states_do_not_meet_and_every_end_can_be_reached():
    assert not OPEN_STATES & ENDED_STATES
    reached = {row.after for row in ROWS if row.after is not None}
    assert reached >= ENDED_STATES
    talk_about_room = {BusinessStatus.AVAILABILITY_ASKED, BusinessStatus.AVAILABLE, BusinessStatus.NOT_AVAILABLE}
    assert OPEN_STATES | ENDED_STATES | talk_about_room == set(BusinessStatus)


def test_only_an_ended_referral_can_be_erased():
    assert PROTOCOL[Kind.ERASURE_REQUESTED].before == ENDED_STATES
    assert PROTOCOL[Kind.ERASURE_CONFIRMED].before == ENDED_STATES


def test_nothing_but_notices_about_consent_and_erasure_and_a_late_report_follows_an_end():
    after_end = {row.kind for row in ROWS if row.before & ENDED_STATES}
    notices = {Kind.CONSENT_WITHDRAWN, Kind.ERASURE_REQUESTED, Kind.ERASURE_CONFIRMED}
    assert after_end == {*notices, Kind.REPORT_RELEASED}


def test_r27_withheld_is_the_only_end_after_which_a_report_may_be_released():
    assert PROTOCOL[Kind.REPORT_RELEASED].before & ENDED_STATES == {BusinessStatus.FINISHED_WITHOUT_REPORT}


def test_r28_contact_data_are_corrected_while_the_pool_may_contact_the_employee():
    assert PROTOCOL[Kind.CONTACT_CORRECTED].before == OPEN_STATES
    assert PROTOCOL[Kind.CONTACT_CORRECTED].resources == {
        "MessageHeader",
        "Task",
        "Patient",
        "Consent",
        "AuditEvent",
    }


def test_r27_a_withdrawal_is_always_possible_while_the_referral_is_open():
    assert PROTOCOL[Kind.REFERRAL_WITHDRAWN].before == OPEN_STATES


def test_every_need_is_asked_somewhere():
    assert {need for row in ROWS for need in row.needs} == set(Need)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_the_audit_line_of_a_message_is_that_of_its_row(row):
    assert audit_of(full(row.kind).content) == row.audit


def test_who_only_takes_a_place_in_the_line_discloses_nothing():
    assert audit_of(messages.ContactCorrection(None)) == "notice"
