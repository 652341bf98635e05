"""Commitments, and the evidence that opens them."""

from __future__ import annotations

import hashlib
import secrets
import stat
from pathlib import Path

import pytest

from didgate.errors import DidgateError, InvalidInput
from didgate.gate.commitments import (
    CommittedInput,
    EvidenceFolder,
    commitment,
    committed,
    seal,
    unseal,
)

INPUTS = {"presentation": {"role": "researcher"}, "challenge": {"nonce": "n"}}


@pytest.fixture
def key() -> bytes:
    return secrets.token_bytes(32)


def test_a_commitment_is_the_salted_hash_of_the_canonical_json() -> None:
    salt = bytes(32)
    expected = hashlib.sha256(salt + b'{"a":1,"b":2}').digest()
    assert commitment(salt, {"b": 2, "a": 1}).encode() == _b64(expected)


def test_equal_inputs_have_different_commitments() -> None:
    first, second = committed({"a": 1}), committed({"a": 1})
    assert first[0].commitment != second[0].commitment
    assert len(first[0].salt) == 32


def test_a_bundle_opens_to_what_was_sealed(key: bytes) -> None:
    inputs = committed(INPUTS)
    assert unseal(key, "receipt", seal(key, "receipt", inputs)) == inputs


@pytest.mark.parametrize("fault", ["key", "receipt", "byte", "cut", "empty"])
def test_a_bundle_does_not_open_otherwise(key: bytes, fault: str) -> None:
    sealed = seal(key, "receipt", committed(INPUTS))
    other_key = secrets.token_bytes(32) if fault == "key" else key
    receipt = "other" if fault == "receipt" else "receipt"
    altered = {
        "byte": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "cut": sealed[:-1],
        "empty": b"",
    }.get(fault, sealed)
    with pytest.raises(DidgateError) as error:
        unseal(other_key, receipt, altered)
    assert error.value.code == "evidence_sealed_otherwise"


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        seal(b"short", "receipt", ())
    assert error.value.code == "invalid_secret"


def test_neither_value_nor_salt_is_shown() -> None:
    shown = repr(CommittedInput("presentation", {"role": "researcher"}, bytes(range(32))))
    assert shown == "CommittedInput('presentation')"


def test_a_folder_keeps_sealed_files_and_erases_them(tmp_path: Path, key: bytes) -> None:
    folder = EvidenceFolder(tmp_path / "evidence", key)
    inputs = committed(INPUTS)
    folder.put("AAAA", inputs)
    [file] = (tmp_path / "evidence").iterdir()
    assert b"researcher" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert folder.get("AAAA") == inputs
    folder.erase("AAAA")
    folder.erase("AAAA")
    with pytest.raises(InvalidInput) as error:
        folder.get("AAAA")
    assert error.value.code == "unknown_evidence"


def test_a_receipt_id_cannot_choose_a_path(tmp_path: Path, key: bytes) -> None:
    with pytest.raises(InvalidInput):
        EvidenceFolder(tmp_path, key).get("../../etc/passwd")


def test_the_key_is_not_shown(tmp_path: Path, key: bytes) -> None:
    assert key.hex() not in repr(EvidenceFolder(tmp_path, key))


def _b64(data: bytes) -> bytes:
    from didgate.encoding import b64url_encode

    return b64url_encode(data).encode()
