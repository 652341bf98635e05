"""The issuer registry through its wrapper: accreditation, control, keys, suspension."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.bbs.eip2537 import g1_to_eip2537, g2_to_eip2537
from didgate.chain.facts import KeyFact, KeyKind, KeyState
from didgate.chain.identifiers import issuer_id
from didgate.chain.issuer_registry import Issuer, possession_message
from didgate.chain.policy_registry import INDEFINITELY
from didgate.chain.revert import Reverted
from didgate.encoding import keccak256
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner

DID = "did:web:issuer.example"
TYPE = keccak256(b"a credential type")
DAY = 86_400


@pytest.fixture(scope="module")
def did(chain: Any) -> str:
    chain.send(chain.deployment.issuers.accredit(DID, TYPE, chain.account.address))
    return DID


def test_issuer(chain: Any, did: str) -> None:
    read, issuers = chain.client.read, chain.deployment.issuers
    issuer = issuer_id(did)
    assert read(issuers.issuer(issuer)) == Issuer(did, chain.account.address, 0)
    assert read(issuers.accreditation(issuer, TYPE)) <= chain.time()
    assert read(issuers.accreditation(issuer, bytes(32))) is None
    assert read(issuers.issuer(issuer_id("did:web:other.example"))) is None


def test_delegate(chain: Any, did: str) -> None:
    issuers, delegate = chain.deployment.issuers, chain.new_account()
    other_type = keccak256(b"another type")
    chain.send(issuers.set_delegate(delegate.address, other_type, allowed=True))
    assert chain.client.read(issuers.is_delegate(delegate.address, other_type))
    transaction = issuers.accredit(did, other_type, chain.account.address)
    chain.send(transaction, by=delegate)
    chain.send(issuers.withdraw_accreditation(issuer_id(did), other_type), by=delegate)
    assert chain.client.read(issuers.accreditation(issuer_id(did), other_type)) is None
    chain.send(issuers.set_delegate(delegate.address, other_type, allowed=False))
    with pytest.raises(Reverted) as error:
        chain.send(transaction, by=delegate)
    assert error.value.reason == "NotAccreditor"


def test_control(chain: Any) -> None:
    issuers, successor = chain.deployment.issuers, chain.new_account()
    issuer = issuer_id("did:web:moving.example")
    chain.send(issuers.accredit("did:web:moving.example", TYPE, chain.account.address))
    chain.send(issuers.offer_control(issuer, successor.address))
    assert chain.client.read(issuers.offered_to(issuer)) == successor.address
    chain.send(issuers.accept_control(issuer), by=successor)
    assert chain.client.read(issuers.offered_to(issuer)) is None
    assert chain.client.read(issuers.issuer(issuer)).controller == successor.address
    chain.send(issuers.assign_controller(issuer, chain.account.address))
    assert chain.client.read(issuers.issuer(issuer)).controller == chain.account.address


def test_bbs_key(chain: Any, did: str) -> None:
    signer = SoftwareBBSSigner.generate()
    stored = g2_to_eip2537(signer.public_key.raw)
    message = message_to_sign(chain, stored)
    proof = g1_to_eip2537(signer.prove_possession(message))
    check_life_of_key(chain, KeyKind.BBS, stored, proof)


def test_p256_key(chain: Any, did: str) -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.P256)
    stored = b"".join(signer.public_key.coordinates())
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    signature = signer.sign(message_to_sign(chain, stored))
    s = int.from_bytes(signature[32:], "big")
    proof = signature[:32] + min(s, order - s).to_bytes(32, "big")
    check_life_of_key(chain, KeyKind.P256, stored, proof)


def message_to_sign(chain: Any, stored: bytes) -> bytes:
    issuers, issuer = chain.deployment.issuers, issuer_id(DID)
    message = possession_message(
        chain_id=chain.client.chain_id,
        registry=issuers.address,
        issuer=issuer,
        public_key=stored,
    )
    assert chain.client.read(issuers.possession_message(issuer, stored)) == message
    return message


def check_life_of_key(chain: Any, kind: KeyKind, stored: bytes, proof: bytes) -> None:
    read, issuers, issuer = chain.client.read, chain.deployment.issuers, issuer_id(DID)
    key = keccak256(stored)
    assert read(issuers.key(key)) is None
    altered = proof[:-1] + bytes([proof[-1] ^ 1])
    with pytest.raises(Reverted) as error:
        chain.send(issuers.register_key(issuer, kind, stored, altered))
    assert error.value.reason == "InvalidPossessionProof"
    chain.send(issuers.register_key(issuer, kind, stored, proof))
    fact = read(issuers.key(key))
    expected = KeyFact(issuer, kind, KeyState.ACTIVE, fact.added_at, INDEFINITELY, stored)
    assert fact == expected
    assert key in read(issuers.keys_of(issuer))
    until = chain.time() + DAY
    chain.send(issuers.retire_key(key, until))
    fact = read(issuers.key(key))
    assert (fact.state, fact.accepted_until) == (KeyState.RETIRED, until)
    chain.send(issuers.report_compromised(key))
    assert read(issuers.key(key)).state is KeyState.COMPROMISED


def test_suspension(chain: Any, did: str) -> None:
    issuers, issuer = chain.deployment.issuers, issuer_id(did)
    chain.send(issuers.suspend(issuer))
    assert chain.client.read(issuers.issuer(issuer)).suspended_until == INDEFINITELY
    chain.send(issuers.lift_suspension(issuer))
    assert chain.time() < chain.client.read(issuers.issuer(issuer)).suspended_until
    chain.advance(3600)
    assert chain.client.read(issuers.issuer(issuer)).suspended_until <= chain.time()
