"""What the sample expects: its ``verwacht`` block in the verdict's own codes. Only the demo and tests read it."""

import json
from collections.abc import Iterable
from typing import Any

_STATUS = {
    "afgerond": "completed",
    "afgerond-zonder-verslag": "completed-without-report",
    "bij-tweede-arts": "with-second-physician",
    "afgewezen": "declined",
    "verwezen-uwv": "redirected-uwv",
    "niet-ontvankelijk": "inadmissible",
    "ingetrokken": "withdrawn",
    "wacht-op-toestemming": "waiting-consent",
    "wacht-op-contract": "waiting-contract",
    "wacht-op-keuze": "waiting-choice",
}
_RECEIVES = {
    "factuur-zonder-persoonsgegevens": "invoice-without-personal-data",
    "factuur-in-omschrijving-zonder-SO": "invoice-without-mention",
    "algemeen-antwoord-zonder-zaakgegevens": "general-answer",
    "bestaan-van-verzoek": "existence-of-request",
}


def expected_verdicts(lines: Iterable[bytes]) -> dict[str, dict[str, Any]]:
    """Expected verdicts by case id: ``status``, ``may_refer``, ``may_return_report``, ``employer_receives``."""
    return {record["zaak_id"]: _verdict(record["verwacht"]) for record in map(json.loads, lines)}


def _verdict(block: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": _STATUS[block["eindstatus"]],
        "may_refer": block["mag_verwijzen"],
        "may_return_report": block["mag_uitkomst_naar_eerste_arts"],
        "employer_receives": [_RECEIVES[item] for item in block["werkgever_krijgt"]],
    }
