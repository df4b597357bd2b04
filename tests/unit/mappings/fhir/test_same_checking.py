"""Speed bought no less checking: mutants of every kind, judged by the compiled validators and by fhir.resources.

The definition of right is: every leaf on the closed list, read the plain way, and ``Bundle.model_validate`` of
fhir.resources. The compiled validators may never accept what that refuses. Where they refuse more, the difference is in
``STRICTER`` with its reason, and nothing else is. ``SOGW_MUTANTS`` sets the number of mutants per sample (thousands for a
long run), ``SOGW_SEED`` where they begin.
"""

import copy
import json
import os
import random

import pytest
from fhir.resources.R4B.bundle import Bundle
from pydantic_core import ValidationError

from gateway.domain.errors import RefusedError
from mappings.fhir import bounds, primitives
from mappings.fhir.checks import check_frame
from mappings.fhir.mapper import FhirBundleMapper
from mappings.fhir.schema import UNKNOWN_CODING, schema_of
from mappings.fhir.strict_json import parse
from mappings.terminology.systems import EXACT_TEXT
from tests.support.closed_list import is_closed
from tests.support.messages import SAMPLES, any_party

MUTANTS = int(os.environ.get("SOGW_MUTANTS", "40"))
SEED = int(os.environ.get("SOGW_SEED", "1"))
BUNDLES = {
    name: json.loads(FhirBundleMapper(any_party).to_bundle(m)) for name, m in SAMPLES.items() if "long" not in name
}

STRINGS = [
    "", " ", "x", " x ", "a b", "a  b", "\n", "\u00a0", "\x00", "x" * 65, "x" * 256, "true", "1", "#", "urn:uuid:", "http://[", "mailto:x@y",
    "2026", "2026-02", "2026-02-29", "2024-02-29", "2026-13-01", "2026-01-32", "0000-01-01", "2026-01-01T10:00", "2026-01-01T10:00:00",
    "2026-01-01T10:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T23:59:60Z", "2026-02-30T10:00:00Z", "2026-01-01T10:00:00+14:00",
    "2026-01-01T10:00:00+14:01", "2026-01-01T10:00:00.123456789Z", "2026-01-01T10:00:00." + "1" * 40 + "Z", "2026-01-01t10:00:00z", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "2026-01-01\n", "1767225600", "Z29lZA==", "Z29lZA", "Z29l ZA==", "Z29lZB==", "====", "Z", "Zm9v\nYmFy", "é", "👩‍⚕️", "\u202e",
]  # fmt: skip
NUMBERS = [
    0,
    1,
    -1,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**63,
    10**14,
    10**15,
    10**30,
    0.5,
    -0.5,
    1.0,
    1.5,
    0.1234567,
    1e-7,
    1e15,
    1e300,
]
OTHERS = [
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"extension": []},
    {"id": "x"},
    {"coding": [{}]},
    {"reference": "#"},
    {"value": 1},
]
EXACT = {"extension": [{"url": EXACT_TEXT, "valueBase64Binary": "77u/eA=="}]}

STRICTER = {
    ("string_pattern_mismatch", primitives._URI): "a URI has a character and no white space (R4: \\S*, and no empty values)",
    ("string_pattern_mismatch", primitives._BASE64): "base64 has one spelling: no white space, no second padding, not empty",
    ("string_pattern_mismatch", primitives._UUID): "a UUID has one spelling: urn:uuid: before it, and lower case",
    ("string_pattern_mismatch", primitives._DAY): "a day is complete: this protocol says no half date",
    ("string_pattern_mismatch", primitives._DAY_OR_INSTANT): "an instant is complete and has no leap second, which no reader here can hold",
    ("string_too_long", 64): "an id has 64 characters at most (R4)",
    ("string_too_long", primitives.MAX_CHARACTERS): "a string has 1,048,576 characters at most (R4)",
    ("too_long", bounds.MOST): "a rule of ours: no list has more than 20 items (ADR 63)",
    ("too_long", bounds.MOST_LINES): "a rule of ours: an invoice has 200 lines at most",
    ("too_long", 4 * bounds.MOST): "a rule of ours: a line of the audit names 80 things at most",
    ("int_type", None): "1.0 and '1' are no JSON integers",
    ("decimal_digits", None): "a number of more digits would be rounded by some reader",
    ("missing", "extension value"): "an extension without a value says nothing (ext-1)",
    ("missing", "primitive"): "a required value is there; an extension instead of it is in no message of ours",
    (UNKNOWN_CODING, None): "a rule of ours, not of FHIR: every coding is of a known system, display included (R28)",
}  # fmt: skip


def places(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


PLACES = {name: list(places(bundle)) for name, bundle in BUNDLES.items()}


def at(value, path):
    for key in path:
        value = value[key]
    return value


def replacement(chance, value):
    """Mostly something of the same JSON type, so that more than the type is judged."""
    pools = {str: STRINGS, int: NUMBERS, float: NUMBERS}
    if type(value) in pools and chance.random() < 0.8:
        return chance.choice(pools[type(value)])
    return copy.deepcopy(chance.choice(STRINGS + NUMBERS + OTHERS))


def drop(chance, parent, key, _bundle):
    del parent[key]


def change(chance, parent, key, _bundle):
    parent[key] = replacement(chance, parent[key])


def repeat(chance, parent, key, _bundle):
    if isinstance(parent, list):
        parent.extend(copy.deepcopy(parent[key]) for _ in range(chance.choice([1, 2, 50])))
    else:
        parent[key] = [parent[key]] * chance.choice([1, 2])


def single(chance, parent, key, _bundle):
    if isinstance(parent[key], list) and parent[key]:
        parent[key] = parent[key][0]


def add_unknown(chance, parent, key, _bundle):
    if isinstance(parent, dict):
        parent[chance.choice(["x", "id", "extension", "modifierExtension", "fhir_comments", "contained", "text", "display", "valueString", "resource_type"])] = replacement(chance, "x")  # fmt: skip


def add_exact(chance, parent, key, _bundle):
    if isinstance(parent, dict):
        parent[f"_{key}".replace("__", "_")] = copy.deepcopy(
            chance.choice([EXACT, [EXACT], [None], {"extension": EXACT["extension"] * 2}])
        )
        if chance.random() < 0.5:
            parent.pop(key)


def copy_from(chance, parent, key, bundle):
    name = chance.choice(list(BUNDLES))
    parent[key] = copy.deepcopy(at(BUNDLES[name], chance.choice(PLACES[name])))


def swap(chance, parent, key, bundle):
    other = chance.choice([path for path in places(bundle) if type(path[-1]) is type(key)])
    parent[key] = copy.deepcopy(at(bundle, other))


def rename(chance, parent, key, _bundle):
    if isinstance(parent, dict):
        parent[chance.choice([f"_{key}", key.capitalize(), key + "s", "value" + key.capitalize()])] = parent.pop(key)


def nest(chance, parent, key, _bundle):
    for _ in range(chance.choice([1, 3, 30])):
        parent[key] = {"extension": [parent[key]]} if chance.random() < 0.5 else [parent[key]]


MUTATIONS = [drop, change, change, change, repeat, single, add_unknown, add_exact, copy_from, swap, rename, nest]


def mutant(chance, name):
    bundle = copy.deepcopy(BUNDLES[name])
    for _ in range(chance.choice([1, 1, 1, 2])):
        path = chance.choice(list(places(bundle)))
        chance.choice(MUTATIONS)(chance, at(bundle, path[:-1]), path[-1], bundle)
    return bundle


def is_right(bundle, kind):
    try:
        Bundle.model_validate(bundle)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        return False
    return is_closed(bundle, kind)


def complaint(bundle, kind):
    """The first error of the compiled validators, as the table names it; None when they accept."""
    schema = schema_of(kind)
    try:
        schema.frame.validate_python(bundle)
        for entry in bundle["entry"]:
            schema.resources[entry["resource"]["resourceType"]].validate_python(entry["resource"], context=set())
    except ValidationError as error:
        return described(error.errors(include_url=False)[0])
    return None


def described(error):
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        is_extension = isinstance(error["input"], dict) and "url" in error["input"]
        return (
            kind,
            "extension value"
            if is_extension
            else "primitive"
            if f"_{error['loc'][-1]}" in error["input"]
            else "element",
        )
    return (kind, context.get("pattern", context.get("max_length")))


@pytest.mark.parametrize("name", BUNDLES)
def test_mutants_are_judged_alike(name):
    chance = random.Random(f"{SEED} {name}")
    judged = 0
    for _ in range(MUTANTS):
        made = mutant(chance, name)
        try:
            bundle = parse(json.dumps(made).encode())
            kind = check_frame(bundle)
        except RefusedError:
            continue
        judged += 1
        said = complaint(bundle, kind)
        if said is None:
            assert is_right(bundle, kind), "accepted what the models or the closed list refuse"
        elif said not in STRICTER:
            assert not is_right(bundle, kind), f"refused without an explanation: {said}"
    assert judged > MUTANTS // 3


@pytest.mark.parametrize("name", BUNDLES)
def test_samples_are_right(name):
    bundle = parse(json.dumps(BUNDLES[name]).encode())
    kind = check_frame(bundle)
    assert complaint(bundle, kind) is None
    assert is_right(bundle, kind)
