"""Trees of addresses and sign-in texts, both ways with what others use in JavaScript."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from parties import NOW, Parties, address_leaf, challenge_for, policy_of

from didgate.credentials.address import prove_by_sign_in, sign_message
from didgate.credentials.address_tree import AddressTree, verify_member
from didgate.credentials.binding import address_control_digest, bundle_hash
from didgate.encoding import checksum_address
from didgate.errors import VerificationError
from didgate.keys.ethereum import address_of

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def peer(start_peer: Callable[[str], Any]) -> Any:
    return start_peer("accounts")


def new_addresses(count: int) -> list[str]:
    return [checksum_address(secrets.token_bytes(20)) for _ in range(count)]


def unhex(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value[2:]) for value in values]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 13, 100])
def test_a_tree_has_the_root_that_openzeppelin_gives_it(peer: Any, count: int) -> None:
    addresses = new_addresses(count)
    assert peer.call("root", addresses=addresses) == "0x" + AddressTree(addresses).root.hex()


@pytest.mark.parametrize("count", [1, 2, 7, 33])
def test_proofs_made_here_verify_there(peer: Any, count: int) -> None:
    addresses = new_addresses(count)
    tree = AddressTree(addresses)
    root = "0x" + tree.root.hex()
    for address in addresses:
        proof = ["0x" + each.hex() for each in tree.proof(address)]
        assert peer.call("verify", root=root, address=address, proof=proof)
        (stranger,) = new_addresses(1)
        assert not peer.call("verify", root=root, address=stranger, proof=proof)


@pytest.mark.parametrize("count", [1, 2, 7, 33])
def test_proofs_made_there_verify_here(peer: Any, count: int) -> None:
    addresses = new_addresses(count)
    (root,) = unhex([peer.call("root", addresses=addresses)])
    for address in addresses:
        proof = unhex(peer.call("proof", addresses=addresses, address=address))
        verify_member(root, address, proof)
        assert tuple(proof) == AddressTree(addresses).proof(address)
        with pytest.raises(VerificationError):
            verify_member(root, new_addresses(1)[0], proof)


@pytest.mark.parametrize("audience", ["https://gate.example", "http://127.0.0.1:8000"])
def test_a_sign_in_text_is_read_and_its_signature_recovered_there(peer: Any, audience: str) -> None:
    parties, bundle = Parties(), bundle_hash([])
    challenge = challenge_for(
        policy_of(address_leaf()),
        audience=audience,
        response_uri=f"{audience}/.well-known/didgate/access",
    )
    account = address_of(parties.account.public_key)
    proof = prove_by_sign_in(
        account, lambda text: sign_message(parties.account, text), challenge, bundle, NOW
    )
    read = peer.call("parse", message=proof.message)
    assert (read["domain"], read["address"]) == (audience.partition("://")[2], account)
    assert (read["uri"], read["version"]) == (challenge.response_uri, "1")
    assert read["chainId"] == challenge.chain_id
    assert read["nonce"] == address_control_digest(challenge, bundle, account).hex()
    assert read["issuedAt"] == "2026-11-02T12:00:00Z"
    assert read["expirationTime"] == "2026-11-02T12:05:00Z"
    signer = peer.call("signer", message=proof.message, signature=proof.signature.hex())
    assert signer == account.lower()


def test_the_peer_reads_no_text_that_is_malformed(peer: Any) -> None:
    with pytest.raises(Exception, match=r"(?i)invalid|line"):
        peer.call("parse", message="gate.example wants you to sign in with your Ethereum account:")
