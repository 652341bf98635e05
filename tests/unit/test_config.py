from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from didgate.config import (
    Finality,
    FinalityRule,
    Home,
    PassphraseSource,
    Settings,
    check_quorum,
)
from didgate.errors import InvalidInput


def code_of(environment: dict[str, str]) -> str:
    with pytest.raises(InvalidInput) as error:
        Settings.from_environment(environment)
    return error.value.code


def test_defaults() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings == Settings()
    assert settings.home == Home(Path(".didgate"))
    assert settings.rpc_urls == ()


def test_everything_is_read() -> None:
    settings = Settings.from_environment(
        {
            "DIDGATE_HOME": "/srv/didgate",
            "DIDGATE_RPC_URL": "https://rpc.example/key",
            "DIDGATE_ACCOUNT": "operator",
            "DIDGATE_PASSPHRASE_FILE": "/run/secrets/passphrase",
            "DIDGATE_MAX_STALENESS": "60",
            "DIDGATE_BLOCK_TIME": "12",
            "DIDGATE_ANCHOR_ACCOUNT": "anchoring",
            "DIDGATE_EVIDENCE": "keep",
            "DIDGATE_FINALITY": "depth:20",
        }
    )
    assert settings.home == Home(Path("/srv/didgate"))
    assert settings.rpc_urls == ("https://rpc.example/key",)
    assert settings.account == "operator"
    assert settings.passphrase == PassphraseSource(file=Path("/run/secrets/passphrase"))
    assert settings.max_staleness == timedelta(minutes=1)
    assert settings.block_time == timedelta(seconds=12)
    assert settings.anchor_account == "anchoring"
    assert settings.keep_evidence
    assert settings.finality == Finality(FinalityRule.DEPTH, 20)
    assert settings.rpc_quorum is None


def test_empty_value_counts_as_none() -> None:
    assert Settings.from_environment({"DIDGATE_RPC_URL": "", "DIDGATE_HOME": ""}) == Settings()


def test_unknown_setting_is_refused() -> None:
    assert code_of({"DIDGATE_MAX_STALNESS": "60"}) == "unknown_setting"


def test_two_passphrases_are_refused() -> None:
    environment = {"DIDGATE_PASSPHRASE": "secret", "DIDGATE_PASSPHRASE_FILE": "/secret"}
    assert code_of(environment) == "conflicting_settings"


@pytest.mark.parametrize(
    "url",
    [
        "rpc.example",
        "ftp://rpc.example",
        "https://",
        "http://[",
        "http://a:x",
        "http://a:0",
        "https://a.example,rpc.example",
    ],
)
def test_invalid_rpc_url_is_refused(url: str) -> None:
    assert code_of({"DIDGATE_RPC_URL": url}) == "invalid_setting"


@pytest.mark.parametrize("text", ["0", "-1", "3601", "1.5", "1e3", "٣", " 30", "1_0", "9" * 5000])
@pytest.mark.parametrize("name", ["DIDGATE_MAX_STALENESS", "DIDGATE_BLOCK_TIME"])
def test_invalid_duration_is_refused(name: str, text: str) -> None:
    assert code_of({name: text}) == "invalid_setting"


@pytest.mark.parametrize("text", ["yes", "Keep", "1"])
def test_evidence_is_kept_or_not(text: str) -> None:
    assert code_of({"DIDGATE_EVIDENCE": text}) == "invalid_setting"
    assert not Settings.from_environment({"DIDGATE_EVIDENCE": "none"}).keep_evidence


def test_secrets_are_not_shown() -> None:
    settings = Settings.from_environment(
        {"DIDGATE_PASSPHRASE": "secret", "DIDGATE_RPC_URL": "https://rpc.example/secret"}
    )
    assert "secret" not in repr(settings)


def test_home_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "some" / "where")
    home.create()
    home.create()
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700


def test_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(InvalidInput) as error:
        Home(path).create()
    assert error.value.code == "unusable_home"


def test_files_lie_in_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path)
    files = [home.keystore, home.chain, home.deployment, home.gate, home.issuer, home.wallet]
    assert {path.parent for path in files} == {tmp_path}
    assert len(set(files)) == 6


def test_passphrase_from_the_environment() -> None:
    assert PassphraseSource("from environment").read(lambda: "asked") == "from environment"


@pytest.mark.parametrize("content", [b"from file", b"from file\n", b"from file\r\n"])
def test_passphrase_from_a_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "passphrase").write_bytes(content)
    assert PassphraseSource(file=tmp_path / "passphrase").read() == "from file"


def test_passphrase_from_a_person() -> None:
    assert PassphraseSource().read(lambda: "asked") == "asked"


@pytest.mark.parametrize("content", [None, b"\xff", b"x" * 5000])
def test_unreadable_passphrase_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "passphrase").write_bytes(content)
    with pytest.raises(InvalidInput) as error:
        PassphraseSource(file=tmp_path / "passphrase").read()
    assert error.value.code == "passphrase_unreadable"


def test_missing_passphrase_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"\n")
    for source in (PassphraseSource(), PassphraseSource(file=tmp_path / "empty")):
        with pytest.raises(InvalidInput) as error:
            source.read()
        assert error.value.code == "passphrase_missing"


URLS = "https://a.example/key, wss://b.example  http://127.0.0.1:8545"


def test_several_providers() -> None:
    settings = Settings.from_environment({"DIDGATE_RPC_URL": URLS, "DIDGATE_RPC_QUORUM": "3"})
    expected = ("https://a.example/key", "wss://b.example", "http://127.0.0.1:8545")
    assert settings.rpc_urls == expected
    assert settings.rpc_quorum == 3
    assert "key" not in repr(settings)


@pytest.mark.parametrize(
    "urls",
    [
        "https://a.example https://a.example",
        "https://a.example/one https://A.example:443/two",
        "https://a.example wss://a.example",
    ],
)
def test_one_host_twice_is_refused(urls: str) -> None:
    assert code_of({"DIDGATE_RPC_URL": urls}) == "invalid_setting"


def test_too_many_providers_are_refused() -> None:
    urls = " ".join(f"https://{number}.example" for number in range(17))
    assert code_of({"DIDGATE_RPC_URL": urls}) == "invalid_setting"


@pytest.mark.parametrize("quorum", ["1", "4", "0"])
def test_quorum_of_half_or_of_more_than_all_is_refused(quorum: str) -> None:
    environment = {"DIDGATE_RPC_URL": URLS, "DIDGATE_RPC_QUORUM": quorum}
    assert code_of(environment) == "invalid_quorum"


@pytest.mark.parametrize("quorum", ["x", "-1", "2.0", "٣", "9999"])
def test_quorum_that_is_no_number_is_refused(quorum: str) -> None:
    environment = {"DIDGATE_RPC_URL": URLS, "DIDGATE_RPC_QUORUM": quorum}
    assert code_of(environment) == "invalid_setting"


def test_quorum_without_providers_is_refused() -> None:
    assert code_of({"DIDGATE_RPC_QUORUM": "1"}) == "conflicting_settings"


def test_refused_quorum_is_explained() -> None:
    with pytest.raises(InvalidInput) as error:
        check_quorum(1, 3)
    assert "at least 2 (more than half" in error.value.message


@pytest.mark.parametrize("text", ["finalized", "safe", "none", "depth:1", "depth:100000"])
def test_finality(text: str) -> None:
    assert str(Settings.from_environment({"DIDGATE_FINALITY": text}).finality) == text


@pytest.mark.parametrize(
    "text",
    ["latest", "depth", "depth:", "depth:0", "depth:-1", "depth:100001", "depth:x", "depth:٣",
     "none:1", "safe:2", "Finalized", "depth:1:2"],
)  # fmt: skip
def test_invalid_finality_is_refused(text: str) -> None:
    assert code_of({"DIDGATE_FINALITY": text}) == "invalid_setting"
