"""BBS both ways with npm @digitalbazaar/bbs-signatures, the JavaScript reference.

Signatures are deterministic and must be equal; proofs are made by one side and verified by the
other, and with the draft's seeded randomness they must be equal too. The peer's core takes
scalars and an api_id, so the project's own suite is compared as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from didgate import bbs
from didgate.bbs.curve import CURVE, SCALAR_ORDER
from didgate.bbs.proof import _prove

pytestmark = pytest.mark.peer

CIPHERSUITES = {
    "BLS12-381-SHA-256": bbs.BLS12_381_SHA256,
    "BLS12-381-SHAKE-256": bbs.BLS12_381_SHAKE256,
}
CORES = [*CIPHERSUITES.items(), ("BLS12-381-SHA-256", bbs.DIDGATE)]
DISCLOSURES = [[], [0], [1, 3], [0, 1, 2, 3]]
MESSAGES = [b"", b"one", bytes(range(256)), "Zoë".encode()]
SCALARS = [1, 2**53, 2**160, SCALAR_ORDER - 1]
HEADER, PRESENTATION_HEADER = b"header", b"presentation header"
SEED = b"a seed for both sides"

with_suites = pytest.mark.parametrize(("name", "suite"), CIPHERSUITES.items())
with_cores = pytest.mark.parametrize(("name", "suite"), CORES, ids=["SHA", "SHAKE", "DIDGATE"])
with_disclosures = pytest.mark.parametrize("disclosed", DISCLOSURES, ids=str)


@pytest.fixture(scope="module")
def peer(start_peer: Callable[[str], Any]) -> Any:
    return start_peer("bbs")


@pytest.fixture(scope="module")
def keys() -> tuple[bytes, bytes]:
    secret_key = bbs.generate_secret_key()
    return secret_key, bbs.public_key_of(secret_key)


def as_hex(scalars: list[int]) -> list[str]:
    return [f"{scalar:064x}" for scalar in scalars]


def core(name: str, suite: bbs.Suite, public_key: bytes) -> dict[str, Any]:
    """Return the arguments of the peer's core that every operation shares."""
    return {
        "ciphersuite": name,
        "apiId": suite.api_id.hex(),
        "publicKey": public_key.hex(),
        "header": HEADER.hex(),
        "messageCount": len(SCALARS),
    }


@with_suites
def test_peers_key_pair_is_ours(peer: Any, name: str, suite: bbs.Suite) -> None:
    pair = peer.call("keyPair", ciphersuite=name)
    assert bbs.public_key_of(bytes.fromhex(pair["secretKey"])).hex() == pair["publicKey"]


@with_suites
def test_our_public_key_is_the_peers(peer: Any, name: str, suite: bbs.Suite, keys) -> None:
    assert peer.call("publicKey", ciphersuite=name, secretKey=keys[0].hex()) == keys[1].hex()


@with_suites
def test_signatures_are_equal(peer: Any, name: str, suite: bbs.Suite, keys) -> None:
    signature = bbs.sign(suite, *keys, HEADER, bbs.messages_to_scalars(suite, MESSAGES))
    arguments = {
        "ciphersuite": name,
        "publicKey": keys[1].hex(),
        "header": HEADER.hex(),
        "messages": [message.hex() for message in MESSAGES],
    }
    assert peer.call("sign", secretKey=keys[0].hex(), **arguments) == signature.hex()
    assert peer.call("verify", signature=signature.hex(), **arguments) is True
    arguments["header"] = b"another".hex()
    assert peer.call("verify", signature=signature.hex(), **arguments) is False


@with_suites
@with_disclosures
def test_peer_verifies_our_proof(peer: Any, name: str, suite: bbs.Suite, keys, disclosed) -> None:
    scalars = bbs.messages_to_scalars(suite, MESSAGES)
    signature = bbs.sign(suite, *keys, HEADER, scalars)
    headers = (HEADER, PRESENTATION_HEADER)
    proof = bbs.create_proof(suite, keys[1], signature, *headers, scalars, disclosed)
    arguments = {
        "ciphersuite": name,
        "publicKey": keys[1].hex(),
        "proof": proof.hex(),
        "header": HEADER.hex(),
        "messages": [MESSAGES[index].hex() for index in disclosed],
        "disclosed": disclosed,
    }
    ours = PRESENTATION_HEADER.hex()
    assert peer.call("verifyProof", presentationHeader=ours, **arguments) is True
    assert peer.call("verifyProof", presentationHeader="", **arguments) is False


@with_suites
@with_disclosures
def test_we_verify_the_peers_proof(peer: Any, name: str, suite: bbs.Suite, keys, disclosed) -> None:
    scalars = bbs.messages_to_scalars(suite, MESSAGES)
    proof = peer.call(
        "prove",
        ciphersuite=name,
        publicKey=keys[1].hex(),
        signature=bbs.sign(suite, *keys, HEADER, scalars).hex(),
        header=HEADER.hex(),
        presentationHeader=PRESENTATION_HEADER.hex(),
        messages=[message.hex() for message in MESSAGES],
        disclosed=disclosed,
    )
    shown = {index: scalars[index] for index in disclosed}
    statement = (suite, keys[1], bytes.fromhex(proof), HEADER, PRESENTATION_HEADER, shown)
    bbs.verify_proof(*statement, message_count=len(scalars))


@with_cores
def test_core_signatures_are_equal(peer: Any, name: str, suite: bbs.Suite, keys) -> None:
    signature = bbs.sign(suite, *keys, HEADER, SCALARS)
    shared = core(name, suite, keys[1])
    answer = peer.call("coreSign", secretKey=keys[0].hex(), messages=as_hex(SCALARS), **shared)
    assert answer == signature.hex()


@with_cores
@with_disclosures
def test_seeded_proofs_are_equal(peer: Any, name: str, suite: bbs.Suite, keys, disclosed) -> None:
    signature = bbs.sign(suite, *keys, HEADER, SCALARS)
    dst = suite.api_id + b"H2S_MOCK_RANDOM_SCALARS_DST_"
    count = 5 + len(SCALARS) - len(disclosed)
    uniform = suite.expand_message(SEED, dst, 48 * count)
    chunks = [uniform[i : i + 48] for i in range(0, len(uniform), 48)]
    randomness = [CURVE.scalar(int.from_bytes(chunk, "big") % SCALAR_ORDER) for chunk in chunks]
    headers = (HEADER, PRESENTATION_HEADER)
    ours = _prove(suite, keys[1], signature, *headers, SCALARS, disclosed, randomness)
    theirs = peer.call(
        "coreProve",
        signature=signature.hex(),
        presentationHeader=PRESENTATION_HEADER.hex(),
        messages=as_hex(SCALARS),
        disclosed=disclosed,
        seed={"seed": SEED.hex(), "dst": dst.hex()},
        **core(name, suite, keys[1]),
    )
    assert theirs == ours.hex()


@with_cores
@with_disclosures
def test_core_verifies_our_proof(peer: Any, name: str, suite: bbs.Suite, keys, disclosed) -> None:
    signature = bbs.sign(suite, *keys, HEADER, SCALARS)
    headers = (HEADER, PRESENTATION_HEADER)
    proof = bbs.create_proof(suite, keys[1], signature, *headers, SCALARS, disclosed)
    answer = peer.call(
        "coreVerifyProof",
        proof=proof.hex(),
        presentationHeader=PRESENTATION_HEADER.hex(),
        messages=as_hex([SCALARS[index] for index in disclosed]),
        disclosed=disclosed,
        **core(name, suite, keys[1]),
    )
    assert answer is True


def test_peer_reproduces_the_seeded_proof_of_a_fixture(peer: Any, vectors: Path) -> None:
    # the driver's seeded randomness is the draft's, so the comparison above means what it says
    folder = vectors / "bbs-ietf" / "bls12-381-sha-256"
    fixture = json.loads((folder / "proof" / "proof003.json").read_text())
    seed = json.loads((folder / "mockedRng.json").read_text())
    messages = [bytes.fromhex(message) for message in fixture["messages"]]
    suite = bbs.BLS12_381_SHA256
    answer = peer.call(
        "coreProve",
        ciphersuite="BLS12-381-SHA-256",
        apiId=suite.api_id.hex(),
        publicKey=fixture["signerPublicKey"],
        header=fixture["header"],
        messageCount=len(messages),
        signature=fixture["signature"],
        presentationHeader=fixture["presentationHeader"],
        messages=as_hex(bbs.messages_to_scalars(suite, messages)),
        disclosed=fixture["disclosedIndexes"],
        seed={"seed": seed["seed"], "dst": seed["dst"]},
    )
    assert answer == fixture["proof"]
