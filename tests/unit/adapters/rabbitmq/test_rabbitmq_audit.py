"""Every way a broker can fall short is found, with a code of its own."""

import copy

import pytest

from adapters.rabbitmq.topology import BrokerUser, definitions
from adapters.rabbitmq.topology_findings import findings

WANTED = definitions(["arbo-a", "pool-x"], operators=[BrokerUser("ops", "x")])


def broken(change):
    actual = copy.deepcopy(WANTED)
    change(actual)
    return {finding.code for finding in findings(WANTED, actual)}


def drop(kind, **match):
    def change(actual):
        actual[kind] = [row for row in actual[kind] if any(row.get(k) != v for k, v in match.items())]

    return change


def alter(kind, index=0, **values):
    return lambda actual: actual[kind][index].update(values)


def test_the_wanted_topology_has_no_findings():
    assert findings(WANTED, copy.deepcopy(WANTED)) == []


def test_an_export_without_internal_exchanges_is_fine():
    assert broken(drop("exchanges", name="dlx")) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (drop("vhosts", name="so-billing"), "broker-vhost-missing"),
        (drop("exchanges", name="msg", vhost="so"), "broker-exchange-missing"),
        (alter("exchanges", type="direct"), "broker-exchange-differs"),
        (alter("exchanges", arguments={"alternate-exchange": "lost"}), "broker-alternate-exchange"),
        (drop("queues", name="in.pool-x", vhost="so"), "broker-queue-missing"),
        (alter("queues", arguments={"x-queue-type": "classic"}), "broker-queue-type"),
        (drop("bindings", destination="in.pool-x", vhost="so"), "broker-binding-missing"),
        (lambda a: a["bindings"].append({**a["bindings"][0], "destination": "spy"}), "broker-binding-foreign"),
        (lambda a: a["policies"][0]["definition"].pop("dead-letter-exchange"), "broker-dead-letter-exchange"),
        (lambda a: a["policies"][0]["definition"].pop("delivery-limit"), "broker-delivery-limit"),
        (lambda a: a["policies"][0]["definition"].update(overflow="drop-head"), "broker-overflow"),
        (drop("policies", name="dead", vhost="so"), "broker-delivery-limit"),
        (lambda a: a["policies"][1]["definition"].pop("max-length-bytes"), "broker-max-length"),
        (lambda a: a["policies"][1]["definition"].pop("message-ttl"), "broker-message-ttl"),
        (lambda a: a["policies"][1]["definition"].update(overflow="reject-publish"), "broker-overflow"),
        (drop("users", name="arbo-a"), "broker-user-missing"),
        (alter("users", limits={}), "broker-user-limit"),
        (alter("users", tags=["administrator"]), "broker-user-tags"),
        (drop("permissions", user="arbo-a", vhost="so"), "broker-permission-missing"),
        (alter("permissions", read=".*"), "broker-permission-differs"),
        (drop("topic_permissions", user="arbo-a", vhost="so"), "broker-topic-permission-missing"),
        (alter("topic_permissions", write=".*"), "broker-topic-permission-differs"),
    ],
)
def test_what_is_wrong_is_found(change, code):
    assert code in broken(change)


def test_a_policy_of_higher_priority_hides_ours():
    shadow = {"vhost": "so", "name": "x", "pattern": ".*", "priority": 99, "definition": {"max-length": 5}}
    assert "broker-dead-letter-exchange" in broken(lambda actual: actual["policies"].append(shadow))


def test_a_stranger_who_may_write_without_topic_permission_is_found():
    def change(actual):
        actual["users"].append({"name": "stranger", "tags": []})
        actual["permissions"].append({"user": "stranger", "vhost": "so", "write": ".*", "read": "", "configure": ""})

    assert broken(change) == {"broker-topic-permission-missing"}


def test_every_finding_says_what_where_why_and_what_to_do():
    for finding in findings(WANTED, {}):
        assert all([finding.code, finding.where, finding.what, finding.why, finding.remedy])
