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
    """

    what: str
    expected: str
    tests: tuple[str, ...]


CRASH = "integration/test_fault_crash.py"
PATH = "integration/test_fault_path.py"
SHARED = "integration/test_shared_store.py"
ATTACKS = "integration/test_attack_table.py"
RACES = "unit/application/test_consent_races.py"

CATALOGUE = {
    1: Fault(
        "The broker is killed with messages on their way",
        "What was not confirmed is unknown and goes again",
        ("integration/test_rabbitmq_recovery.py::test_restart_of_the_broker",),
    ),
    3: Fault(
        "The broker freezes",
        "The heartbeat ends it, no worker dies of it",
        ("integration/test_rabbitmq_frozen.py::test_a_frozen_broker_is_unknown_and_everything_resumes_after_it",),
    ),
    4: Fault(
        "The road to the broker stalls",
        "It is given up after some heartbeats and made again",
        (f"{PATH}::test_a_stalled_road_is_given_up_and_everything_resumes",),
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
        "Unknown within the time-out",
        ("integration/test_rabbitmq_publisher.py::test_a_blocked_broker_is_unknown_within_the_timeout",),
    ),
    10: Fault(
        "The sender is killed before or after its commit, after publishing, after the confirm, after marking",
        "An act with its message, or neither",
        (
            f"{CRASH}::test_a_sender_killed_at_any_step_loses_nothing_and_says_nothing_twice",
            f"{CRASH}::test_a_sender_killed_before_it_hears_the_confirm_has_its_effect_once",
        ),
    ),
    11: Fault(
        "The receiver is killed before its commit, between commit and acknowledgement, after it; or is frozen",
        "It comes again, and is recognised",
        (
            f"{CRASH}::test_a_receiver_killed_at_any_step_takes_everything_in_once",
            f"{CRASH}::test_a_receiver_that_is_frozen_in_the_middle_and_a_second_one_have_each_effect_once",
        ),
    ),
    13: Fault(
        "Two relays, a claim that ran out, a claim that was taken over",
        "The late word changes nothing",
        (
            f"{SHARED}::test_two_relays_send_everything_once_and_each_conversation_in_order",
            f"{SHARED}::test_a_relay_that_is_killed_or_frozen_is_taken_over_and_its_late_word_changes_nothing",
        ),
    ),
    15: Fault(
        "Duplicates and reordering",
        "The same receipt again; what is early waits for its turn",
        (
            f"{SHARED}::test_consumers_that_get_everything_twice_and_in_any_order_have_each_effect_once",
            f"{RACES}::TestConsentRaces",
        ),
    ),
    17: Fault(
        "One message among many cannot be published",
        "Its neighbours are delivered once",
        ("integration/test_rabbitmq_publisher.py::test_one_faulty_among_many_takes_nobody_along",),
    ),
    18: Fault(
        "A certificate is expired, of another authority or for another host",
        "An alarm once, and no restart when it was renewed",
        (
            "integration/test_rabbitmq_tls.py::test_a_refusal_is_an_alarm_once_and_a_renewed_certificate_needs_no_restart",
            "integration/test_rabbitmq_tls.py::test_a_broker_whose_certificate_does_not_fit_is_refused",
        ),
    ),
    21: Fault(
        "A consent is withdrawn between writing and publishing",
        "Nothing of it on the wire; who holds earlier data is told",
        (
            f"{RACES}::TestConsentRaces",
            "unit/application/test_exchange.py::test_r27_a_referral_in_the_queue_is_dropped_when_its_consent_is_withdrawn",
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
