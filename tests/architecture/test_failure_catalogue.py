"""The failure catalogue: every fault we know of, and the tests that make it happen to real servers and processes.

The table below is what the page ``docs/explanation/failures.md`` shows; this test holds the two together, and holds
every row to tests that exist.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.support.cli import ROOT

PAGE = ROOT / "docs" / "explanation" / "failures.md"


@dataclass(frozen=True)
class Fault:
    """One row.

    Attributes:
        what: What goes wrong.
        expected: What is seen while it lasts, besides the same ledger in the end.
        tests: ``file::function`` below ``tests/``.
        but: What of it the tests do not show.
    """

    what: str
    expected: str
    tests: tuple[str, ...]
    but: str = ""


BROKER = "integration/test_fault_broker.py"
CRASH = "integration/test_fault_crash.py"
PATH = "integration/test_fault_path.py"
STORE = "integration/test_fault_store.py"
SHARED = "integration/test_shared_store.py"
WATCH = "integration/test_broker_watch.py"
RECOVERY = "integration/test_rabbitmq_recovery.py"
PUBLISHER = "integration/test_rabbitmq_publisher.py"
TLS = "integration/test_rabbitmq_tls.py"
ATTACKS = "integration/test_attack_table.py"
OPERATIONS = "unit/application/test_operations.py"
RACES = "unit/application/test_consent_races.py"
CLOCK = "unit/application/test_wrong_clock.py"

CATALOGUE = {
    1: Fault(
        "The broker is killed with messages on their way",
        "What was not confirmed goes again as soon as it is back; no partner is at fault",
        (
            f"{BROKER}::test_a_killed_broker_loses_nothing_that_was_confirmed_and_the_rest_goes_again",
            f"{BROKER}::test_a_killed_broker_opens_no_circuit_and_what_waits_goes_as_soon_as_it_is_back",
            f"{RECOVERY}::test_restart_of_the_broker",
        ),
        "A kill, not a power cut: what the broker handed to the operating system is still written.",
    ),
    2: Fault(
        "A broker of one node is killed just after a queue was declared, and forgets it with all it held",
        "No receipt comes, so everything goes again",
        (f"{BROKER}::test_an_inbox_that_a_killed_broker_forgot_heals_by_receipts_that_do_not_come",),
        "Whether the node forgets differs by version and moment; the test takes the queue away, so that it is lost for "
        "certain. Where the node lists a queue that it cannot serve, an operator removes it first.",
    ),
    3: Fault(
        "The broker freezes",
        "One message without an answer, then nothing is tried; the heartbeat ends it, no worker dies of it",
        (
            "integration/test_rabbitmq_frozen.py::test_a_frozen_broker_is_unreachable_when_the_heartbeat_ends_it_and_everything_resumes",
        ),
    ),
    4: Fault(
        "The road to the broker stalls",
        "It is given up after some heartbeats and made again",
        (f"{PATH}::test_a_stalled_road_is_given_up_and_everything_resumes",),
        "A proxy that passes nothing on, not packets lost in the network. A node cut off from its cluster is made by the soak alone.",
    ),
    5: Fault(
        "Confirms are lost",
        "Twice in the queue, once in effect",
        (
            f"{PATH}::test_lost_confirms_put_messages_in_the_queue_twice_and_in_effect_once",
            f"{CRASH}::test_a_sender_killed_before_it_hears_the_confirm_has_its_effect_once",
        ),
    ),
    6: Fault(
        "A connection is cut in the middle of a message",
        "Nothing of it is in the queue; it goes again whole",
        (f"{PATH}::test_a_message_cut_in_the_middle_is_sent_again_whole",),
    ),
    7: Fault(
        "The broker blocks publishers: no disk or memory",
        "Unknown within the time-out, then nothing is tried until the alarm ends",
        (f"{PUBLISHER}::test_a_blocked_broker_is_unknown_within_the_timeout",),
    ),
    8: Fault(
        "An inbox is full",
        "The broker refuses; it goes again later, and later each time",
        (
            f"{BROKER}::test_a_full_inbox_makes_messages_wait_and_nothing_is_dropped",
            "contract/test_transport.py::test_a_full_inbox_refuses",
        ),
    ),
    9: Fault(
        "A receiver is slower than the broker has patience for",
        "The channel is closed, a new one is made, the delivery comes again",
        (f"{BROKER}::test_a_consumer_too_slow_for_the_broker_comes_back_and_has_each_effect_once",),
        "As RabbitMQ 3.10 and 4.0 do it. What 4.3 does instead, to cancel the consumer, is made by deleting its queue (row 20).",
    ),
    10: Fault(
        "The sender is killed before or after its commit, after publishing, after the confirm, after marking",
        "An act with its message, or neither",
        (
            f"{CRASH}::test_a_sender_killed_at_any_step_loses_nothing_and_says_nothing_twice",
            f"{CRASH}::test_a_sender_killed_before_it_hears_the_confirm_has_its_effect_once",
        ),
        "With PostgreSQL one of the moments; the others differ in nothing that depends on the store.",
    ),
    11: Fault(
        "The receiver is killed before its commit, between commit and acknowledgement, after it; or is frozen",
        "It comes again, and is recognised",
        (
            f"{CRASH}::test_a_receiver_killed_at_any_step_takes_everything_in_once",
            f"{CRASH}::test_a_receiver_that_is_frozen_in_the_middle_and_a_second_one_have_each_effect_once",
        ),
    ),
    12: Fault(
        "The database is locked, full, read-only or gone",
        "Nothing is acknowledged; what is in hand stays there and is tried ever less often",
        (
            f"{STORE}::test_a_store_that_cannot_be_written_stops_the_intake_and_nothing_is_lost",
            f"{STORE}::test_a_database_server_that_is_killed_stops_the_intake_and_nothing_is_lost",
            "unit/application/test_receive_together.py::test_what_cannot_be_stored_now_stays_in_hand_until_it_can",
            f"{STORE}::test_a_database_server_without_disk_stops_the_intake_and_nothing_is_lost",
            "integration/test_postgres_server.py::test_a_full_disk_is_refused_as_such_and_freed_by_removal",
        ),
        "SQLite's full disk and its read-only file are made by its own limits.",
    ),
    13: Fault(
        "Two relays, a claim that ran out, a claim that was taken over",
        "The late word changes nothing",
        (
            f"{SHARED}::test_two_relays_send_everything_once_and_each_conversation_in_order",
            f"{SHARED}::test_a_relay_that_is_killed_or_frozen_is_taken_over_and_its_late_word_changes_nothing",
            f"{SHARED}::test_who_was_frozen_between_claim_and_publish_publishes_nothing",
        ),
    ),
    14: Fault(
        "A clock jumps an hour",
        "What seems to come from the future is held, tried again and read when its time has come; no consent lasts longer",
        (
            "integration/test_fault_clock.py::test_a_clock_that_jumps_holds_messages_up_and_loses_none",
            f"{CLOCK}::test_it_is_taken_in_by_itself_when_its_time_has_come",
            f"{CLOCK}::TestAnHourBehind",
            "unit/application/test_witness.py::test_a_clock_that_goes_back_does_not_make_us_look_as_if_our_journal_did",
            f"{RACES}::TestConsentRaces",
        ),
        "The clock is the gateway's, not the machine's. What waits when a clock is set back waits as much longer.",
    ),
    15: Fault(
        "Duplicates and reordering",
        "The same receipt again; what is early waits for its turn",
        (
            f"{SHARED}::test_consumers_that_get_everything_twice_and_in_any_order_have_each_effect_once",
            f"{RACES}::TestConsentRaces",
        ),
    ),
    16: Fault(
        "Poison: nobody can open it, or it is rightly sealed nonsense, or its properties are none",
        "Held with its reason, the sender is told, the queue moves on",
        (
            f"{RECOVERY}::test_strange_properties_do_not_stop_the_inbox",
            f"{ATTACKS}::test_parcel_re_addressed_to_another_recipient_is_quarantined",
            "unit/application/test_exchange.py::test_what_cannot_be_opened_is_quarantined_and_the_sender_told",
            "fuzz/test_deliveries.py::test_rightly_sealed_nonsense_is_held_or_refused_and_stops_nothing",
            "fuzz/test_deliveries.py::test_noise_from_a_partner_is_held_with_its_bytes",
        ),
    ),
    17: Fault(
        "One message among many cannot be published",
        "Its neighbours are delivered once",
        (f"{PUBLISHER}::test_one_faulty_among_many_takes_nobody_along",),
    ),
    18: Fault(
        "A certificate is expired, of another authority or for another host",
        "An alarm once, and no restart when it was renewed",
        (
            f"{TLS}::test_a_refusal_is_an_alarm_once_and_a_renewed_certificate_needs_no_restart",
            f"{TLS}::test_a_broker_whose_certificate_does_not_fit_is_refused",
        ),
        "Revocation of a broker's certificate is not asked for.",
    ),
    19: Fault(
        "Rights are withdrawn, the user is deleted, nobody may connect",
        "Told with a code, waited for, and no restart when it was mended",
        (
            f"{BROKER}::test_withdrawn_rights_are_waited_for_until_they_are_given_back",
            f"{BROKER}::test_a_deleted_inbox_and_a_deleted_user_are_waited_for_until_the_operator_mends_them",
            f"{RECOVERY}::test_what_the_operator_must_do_is_said_at_opening",
        ),
    ),
    20: Fault(
        "A queue is deleted, a policy changed, a limit missing",
        "Found at the start and while it runs; no gateway works on a broker that could lose messages",
        (
            f"{WATCH}::test_serve_does_not_start_without_a_dead_letter_exchange_and_says_so",
            f"{WATCH}::test_serve_stops_when_it_happens_while_it_runs",
            f"{WATCH}::test_what_went_wrong_is_found_without_any_right_on_the_broker",
            f"{BROKER}::test_a_deleted_inbox_and_a_deleted_user_are_waited_for_until_the_operator_mends_them",
        ),
        "Only with a monitoring user on the broker; without one an alert says that nobody looks.",
    ),
    21: Fault(
        "A consent is withdrawn between writing and publishing",
        "Nothing of it on the wire; who holds earlier data is told",
        (
            f"{RACES}::TestConsentRaces",
            "unit/application/test_exchange.py::test_r27_a_referral_in_the_queue_is_dropped_when_its_consent_is_withdrawn",
        ),
        "Every moment is tried on a network in memory; on a real broker the moments are those that chance finds in the soak.",
    ),
    22: Fault(
        "Something is replayed, from quarantine or from the broker's dead letters, and again",
        "One effect",
        (
            f"{OPERATIONS}::test_what_was_held_has_one_effect_however_often_it_is_replayed_or_comes_again",
            f"{ATTACKS}::test_replayed_parcel_has_no_second_effect",
        ),
        "No command of ours takes dead letters back. What lies there has no receipt and is sent again, as in row 2; an operator "
        "moves what is left with the broker's own tools.",
    ),
    23: Fault(
        "A gateway is asked to stop with messages on their way",
        "It finishes what it began, within its time, and leaves no claim behind",
        (
            f"{CRASH}::test_a_gateway_asked_to_stop_ends_cleanly_with_messages_on_their_way_and_they_go_on_later",
            "contract/test_transport.py::test_draining_waits_for_the_handler_and_settles",
        ),
    ),
    24: Fault(
        "Somebody pretends: key, user id, copies, default exchange, foreign queue",
        "Refused by the broker, or held",
        (
            f"{ATTACKS}::test_spoofed_routing_key_is_refused",
            f"{ATTACKS}::test_foreign_user_id_is_refused",
            f"{ATTACKS}::test_cc_and_bcc_past_the_topic_permission_are_refused_by_the_broker_or_quarantined",
            f"{ATTACKS}::test_publishing_to_another_exchange_is_refused",
            f"{ATTACKS}::test_a_foreign_queue_is_closed",
        ),
    ),
}
"""By the number that the design gives it."""


@cache
def names_in(path: Path) -> frozenset[str]:
    """What a test file defines at its top, assignments included."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


def line(number: int, fault: Fault) -> str:
    """The row as the page shows it."""
    shown = "<br>".join(f"`{test.partition('::')[2]}`" for test in fault.tests)
    return f"| {number} | {fault.what} | {fault.expected} | {shown} |"


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_row_names_tests_that_exist(number: int):
    for test in CATALOGUE[number].tests:
        file, _, name = test.partition("::")
        assert name in names_in(ROOT / "tests" / file), test


@pytest.mark.parametrize("number", CATALOGUE)
def test_the_page_shows_every_row(number: int):
    assert line(number, CATALOGUE[number]) in PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("number", [number for number, fault in CATALOGUE.items() if fault.but])
def test_the_page_says_what_a_row_does_not_show(number: int):
    assert f"- **{number}.** {CATALOGUE[number].but}" in " ".join(PAGE.read_text(encoding="utf-8").split())


def test_every_row_of_the_design_is_there():
    assert list(CATALOGUE) == list(range(1, 25))
