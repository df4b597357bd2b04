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
