"""Strategies that turn good input into hostile input: bytes changed anywhere, and trees changed with a plan.

Every planted text holds ``MARK``; an error that shows it quotes its input.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

MARK = "Zq7Geheim"
KEY = "Zk7sleutel"
"""As ``MARK``, but for the name of a member: a reader of settings may name it, for that is what must be corrected."""

Path = tuple[str | int, ...]

_RAW = {
    "@0": "1e400",
    "@1": "NaN",
    "@2": "-Infinity",
    "@3": "9" * 10_000,
    "@4": "-0",
    "@5": "007",
    "@6": "-0.0",
    "@7": "1E+2",
    "@8": "0.1000000000000000055511151231257827",
    "@9": '{"a":1,"a":2}',
    "@a": "[" * 300 + "]" * 300,
    "@b": '{"a":' * 300 + "1" + "}" * 300,
}
"""JSON that no tree of Python values can say; put in place of its name when the tree is written."""

TEXTS = (
    MARK,
    f"{MARK}\ud800",
    f"\x00{MARK}",
    f"\ufeff{MARK}",
    f"\u202e{MARK}\u202c",
    f"{MARK} e\u0308 \u00eb \u1e9b\u0323",
    f"arbo\u200b-{MARK}",
    f"../../{MARK}/../etc/passwd",
    f"/dev/{MARK}\n\x1b[2J",
    f"{MARK}; DROP TABLE journal;--",
    f"{{{{ {MARK} }}}}{{% raw %}}",
    f"{MARK}" * 4000,
)
DATES = (
    "0000-01-01",
    "0001-01-01",
    "9999-12-30",
    "9999-12-31",
    "9999-12-30T23:59:59-14:00",
    "10000-01-01",
    "2026-02-30",
    "2026-12-31T23:59:60Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00+99:99",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-29T02:30:00",
    "-2026-01-01",
    "２０２６-01-01",
    "2026-W01-1",
)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**15, 1.5, "", " ", "x", [], {}, [[]], [None], [{}],
    {"resourceType": "Nope"}, {"extension": []}, {"coding": [{}]}, {"reference": "#"}, {KEY: None}, ["", 0],
    *TEXTS, *DATES, *_RAW,
)  # fmt: skip


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a tree."""
    yield path
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def at(value: Any, path: Path) -> Any:
    """What stands at a place."""
    for key in path:
        value = value[key]
    return value


def _replace(parent: Any, key: Any, _other: Any, value: Any) -> None:
    parent[key] = value


def _delete(parent: Any, key: Any, _other: Any, _value: Any) -> None:
    del parent[key]


def _copy(parent: Any, key: Any, other: Any, _value: Any) -> None:
    parent[key] = copy.deepcopy(other)


def _repeat(parent: Any, key: Any, _other: Any, _value: Any) -> None:
    if isinstance(parent, list):
        parent.insert(0, copy.deepcopy(parent[key]))
    else:
        parent[key] = [copy.deepcopy(parent[key])] * 2


def _rename(parent: Any, key: Any, _other: Any, _value: Any) -> None:
    if isinstance(parent, dict):
        parent[f"{key}{KEY}"] = parent.pop(key)


def _add(parent: Any, _key: Any, _other: Any, value: Any) -> None:
    if isinstance(parent, dict):
        parent[KEY] = value
    else:
        parent.append(value)


_ACTIONS = (_replace, _replace, _replace, _delete, _copy, _repeat, _rename, _add)


@st.composite
def trees(draw: st.DrawFn, seeds: Sequence[Any], values: Sequence[Any] = VALUES) -> Any:
    """A seed with one to three changes, each at a place and of a kind that is drawn."""
    made = copy.deepcopy(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 3))):
        found = [path for path in places(made) if path]
        if not found:
            break
        path, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
        action = draw(st.sampled_from(_ACTIONS))
        action(at(made, path[:-1]), path[-1], at(made, other), copy.deepcopy(draw(st.sampled_from(values))))
    return made


def write(tree: Any, *, is_ascii: bool = True) -> bytes:
    """A tree as JSON, with the raw texts in their places; lone surrogates become escapes, or bytes nobody may read."""
    text = json.dumps(tree, ensure_ascii=is_ascii)
    for name, raw in _RAW.items():
        text = text.replace(f'"{name}"', raw)
    return text.encode("utf-8", "surrogatepass")


def documents(seeds: Sequence[Any]) -> st.SearchStrategy[bytes]:
    """Changed trees as JSON bytes."""
    return st.builds(write, trees(seeds), is_ascii=st.booleans())


_TOKENS = (b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\u0000", b'"', b"{", b"[", b"]]", b",", b".", b"..", b"=", b"\n", b"\r", b" ", b"-", b"e9", b"9" * 400, b"null")  # fmt: skip


@st.composite
def changed_bytes(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """A seed with bytes flipped, cut out, doubled, moved or planted; now and then nothing but noise."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=300))
    made = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(made)))
        end = min(len(made), start + draw(st.integers(0, 40)))
        match draw(st.integers(0, 4)):
            case 0:
                made[start : start + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del made[start:end]
            case 2:
                made[start:start] = made[start:end]
            case 3:
                made[start:start] = draw(st.sampled_from(_TOKENS))
            case _:
                del made[start:]
    return bytes(made)
