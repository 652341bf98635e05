"""Presentations on the wire: strict and bounded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from didgate.credentials.account_proofs import AddressProof
from didgate.credentials.presentation import Presentation
from didgate.errors import InvalidInput, VerificationError

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
PROOF = AddressProof(ACCOUNT, bytes(65))


def code_of(members: Any) -> str:
    with pytest.raises(VerificationError) as error:
        Presentation.from_dict(members)
    return error.value.code


def test_survives_the_wire():
    presentation = Presentation({"c10": {"a": 1}, "c2": "jwt~", "c0": "x"}, (PROOF,))
    members = json.loads(json.dumps(presentation.to_dict()))
    assert Presentation.from_dict(members) == presentation


def test_credentials_stand_in_the_order_of_their_leaves():
    presentation = Presentation({"c10": "a", "c2": "b", "c0": "c"})
    assert [leaf for leaf, _ in presentation.in_order()] == ["c0", "c2", "c10"]


def test_nothing_at_all_is_a_presentation():
    assert Presentation.from_dict({"vp_token": {}}) == Presentation({})


def test_refuses_two_credentials_for_one_leaf():
    assert code_of({"vp_token": {"c0": ["a", "b"]}}) == "duplicate_presentation"


def test_refuses_two_proofs_for_one_account():
    proofs = [PROOF.to_dict(), PROOF.to_dict()]
    assert code_of({"vp_token": {}, "addressProofs": proofs}) == "duplicate_address"


def test_refuses_too_many_credentials():
    token = {f"c{i}": ["x"] for i in range(65)}
    assert code_of({"vp_token": token}) == "too_many_credentials"


@pytest.mark.parametrize(
    "members",
    [
        None, [], "x", {}, {"vp_token": []}, {"vp_token": {}, "more": 1},
        {"vp_token": {"c0": []}}, {"vp_token": {"c0": "x"}}, {"vp_token": {"c0": [7]}},
        {"vp_token": {"c0": [None]}}, {"vp_token": {"c00": ["x"]}}, {"vp_token": {"c64": ["x"]}},
        {"vp_token": {"x": ["x"]}}, {"vp_token": {"c-1": ["x"]}}, {"vp_token": {"C0": ["x"]}},
        {"vp_token": {}, "addressProofs": {}}, {"vp_token": {}, "addressProofs": [7]},
        {"vp_token": {}, "addressProofs": [{}] * 17}, {"vp_token": {}, "addressProofs": [[]]},
    ],
)  # fmt: skip
def test_refuses_what_is_no_presentation(members):
    assert code_of(members) == "presentation_malformed"


@pytest.mark.parametrize(
    "changes",
    [
        {"address": ACCOUNT.lower()}, {"address": "0x00"}, {"address": 7}, {"signature": "0x00"},
        {"signature": "0x" + "A" * 130}, {"signature": None}, {"more": 1},
    ],
)  # fmt: skip
def test_refuses_malformed_address_proofs(changes):
    proofs = [PROOF.to_dict() | changes]
    assert code_of({"vp_token": {}, "addressProofs": proofs}) == "presentation_malformed"


def test_cannot_be_made_for_leaves_that_do_not_exist():
    with pytest.raises(InvalidInput) as error:
        Presentation({"c64": "x"})
    assert error.value.code == "invalid_leaf_id"


def test_repr_holds_no_credential():
    assert "secret" not in repr(Presentation({"c0": "secret"}, (PROOF,)))
