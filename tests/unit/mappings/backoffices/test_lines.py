"""Lines: split on line feeds only, strict JSON, clear problems."""

import io
import json

import pytest

from gateway.ports.backoffice import CaseImport, ImportProblem
from mappings.backoffices.lines import LONGEST_LINE, bounded_lines, parse_document, records
from mappings.backoffices.products import PRODUCTS, AnyProduct
from tests.support.cases import EXPORT, sample_records


def _one(line):
    items = list(records([line]))
    assert len(items) == 1
    return items[0][1]


def _good():
    return json.dumps(sample_records()["1"]).encode()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"{", "Not valid JSON at character"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b'{"a": 1, "a": 2}', "occurs twice"),
        (b'{"a": {"b": 1, "b": 1}}', "occurs twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "NaN and Infinity"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
        (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "nested too deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "nested too deep"),
        (b'{"a": "' + b"x" * 9 + b"[" * 7_000_000, "Not valid JSON"),
        (b'{"a": "' + b'\\"' * 3_000_000, "Not valid JSON"),
        (b'{"a": "\\ud83d"}', "half a character"),
        (b'{"a": ["\\u0000"]}', "NUL"),
        (b'{"\\ud83d": 1}', "half a character"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"a": "' + b"x" * (10 * 1024 * 1024) + b'"}', "longer than 8 MiB"),
        (b"\x00", "Not valid JSON"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "Not valid JSON"),
        ("\ud800", "not UTF-8"),
    ],
)
def test_a_bad_line_is_one_problem_and_stops_no_other(line, words):
    problem = _one(line)
    assert isinstance(problem, ImportProblem)
    assert words in problem.message
    assert problem.remedy
    items = list(AnyProduct().read([line, _good()]))
    assert isinstance(items[0], ImportProblem)
    assert isinstance(items[1], CaseImport)
    assert items[1].line == 2


def test_as_deep_as_the_limit_is_read_and_brackets_in_a_text_are_not_depth():
    deep = b'{"a": ' + b"[" * 31 + b"]" * 31 + b"}"
    assert isinstance(_one(deep), dict)
    text = json.dumps({"a": "[{" * 100, "b": '"' + "[" * 100, "c": "\\" + "[" * 100})
    assert _one(text.encode()) == json.loads(text)


def test_a_document_is_judged_like_a_line():
    assert "nested too deep" in parse_document(b'{"a":' * 40 + b"1" + b"}" * 40).message
    assert parse_document(b'{"by": {"name": "\\ud800"}}').where == "$.by.name"


@pytest.mark.parametrize(
    ("line", "case_id", "where"),
    [
        (b'{"zaak_id": "Z-1", "a": {"b c": ["\\u0000"]}}', "Z-1", "$[?][?][0]"),
        (b'{"case_id": "Z-2", "a": "\\ud800"}', "Z-2", "$[?]"),
        (b'{"case_id": " ", "a": "\\ud800"}', None, "$[?]"),
        (b'{"case_id": "\\ud800"}', None, "$.case_id"),
        (b'{"zaak_id": 7, "a": "\\ud800"}', "7", "$[?]"),
        (b'{"zaak_id": true, "a": "\\ud800"}', None, "$[?]"),
    ],
)
def test_a_problem_names_its_case_where_the_line_does(line, case_id, where):
    problem = _one(line)
    assert (problem.case_id, problem.where) == (case_id, where)


def test_a_byte_order_mark_at_the_start_is_no_problem():
    assert _one(b"\xef\xbb\xbf{}") == {}
    assert parse_document(b"\xef\xbb\xbf{}") == {}


def test_empty_lines_are_counted_and_skipped():
    assert [number for number, _ in records([b"\n", b"{}\n", b"  \r\n", b"{}"])] == [2, 4]


def test_only_a_line_feed_ends_a_line():
    text = json.dumps({"a": "x\u2028y\u2029z\u0085\u000b"}, ensure_ascii=False)
    stream = io.BytesIO((text + "\r\n" + text).encode())
    assert [record for _, record in records(bounded_lines(stream))] == [json.loads(text)] * 2


@pytest.mark.parametrize("extra", [0, 1, 2, 3, LONGEST_LINE])
def test_a_long_line_is_not_kept_in_memory_and_the_next_one_is_read(extra):
    stream = io.BytesIO(b"x" * (LONGEST_LINE + extra) + b"\n{}\n")
    lines = list(bounded_lines(stream))
    assert max(map(len, lines)) <= LONGEST_LINE + 2
    assert lines[-1] == b"{}\n"
    assert len(lines) == 2


def test_a_longest_line_is_read():
    start, end = b'{"a": "', b'"}'
    line = start + b"x" * (LONGEST_LINE - len(start) - len(end) - 1) + end + b"\n"
    assert isinstance(_one(line), dict)


def test_every_product_is_found_by_its_schema():
    assert set(PRODUCTS) == {"arbodienst-export/1", "second-opinion-case/1"}
    assert all(isinstance(item, CaseImport) for item in AnyProduct().read(EXPORT.read_bytes().splitlines()))


@pytest.mark.parametrize("schema", [None, "arbodienst-export/2", "", 1, [], {}])
def test_a_line_in_no_known_format(schema):
    [problem] = AnyProduct().read([json.dumps({"schema": schema})])
    assert problem.where == "$.schema"
    assert "arbodienst-export/1" in problem.remedy
