"""SD-JWT VCs presented to the contract that verifies them, on both kinds of chain."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sd_jwt_on_chain
from compiled import compiled
from eth_abi.abi import encode
from sd_jwt_on_chain import ACCESS, CLAIMS, ISSUER, KEY_ID, NAMES, NONCE, VCT, OnChain, sign

from didgate.chain.calls import Call, Transaction
from didgate.chain.revert import Reverted
from didgate.credentials import identifiers
from didgate.credentials.sd_jwt_chain import SplitSDJWT, present_on_chain
from didgate.encoding import keccak256
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, SoftwareSigner


@pytest.fixture(scope="module")
def on_chain(chain: Any) -> OnChain:
    return sd_jwt_on_chain.deployed(chain.provider, chain.account)


def test_a_contract_finds_what_the_package_finds(on_chain: OnChain) -> None:
    credential = on_chain.issue(status_index=7)
    shown = on_chain.present(credential, "/role", "/level", "/staff", "/address", "/nationalities")
    found, read = on_chain.ask(shown), on_chain.verify_here(shown)
    assert (found.leaf, found.form) == (5, 2)
    assert found.issuer_id == identifiers.issuer_id(ISSUER)
    assert found.type_id == identifiers.vct_type_id(VCT)
    assert found.key_id == identifiers.key_id(on_chain.issuer.public_key)
    assert found.holder_key == identifiers.key_id(read.holder_key)
    assert found.valid_until == int(read.valid_until.timestamp())
    assert found.fresh_since == int(read.issued_at.timestamp())
    assert read.status is not None
    assert found.status_index == read.status[1] == 7
    claims = [(claim.name, claim.type_code, claim.value) for claim in found.claims]
    assert claims == sd_jwt_on_chain.expected_claims(read.claims, NAMES)
    assert [code for _, code, _ in claims] == [1, 3, 4, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("concealed", "places"),
    [
        (["/role", "/address", "/address/city", "/nationalities/0"], ["/role", "/address/country"]),
        (["/address/country", "/address/city"], ["/address/country"]),
        ([], []),
    ],
)
def test_what_the_issuer_conceals_and_the_holder_shows(
    on_chain: OnChain, concealed: list[str], places: list[str]
) -> None:
    credential = on_chain.issue(concealed=concealed, decoys=3)
    shown = on_chain.present(credential, *places)
    found, read = on_chain.ask(shown), on_chain.verify_here(shown)
    assert found.status_index is None
    claims = [(claim.name, claim.type_code, claim.value) for claim in found.claims]
    assert claims == sd_jwt_on_chain.expected_claims(read.claims, NAMES)


def test_the_contract_names_its_audience_as_wallets_do(on_chain: OnChain) -> None:
    asked = on_chain.client.read(on_chain.contract.audience_of(sd_jwt_on_chain.TARGET))
    assert asked == on_chain.audience


def refused(on_chain: OnChain, shown: SplitSDJWT, **changes: Any) -> str | None:
    with pytest.raises(Reverted) as error:
        on_chain.ask(shown, **changes)
    return error.value.reason


def test_a_presentation_is_of_no_use_for_anything_else(on_chain: OnChain) -> None:
    shown = on_chain.present(on_chain.issue(), "/role")
    other = keccak256(b"other")
    assert refused(on_chain, shown, verifier="0x" + "22" * 20) == "AudienceMismatch"
    assert refused(on_chain, shown, nonce=other) == "NonceMismatch"
    assert refused(on_chain, shown, access=other) == "AccessMismatch"
    assert refused(on_chain, shown, key=on_chain.holder.public_key) == "InvalidIssuerSignature"


def test_an_old_presentation_is_refused(on_chain: OnChain) -> None:
    credential = on_chain.issue(now=on_chain.now - timedelta(days=1))
    past = replace(on_chain, now=on_chain.now - timedelta(minutes=6))
    assert refused(on_chain, past.present(credential, "/role")) == "KeyBindingExpired"
    future = replace(on_chain, now=on_chain.now + timedelta(hours=1))
    assert refused(on_chain, future.present(credential, "/role")) == "KeyBindingFromFuture"


def test_an_expired_credential_is_refused(on_chain: OnChain) -> None:
    credential = on_chain.issue(
        now=on_chain.now - timedelta(days=2), valid_until=on_chain.now - timedelta(days=1)
    )
    assert refused(on_chain, on_chain.present(credential, "/role")) == "CredentialExpired"


def test_a_disclosure_taken_away_or_swapped_is_refused(on_chain: OnChain) -> None:
    shown = on_chain.present(on_chain.issue(), "/role", "/level")
    fewer = replace(shown, disclosures=shown.disclosures[:1])
    assert refused(on_chain, fewer) == "PresentationMismatch"
    other = on_chain.present(on_chain.issue(CLAIMS | {"role": "root"}), "/role").disclosures[0]
    swapped = replace(shown, disclosures=(other, shown.disclosures[1]))
    assert refused(on_chain, swapped) == "UnreferencedDisclosure"


def test_what_an_escape_could_hide_is_refused(on_chain: OnChain) -> None:
    credential = on_chain.issue(CLAIMS | {"role": 'the "auditor"'})
    assert refused(on_chain, on_chain.present(credential, "/role")) == "EscapedText"


Changed = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda payload: payload.pop("iss"), "MissingMember"),
        (lambda payload: payload.pop("exp"), "MissingMember"),
        (lambda payload: payload.update(exp=1.5), "UnexpectedJSON"),
        (lambda payload: payload.update(exp=2**38), "InvalidTime"),
        (lambda payload: payload.update(_sd_alg="sha-384"), "UnsupportedHash"),
        (lambda payload: payload.update(cnf={"kid": "x"}), "UnsupportedHolderKey"),
        (lambda payload: payload.update(status={"status_list": {}}), "UnsupportedStatus"),
        (lambda payload: payload.update(aud="https://gate.example"), "AudienceMismatch"),
    ],
)
def test_what_no_issuer_of_ours_signs(on_chain: OnChain, change: Changed, reason: str) -> None:
    payload: dict[str, Any] = {
        "iss": ISSUER,
        "vct": VCT,
        "iat": int(on_chain.now.timestamp()),
        "exp": int(on_chain.now.timestamp()) + 3600,
        "cnf": {"jwk": on_chain.holder.public_key.to_jwk()},
    }
    change(payload)
    header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": KEY_ID}
    jwt = sign(on_chain.issuer, compact(header), compact(payload))
    assert refused(on_chain, SplitSDJWT(jwt, (), "")) == reason


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def test_a_credential_that_no_contract_verifies_is_not_shown_to_one(on_chain: OnChain) -> None:
    other = SoftwareSigner.generate(KeyAlgorithm.ED25519)
    for party in ("issuer", "holder"):
        parties = replace(on_chain, **{party: other})
        credential = parties.issue()
        with pytest.raises(InvalidInput) as error:
            parties.present(credential, "/role")
        assert error.value.code == "not_for_contracts"


def test_a_presentation_without_key_binding_is_not_for_contracts(on_chain: OnChain) -> None:
    with pytest.raises(InvalidInput) as error:
        SplitSDJWT.parse(on_chain.issue().sd_jwt.serialize())
    assert error.value.code == "no_key_binding"


def test_only_the_confirmed_key_presents(on_chain: OnChain) -> None:
    with pytest.raises(InvalidInput) as error:
        present_on_chain(
            on_chain.issue(), ["/role"], on_chain.issuer, chain_id=1,
            verifier=sd_jwt_on_chain.TARGET, nonce=NONCE, access=ACCESS, now=on_chain.now,
        )  # fmt: skip
    assert error.value.code == "wrong_holder_key"


def test_nothing_of_a_presentation_is_in_its_repr(on_chain: OnChain) -> None:
    assert repr(on_chain.present(on_chain.issue(), "/role")) == "SplitSDJWT()"


def test_wycheproof(chain: Any, vectors: Path) -> None:
    caller = compiled("P256Caller")
    receipt = chain.client.send(chain.account, Transaction(None, caller.bytecode))
    assert receipt.contract_address is not None
    selector = keccak256(b"isSigned(bytes32,bytes32,bytes32,bytes32,bytes32)")[:4]
    file = vectors / "wycheproof" / "ecdsa_secp256r1_sha256_p1363_test.json"
    calls, expected = [], []
    for group in json.loads(file.read_text())["testGroups"]:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])[1:]
        for case in group["tests"]:
            signature = bytes.fromhex(case["sig"])
            if len(signature) != 64:  # a JWT's signature is cut to that length before
                assert case["result"] == "invalid"
                continue
            words = sha256(bytes.fromhex(case["msg"])), *halves(signature), *halves(point)
            data = selector + encode(["bytes32"] * 5, words)
            calls.append(Call(receipt.contract_address, data, any))
            expected.append(case["result"] == "valid")
    assert chain.client.read_many(calls) == expected
    assert Counter(expected) == {True: 173, False: 68}


def sha256(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def halves(data: bytes) -> tuple[bytes, bytes]:
    return data[:32], data[32:]
