"""Bundles of receipts, in their one form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from didgate.errors import DidgateError
from didgate.gate.bundle import AnchorRecord, Bundle, Inclusion
from didgate.gate.commitments import CommittedInput

ACCOUNT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
FULL = Bundle(
    receipt="e30.e30.AA",
    inclusion=Inclusion(1, 3, (bytes([1] * 32), bytes([2] * 32))),
    anchor=AnchorRecord(
        chain_id=31337,
        contract="0x" + "33" * 20,
        account=ACCOUNT,
        number=0,
        root=bytes([3] * 32),
        block_number=9,
        block_hash=bytes([4] * 32),
        timestamp=1_790_000_000,
        transaction=bytes([5] * 32),
    ),
    evidence=(CommittedInput("now", "2026-01-01T00:00:00+00:00", bytes(32)),),
)


@pytest.mark.parametrize("bundle", [FULL, Bundle("e30.e30.AA")])
def test_a_bundle_is_read_as_it_was_written(bundle: Bundle) -> None:
    assert Bundle.read(json.dumps(bundle.to_dict()).encode()) == bundle


def test_a_receipt_alone_is_a_bundle() -> None:
    assert Bundle.read("  e30.e30.AA\n") == Bundle("e30.e30.AA")


def test_evidence_is_not_shown() -> None:
    assert "2026-01-01T00" not in repr(FULL)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop("receipt"),
        lambda members: members.update(receipt=7),
        lambda members: members.update(receiptBundleVersion=2),
        lambda members: members.update(receiptBundleVersion="1"),
        lambda members: members.update(jwks={"keys": []}),
        lambda members: members.pop("inclusion"),
        lambda members: members.pop("anchor"),
        lambda members: members.update(inclusion=None),
        lambda members: members["inclusion"].update(index="1"),
        lambda members: members["inclusion"].update(more=1),
        lambda members: members["inclusion"].update(hashes=["0xAB"]),
        lambda members: members["anchor"].pop("transaction"),
        lambda members: members["anchor"].update(more=1),
        lambda members: members["anchor"].update(root="0x00"),
        lambda members: members["anchor"].update(account=ACCOUNT.lower()),
        lambda members: members["anchor"].update(block=[]),
        lambda members: members["anchor"]["block"].update(number=True),
        lambda members: members.update(evidence={}),
        lambda members: members.update(evidence=[{"name": "now"}]),
        lambda members: members["evidence"][0].update(more=1),
        lambda members: members["evidence"][0].update(salt="AAAA"),
        lambda members: members["evidence"][0].update(salt=7),
    ],
)
def test_any_other_form_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    members = json.loads(json.dumps(FULL.to_dict()))
    change(members)
    with pytest.raises(DidgateError) as error:
        Bundle.from_dict(members)
    assert error.value.code == "bundle_malformed"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "invalid_json"),
        ('{"receipt": "a", "receipt": "b"}', "json_duplicate_member"),
        (b'{"receipt": "' + b"a" * 9_000_000 + b'"}', "json_too_large"),
    ],
)
def test_what_is_no_json_is_refused(text: bytes | str, code: str) -> None:
    with pytest.raises(DidgateError) as error:
        Bundle.read(text)
    assert error.value.code == code
