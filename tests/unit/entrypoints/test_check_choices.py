"""``sogw check`` reads what an arbodienst chose: its policy, and the words of its back office."""

import json

from tests.unit.entrypoints.conftest import Door


def _written(folder, name, record):
    file = folder / name
    file.write_text(json.dumps(record), encoding="utf-8")
    return str(file)


def test_check_shows_the_policy_with_its_group_and_who_may_use_a_pool(door: Door, monkeypatch, tmp_path):
    group = {"valid_from": "2026-01-01", "decided_by": "directie", "decided_on": "2025-12-15", "members": ["a", "b"]}
    policy = {"group": [group], "eligibility": {"lpbso": ["OVAL", "KoM"], "open": []}}
    policies = _written(tmp_path, "policies.json", {"ours": policy, "theirs": {"typo": 1}})
    monkeypatch.setenv("SOGW_POLICY__FILE", policies)
    monkeypatch.setenv("SOGW_POLICY__ID", "ours")
    lines = {line["what"]: line for line in door.data("check")}
    assert list(lines)[:3] == ["settings", "policy", "keys"]
    assert lines["policy"]["why"] == "'ours'; fixed group of 2 from 2026-01-01; lpbso asks OVAL or KoM"
    monkeypatch.setenv("SOGW_POLICY__ID", "theirs")
    said = door("check", "--output", "ndjson", status=3)
    assert [json.loads(line)["what"] for line in said.out.splitlines()] == ["settings", "policy"]
    assert "$.theirs.typo" in said.out


def test_check_reads_the_profile(door: Door, monkeypatch, tmp_path):
    words = {"tussenstappen.soort": {"akkoord BA": "aanvaard", "terugbellen": "note"}}
    good = _written(tmp_path, "good.json", {"schema": "backoffice-profile/1", "words": words})
    monkeypatch.setenv("SOGW_BACKOFFICE__PROFILE", good)
    lines = {line["what"]: line for line in door.data("check")}
    assert lines["profile"]["why"] == "2 words in 1 lists"
    monkeypatch.setenv("SOGW_BACKOFFICE__PROFILE", _written(tmp_path, "bad.json", {"schema": "x"}))
    said = door("check", "--output", "ndjson", status=3)
    last = json.loads(said.out.splitlines()[-1])
    assert (last["what"], last["health"]) == ("profile", "failed")
    assert "$.schema" in last["why"]
