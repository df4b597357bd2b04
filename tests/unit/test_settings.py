"""Settings: wrong ones are refused with file, key and remedy, and without the value."""

from pathlib import Path

import pytest

from gateway.domain.errors import OperatorError
from gateway.settings import load_settings

GOOD = """
[party]
id = "arbo-lindehof"
role = "ohs"
name = "Arbodienst Lindehof B.V."

[broker]
url = "amqp://127.0.0.1:5672"
"""


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "sogw.toml").write_text(text, encoding="utf-8")
    return tmp_path


def refused(tmp_path: Path, text: str) -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        load_settings(written(tmp_path, text))
    return caught.value


def test_good_settings_become_a_party_and_terms(tmp_path: Path):
    settings = load_settings(written(tmp_path, GOOD))
    assert settings.as_party().party_id == "arbo-lindehof"
    assert settings.terms().receipt_within.total_seconds() == 60
    assert settings.store_url() == f"sqlite:///{tmp_path}/store.db"


def test_missing_settings_say_how_to_make_them(tmp_path: Path):
    with pytest.raises(OperatorError) as caught:
        load_settings(tmp_path)
    assert caught.value.code == "settings-missing"
    assert "sogw init" in caught.value.remedy


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (GOOD.replace('role = "ohs"', 'role = "s3cret"'), "party.role"),
        (GOOD.replace('id = "arbo-lindehof"', 'id = "Arbo.Lindehof"'), "party.id"),
        (GOOD + "heartbeat_seconds = 1000\n", "broker.heartbeat_seconds"),
        (GOOD + 'colour = "s3cret"\n', "broker.colour"),
        (GOOD + '[brokr]\nurl = "s3cret"\n', "brokr"),
        (GOOD.replace("[party]", "[party"), "line"),
    ],
)
def test_wrong_settings_name_the_key_and_never_the_value(tmp_path: Path, wrong: str, place: str):
    error = refused(tmp_path, wrong)
    assert error.code == "settings-invalid"
    assert "sogw.toml" in error.where
    assert place in str(error)
    assert "s3cret" not in str(error)
    assert error.remedy


def test_a_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOGW_BROKER__URL", "amqp://127.0.0.1:5999")
    settings = load_settings(written(tmp_path, GOOD))
    assert settings.broker.url == "amqp://127.0.0.1:5999"


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOGW_BROKER__PREFETCH", "s3cret")
    error = refused(tmp_path, GOOD)
    assert "SOGW_BROKER__PREFETCH" in error.remedy
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("wrong", "said", "remedy"),
    [
        ('[broker]\nca_file = "s3cret"\n', "Section [broker] stands there twice, again near line 9", "[broker]"),
        ("[keys.pkcs11]\n[log]\n[keys.pkcs11]\n", "Section [keys.pkcs11] stands there twice", "section that is there"),
        ('url = "s3cret"\n[log]\n', "A key stands there twice, again near line 9", "Keep one"),
        ('url = "s3cret"', "A key stands there twice, again near the end of the document.", "Keep one"),
        ('[log]\nlevel = {a = 1, a = "s3cret"}', "A key stands there twice", "Keep one"),
        ("[party.name]\n", "A key stands there twice", "Keep one"),
    ],
)
def test_what_stands_there_twice_is_told_as_that(tmp_path: Path, wrong: str, said: str, remedy: str):
    error = refused(tmp_path, GOOD + wrong)
    assert said in error.message
    assert remedy in error.remedy
    assert "s3cret" not in str(error)


def test_a_byte_order_mark_is_no_mistake_and_another_encoding_is_named(tmp_path: Path):
    assert load_settings(written(tmp_path, "\ufeff" + GOOD)).party.id == "arbo-lindehof"
    (tmp_path / "sogw.toml").write_text(GOOD, encoding="utf-16")
    with pytest.raises(OperatorError, match="not UTF-8"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[kyes]\nfolder = "s3cret"\n', "there is no section [kyes]. Did you mean 'keys'?"),
        ('[keys]\nfodler = "s3cret"\n', "keys.fodler: there is no such key. Did you mean 'folder'?"),
        (
            '[keys.pkcs11]\nmodul = "x"\ntoken = "t"\n',
            "keys.pkcs11.modul: there is no such key. Did you mean 'module'?",
        ),
        ('[keys.pkcs11]\ntoken = "t"\n', "keys.pkcs11.module: is not set, and must be"),
        ('management_url = "s3cret"\n', "broker.management_url: there is no such key; it is one of [audit]"),
        ('[log]\nxyzzy = "s3cret"\n', "log.xyzzy: there is no such key. Known: level, format"),
        ('[log]\nlevel = "s3cret"\n', "log.level: is not one of: 'debug', 'info', 'warning' or 'error'"),
        ('heartbeat_seconds = "s3cret"\n', "broker.heartbeat_seconds: is not a whole number"),
        ("heartbeat_seconds = 61\n", "broker.heartbeat_seconds: must be 60 at most"),
        ("heartbeat_seconds = 0\n", "broker.heartbeat_seconds: must be 1 at least"),
        ("[delivery]\nprobe_seconds = 0\n", "delivery.probe_seconds: must be more than 0"),
        ("[ceilings]\nparked_days = 7\n", "ceilings.parked_days: must be less than 7"),
        ('[delivery]\nprobe_seconds = "s3cret"\n', "delivery.probe_seconds: is not a number"),
        ('allow_insecure = "s3cret"\n', "broker.allow_insecure: is not true or false"),
        ("ca_file = 1\n", "broker.ca_file: is not a text between quotes"),
        ('[keys]\nsecret_mounts = "s3cret"\n', "keys.secret_mounts: is not a list between square brackets"),
        ('[keys]\npkcs11 = "s3cret"\n', "keys.pkcs11: is not a section"),
        ('[keys]\ncustody = "pkcs11"\n', "keys: custody pkcs11 needs module and token in [keys.pkcs11]"),
    ],
)
def test_what_is_wrong_is_told_in_plain_words_with_the_key_that_is_meant(tmp_path: Path, wrong: str, said: str):
    error = refused(tmp_path, GOOD + wrong)
    assert said in error.message
    for word in ("s3cret", "Input should", "Extra inputs", "Value error", "..", "?."):
        assert word not in str(error).replace(str(tmp_path), "")


def test_an_id_of_a_party_is_told_as_what_it_is(tmp_path: Path):
    error = refused(tmp_path, GOOD.replace('id = "arbo-lindehof"', 'id = "Arbo.S3cret"'))
    assert "party.id: is not lower-case letters, digits and inner hyphens, 48 at most." in error.message
