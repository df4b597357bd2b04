"""Structure-aware mutations: a bundle is read or refused, and nothing else ever happens."""

import copy
import json
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Message
from mappings.fhir.mapper import FhirBundleMapper
from tests.support.messages import SAMPLES, any_party

MAPPER = FhirBundleMapper(any_party)
SMALL = [name for name in SAMPLES if "long" not in name]
BUNDLES = {name: json.loads(MAPPER.to_bundle(SAMPLES[name])) for name in SMALL}
VALUES = [None, True, 0, -1, 10**14, 1.5, "", " ", "x", "urn:uuid:", "2026-13-01", "2026-01-01T24:00:00Z", "9999-12-31T23:59:60Z", "Z29lZA", [], {}, [[]], [None], {"resourceType": "Nope"}, {"extension": []}, {"coding": [{}]}, {"reference": "#"}]  # fmt: skip


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


PLACES = {name: [path for path in places(bundle) if path] for name, bundle in BUNDLES.items()}


def at(value, path):
    for key in path:
        value = value[key]
    return value


def mutate(bundle, path, action, other, extra):
    made = copy.deepcopy(bundle)
    parent, key = at(made, path[:-1]), path[-1]
    if action == "replace":
        parent[key] = extra
    elif action == "delete":
        del parent[key]
    elif action == "copy":
        parent[key] = copy.deepcopy(at(bundle, other))
    elif action == "repeat" and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    elif action == "rename" and isinstance(parent, dict):
        parent[f"_{key}"] = parent.pop(key)
    elif isinstance(parent, dict):
        parent["x"] = extra
    return made


@st.composite
def mutants(draw):
    name = draw(st.sampled_from(SMALL))
    bundle = BUNDLES[name]
    path, other = draw(st.sampled_from(PLACES[name])), draw(st.sampled_from(PLACES[name]))
    action = draw(st.sampled_from(["replace", "delete", "copy", "repeat", "rename", "add"]))
    return mutate(bundle, path, action, other, draw(st.sampled_from(VALUES)))


def read(payload):
    try:
        return MAPPER.from_bundle(payload)
    except RefusedError:
        return None


@given(mutants())
@settings(max_examples=600, suppress_health_check=list(HealthCheck))
def test_a_mutant_is_read_or_refused(mutant):
    found = read(json.dumps(mutant).encode())
    assert found is None or isinstance(found, Message)


@given(mutants())
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_what_is_read_can_be_written_again(mutant):
    found = read(json.dumps(mutant).encode())
    if found is not None:
        assert MAPPER.from_bundle(MAPPER.to_bundle(found)) == found


@given(st.sampled_from(SMALL), st.data())
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
def test_flipped_bytes_are_read_or_refused(name, data):
    payload = bytearray(MAPPER.to_bundle(SAMPLES[name]))
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(payload))


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_noise_is_refused(payload):
    assert read(payload) is None


@pytest.mark.parametrize("name", ["referral-requested-bare", "report-withheld", "invoice-issued", "receipt"])
def test_every_place_without_its_value(name):
    """Exhaustive, for four kinds: each element deleted and each emptied."""
    for path in PLACES[name]:
        for action in ("delete", "replace"):
            read(json.dumps(mutate(BUNDLES[name], path, action, path, {})).encode())


OBJECTS = {
    name: [path for path in places(bundle) if isinstance(at(bundle, path), dict)] for name, bundle in BUNDLES.items()
}
NAME = "J. van der Kolkmeijer"
ODD = {
    "contained": [{"resourceType": "Patient", "id": "p", "name": [{"text": NAME}]}],
    "extension": [{"url": "https://example.org/naam", "valueString": NAME}],
    "modifierExtension": [{"url": "https://example.org/niet", "valueBoolean": True}],
    "implicitRules": "https://example.org/regels",
    "text": {"status": "generated", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{NAME}</div>"},
    "note": [{"text": NAME}],
    "request": {"method": "DELETE", "url": "Patient"},
    "_status": {"extension": [{"url": "https://example.org/naam", "valueString": NAME}]},
    "comment": NAME,
    "link": [{"relation": "self", "url": "https://example.org"}],
}
"""What FHIR allows nearly everywhere, and no message of ours carries."""


def test_r28_what_fhir_allows_everywhere_is_read_nowhere():
    """A reader that passed over them would let a name travel, or miss that a statement is turned round.

    Every kind of node has one of them in turn: all of them everywhere takes minutes.
    """
    kinds = {
        tuple(key for key in path if isinstance(key, str)): (name, path) for name in SMALL for path in OBJECTS[name]
    }
    for (name, path), (key, value) in zip(kinds.values(), cycle(ODD.items()), strict=False):
        made = copy.deepcopy(BUNDLES[name])
        node = at(made, path)
        node[key] = [*node.get(key, []), *value] if isinstance(value, list) else value
        with pytest.raises(RefusedError):
            MAPPER.from_bundle(json.dumps(made).encode())
