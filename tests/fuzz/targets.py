"""Everything that reads what others wrote, each as a function of bytes, with seeds and the errors it may answer with.

To put a new reader under search: one row in ``TARGETS``.
"""

import json
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from adapters.keyrings import FileKeyring, PassphraseCustody, ScryptCost, verify_manifest
from adapters.rabbitmq.provisioning import ManagementApi
from adapters.rabbitmq.topology import BrokerUser, definitions
from adapters.rabbitmq.topology_findings import audit
from gateway.domain.days import AMSTERDAM
from gateway.domain.errors import GatewayError
from gateway.entrypoints.cli.invoice_file import read_invoice
from gateway.entrypoints.cli.partner import read_introduction
from gateway.settings import FILE_NAME, load_settings
from mappings.backoffices.policies import read_policies
from mappings.backoffices.profile import read_profile
from mappings.fhir.mapper import FhirBundleMapper
from tests.fuzz.mutations import MARK
from tests.support.cases import SAMPLES as EXPORT_SAMPLES
from tests.support.forger import NOW, SENDER, World
from tests.support.messages import SAMPLES as MESSAGES
from tests.support.messages import any_party
from tests.support.secrets import write_secret

CUSTODY = PassphraseCustody(b"een lange zin voor de sleutels", ScryptCost(n=2, r=1))


@dataclass(frozen=True)
class Target:
    """A reader under search.

    Attributes:
        name: For the summary.
        read: Reads the bytes or raises one of our errors.
        seeds: Good input, made when first asked for.
        codes: Pattern of the codes it may refuse with; a code per kind of input.
    """

    name: str
    read: Callable[[bytes], Any]
    seeds: Callable[[], tuple[bytes, ...]]
    codes: str

    def __str__(self) -> str:
        return self.name


def hold(target: Target, data: bytes) -> str:
    """Only our own errors come out; each says enough, and none quotes or drags along what was read.

    Returns:
        The code of the refusal, or ``read``.
    """
    error = _refusal(target, data)
    if error is None:
        return "read"
    assert re.fullmatch(target.codes, error.code), error.code
    assert error.message, error.code
    assert error.remedy, error.code
    assert MARK not in repr((str(error), error.where, error.remedy, vars(error))), f"quoted: {error}"
    assert error.__suppress_context__ or error.__context__ is None, f"{error.code} drags its cause along"
    return error.code


def _refusal(target: Target, data: bytes) -> GatewayError | None:
    try:
        target.read(data)
    except GatewayError as error:
        return error
    return None


def _in_a_file(read: Callable[[Path], Any], name: str = "given") -> Callable[[bytes], Any]:
    """A reader of files as a reader of bytes."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def of_bytes(data: bytes) -> Any:
        write_secret(folder / name, data)
        return read(folder)

    return of_bytes


@cache
def world() -> World:
    """Three parties and their keys, and a forger who holds them all."""
    return World()


@cache
def _envelopes() -> tuple[bytes, ...]:
    return tuple(world().seal(payload).body for payload in (b'{"resourceType":"Bundle"}', b"{}" + b" " * 3000))


_MAPPER = FhirBundleMapper(any_party)


@cache
def bundles() -> tuple[bytes, ...]:
    """A bundle of every sample that is not there for its length."""
    return tuple(_MAPPER.to_bundle(message) for name, message in MESSAGES.items() if "long" not in name)


def _read_bundle(data: bytes) -> Any:
    """Every moment in it must exist on a Dutch calendar too: that is where the rules and the log look."""
    message = _MAPPER.from_bundle(data)
    for moment in _moments(message):
        moment.astimezone(AMSTERDAM)
    return message


def _moments(value: Any) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _moments(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _moments(getattr(value, field.name))


@cache
def _manifests() -> tuple[bytes, ...]:
    return (world().keyrings[SENDER].manifest().token.encode(),)


def _read_manifest(data: bytes) -> Any:
    return verify_manifest(data.decode("latin-1"), fingerprint=world().keyrings[SENDER].manifest().fingerprint)


@cache
def _introductions() -> tuple[bytes, ...]:
    manifest = world().keyrings[SENDER].manifest()
    facts = {"id": SENDER, "role": "ohs", "name": "Arbodienst De Linde", "kvk": "00000101"}
    document = {"format": "sogw-party/1", "party": facts, "recipients": ["linde/A"], "manifest": manifest.token}
    return (json.dumps({**document, "fingerprint": manifest.fingerprint}).encode(),)


@cache
def _key_files() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        FileKeyring.create(Path(folder), SENDER, CUSTODY, NOW)
        return ((Path(folder) / "keyring.json").read_bytes(),)


def _invoices() -> tuple[bytes, ...]:
    lines = [{"description": "Second opinion, verrichting SO", "quantity": 2, "unit_price_cents": 69500}]
    period = {"period_start": "2026-09-01", "period_end": "2026-09-30", "dated_on": "2026-09-30"}
    return (json.dumps({"number": "F-2026-0031", **period, "lines": lines}).encode(),)


def _profiles() -> tuple[bytes, ...]:
    words = {
        "tussenstappen.soort": {"akkoord BA": "aanvaard", "terugbellen": "note"},
        "arts.rol": {"BA": "bedrijfsarts"},
    }
    return (json.dumps({"schema": "backoffice-profile/1", "words": words}).encode(),)


def _policies() -> tuple[bytes, ...]:
    return ((EXPORT_SAMPLES / "policies.json").read_bytes(),)


def settings_tree() -> dict[str, Any]:
    """Settings with something in every section."""
    return {
        "party": {"id": "arbo-lindehof", "role": "ohs", "name": "Arbodienst Lindehof", "recipients": ["a", "b"]},
        "policy": {"file": "policies.json", "id": "beleid-vaste-groep"},
        "keys": {"folder": "keys", "passphrase_file": "passphrase"},
        "store": {"url": "sqlite:///store.db"},
        "broker": {"url": "amqps://broker.example:5671", "heartbeat_seconds": 10, "allow_insecure": False},
        "delivery": {"receipt_within_seconds": 60.0, "first_retry_seconds": 1.0, "probe_seconds": 30.0},
        "journal": {"checkpoint_every_entries": 256, "checkpoint_within_seconds": 300.0},
        "audit": {"management_url": "https://broker.example:15671", "every_seconds": 300.0},
        "alerts": {"every_seconds": 15.0},
        "log": {"level": "info", "format": "text"},
    }


def write_toml(tree: Any) -> bytes:
    """A tree as TOML: sections of keys whose values are inline."""
    sections = tree.items() if isinstance(tree, dict) else ()
    text = []
    for name, section in sections:
        if isinstance(section, dict):
            text.append(f"[{json.dumps(name)}]")
            text.extend(f"{json.dumps(key)} = {_toml(value)}" for key, value in section.items())
        else:
            text.insert(0, f"{json.dumps(name)} = {_toml(section)}")
    return "\n".join(text).encode("utf-8", "surrogatepass")


_TOML_RAW = {"@0": "1e400", "@1": "nan", "@2": "-inf", "@3": "9" * 10_000, "@4": "-0", "@5": "007", "@6": "inf", "@7": "1e300", "@8": "2026-01-01T00:00:00Z", "@9": "{a=1,a=2}", "@a": "[" * 300 + "]" * 300, "@b": "{a=" * 300 + "1" + "}" * 300}  # fmt: skip


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str) and value in _TOML_RAW:
        return _TOML_RAW[value]
    return '""' if value is None else json.dumps(value, ensure_ascii=False)


def _settings() -> tuple[bytes, ...]:
    return (write_toml(settings_tree()),)


def _use_settings(home: Path) -> None:
    """Read them and ask for everything that is worked out from them."""
    settings = load_settings(home)
    settings.as_party()
    settings.terms()
    settings.store_url()
    settings.path(settings.keys.folder)


TOPOLOGY = definitions(["arbo-a"], operators=[BrokerUser("ops", "x")])


class _Answer(ManagementApi):
    """A broker that answers with these bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__("https://broker.example:15671", "ops", "x")
        self._data = data

    def _call(self, method: str, path: str, body: bytes | None) -> bytes:  # noqa: ARG002
        return self._data


def _definitions() -> tuple[bytes, ...]:
    return (json.dumps(TOPOLOGY).encode(),)


ENVELOPE = Target("envelope", lambda data: world().recipient.open(data, at=NOW), _envelopes, "envelope-refused")
BUNDLE = Target("bundle", _read_bundle, bundles, "(bundle|document)-[a-z0-9-]+")
MANIFEST = Target("manifest", _read_manifest, _manifests, "manifest-refused")
INTRODUCTION = Target(
    "introduction", _in_a_file(lambda f: read_introduction(f / "given")), _introductions, "party-(file|id)-invalid"
)
KEY_FILE = Target(
    "key-file",
    _in_a_file(lambda f: FileKeyring.load(f, CUSTODY), "keyring.json"),
    _key_files,
    "keyring-damaged|passphrase-wrong|custody-mismatch",
)
INVOICE = Target("invoice", _in_a_file(lambda f: read_invoice(f / "given")), _invoices, "invoice-file-invalid")
POLICIES = Target("policies", read_policies, _policies, "policies-unreadable")
PROFILE = Target("profile", _in_a_file(lambda f: read_profile(f / "given")), _profiles, "profile-unreadable")
SETTINGS = Target("settings", _in_a_file(_use_settings, FILE_NAME), _settings, "settings-invalid")
DEFINITIONS = Target(
    "definitions", lambda data: audit(_Answer(data), TOPOLOGY), _definitions, "broker-definitions-unreadable"
)

TARGETS = (ENVELOPE, BUNDLE, MANIFEST, INTRODUCTION, KEY_FILE, INVOICE, POLICIES, PROFILE, SETTINGS, DEFINITIONS)
SEALED = (ENVELOPE, MANIFEST)
"""Where every change must be refused."""
JSON_TARGETS = (BUNDLE, INTRODUCTION, KEY_FILE, INVOICE, POLICIES, PROFILE, DEFINITIONS)


def tree_seeds(target: Target) -> tuple[Any, ...]:
    """The seeds of a JSON target as trees; of settings, from TOML."""
    if target is SETTINGS:
        return tuple(tomllib.loads(seed.decode()) for seed in target.seeds())
    return tuple(json.loads(seed) for seed in target.seeds())
