"""Keeping what the demo made, for inspection. Sample data only: the bundles are in clear."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gateway.domain.case import Case
from gateway.domain.errors import RefusedError
from gateway.domain.policy import Policy
from gateway.domain.printable import printable
from gateway.entrypoints.demo.account import Account
from gateway.entrypoints.demo.stage import Record
from gateway.ports.letter_occasions import case_at_occasion, occasions
from gateway.ports.letters import Letter, LetterKind, LetterWriter


def keep(
    folder: Path,
    record: Record,
    accounts: Sequence[Account],
    writers: Mapping[str, LetterWriter],
    policy_of: Callable[[str], Policy],
) -> None:
    """Write ``bundles/``, ``envelopes/``, ``logs/``, ``letters/`` and ``invoices/``."""
    for name in ("bundles", "envelopes", "logs", "letters", "invoices"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, said in enumerate(record.said, 1):
        name = f"{number:04}-{said.message.kind.value}.json"
        (folder / "bundles" / name).write_text(printable(_pretty(said.bundle)), encoding="utf-8")
    for number, seen in enumerate(record.seen, 1):
        (folder / "envelopes" / f"{number:04}-{seen.sender}.{seen.recipient}.jwe").write_bytes(seen.body)
    for account in accounts:
        letters = writers[account.party_id]
        log = letters.employee_log(account.case, account.entries)
        (folder / "logs" / f"{account.case_id}.txt").write_text(printable(log), encoding="utf-8")
        for letter in _letters(account, letters):
            name = f"{account.case_id}-{letter.kind.value}.txt"
            (folder / "letters" / name).write_text(printable(letter.paper), encoding="utf-8")
        for number, invoice in enumerate(account.case.invoices, 1):
            text = letters.employer_invoice(account.case, invoice, policy_of(account.party_id)).paper
            (folder / "invoices" / f"{account.case_id}-{number}.txt").write_text(printable(text), encoding="utf-8")


def _pretty(bundle: bytes) -> str:
    return json.dumps(json.loads(bundle), ensure_ascii=False, indent=2) + "\n"


def _letters(account: Account, letters: LetterWriter) -> list[Letter]:
    """Every letter there is a ground for."""
    writers: dict[LetterKind, Callable[[Case], Letter]] = {
        LetterKind.DECLINE: letters.decline,
        LetterKind.REDIRECT: letters.redirect,
        LetterKind.INADMISSIBLE: letters.inadmissible,
        LetterKind.REASSESSMENT: letters.reassessment,
        LetterKind.FOLLOW_UP: letters.follow_up,
        LetterKind.ADOPTION: letters.adoption,
        LetterKind.TRANSFER_REFUSED: letters.transfer_refused,
        LetterKind.HANDOVER: letters.handover,
    }
    written = [letters.consent_overview(account.case)]
    for kind, write in writers.items():
        if occasions(kind, account.entries):
            with suppress(RefusedError):  # never put into words
                written.append(write(case_at_occasion(kind, account.case_id, account.entries)))
    if any(item.value == "general-answer" for item in account.verdict.employer_receives):
        written.append(letters.general_answer())
    return written
