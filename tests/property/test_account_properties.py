"""Properties of what is supplied about accounts: any change fails."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parties import NOW, Parties, address_leaf, member_leaf

from didgate.credentials.account_proofs import MerkleProof, SignInProof
from didgate.credentials.address import (
    prove_address,
    prove_by_contract,
    prove_by_sign_in,
    sign_message,
    verify_sign_in,
)
from didgate.credentials.address_tree import AddressTree
from didgate.credentials.binding import bundle_hash
from didgate.credentials.presentation import Presentation
from didgate.errors import VerificationError
from didgate.keys.ethereum import address_of
from didgate.verifier import verify_presentation

PARTIES, BUNDLE = Parties(), bundle_hash([])
ACCOUNT = address_of(PARTIES.account.public_key)
CHALLENGE = PARTIES.challenge(address_leaf())
SIGN_IN = prove_by_sign_in(
    ACCOUNT, lambda text: sign_message(PARTIES.account, text), CHALLENGE, BUNDLE, NOW
)
TREE = AddressTree([ACCOUNT, *(f"0x{number:040x}" for number in range(1, 12))])
MEMBER = MerkleProof(TREE.root, ACCOUNT, TREE.proof(ACCOUNT))
IN_TREE = PARTIES.challenge(member_leaf(TREE.root))


@given(st.integers(0, len(SIGN_IN.message) - 1), st.characters(exclude_categories=("Cs",)))
@settings(max_examples=200, deadline=None)
def test_any_changed_character_of_a_sign_in_text_fails(place: int, other: str) -> None:
    text = SIGN_IN.message
    changed = text[:place] + other + text[place + 1 :]
    if changed == text:
        return
    signed = SignInProof(ACCOUNT, sign_message(PARTIES.account, changed), changed)
    if changed_lines(text, changed) == ["Issued At"] and is_fresh(signed):
        return  # The one thing that is the presenter's to say is when the text was made.
    with pytest.raises(VerificationError) as error:
        verify_sign_in(signed, CHALLENGE, BUNDLE, NOW)
    assert error.value.code in {"sign_in_mismatch", "sign_in_stale"}


def changed_lines(text: str, changed: str) -> list[str]:
    lines, others = text.split("\n"), changed.split("\n")
    pairs = zip(lines, others, strict=False)
    names = [line.partition(":")[0] for line, other in pairs if line != other]
    return names if len(lines) == len(others) else ["all"]


def is_fresh(signed: SignInProof) -> bool:
    found = re.search(r"\nIssued At: (2026-11-02T1[12]:[0-5][0-9]:[0-5][0-9]Z)\n", signed.message)
    if found is None:
        return False
    age = NOW - datetime.fromisoformat(found[1])
    return timedelta(minutes=-1) <= age <= timedelta(minutes=5)


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_no_other_text_signs_in(text: str) -> None:
    signed = SignInProof(ACCOUNT, sign_message(PARTIES.account, text), text)
    with pytest.raises(VerificationError) as error:
        verify_sign_in(signed, CHALLENGE, BUNDLE, NOW)
    assert error.value.code == "sign_in_mismatch"


@given(st.integers(0, 64), st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_any_changed_byte_of_a_signature_fails(place: int, byte: int) -> None:
    signature = bytearray(SIGN_IN.signature)
    if place == len(signature) or signature[place] == byte:
        return
    signature[place] = byte
    with pytest.raises(VerificationError) as error:
        verify_sign_in(replace(SIGN_IN, signature=bytes(signature)), CHALLENGE, BUNDLE, NOW)
    assert error.value.code == "address_proof_invalid"


@given(st.integers(0, len(MEMBER.proof) - 1), st.integers(0, 31), st.integers(1, 255))
@settings(max_examples=100, deadline=None)
def test_any_changed_byte_of_a_merkle_proof_fails(step: int, place: int, change: int) -> None:
    siblings = [bytearray(each) for each in MEMBER.proof]
    siblings[step][place] ^= change
    changed = replace(MEMBER, proof=tuple(map(bytes, siblings)))
    control = prove_address(PARTIES.account, IN_TREE, BUNDLE)
    shown = Presentation({}, (control,), (changed,))
    with pytest.raises(VerificationError) as error:
        verify_presentation(shown, IN_TREE, PARTIES.evidence, NOW)
    assert error.value.code == "membership_invalid"


@given(
    st.lists(st.binary(min_size=32, max_size=32), max_size=16, unique=True),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64),
    st.binary(max_size=200),
)
@settings(max_examples=100, deadline=None)
def test_what_is_supplied_survives_the_wire(
    uids: list[bytes], siblings: list[bytes], signature: bytes
) -> None:
    contract = prove_by_contract(f"0x{0:040x}", lambda _: signature, CHALLENGE, BUNDLE)
    proof = replace(MEMBER, proof=tuple(siblings))
    presentation = Presentation({}, (SIGN_IN, contract), (proof,), tuple(uids))
    members = json.loads(json.dumps(presentation.to_dict()))
    assert Presentation.from_dict(members) == presentation
