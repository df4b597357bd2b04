#!/usr/bin/env python3
"""Play two cases across the containers, by the commands that people would type at their own gateways.

The first goes to ``lpbso``: accepted, examined, the draft discussed, the report released with the employee's consent.
The second goes to ``lso-poli``; there the employee refuses, and only "finished, no report" comes back.

Every line that begins with ``$`` is a command that was run. Messages travel by the running ``sogw serve`` of each
party. The script ends with 0 only when both arbodienst and pools saw what they should, and nothing more.
"""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOMES = Path("/parties")
SCRATCH = Path("/tmp")  # noqa: S108  (a tmpfs of this container)
ARBODIENST = "arbo-waterlinie"
FIRST_PHYSICIAN = "mw. drs. I. van 't Verlaat"
SECOND_PHYSICIANS = {"lpbso": "mr. dr. A. Poelman", "lso-poli": "dr. B. Polie"}
PATIENCE_SECONDS = 120.0
"""For one command, and for one message to arrive; two busy cores need some of it."""
REPORT = "Drie uur per dag is op dit moment passend."


def main() -> int:
    """Play, and say whether it went as it should."""
    run_id = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    released, withheld = f"SO-{run_id}-1", f"SO-{run_id}-2"
    _title("Every gateway is as it must be")
    for party in (ARBODIENST, "lpbso", "lso-poli"):
        _sogw(party, "check")

    _title("The back office submits two cases; each goes as far as its consents permit")
    export = SCRATCH / "cases.jsonl"
    export.write_text("".join(_case(case_id, pool) for case_id, pool in ((released, "lpbso"), (withheld, "lso-poli"))))
    _sogw(ARBODIENST, "case", "submit", str(export))

    _title("At lpbso: accepted, examined, discussed, and sent with consent")
    referral = _conducted("lpbso", "99990007101")
    _sogw("lpbso", "consent", "give", referral, "OUTCOME-TO-FIRST", *_by("lpbso"))
    report = SCRATCH / "report.txt"
    report.write_text(REPORT)
    _sogw("lpbso", "referral", "release", referral, "--report", str(report), *_by("lpbso"))
    _await_state(ARBODIENST, referral, "released")

    _title("At lso-poli: the same, but the employee keeps the report")
    kept = _conducted("lso-poli", "99990007201")
    _sogw("lso-poli", "consent", "refuse", kept, "OUTCOME-TO-FIRST", *_by("lso-poli"))
    _sogw_refused("lso-poli", "referral", "release", kept, "--report", str(report), *_by("lso-poli"))
    _sogw("lso-poli", "referral", "withhold", kept, *_by("lso-poli"))
    _await_state(ARBODIENST, kept, "finished-without-report")

    _title("What the arbodienst knows now")
    _await_receipts()
    _sogw(ARBODIENST, "case", "list")
    return _judged(released, referral, withheld, kept)


def _by(party: str) -> tuple[str, str]:
    """Name the physician who acts at a party; without a name nobody decides, or sees what a case says."""
    return ("--actor", SECOND_PHYSICIANS.get(party, FIRST_PHYSICIAN))


def _conducted(pool: str, big: str) -> str:
    """From the incoming referral to the discussed draft; returns its id."""
    referral = _await_referral(pool)
    physician = SECOND_PHYSICIANS[pool]
    _sogw(pool, "referral", "accept", referral, "--physician", physician, "--big", big, *_by(pool))
    _await_state(ARBODIENST, referral, "so-accepted")
    _sogw(pool, "referral", "milestone", referral, "appointment-planned", *_by(pool))
    _sogw(pool, "referral", "milestone", referral, "so-started", *_by(pool))
    _sogw(pool, "referral", "discuss-draft", referral, *_by(pool))
    _await_state(ARBODIENST, referral, "draft-with-employee")
    return referral


def _judged(released: str, referral: str, withheld: str, kept: str) -> int:
    """The log of the first employee, and whether both sides hold what they should."""
    _title(f"The employee's log of {released} (Dutch)")
    _sogw(ARBODIENST, "case", "log", released, *_by(ARBODIENST))
    _title("Judged")
    physician = ("--role", "first-physician", *_by(ARBODIENST))
    there = _data(ARBODIENST, "referral", "show", referral, *physician)
    nothing = _data(ARBODIENST, "referral", "show", kept, *physician)
    findings = {
        f"{released}: the report came back": (there.get("report") or {}).get("text") == REPORT,
        f"{withheld}: no report came back": not nothing.get("report"),
    }
    for what, is_so in findings.items():
        _say(f"  {'yes' if is_so else 'NO '}  {what}")
    _say("\nThe gateways go on. The end: docker compose -f compose/compose.yml down --volumes")
    return 0 if all(findings.values()) else 1


def _await_referral(pool: str) -> str:
    for _ in _patiently(f"a referral at {pool}"):
        for row in _data(pool, "referral", "list", "--open"):
            if row["state"] == "referred":
                return str(row["referral"])
    raise AssertionError


def _await_state(party: str, referral: str, state: str) -> None:
    for _ in _patiently(f"'{state}' at {party}"):
        if any(row["referral"] == referral and row["state"] == state for row in _data(party, "referral", "list")):
            _say(f"  {party} knows: {state}")
            return


def _await_receipts() -> None:
    """Until nothing is under way at the arbodienst; the last receipts may take a moment."""
    for _ in _patiently(f"the last receipts at {ARBODIENST}"):
        if all(row["state"] in {"delivered", "processed"} for row in _data(ARBODIENST, "message", "list")):
            _say(f"  {ARBODIENST} knows: every message has its receipt")
            return


def _patiently(what: str) -> Iterator[None]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(0.5)
    sys.exit(f"demo: waited {PATIENCE_SECONDS:.0f} seconds for {what}")


def _sogw(party: str, *arguments: str) -> None:
    """Type one command at a party's gateway and show what it says."""
    done = _typed(party, *arguments)
    if done.returncode:
        sys.exit(f"demo: that ended with {done.returncode}")


def _sogw_refused(party: str, *arguments: str) -> None:
    """Type one command that must be refused."""
    refused = 3
    done = _typed(party, *arguments)
    if done.returncode != refused:
        sys.exit(f"demo: that ended with {done.returncode}, and should have been refused")


def _typed(party: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    _say(f"$ sogw --home {party} {shlex.join(arguments)}")
    done = _run(party, *arguments)
    for line in (done.stdout + done.stderr).rstrip().splitlines():
        _say(f"  {line}".rstrip())
    return done


def _data(party: str, *arguments: str) -> Any:
    """Ask without showing."""
    done = _run(party, *arguments, "--output", "json")
    if done.returncode:
        sys.exit(f"demo: {done.stderr.strip()}")
    return json.loads(done.stdout)


def _run(party: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["sogw", "--home", str(HOMES / party), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        sys.exit(f"demo: no answer within {PATIENCE_SECONDS:.0f} seconds")


def _title(text: str) -> None:
    _say(f"\n== {text}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  (a script talks)


def _case(case_id: str, pool: str) -> str:
    """One line of ``second-opinion-case/1``: asked, accepted and consented an hour ago, by this machine's clock."""
    asked = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    employee = {"role": "employee", "organisation": ARBODIENST}
    physician = {"role": "first-physician", "organisation": ARBODIENST, "name": FIRST_PHYSICIAN}
    consents = [
        {
            "step": "consent-given",
            "at": asked.isoformat(),
            "by": employee,
            "consent": _consent(case_id, purpose, pool, asked),
        }
        for purpose in ("CONTACT-TO-SO", "FEEDBACK-TO-SO")
    ]
    steps = [
        {"step": "request-submitted", "at": asked.isoformat(), "by": employee, **_request(asked)},
        {"step": "request-accepted", "at": asked.isoformat(), "by": physician},
        {"step": "question-settled", "at": asked.isoformat(), "by": employee, "text": "Hoeveel uren passen nu?"},
        {"step": "recipient-chosen", "at": asked.isoformat(), "by": employee, "recipient": pool},
        *consents,
    ]
    record = {
        "schema": "second-opinion-case/1",
        "case_id": case_id,
        "policy_id": "beleid-stappenplan",
        "organisation": {"organisation_id": ARBODIENST, "name": "Arbozorg Waterlinie Coöperatief U.A."},
        "steps": steps,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _consent(case_id: str, purpose: str, pool: str, at: datetime) -> dict[str, Any]:
    return {
        "consent_id": f"{case_id}-{purpose}",
        "purpose": purpose,
        "choice": "given",
        "recipient": pool,
        "decided_at": at.isoformat(),
        "form": "digitaal-ondertekend",
    }


def _request(asked: datetime) -> dict[str, Any]:
    """The dossier; everybody in it is invented."""
    advised = asked - timedelta(days=3)
    option = {"option_id": "opt-1", "kind": "pool", "name": "Landelijke pools (test)"}
    return {
        "submitted_by": "employee",
        "employee": {
            "name": {"initials": "N.", "given": "Nienke", "family": "Hoekstra-Faber"},
            "birth_date": "1985-05-05",
            "address": {
                "street": "Voorbeeldkade",
                "house_number": "101",
                "postal_code": "9711 ZZ",
                "city": "Groningen",
            },
            "telephone": "+31 6 0000 0101",
            "email": "nienke@post.example",
        },
        "employer": {"name": "Drukkerij De Letterbak B.V.", "kvk": "00000401", "employee_count": 120},
        "contract": {"number": "BC-101", "starts_on": "2020-01-01", "options": [option]},
        "first_physician": {"name": FIRST_PHYSICIAN, "big": "99990002101", "organisation": ARBODIENST},
        "organisation": ARBODIENST,
        "advice": {
            "given_at": advised.isoformat(),
            "kind": "absence-guidance",
            "feedback_text": "Werknemer kan voor vier uur per dag aangepast werk doen.",
        },
        "doubt": "Ik denk dat vier uur te veel is.",
        "chosen_option": "opt-1",
        "discussed_with_first_physician_on": asked.date().isoformat(),
        "no_suspension_discussed": True,
    }


if __name__ == "__main__":
    sys.exit(main())
