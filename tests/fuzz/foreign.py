"""What becomes of FHIR that others wrote when it comes in by each of our doors; ``foreign.tsv`` holds the outcomes."""

import io
import json
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from gateway.ports.backoffice import CaseImport, ImportProblem
from gateway.ports.transport import Delivery
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.products import PRODUCTS, AnyProduct
from mappings.fhir.mapper import FhirBundleMapper
from tests.fuzz.stage import Stage
from tests.fuzz.targets import bundles
from tests.support.messages import any_party, full

FOLDER = Path(__file__).parents[3] / "shared" / "foreign-fhir"
"""Examples of published implementation guides, beside this repository; they are not copied into it."""
TABLE = Path(__file__).with_name("foreign.tsv")

_MAPPER = FhirBundleMapper(any_party)
_CARRIER = full(Kind.REFERRAL_REQUESTED)


@dataclass(frozen=True)
class Outcome:
    """One row of the table.

    Attributes:
        file: Below the folder.
        code, where: Refusal of the reader of bundles.
        inside: Refusal and place, when it takes the place of a resource of its type in one of our messages.
        message: Reason of the quarantine, when a partner seals it and sends it.
        document: ``unchanged`` when it is the text of a document in a good message, and comes out as it went in.
        case: Places that are reported when it is submitted as a case, as it is and claiming each of our formats.
    """

    file: str
    code: str
    where: str
    inside: str
    message: str
    document: str
    case: str


def outcome(stage: Stage, file: Path) -> Outcome:
    """Put one file through every door."""
    data = file.read_bytes()
    name = file.relative_to(FOLDER).as_posix()
    code, where = _as_bundle(data)
    inside = " ".join(_as_bundle(_inside(json.loads(data))))
    return Outcome(name, code, where, inside, _as_message(stage, data), _as_document(stage, data), _as_case(data))


def _as_bundle(data: bytes) -> tuple[str, str]:
    try:
        _MAPPER.from_bundle(data)
    except RefusedError as error:
        return error.code, error.where or ""
    return "read", ""


def _inside(resource: dict[str, Any]) -> bytes:
    """One of our messages with this resource instead of ours; beside ours when none has one of its type."""
    ours = [json.loads(bundle) for bundle in bundles()]
    for bundle in ours:
        for entry in bundle["entry"]:
            if entry["resource"]["resourceType"] == resource["resourceType"]:
                entry["resource"] = resource
                return json.dumps(bundle).encode()
    ours[0]["entry"].append({"fullUrl": f"urn:uuid:{uuid4()}", "resource": resource})
    return json.dumps(ours[0]).encode()


def _as_message(stage: Stage, data: bytes) -> str:
    message_id = str(uuid4())
    body = stage.sealed(_CARRIER, data, message_id)
    delivery = Delivery(message_id, _CARRIER.sender, _CARRIER.sender, _CARRIER.recipient, body)
    return stage.take(_CARRIER.recipient, delivery, message_id)


def _as_document(stage: Stage, data: bytes) -> str:
    """Medical data of somebody's own software can look like this."""
    text = data.decode()
    first, *others = _CARRIER.content.documents
    content = replace(_CARRIER.content, documents=(replace(first, text=text), *others))
    payload = _MAPPER.to_bundle(replace(_CARRIER, content=content))
    opened = stage.opened(_CARRIER, stage.sealed(_CARRIER, payload, _CARRIER.message_id))
    return "unchanged" if _MAPPER.from_bundle(opened).content.documents[0].text == text else "changed"


def _as_case(data: bytes) -> str:
    record = json.loads(data)
    claims = [{"schema": schema, **record} for schema in PRODUCTS]
    return " ".join(_places(json.dumps(line).encode()) for line in (record, *claims))


def _places(line: bytes) -> str:
    items = list(AnyProduct().read(bounded_lines(io.BytesIO(line))))
    assert items
    problems = [item for item in items if isinstance(item, ImportProblem)]
    assert all(problem.line == 1 and problem.message and problem.remedy for problem in problems)
    found = [problem.where for problem in problems] + ["read"] * any(isinstance(item, CaseImport) for item in items)
    return found[0] if len(found) == 1 else f"{len(found)}x"


def write_table(outcomes: list[Outcome]) -> None:
    """The table anew."""
    rows = [tuple(field.name for field in fields(Outcome)), *map(astuple, outcomes)]
    TABLE.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def read_table() -> list[Outcome]:
    """The outcomes as they were when they were last looked at."""
    _, *rows = TABLE.read_text(encoding="utf-8").splitlines()
    return [Outcome(*row.split("\t")) for row in rows]
