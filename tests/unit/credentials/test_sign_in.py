"""Sign-in texts: what they say, that nothing else is accepted, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from parties import NOW, Parties, address_leaf

from didgate.credentials import sign_in
from didgate.credentials.account_proofs import SignInProof
from didgate.credentials.address import (
    prove_address,
    prove_by_sign_in,
    sign_message,
    verify_sign_in,
)
from didgate.credentials.binding import address_control_digest, bundle_hash
from didgate.credentials.challenge import Challenge
from didgate.credentials.verified import DateTime
from didgate.errors import VerificationError
from didgate.keys import SoftwareSigner
from didgate.keys.ethereum import address_of

BUNDLE = bundle_hash([])


def prove(signer: SoftwareSigner, challenge: Challenge, now: Any = NOW) -> SignInProof:
    account = address_of(signer.public_key)
    return prove_by_sign_in(
        account, lambda text: sign_message(signer, text), challenge, BUNDLE, now
    )


def signed(signer: SoftwareSigner, message: str) -> SignInProof:
    """Return a proof whose signature is right, whatever its text says."""
    return SignInProof(address_of(signer.public_key), sign_message(signer, message), message)


def code_of(proof: SignInProof, challenge: Challenge, bundle: bytes = BUNDLE, now: Any = NOW):
    with pytest.raises(VerificationError) as error:
        verify_sign_in(proof, challenge, bundle, now)
    return error.value.code


@pytest.fixture
def challenge(parties: Parties) -> Challenge:
    return parties.challenge(address_leaf())


def test_returns_the_account(parties: Parties, challenge: Challenge) -> None:
    proof = prove(parties.account, challenge)
    assert verify_sign_in(proof, challenge, BUNDLE, NOW) == proof.address


def test_the_text_is_the_one_of_the_format(parties: Parties, challenge: Challenge) -> None:
    account = address_of(parties.account.public_key)
    nonce = address_control_digest(challenge, BUNDLE, account).hex()
    assert prove(parties.account, challenge).message == (
        "gate.example wants you to sign in with your Ethereum account:\n"
        f"{account}\n"
        "\n"
        "This account is mine, and takes part in the one presentation that the nonce names.\n"
        "\n"
        "URI: https://gate.example/.well-known/didgate/access\n"
        "Version: 1\n"
        "Chain ID: 31337\n"
        f"Nonce: {nonce}\n"
        "Issued At: 2026-11-02T12:00:00Z\n"
        "Expiration Time: 2026-11-02T12:05:00Z"
    )


def test_the_domain_names_a_port_where_the_gate_has_one(challenge: Challenge) -> None:
    local = replace(challenge, audience="http://127.0.0.1:8000")
    account = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    text = sign_in.compose(local, BUNDLE, account, DateTime.of(NOW))
    assert text.startswith("127.0.0.1:8000 wants you to sign in")


def test_signature_is_what_eth_account_makes_and_recovers(
    parties: Parties, challenge: Challenge
) -> None:
    proof = prove(parties.account, challenge)
    signable = encode_defunct(text=proof.message)
    assert Account.recover_message(signable, signature=proof.signature) == proof.address
    theirs = Account.sign_message(signable, parties.account.unsafe_private_bytes()).signature
    other = replace(proof, signature=bytes(theirs))
    assert verify_sign_in(other, challenge, BUNDLE, NOW) == proof.address


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("gate.example wants", "evil.example wants"),
        ("gate.example wants", "https://gate.example wants"),
        ("This account is mine", "This account is yours"),
        ("URI: https://gate.example/", "URI: https://evil.example/"),
        ("Version: 1", "Version: 2"),
        ("Chain ID: 31337", "Chain ID: 1"),
        ("Nonce: ", "Nonce: 0x"),
        ("Expiration Time: 2026-11-02T12:05:00Z", "Expiration Time: 2026-11-02T12:05:01Z"),
        ("Expiration Time: 2026-11-02T12:05:00Z", "Expiration Time: 2026-11-02T12:05:00.000Z"),
        ("Issued At: 2026-11-02T12:00:00Z", "Issued At: 2026-11-02T12:00:00.000Z"),
        ("Issued At: 2026-11-02T12:00:00Z", "Issued At: 2026-11-02T12:00:00+00:00"),
        ("Issued At: 2026-11-02T12:00:00Z\n", ""),
        ("Version: 1\n", "Version: 1\nIssued At: 2026-11-02T12:00:00Z\n"),
        ("\nIssued At", "\r\nIssued At"),
        ("12:05:00Z", "12:05:00Z\nResources:\n- https://evil.example"),
        ("12:05:00Z", "12:05:00Z\n"),
        ("12:05:00Z", "12:05:00Z\nRequest ID: 7"),
    ],
)
def test_any_other_text_is_refused(
    parties: Parties, challenge: Challenge, line: str, other: str
) -> None:
    message = prove(parties.account, challenge).message
    assert line in message
    changed = signed(parties.account, message.replace(line, other, 1))
    assert code_of(changed, challenge) == "sign_in_mismatch"


def test_the_text_of_another_account_is_refused(parties: Parties, challenge: Challenge) -> None:
    message = prove(parties.account, challenge).message
    other = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    account = address_of(parties.account.public_key)
    changed = signed(parties.account, message.replace(account, other))
    assert code_of(changed, challenge) == "sign_in_mismatch"
    assert code_of(replace(changed, address=other), challenge) == "sign_in_mismatch"


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "https://other.example"},
        {"resource": bytes(32)},
        {"epoch": 5},
        {"nonce": "another-nonce-of-the-gate"},
        {"jkt": "A" * 43},
        {"deadline": int(NOW.timestamp()) + 301},
        {"chain_id": 1},
        {"verifier": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"},
    ],
)
def test_a_text_for_another_challenge_is_refused(
    parties: Parties, challenge: Challenge, changes: dict[str, Any]
) -> None:
    proof = prove(parties.account, replace(challenge, **changes))
    assert code_of(proof, challenge) == "sign_in_mismatch"


def test_a_text_beside_other_credentials_is_refused(parties: Parties, challenge: Challenge) -> None:
    proof = prove(parties.account, challenge)
    assert code_of(proof, challenge, bytes(32)) == "sign_in_mismatch"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(-301, "sign_in_stale"), (-300, None), (60, None), (61, "sign_in_stale")],
)
def test_a_text_counts_if_it_was_made_just_now(
    parties: Parties, challenge: Challenge, seconds: int, code: str | None
) -> None:
    proof = prove(parties.account, challenge, NOW + timedelta(seconds=seconds))
    if code is None:
        assert verify_sign_in(proof, challenge, BUNDLE, NOW)
    else:
        assert code_of(proof, challenge) == code


def test_a_day_that_does_not_exist_is_refused(parties: Parties, challenge: Challenge) -> None:
    message = prove(parties.account, challenge).message
    changed = signed(parties.account, message.replace("At: 2026-11-02", "At: 2026-02-30"))
    assert code_of(changed, challenge) == "sign_in_mismatch"


@pytest.mark.parametrize("signature", [bytes(65), bytes(64) + b"\x1b", b"\xff" * 65])
def test_refuses_what_is_no_signature(
    parties: Parties, challenge: Challenge, signature: bytes
) -> None:
    proof = replace(prove(parties.account, challenge), signature=signature)
    assert code_of(proof, challenge) == "address_proof_invalid"


def test_refuses_another_accounts_signature(parties: Parties, challenge: Challenge) -> None:
    proof = prove(parties.account, challenge)
    signature = sign_message(Parties().account, proof.message)
    assert code_of(replace(proof, signature=signature), challenge) == "address_proof_invalid"


def test_a_signature_over_typed_data_is_no_sign_in(parties: Parties, challenge: Challenge) -> None:
    typed = prove_address(parties.account, challenge, BUNDLE)
    proof = replace(prove(parties.account, challenge), signature=typed.signature)
    assert code_of(proof, challenge) == "address_proof_invalid"
