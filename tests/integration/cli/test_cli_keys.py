"""Keys and DIDs, by command."""

from __future__ import annotations

import pytest
from cli_terminal import Terminal

from didgate.keys import PublicKey


@pytest.mark.parametrize("algorithm", ["Ed25519", "p-256", "secp256k1", "BLS12-381"])
def test_key_is_shown_in_all_its_forms(bare: Terminal, algorithm: str) -> None:
    made = bare.json("key", "new", "mine", "--algorithm", algorithm)
    assert made == bare.json("key", "show", "mine")
    key = PublicKey.from_multikey(made["multikey"])
    assert made["algorithm"] == key.algorithm.value
    assert made["didKey"] == f"did:key:{made['multikey']}"
    assert (made["address"] is not None) == (algorithm == "secp256k1")
    assert (made["jwk"] is None) == (made["didJwk"] is None) == (algorithm == "BLS12-381")
    assert (made["registryKeyId"] is not None) == (algorithm in {"p-256", "BLS12-381"})
    if made["jwk"]:
        assert PublicKey.from_jwk(made["jwk"]) == key


def test_keys_are_listed_without_a_passphrase(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.json("key", "new", "b", "--algorithm", "Ed25519")
    bare.json("key", "new", "a", "--algorithm", "P-256")
    bare.json("wallet", "init")  # keeps a secret in the keystore that is no key
    monkeypatch.delenv("DIDGATE_PASSPHRASE")
    assert [key["name"] for key in bare.json("key", "list")] == ["a", "b"]


def test_key_is_removed(bare: Terminal) -> None:
    bare.json("key", "new", "mine", "--algorithm", "Ed25519")
    assert bare.run("key", "remove", "mine", "--yes").code == 0
    assert bare.json("key", "list") == []


@pytest.mark.parametrize("form", ["didKey", "didJwk"])
def test_did_of_a_key_resolves(bare: Terminal, form: str) -> None:
    made = bare.json("key", "new", "mine", "--algorithm", "P-256")
    document = bare.json("did", "resolve", made[form])
    assert document["id"] == made[form]
    outcome = bare.run("did", "resolve", made[form])
    assert made[form] in outcome.out
    assert "assertionMethod" in outcome.out


def test_did_of_an_account_resolves_on_its_chain(terminal: Terminal) -> None:
    status = terminal.json("chain", "status")
    did = f"did:ethr:{status['chainId']:#x}:{status['address']}"
    document = terminal.json("did", "resolve", did)
    (method,) = document["verificationMethod"]
    assert method["blockchainAccountId"].endswith(status["address"])
    error = terminal.error("did", "resolve", f"did:ethr:0x1:{status['address']}")
    assert error["code"] == "unknown_network"


@pytest.mark.parametrize(
    ("did", "code"),
    [
        ("did:example:1", "unsupported_did_method"),
        ("nonsense", "invalid_did"),
        ("did:key:z6Mk", "unsupported_key_algorithm"),
        ("did:web:localhost", "address_not_allowed"),
        ("did:ethr:0x0000000000000000000000000000000000000001", "chain_missing"),
    ],
)
def test_error_did_that_does_not_resolve(bare: Terminal, did: str, code: str) -> None:
    assert bare.error("did", "resolve", did)["code"] == code
