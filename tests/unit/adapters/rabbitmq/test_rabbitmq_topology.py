"""The generated topology is, for four parties, the one that was tested on RabbitMQ 3.10, 4.0 and 4.3."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from adapters.rabbitmq.provisioning import export, redacted
from adapters.rabbitmq.topology import BrokerUser, definitions, password_hash

TESTED = json.loads((Path(__file__).parent / "vectors" / "definitions.json").read_text())
PARTIES = [BrokerUser(name, f"test-{name}") for name in ("arbo-a", "arbo-b", "pool-x", "pool-y")]
OPS = BrokerUser("ops", "test-ops")


def as_set(rows):
    return {json.dumps(row, sort_keys=True) for row in rows}


def without_secrets(users):
    return [{key: user[key] for key in ("name", "tags", "limits")} for user in users]


def test_the_cases_vhost_is_the_tested_topology():
    made = definitions(PARTIES, operators=[OPS], vhosts=["so"])
    assert set(made) == set(TESTED)
    for kind in set(TESTED) - {"users"}:
        assert as_set(made[kind]) == as_set(TESTED[kind]), kind
    assert as_set(without_secrets(made["users"])) == as_set(without_secrets(TESTED["users"]))


def test_billing_has_the_same_shape_of_its_own():
    made = definitions(PARTIES)
    for kind in ("permissions", "topic_permissions", "exchanges", "queues", "bindings", "policies"):
        by_vhost = {
            vhost: as_set({**row, "vhost": ""} for row in made[kind] if row["vhost"] == vhost)
            for vhost in ("so", "so-billing")
        }
        assert by_vhost["so"] == by_vhost["so-billing"] != set(), kind


def test_passwords_are_salted_hashes_and_open_the_account():
    hashed = base64.b64decode(password_hash("secret"))
    assert hashed[4:] == hashlib.sha256(hashed[:4] + b"secret").digest()
    assert "test-arbo-a" not in export(definitions(PARTIES))
    assert "secret" not in repr(BrokerUser("arbo-a", "secret"))


def test_a_party_without_password_can_only_use_its_certificate():
    (user,) = definitions(["arbo-a"])["users"]
    assert user["password_hash"] == ""


def test_redacted_definitions_have_no_hashes():
    made = definitions(PARTIES)
    assert all("password_hash" in user for user in made["users"])
    assert not any("password_hash" in user for user in redacted(made)["users"])


@pytest.mark.parametrize("kind", ["queues", "exchanges"])
def test_nothing_names_a_kind_of_message(kind):
    names = {row["name"] for row in definitions(["arbo-a"])[kind]}
    assert names in ({"in.arbo-a", "dead.arbo-a"}, {"msg", "dlx"})
