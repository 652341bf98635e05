"""Receipts: what they hold, and what makes one consistent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from didgate.errors import VerificationError
from didgate.gate.inputs import JUDGED
from didgate.gate.receipt import (
    AnchorPlace,
    JudgementRecord,
    LeafRecord,
    Receipt,
    sign_receipt,
    verify_receipt,
)
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import decode_unverified_jws, sign_jws

Change = Callable[[dict[str, Any]], object]
HASH = "A" * 43
BASE = {"challenge", "presentation", "now", "schemas", "state.latest"}
CHECKED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def commitments(names: Any = JUDGED) -> dict[str, str]:
    return dict.fromkeys(sorted(names), HASH)


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
        commitments=commitments(),
        decided_at=now,
    )


@pytest.fixture
def denial(allowance: Receipt) -> Receipt:
    leaf = LeafRecord("allow.any[0]", "false", "issuer_suspended")
    judged = tuple(judgement(at, verdict="false", leaves=(leaf,)) for at in ("latest", "finalized"))
    return replace(allowance, allowed=False, code="policy_not_satisfied", judgements=judged)


@pytest.fixture
def refusal(allowance: Receipt) -> Receipt:
    """A denial before there was any verdict."""
    judged = tuple(
        judgement(at, verdict="unknown", registries={}) for at in ("latest", "finalized")
    )
    return replace(
        allowance,
        allowed=False,
        code="proof_invalid",
        judgements=judged,
        commitments=commitments({*BASE, "evidence"}),
    )


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
        lambda members: members.update(receiptVersion=1),
        lambda members: members.update(decision="maybe"),
        lambda members: members.update(chainId=True),
        lambda members: members.update(chainId=-1),
        lambda members: members.update(chainId=2**64),
        lambda members: members.update(id=""),
        lambda members: members.update(id="../x"),
        lambda members: members.update(code="Alice Liddell"),
        lambda members: members.update(code=7),
        lambda members: members.update(gate="https://gate.example/"),
        lambda members: members.update(gate="https://Gate.example"),
        lambda members: members.update(gate="ftp://gate.example"),
        lambda members: members.update(policyRegistry="0x" + "22" * 19),
        lambda members: members.update(policyRegistry=CHECKED.lower()),
        lambda members: members.update(resource="0x00"),
        lambda members: members.update(decidedAt="now"),
        lambda members: members.update(decidedAt=10**20),
        lambda members: members.update(decidedAt=-1),
        lambda members: members.update(judgements=[]),
        lambda members: members.update(anchor=None),
        lambda members: members.update(anchor={"contract": CHECKED}),
        lambda members: members.update(anchor={"contract": CHECKED, "account": CHECKED.lower()}),
        lambda members: members.update(
            anchor={"contract": CHECKED, "account": CHECKED, "name": "Alice"}
        ),
        lambda members: members["commitments"].update(name=HASH),
        lambda members: members["commitments"].update(evidence="Alice"),
        lambda members: members["commitments"].update(evidence=7),
        lambda members: members["judgements"].update(other={}),
        lambda members: members["judgements"]["latest"].update(verdict="yes"),
        lambda members: members["judgements"]["latest"].update(paused=0),
        lambda members: members["judgements"]["latest"].update(block=None),
        lambda members: members["judgements"]["latest"]["block"].update(number=-1),
        lambda members: members["judgements"]["latest"].update(epoch=2**64),
        lambda members: members["judgements"]["latest"].update(claims={"role": "x"}),
        lambda members: members["judgements"]["latest"].update(registries={"0x": True}),
        lambda members: members["judgements"]["latest"].update(registries={CHECKED.lower(): True}),
        lambda members: members["judgements"]["latest"].update(registries={"0x" + "11" * 20: 1}),
        lambda members: members["judgements"]["latest"].update(leaves=[]),
        lambda members: members["judgements"]["latest"].update(
            leaves=[{"path": {}, "verdict": "true", "code": "holds"}]
        ),
        lambda members: members["judgements"]["latest"].update(
            leaves=[{"path": "allow", "verdict": "maybe", "code": "holds"}]
        ),
        lambda members: members["judgements"]["latest"].update(
            leaves=[{"path": "Alice", "verdict": "true", "code": "holds"}]
        ),
    ],
)
def test_other_contents_are_refused(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any], change: Change
) -> None:
    refused(resigned(key, sign_receipt(allowance, key), change), jwks, "receipt_malformed")


def both(**changes: Any) -> Change:
    """Change both judgements alike."""
    return lambda members: [
        members["judgements"][at].update(changes) for at in ("latest", "finalized")
    ]


def at_another_block(**changes: Any) -> Change:
    """Let the finalized block be another, and change its judgement."""

    def change(members: dict[str, Any]) -> None:
        block = {"number": 8, "hash": "0x" + "07" * 32}
        members["judgements"]["finalized"].update({"block": block} | changes)
        names = [name for name in members["commitments"] if name.endswith(".latest")]
        members["commitments"].update({name.replace("latest", "finalized"): HASH for name in names})

    return change


HOLDS = {"path": "allow", "verdict": "true", "code": "holds"}
FAILS = {"path": "allow", "verdict": "false", "code": "entry_too_young"}


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.update(code="policy_not_satisfied"),
        lambda members: members.update(decision="deny"),
        lambda members: members["judgements"].pop("finalized"),
        lambda members: members["judgements"].pop("latest"),
        lambda members: members["judgements"]["latest"].update(verdict="unknown"),
        lambda members: members["judgements"]["finalized"].update(epoch=8),
        both(verdict="unknown"),
        both(verdict="false"),
        both(paused=True),
        both(policy=None),
        both(registries={"0x" + "11" * 20: False}),
        both(leaves=[HOLDS]),
        at_another_block(verdict="false"),
        at_another_block(paused=True),
        at_another_block(policy=None),
        at_another_block(block={"number": 10, "hash": "0x" + "07" * 32}),
        at_another_block(block={"number": 9, "hash": "0x" + "07" * 32}),
        at_another_block(block={"number": 8, "hash": "0x" + "03" * 32}),
        lambda members: members["commitments"].pop("presentation"),
        lambda members: members["commitments"].pop("evidence"),
        lambda members: members["commitments"].pop("facts.latest"),
        lambda members: members["commitments"].update({"facts.finalized": HASH}),
    ],
)
def test_an_allowance_without_its_reasons_is_refused(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any], change: Change
) -> None:
    refused(resigned(key, sign_receipt(allowance, key), change), jwks, "receipt_inconsistent")


def test_an_allowance_at_two_blocks_verifies(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    verify_receipt(resigned(key, sign_receipt(allowance, key), at_another_block()), jwks)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.update(code="allowed"),
        lambda members: members.update(code="not_final"),
        lambda members: members.update(code="paused"),
        lambda members: members.update(code="no_policy"),
        lambda members: members.update(code="proof_invalid"),
        both(verdict="true"),
        both(leaves=[FAILS | {"code": "holds"}]),
        both(leaves=[HOLDS | {"code": "entry_too_young"}]),
        lambda members: [each.pop("leaves") for each in members["judgements"].values()],
    ],
)
def test_a_denial_that_does_not_follow_from_its_verdicts_is_refused(
    denial: Receipt, key: SoftwareSigner, jwks: dict[str, Any], change: Change
) -> None:
    refused(resigned(key, sign_receipt(denial, key), change), jwks, "receipt_inconsistent")


@pytest.mark.parametrize("code", ["policy_changed", "too_many_issuers", "proof_invalid"])
def test_a_refusal_before_any_verdict_verifies(
    refusal: Receipt, key: SoftwareSigner, jwks: dict[str, Any], code: str
) -> None:
    verify_receipt(sign_receipt(replace(refusal, code=code), key), jwks)


@pytest.mark.parametrize(
    ("code", "change"),
    [("paused", {"paused": True}), ("no_policy", {"policy_id": None})],
)
def test_a_refusal_by_the_policy_state_verifies(
    refusal: Receipt, key: SoftwareSigner, jwks: dict[str, Any], code: str, change: dict[str, Any]
) -> None:
    judged = tuple(replace(each, **change) for each in refusal.judgements)
    refusal = replace(refusal, code=code, judgements=judged, commitments=commitments(BASE))
    assert verify_receipt(sign_receipt(refusal, key), jwks) == refusal


@pytest.mark.parametrize(
    "change",
    [
        both(verdict="false"),
        both(verdict="true"),
        both(paused=True),
        both(policy=None),
        both(leaves=[FAILS]),
        both(registries={"0x" + "11" * 20: True}),
        lambda members: members["commitments"].update({"facts.finalized": HASH}),
        lambda members: members["commitments"].update({"verdicts.latest": HASH}),
        lambda members: members["commitments"].pop("now"),
    ],
)
def test_a_refusal_before_any_verdict_that_has_one_is_refused(
    refusal: Receipt, key: SoftwareSigner, jwks: dict[str, Any], change: Change
) -> None:
    refused(resigned(key, sign_receipt(refusal, key), change), jwks, "receipt_inconsistent")


def test_a_denial_at_the_finalized_block_alone_verifies(
    denial: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    def change(members: dict[str, Any]) -> None:
        at_another_block(verdict="false", leaves=[FAILS])(members)
        members["judgements"]["latest"].update(verdict="true", leaves=[HOLDS])
        members.update(code="not_final")

    verify_receipt(resigned(key, sign_receipt(denial, key), change), jwks)


def test_a_receipt_names_where_its_gate_anchors(
    allowance: Receipt, key: SoftwareSigner, jwks: dict[str, Any]
) -> None:
    place = AnchorPlace(contract="0x" + "33" * 20, account=CHECKED)
    jws = sign_receipt(replace(allowance, anchor=place), key)
    assert verify_receipt(jws, jwks).anchor == place
    assert verify_receipt(sign_receipt(allowance, key), jwks).anchor is None
