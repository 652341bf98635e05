"""What is supplied for accounts, on the wire: strict and bounded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from didgate.credentials.account_proofs import (
    AddressProof,
    ContractProof,
    MerkleProof,
    SignInProof,
)
from didgate.credentials.presentation import Presentation
from didgate.errors import VerificationError

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
ROOT = bytes([7] * 32)
TYPED = AddressProof(ACCOUNT, bytes(65))
SIGN_IN = SignInProof(ACCOUNT, bytes(65), "gate.example wants you to sign in …\nNonce: 1")
CONTRACT = ContractProof(ACCOUNT, b"\x01\x02")
MEMBER = MerkleProof(ROOT, ACCOUNT, (bytes(32), bytes([1] * 32)))
UID = "0x" + "ab" * 32


def read(**members: Any) -> Presentation:
    return Presentation.from_dict({"vp_token": {}, **members})


def code_of(**members: Any) -> str:
    with pytest.raises(VerificationError) as error:
        read(**members)
    return error.value.code


def test_everything_survives_the_wire() -> None:
    contract = ContractProof("0x" + "00" * 20, b"")
    presentation = Presentation(
        {"c0": "x"},
        (TYPED, SignInProof(OTHER, bytes(65), "text"), contract),
        (MEMBER, MerkleProof(ROOT, OTHER, ())),
        (bytes.fromhex(UID[2:]),),
    )
    members = json.loads(json.dumps(presentation.to_dict()))
    assert Presentation.from_dict(members) == presentation


def test_what_is_not_supplied_is_not_written() -> None:
    assert Presentation({}).to_dict() == {"vp_token": {}}


@pytest.mark.parametrize("proof", [TYPED, SIGN_IN, CONTRACT])
@pytest.mark.parametrize("second", [TYPED, SIGN_IN, CONTRACT])
def test_an_account_takes_part_in_one_way(proof: Any, second: Any) -> None:
    assert code_of(addressProofs=[proof.to_dict(), second.to_dict()]) == "duplicate_address"


def test_an_account_is_proved_to_be_in_a_tree_once() -> None:
    again = MerkleProof(ROOT, ACCOUNT, ())
    assert code_of(merkleProofs=[MEMBER.to_dict(), again.to_dict()]) == "duplicate_membership"
    elsewhere = [MEMBER.to_dict(), MerkleProof(bytes(32), ACCOUNT, ()).to_dict()]
    assert len(read(merkleProofs=elsewhere).merkle_proofs) == 2


def test_an_attestation_is_named_once() -> None:
    assert code_of(attestations=[UID, UID]) == "duplicate_attestation"


@pytest.mark.parametrize(
    "members",
    [
        {"merkleProofs": {}}, {"merkleProofs": None}, {"merkleProofs": [7]},
        {"merkleProofs": [MEMBER.to_dict()] * 17}, {"attestations": {}}, {"attestations": [7]},
        {"attestations": ["0x00"]}, {"attestations": [UID.upper()]}, {"attestations": [UID + "\n"]},
        {"attestations": [f"0x{number:064x}" for number in range(17)]},
        {"memberships": []}, {"addressProofs": [None]},
    ],
)  # fmt: skip
def test_refuses_what_is_no_array_of_these(members: dict[str, Any]) -> None:
    assert code_of(**members) == "presentation_malformed"


def test_takes_sixteen_of_each() -> None:
    proofs = [MerkleProof(bytes([number] * 32), ACCOUNT, ()).to_dict() for number in range(16)]
    taken = read(merkleProofs=proofs, attestations=[f"0x{number:064x}" for number in range(16)])
    assert (len(taken.merkle_proofs), len(taken.attestations)) == (16, 16)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "eip712"}, {"type": None}, {"type": ["eip4361"]}, {"type": "eip1271"},
        {"message": None}, {"message": "x" * 4097}, {"signature": "0x00"}, {"signature": None},
        {"signature": "0x" + "A" * 130}, {"address": ACCOUNT.lower()}, {"address": 7}, {"more": 1},
    ],
)  # fmt: skip
def test_refuses_malformed_sign_ins(changes: dict[str, Any]) -> None:
    assert code_of(addressProofs=[SIGN_IN.to_dict() | changes]) == "presentation_malformed"


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "eip4361"}, {"signature": "01"}, {"signature": "0x0"}, {"signature": "0xAB"},
        {"signature": None}, {"signature": "0x" + "00" * (16 * 1024 + 1)},
        {"address": ACCOUNT.upper()}, {"address": None}, {"message": "x"},
    ],
)  # fmt: skip
def test_refuses_malformed_proofs_of_contracts(changes: dict[str, Any]) -> None:
    assert code_of(addressProofs=[CONTRACT.to_dict() | changes]) == "presentation_malformed"


def test_takes_a_contracts_signature_of_any_length_up_to_its_limit() -> None:
    for length in (0, 1, 65, 16 * 1024):
        proof = ContractProof(ACCOUNT, bytes(length))
        assert read(addressProofs=[proof.to_dict()]).address_proofs == (proof,)


@pytest.mark.parametrize(
    "changes",
    [
        {"root": "0x07"}, {"root": None}, {"root": "0x" + "AB" * 32}, {"address": ACCOUNT.lower()},
        {"address": None}, {"proof": None}, {"proof": "0x"}, {"proof": ["0x00"]}, {"proof": [7]},
        {"proof": ["0x" + "00" * 32] * 65}, {"more": 1},
    ],
)  # fmt: skip
def test_refuses_malformed_merkle_proofs(changes: dict[str, Any]) -> None:
    assert code_of(merkleProofs=[MEMBER.to_dict() | changes]) == "presentation_malformed"


def test_takes_a_merkle_proof_of_sixty_four_hashes() -> None:
    proof = MerkleProof(ROOT, ACCOUNT, tuple(bytes([number] * 32) for number in range(64)))
    assert read(merkleProofs=[proof.to_dict()]).merkle_proofs == (proof,)


def test_repr_shows_no_signature() -> None:
    for proof in (TYPED, SIGN_IN, CONTRACT):
        assert "x00" not in repr(proof)
        assert "signature" not in repr(proof)
