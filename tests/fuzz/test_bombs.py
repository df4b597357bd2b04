"""Bombs by name: small input that means a lot of work. Each is refused, by its own code, in bounded memory and time."""

import gzip
import json
import re
import tracemalloc
import zlib

import pytest

from adapters.jose import profile
from tests.fuzz.mutations import MARK, write
from tests.fuzz.search import no_hang
from tests.fuzz.targets import (
    BUNDLE,
    ENVELOPE,
    INTRODUCTION,
    INVOICE,
    JSON_TARGETS,
    KEY_FILE,
    MANIFEST,
    POLICIES,
    SETTINGS,
    TARGETS,
    hold,
    tree_seeds,
    world,
)
from tests.fuzz.test_exports import GOOD, judged

MEBIBYTE = 1024 * 1024
SPARE = 8 * MEBIBYTE


def held(target, data, *, factor=40):
    """The outcome, reached within a few times the size of the input."""
    tracemalloc.start()
    try:
        with no_hang():
            outcome = hold(target, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= factor * len(data) + SPARE, f"{peak} bytes for an input of {len(data)}"
    return outcome


def record(**changes):
    return json.dumps({**json.loads(GOOD), **changes})


def reported(line: bytes):
    """The one problem that a line between two good lines is reported with."""
    with no_hang():
        first, *problems, last = judged(GOOD, line + b"\n", GOOD)
    assert (first.line, last.line) == (1, 3)
    assert all(problem.line == 2 and problem.remedy for problem in problems)
    assert MARK not in str(problems)
    return {problem.where for problem in problems}


# Decompression


@pytest.mark.parametrize("method", ["DEF", "GZ", "zstd", True, None])
def test_a_zip_member_is_refused_and_nothing_is_inflated(method):
    bomb = zlib.compress(b" " * 32 * MEBIBYTE)
    body = world().encrypt(world().outer_header(zip=method), bomb)
    assert held(ENVELOPE, body) == "envelope-refused"


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_compressed_input_is_refused_and_nothing_is_inflated(target):
    bomb = gzip.compress(b" " * 32 * MEBIBYTE)
    assert held(target, bomb) != "read"


def test_a_compressed_export_is_reported_and_nothing_is_inflated():
    bomb = gzip.compress(b"{}\n" * MEBIBYTE)
    items = judged(bomb)
    assert items
    assert {item.where for item in items} == {"$"}


# Nesting


@pytest.mark.parametrize("shape", [b"[", b'{"a":', b'[{"a":'], ids=["lists", "objects", "both"])
@pytest.mark.parametrize("target", [*JSON_TARGETS, SETTINGS], ids=str)
def test_a_hundred_thousand_brackets_are_refused(target, shape):
    assert held(target, shape * 100_000) != "read"
    assert held(target, b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}") != "read"


def test_toml_nesting_is_refused():
    for text in (
        b"a = " + b"[" * 100_000,
        b"a = " + b"{a=" * 50_000,
        b"a." * 50_000 + b"a = 1",
        b"[" + b"a." * 50_000 + b"a]",
    ):
        assert held(SETTINGS, text, factor=2000) == "settings-invalid"


def test_nesting_in_an_export_is_reported():
    for bomb in (
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"schema":"arbodienst-export/1","a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ):
        assert reported(bomb) == {"$"}


def test_nesting_in_a_signed_header_is_refused():
    header = b'{"alg":' + b"[" * 900 + b"]" * 900 + b"}"
    assert held(ENVELOPE, world().encrypt(world().outer_header(), world().sign(header))) == "envelope-refused"


def test_an_envelope_in_an_envelope_is_refused_at_every_depth():
    body = world().forge()
    for _ in range(3):
        body = world().encrypt(world().outer_header(), body)
        assert held(ENVELOPE, body) == "envelope-refused"


# Size


def test_a_body_of_eight_mebibytes_and_one_is_refused_unread():
    for body in (b"." * (profile.MAX_BODY_BYTES + 1), b"e" * (profile.MAX_BODY_BYTES + 1)):
        assert held(ENVELOPE, body, factor=2) == "envelope-refused"


def test_a_body_of_nothing_but_dots_is_refused():
    assert held(ENVELOPE, b"." * profile.MAX_BODY_BYTES, factor=3) == "envelope-refused"


def test_a_header_of_four_kibibytes_and_one_is_refused():
    header = world().inner_header()
    header["kid"] = "x" * (profile.MAX_HEADER_BYTES + 1 - len(write(header)) + len(header["kid"]))
    raw = json.dumps(header).encode()
    assert held(ENVELOPE, world().encrypt(world().outer_header(), world().sign(raw))) == "envelope-refused"


def test_a_bundle_of_eight_mebibytes_and_one_is_refused():
    assert held(BUNDLE, BUNDLE.seeds()[0].ljust(8 * MEBIBYTE + 1)) == "bundle-not-json"


@pytest.mark.parametrize("target", [INTRODUCTION, INVOICE], ids=str)
def test_a_file_that_is_too_large_is_refused(target):
    with pytest.raises(AssertionError, match="input-too-large"):
        hold(target, b" " * (4 * MEBIBYTE + 1))


def test_an_endless_line_is_reported_and_the_next_is_read():
    assert reported(b'{"a":"' + b"x" * (9 * MEBIBYTE)) == {"$"}


# Unicode

SPELLINGS = {
    "surrogate-escape": b'"\\ud800"',
    "surrogate-bytes": b'"\xed\xa0\x80"',
    "surrogates-swapped": b'"\\udc00\\ud800"',
    "overlong-nul": b'"\xc0\x80"',
    "overlong-slash": b'"\xe0\x80\xaf"',
    "latin-1": b'"\xe9"',
    "beyond-unicode": b'"\xf5\x80\x80\x80"',
    "raw-nul": b'"\x00"',
    "raw-newline": b'"\n"',
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize("target", [BUNDLE, INVOICE, INTRODUCTION], ids=str)
def test_text_that_is_no_unicode_is_refused(target, text):
    """In a place where any text is welcome."""
    seed = target.seeds()[0]
    places = {BUNDLE: b'"Arbodienst Lindehof"', INVOICE: b'"F-2026-0031"', INTRODUCTION: b'"Arbodienst De Linde"'}
    assert places[target] in seed
    assert held(target, seed.replace(places[target], text)) != "read"


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"])
@pytest.mark.parametrize("target", [BUNDLE, ENVELOPE, KEY_FILE, MANIFEST], ids=str)
def test_a_byte_order_mark_is_refused_in_what_machines_write(target, mark):
    assert held(target, mark + target.seeds()[0]) != "read"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7"])
def test_another_encoding_is_refused(encoding):
    for target in (BUNDLE, ENVELOPE, SETTINGS, POLICIES, INVOICE, INTRODUCTION):
        text = target.seeds()[0].decode().replace("{", "{ ", 1) + "\u00e9"
        assert held(target, text.encode(encoding)) != "read", target.name


def test_direction_marks_and_compositions_come_through_unchanged_in_an_export():
    """Text of people is theirs: nothing is normalised, stripped or turned around (a name may be Hebrew)."""
    name = "\u05d0\u202eEl\u0308\u200b\u00ebn"
    line = json.loads(GOOD)
    line["werknemer"]["naam"]["achternaam"] = name
    (item,) = judged(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    assert item.steps[0].employee.name.family == name


@pytest.mark.parametrize("name", ["arbo\u200b-linde", "arbo-l\u0131nde", "\u0430rbo-linde", "arbo-linde\u200d", "ARBO-linde", "arbo-linde\n", "../arbo", "a/b", "a.b", "*", "#", "", "a" * 49])  # fmt: skip
def test_a_party_id_that_only_looks_like_one_is_refused(name):
    tree = tree_seeds(INTRODUCTION)[0]
    tree["party"]["id"] = name
    assert held(INTRODUCTION, write(tree)) in {"party-id-invalid", "party-file-invalid"}
    header = world().inner_header(iss=name)
    assert held(ENVELOPE, world().encrypt(world().outer_header(iss=name), world().sign(header))) == "envelope-refused"


# Numbers

NUMBERS = (
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "9" * 10_000,
    "007",
    "0x1G",
    "1E2",
    "1.5",
    "\u0663",
    "- 1",
)
PLACES = {
    INVOICE: (b'"quantity": 2', b'"unit_price_cents": 69500'),
    POLICIES: (b'"decision_age_limit_days": 14',),
    SETTINGS: (b'"heartbeat_seconds" = 10',),
}


@pytest.mark.parametrize("number", NUMBERS, ids=[number[:12] for number in NUMBERS])
@pytest.mark.parametrize("target", PLACES.keys(), ids=str)
def test_a_number_that_is_none_or_too_much_is_refused(target, number):
    seed = target.seeds()[0]
    for place in PLACES[target]:
        assert place in seed
        assert held(target, seed.replace(place, place.rpartition(b" ")[0] + number.encode())) != "read"


@pytest.mark.parametrize("number", [*NUMBERS, "-0", "0"], ids=[number[:12] for number in [*NUMBERS, "-0", "0"]])
def test_a_date_in_a_header_that_is_no_whole_number_of_seconds_is_refused(number):
    header = write(world().inner_header(iat="@@")).replace(b'"@@"', number.encode())
    assert held(ENVELOPE, world().encrypt(world().outer_header(), world().sign(header))) == "envelope-refused"


@pytest.mark.parametrize(
    "number", [*NUMBERS, "10000000000000000", "0.12345678"], ids=[number[:12] for number in [*NUMBERS, "1e16", "long"]]
)
def test_a_number_in_a_bundle_is_refused_or_is_exactly_what_it_says(number):
    """Also where no number belongs: refused before anybody rounds it."""
    for seed in BUNDLE.seeds()[:3]:
        changed = seed.replace(b'"type":"message"', b'"type":' + number.encode())
        assert changed != seed
        assert held(BUNDLE, changed) in {"bundle-not-json", "bundle-not-a-message"}


@pytest.mark.parametrize("number", ["inf", "nan", "1e300", "604801"])
def test_patience_without_end_is_refused(number):
    seed = SETTINGS.seeds()[0].decode()
    places = re.findall(r'"\w+_seconds" = [0-9.]+', seed)
    assert len(places) > 5
    for place in places:
        assert held(SETTINGS, seed.replace(place, f"{place.partition(' = ')[0]} = {number}").encode()) != "read", place


# Members


@pytest.mark.parametrize("target", [BUNDLE, INVOICE, INTRODUCTION, POLICIES], ids=str)
def test_a_member_that_occurs_twice_is_refused(target):
    """Two readers of one text must not see two things."""
    seed = target.seeds()[0].strip()
    key = next(iter(json.loads(seed)))
    twice = b"{" + json.dumps(key).encode() + b":null," + seed[1:]
    assert held(target, twice) != "read"


def colliding(count):
    """Integer-like keys and long keys: what once made hash tables slow."""
    return "{" + ",".join(f'"{(2**61 - 1) * i}":{i}' for i in range(count)) + "}"


@pytest.mark.parametrize("target", JSON_TARGETS, ids=str)
def test_an_object_of_a_hundred_thousand_members_is_refused_or_read_in_bounded_time(target):
    held(target, colliding(100_000).encode())


@pytest.mark.parametrize("item", ["{}", "[]", "null", '""', "0"])
def test_a_hundred_thousand_entries_are_refused(item):
    many = ",".join([item] * 100_000)
    seed = json.loads(BUNDLE.seeds()[0])
    assert held(BUNDLE, write({**seed, "entry": "@@"}).replace(b'"@@"', f"[{many}]".encode()), factor=120) != "read"
    assert held(INTRODUCTION, INTRODUCTION.seeds()[0].replace(b'["linde/A"]', f"[{many}]".encode()), factor=120)
    assert held(INVOICE, INVOICE.seeds()[0][:-2].partition(b'"lines"')[0] + f'"lines":[{many}]}}'.encode(), factor=120) == "invoice-file-invalid"  # fmt: skip
    assert reported(record(toestemmingen="@@").replace('"@@"', f"[{many}]").encode())


# Dates

DATES = ("0000-01-01", "0001-01-01", "10000-01-01", "2026-13-01", "2026-02-30", "-2026-01-01", "20260101", "2026-W01-1", "2026-001", "2026-1-1", "２０２６-01-01", " 2026-01-01", "2026-01-01T00:00:00", "")  # fmt: skip


@pytest.mark.parametrize("day", DATES)
def test_a_day_that_does_not_exist_is_refused(day):
    invoice = tree_seeds(INVOICE)[0]
    for place in ("period_start", "period_end", "dated_on"):
        assert held(INVOICE, write({**invoice, place: day})) == "invoice-file-invalid", place
    line = json.loads(GOOD)
    line["contract"]["ingangsdatum"] = day
    assert reported(json.dumps(line).encode()) == {"$.contract.ingangsdatum"}


MOMENTS = ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-06-30T23:59:60Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00+99:99", "2026-01-01T00:00:00+24:00", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "10000-01-01T00:00:00Z")  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_that_does_not_exist_is_refused(moment):
    bundle = tree_seeds(BUNDLE)[0]
    assert held(BUNDLE, write({**bundle, "timestamp": moment})).startswith("bundle-")
    assert held(BUNDLE, write({**bundle, "timestamp": moment})) != "read"
    line = json.loads(GOOD)
    line["toestemmingen"][0]["datum"] = moment
    assert reported(json.dumps(line).encode()) == {"$.toestemmingen[0].datum"}


def test_yaml_is_not_read_at_all():
    """Anchors, tags and merge keys are bombs of their own; no reader of ours knows them."""
    bomb = b"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: !!python/object/apply:os.system ['true']\n"
    for target in TARGETS:
        assert held(target, bomb) != "read", target.name
    assert {item.where for item in judged(bomb)} == {"$"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "C:\\x", "a\x00b", "~root", "$(id)", "-rf"])  # fmt: skip
def test_a_name_that_is_a_path_is_text_and_nothing_else(name, tmp_path, monkeypatch):
    """Names of parties, cases and documents never become the name of a file."""
    monkeypatch.chdir(tmp_path)
    line = json.loads(GOOD)
    line["zaak_id"] = name
    items = judged(json.dumps(line).encode() + b"\n")
    assert len(items) == 1
    tree = tree_seeds(INTRODUCTION)[0]
    tree["party"]["id"] = name
    assert held(INTRODUCTION, write(tree)) != "read"
    assert list(tmp_path.iterdir()) == []
