"""Receipts: what they hold, and what makes one consistent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from didgate.errors import VerificationError
from didgate.gate.receipt import (
    JudgementRecord,
    LeafRecord,
    Receipt,
    sign_receipt,
    verify_receipt,
)
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import decode_unverified_jws, sign_jws

Change = Callable[[dict[str, Any]], object]


def judgement(at: str, **changes: Any) -> JudgementRecord:
    return replace(
        JudgementRecord(
            at=at,
            block_number=9,
            block_hash=bytes([3] * 32),
            policy_id=bytes([2] * 32),
            restrictions=(bytes([4] * 32),),
            epoch=7,
            paused=False,
            verdict="true",
            registries={"0x" + "11" * 20: True},
        ),
        **changes,
    )


@pytest.fixture
def allowance(now: datetime) -> Receipt:
    return Receipt(
        id="AAAA",
        gate="https://gate.example",
        allowed=True,
        code="allowed",
        resource=bytes([1] * 32),
        chain_id=31337,
        policy_registry="0x" + "22" * 20,
        judgements=(judgement("latest"), judgement("finalized")),
        commitments={"presentation": "c"},
        decided_at=now,
    )


@pytest.fixture
def denial(allowance: Receipt) -> Receipt:
    leaf = LeafRecord("allow.any[0]", "false", "issuer_suspended")
    judged = (
        judgement("latest", verdict="false", leaves=(leaf,)),
        judgement("finalized", verdict="unknown", policy_id=None),
    )
    return replace(allowance, allowed=False, code="policy_not_satisfied", judgements=judged)


@pytest.fixture
def jwks(key: SoftwareSigner) -> dict[str, Any]:
    public = key.public_key
    return {"keys": [{**public.to_jwk(), "kid": public.thumbprint()}]}


def resigned(key: SoftwareSigner, jws: str, change: Change) -> str:
    """Return a receipt that the gate's own key signed, with other contents."""
    header, payload = decode_unverified_jws(jws)
    header.pop("alg")
    members = json.loads(payload)
    change(members)
    return sign_jws(key, json.dumps(members).encode(), header)


def refused(jws: str, jwks: dict[str, Any], code: str) -> None:
    with pytest.raises(VerificationError) as error:
        verify_receipt(jws, jwks)
    assert error.value.code == code


def test_an_allowance_verifies(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    assert verify_receipt(sign_receipt(allowance, key), jwks) == allowance


def test_a_denial_verifies(denial: Receipt, key: SoftwareSigner, jwks: dict[str, Any]) -> None:
    assert verify_receipt(sign_receipt(denial, key), jwks) == denial


def test_a_receipt_names_its_type_and_key(allowance: Receipt, key: SoftwareSigner) -> None:
    header, _ = decode_unverified_jws(sign_receipt(allowance, key))
    assert header == {
        "alg": "ES256",
        "typ": "didgate-receipt+jwt",
        "kid": key.public_key.thumbprint(),
    }


def test_an_allowance_has_no_leaves(allowance: Receipt) -> None:
    assert "leaves" not in json.dumps(allowance.to_dict())


def test_a_receipt_of_another_key_is_refused(allowance: Receipt, jwks: dict[str, Any]) -> None:
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    refused(sign_receipt(allowance, other), jwks, "receipt_signature")


def test_a_receipt_that_names_the_key_falsely_is_refused(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    header = {"typ": "didgate-receipt+jwt", "kid": key.public_key.thumbprint()}
    jws = sign_jws(other, json.dumps(allowance.to_dict()).encode(), header)
    refused(jws, jwks, "receipt_signature")


def test_a_token_is_no_receipt(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    header = {"typ": "at+jwt", "kid": key.public_key.thumbprint()}
    jws = sign_jws(key, json.dumps(allowance.to_dict()).encode(), header)
    refused(jws, jwks, "receipt_signature")


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": None}, {"keys": ["key"]}])
def test_without_the_key_nothing_verifies(
    allowance: Receipt, key: SoftwareSigner, keys: dict[str, Any]
) -> None:
    refused(sign_receipt(allowance, key), keys, "receipt_signature")


def test_a_private_key_in_the_set_is_refused(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    jwks["keys"][0]["d"] = "AAAA"
    refused(sign_receipt(allowance, key), jwks, "receipt_signature")


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.pop("code"),
        lambda members: members.update(name="Alice"),
        lambda members: members.update(receiptVersion=2),
        lambda members: members.update(decision="maybe"),
        lambda members: members.update(chainId=True),
        lambda members: members.update(resource="0x00"),
        lambda members: members.update(decidedAt="now"),
        lambda members: members.update(decidedAt=10**20),
        lambda members: members.update(judgements=[]),
        lambda members: members["judgements"].update(other={}),
        lambda members: members["judgements"]["latest"].update(verdict="yes"),
        lambda members: members["judgements"]["latest"].update(paused=0),
        lambda members: members["judgements"]["latest"].update(block=None),
        lambda members: members["judgements"]["latest"].update(claims={"role": "x"}),
        lambda members: members["judgements"]["latest"].update(registries={"0x": "yes"}),
        lambda members: members["judgements"]["latest"].update(registries={"0x": 1}),
        lambda members: members["judgements"]["latest"].update(
            leaves=[{"path": {}, "verdict": "true", "code": "holds"}]
        ),
    ],
)
def test_other_contents_are_refused(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any], change: Change
) -> None:
    refused(resigned(key, sign_receipt(allowance, key), change), jwks, "receipt_malformed")


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.update(code="policy_not_satisfied"),
        lambda members: members["judgements"].pop("finalized"),
        lambda members: members["judgements"]["latest"].update(verdict="unknown"),
        lambda members: members["judgements"]["finalized"].update(verdict="false"),
        lambda members: members["judgements"]["finalized"].update(paused=True),
        lambda members: members["judgements"]["latest"].update(policy=None),
        lambda members: members["judgements"]["finalized"].update(registries={"0x": False}),
        lambda members: members["judgements"]["latest"].update(
            leaves=[{"path": "allow", "verdict": "true", "code": "holds"}]
        ),
    ],
)
def test_an_allowance_without_its_reasons_is_refused(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any], change: Change
) -> None:
    refused(resigned(key, sign_receipt(allowance, key), change), jwks, "receipt_inconsistent")


def test_a_denial_without_reason_is_refused(
    denial: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    refused(sign_receipt(replace(denial, code="allowed"), key), jwks, "receipt_inconsistent")
