"""The reference says what the code says, in forms that other people's tools read."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from adapters.rabbitmq.topology import definitions
from adapters.rabbitmq.topology_findings import findings
from gateway.domain.alerts import ALERTS
from gateway.domain.messages import Kind
from gateway.domain.party import Role
from gateway.domain.protocol import PROTOCOL, BusinessStatus
from gateway.domain.receipts import RECEIPT_CODES, RETURNED
from gateway.domain.rules.refusal import CATALOGUE
from gateway.entrypoints.reference.alerts import alerts_page
from gateway.entrypoints.reference.asyncapi import document, kinds_on
from gateway.entrypoints.reference.commands import commands, commands_page
from gateway.entrypoints.reference.errors import errors_page
from gateway.entrypoints.reference.markdown import cell
from gateway.entrypoints.reference.processing import REGISTER, RETENTION, processing_page
from gateway.entrypoints.reference.protocol import state_diagram
from gateway.entrypoints.reference.raised import broker_findings, journal_findings, raised_errors
from gateway.entrypoints.reference.steps import all_steps
from gateway.ports.transport import Lane

SCHEMA = Path(__file__).parents[2] / "vectors" / "asyncapi" / "asyncapi-3.0.0.schema.json"


@pytest.fixture(scope="module")
def asyncapi_rules() -> Draft7Validator:
    return Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_asyncapi_document_is_valid(asyncapi_rules: Draft7Validator):
    assert [error.message for error in asyncapi_rules.iter_errors(document())] == []


@pytest.mark.parametrize(
    "place", [("channels", "cases"), ("operations", "ohsCasesSend"), ("servers", "billing"), ("info",)], ids="/".join
)
def test_its_validator_can_say_no(asyncapi_rules: Draft7Validator, place: tuple[str, ...]):
    spoiled = copy.deepcopy(document())
    part = spoiled
    for name in place:
        part = part[name]
    part["adress"] = "a spelling mistake"
    assert not asyncapi_rules.is_valid(spoiled)


def test_each_role_sends_what_its_rows_allow_and_invoices_have_a_road_of_their_own():
    made = document()
    for role in Role:
        sent = made["operations"][f"{role.value}CasesSend"]["messages"]
        kinds = {message["$ref"].rsplit("/", maxsplit=1)[1] for message in sent}
        assert kinds == {kind.value for kind in kinds_on(Lane.CASES) if role in PROTOCOL[kind].senders}
    assert kinds_on(Lane.BILLING) == [Kind.INVOICE_ISSUED, Kind.RECEIPT]
    assert {kind for lane in Lane for kind in kinds_on(lane)} == set(PROTOCOL)


def test_the_diagram_has_every_state_and_every_change():
    drawn = state_diagram()
    assert all(f'state "{state}"' in drawn for state in BusinessStatus)
    for row in PROTOCOL.values():
        for after in row.choices or ({row.after} if row.after else ()):
            for before in row.before:
                assert f"{before} --> {after}: {row.kind}".replace("-", "_") in drawn.replace("-", "_")


def test_every_refusal_and_every_raised_error_is_on_its_page():
    page = errors_page()
    assert len(raised_errors()) > 80
    assert not [code for code in CATALOGUE if f"| `{code}` |" not in page]
    assert not [error.code for error in raised_errors() if f"| `{error.code}` | {family(error.family)} |" not in page]


def family(name: str) -> str:
    return name.removesuffix("Error").lower()


def test_what_an_audit_of_an_empty_broker_finds_is_on_the_page():
    found = {finding.code for finding in findings(definitions(["arbo-a"]), {})}
    assert found
    assert found <= set(broker_findings())
    assert not [one for one in (*broker_findings(), *journal_findings()) if f"`{one}`" not in errors_page()]


def test_every_reason_for_which_a_message_is_returned_is_on_its_page():
    page = errors_page()
    assert not [
        reason
        for reason, said in (RETURNED | RECEIPT_CODES).items()
        if f"| `{reason}` | {said.what} | {said.remedy} |" not in page
    ]


def test_every_error_says_what_to_do_or_that_nobody_must():
    silent = {error.code for error in raised_errors() if not error.remedy and error.family != "TemporaryError"}
    assert silent == set()


def test_every_command_is_on_its_page_with_an_example():
    page = commands_page()
    for path, _ in commands():
        _, _, own = page.partition(f"\n## {path}\n")
        assert "```sh\nsogw " in own.partition("\n## ")[0], path


def test_every_kind_is_in_the_register_and_none_goes_to_the_employer():
    assert set(REGISTER) == set(PROTOCOL) == set(Kind)
    assert {said.retention for said in REGISTER.values()} == set(RETENTION)
    rows = [line for line in processing_page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(PROTOCOL)
    assert not [row for row in rows if "employer" in row]


def test_every_alert_is_on_its_page_with_a_way_out():
    page = alerts_page()
    for name, kind in ALERTS.items():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| {kind.severity} |" in row
        assert row.endswith(f"| {cell(kind.remedy)} |")


def test_every_step_is_there_once():
    codes = [step.code for step in all_steps()]
    assert len(codes) == len(set(codes)) > 50


def test_a_cell_cannot_leave_its_table():
    assert cell("a | b\n c") == "a \\| b c"
