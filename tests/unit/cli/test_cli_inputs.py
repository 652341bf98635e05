"""What people write on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from didgate.cli import inputs
from didgate.encoding import keccak256
from didgate.errors import InvalidInput

ID = "0x" + "aB" * 32


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90", 90), ("2m", 120), ("3h", 10800), ("1d", 86400)],
)
def test_duration_has_a_unit_or_is_in_seconds(text: str, seconds: int) -> None:
    assert inputs.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "-1", "1.5h", "1 h", "1w", "١", "1d2h", "9999999999"])
def test_refuses_other_durations(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        inputs.seconds(text)
    assert error.value.code == "invalid_duration"


def test_type_is_a_schema_or_a_vct() -> None:
    assert inputs.type_id(ID) == bytes.fromhex(ID[2:])
    assert inputs.type_id("https://example.org/badge") == keccak256(b"https://example.org/badge")


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (inputs.bytes32, "0x12", "invalid_id"),
        (inputs.bytes32, ID[2:], "invalid_id"),
        (inputs.type_id, "badge", "invalid_type"),
        (inputs.type_id, "0x12", "invalid_type"),
        (inputs.address, "0x12", "invalid_address"),
        (inputs.moment, "2026-01-01", "invalid_datetime"),
    ],
)
def test_refuses_what_is_malformed(read: Callable[[str], object], text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read(text)
    assert error.value.code == code


def test_file_named_yaml_holds_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("country: 'NO'")
    (tmp_path / "a.json").write_text('{"country": "NO"}')
    assert inputs.read_document(tmp_path / "a.yaml") == {"country": "NO"}
    assert inputs.read_document(tmp_path / "a.json") == {"country": "NO"}


def test_refuses_text_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff")
    with pytest.raises(InvalidInput) as error:
        inputs.read_text(tmp_path / "a")
    assert error.value.code == "unreadable_file"
