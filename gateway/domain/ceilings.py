"""Ceilings: how much one partner may have here at a time, so that nothing it says makes anything grow without end."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gateway.domain.messages import Kind

COUNTED = frozenset({Kind.REFERRAL_REQUESTED, Kind.INVOICE_ISSUED})
"""Kinds that are counted by the day."""
STRANGERS = "strangers"
"""All senders that are no partner share one place: the broker may name any number of them."""


class Ceiling(StrEnum):
    """A ceiling, as an alert names it."""

    PARKED = "parked"
    HELD = "held"
    INFORMATION = "information-requests"
    AVAILABILITY = "availability-questions"
    FILES = "kept-files"
    DELIVERIES = "deliveries"
    CONSENTS = "consents"
    MESSAGES = "messages"
    REFUSED = "refused"
    REFERRALS = "referrals"
    INVOICES = "invoices"


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How much one partner may have at a time.

    Attributes:
        parked_per_conversation: Messages that wait for one before them.
        held_per_partner: Deliveries in quarantine; apart from these so many parked messages. Strangers share one.
        held_bytes_per_partner: Bytes of either.
        held_per_day: Deliveries that come to be held within a day, whatever became of them since.
        parked_for: How long a message waits for one before it; shorter than its sender goes on sending it.
        unparked_together: Parked messages that are taken in with one commit.
        open_information_requests: Information requests of one referral that have no answer.
        information_requests: Information requests of one referral while it lives.
        open_availability_questions: Questions whether there is room that have no answer.
        kept_bytes_per_partner: Bytes of files that came beside messages.
        files_at_once: Files that are fetched at the same time; each takes a thread.
        file_seconds: How long fetching one may take.
        deliveries_in_hand: Deliveries that the broker brought and that are not settled.
        deliveries_at_once: Deliveries that are opened and stored at a time.
        consents_per_partner: Consents on the record of one case that a partner brought, decided anew or not.
        messages_per_referral: Messages of a partner in one referral; what takes something back always counts (R27).
        messages_of_a_kind: Of these, messages of one kind that changed something.
        refused_per_day: Messages that are refused within a day; more are not taken, and come again.
        open_referrals: Referrals of a partner that have not ended.
        new_referrals_per_day: Referrals of a partner that begin within a day.
        invoices_per_day: Invoices of a partner within a day.
    """

    parked_per_conversation: int = 64
    held_per_partner: int = 1000
    held_bytes_per_partner: int = 64 * 1024 * 1024
    held_per_day: int = 2000
    parked_for: timedelta = timedelta(days=6)
    unparked_together: int = 16
    open_information_requests: int = 5
    information_requests: int = 25
    open_availability_questions: int = 20
    kept_bytes_per_partner: int = 10 * 1024 * 1024 * 1024
    files_at_once: int = 2
    file_seconds: float = 120
    deliveries_in_hand: int = 100
    deliveries_at_once: int = 4
    consents_per_partner: int = 50
    messages_per_referral: int = 500
    messages_of_a_kind: int = 50
    refused_per_day: int = 1000
    open_referrals: int = 500
    new_referrals_per_day: int = 100
    invoices_per_day: int = 100
