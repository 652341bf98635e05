"""DPoP proofs: RFC 9449 §4.3 check by check, §8 and §11.1."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import AccessDenied, DidgateError, InvalidInput, VerificationError
from didgate.gate.dpop import (
    DPoPVerifier,
    Proof,
    ServerNonces,
    memory_for_asking,
    normal_url,
    token_hash,
)
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.ports import FixedClock
from didgate.stores import MemoryReplayCache

URL = "https://gate.example/models/digits"
ProofMaker = Callable[..., str]
Verify = Callable[..., Proof]


@pytest.fixture
def verifier(now: datetime) -> DPoPVerifier:
    clock = FixedClock(now)
    return DPoPVerifier(MemoryReplayCache(clock=clock), asked=memory_for_asking(clock))


@pytest.fixture
def verify(verifier: DPoPVerifier, now: datetime) -> Verify:
    def run(proof: str, *, at: datetime = now, **changes: object) -> Proof:
        arguments = {"method": "GET", "url": URL, "now": at} | changes
        return verifier.verify(proof, **arguments)  # type: ignore[arg-type]

    return run


def refused(verify: Verify, proof: str, code: str, **changes: object) -> None:
    with pytest.raises(DidgateError) as error:
        verify(proof, **changes)
    assert error.value.code == code


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def test_a_proof_proves_its_key(
    make_proof: ProofMaker, verify: Verify, algorithm: KeyAlgorithm
) -> None:
    signer = SoftwareSigner.generate(algorithm)
    proof = verify(make_proof(signer=signer, claims={"jti": "1"}))
    assert proof.key == signer.public_key
    assert proof.thumbprint == signer.public_key.thumbprint()
    assert (proof.jti, proof.token) == ("1", None)


def test_a_proof_for_a_token_names_its_hash(make_proof: ProofMaker, verify: Verify) -> None:
    proof = verify(make_proof(token="abc"), token="abc")
    assert proof.token == "abc"
    assert "abc" not in repr(proof)


def test_token_hash_is_that_of_the_rfc() -> None:
    token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    assert token_hash(token) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"typ": "JWT"}, "dpop_invalid"),
        ({"typ": None}, "dpop_invalid"),
        ({"jwk": None}, "dpop_invalid"),
        ({"jwk": "key"}, "dpop_invalid"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "dpop_invalid"),
        ({"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}, "dpop_invalid"),
        ({"jwk": {"kty": 1}}, "dpop_invalid"),
    ],
)
def test_header_is_refused(
    make_proof: ProofMaker, verify: Verify, header: dict[str, object], code: str
) -> None:
    refused(verify, make_proof(header=header), code)


def test_private_key_in_header_is_refused(
    make_proof: ProofMaker, verify: Verify, key: SoftwareSigner
) -> None:
    jwk = {**key.public_key.to_jwk(), "d": b64url_encode(key.unsafe_private_bytes())}
    refused(verify, make_proof(header={"jwk": jwk}), "dpop_invalid")


def test_algorithm_outside_the_list_is_refused(make_proof: ProofMaker, verify: Verify) -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    refused(verify, make_proof(signer=signer), "dpop_invalid")


def test_unsigned_proof_is_refused(make_proof: ProofMaker, verify: Verify) -> None:
    header, payload, _ = make_proof().split(".")
    members = json.loads(b64url_decode(header)) | {"alg": "none"}
    none = b64url_encode(json.dumps(members).encode())
    refused(verify, f"{none}.{payload}.", "dpop_invalid")


@pytest.mark.parametrize("proof", ["", "a.b", "a.b.c.d", "not a proof", "e30.e30.AA"])
def test_malformed_proof_is_refused(verify: Verify, proof: str) -> None:
    refused(verify, proof, "dpop_invalid")


def test_oversized_proof_is_refused(make_proof: ProofMaker, verify: Verify) -> None:
    refused(verify, make_proof(claims={"filler": "x" * 9000}), "dpop_invalid")


def test_proof_by_another_key_is_refused(make_proof: ProofMaker, verify: Verify) -> None:
    other = SoftwareSigner.generate(KeyAlgorithm.P256)
    proof = make_proof(header={"jwk": other.public_key.to_jwk()})
    refused(verify, proof, "dpop_signature")


def test_changed_claim_is_refused(make_proof: ProofMaker, verify: Verify) -> None:
    header, payload, signature = make_proof().split(".")
    changed = json.loads(b64url_decode(payload)) | {"htm": "POST"}
    other = b64url_encode(json.dumps(changed).encode())
    refused(verify, f"{header}.{other}.{signature}", "dpop_signature", method="POST")


@pytest.mark.parametrize("claim", ["jti", "iat"])
def test_missing_claim_is_refused(make_proof: ProofMaker, verify: Verify, claim: str) -> None:
    refused(verify, make_proof(claims={claim: None}), "dpop_invalid")


@pytest.mark.parametrize("jti", ["", "x" * 257, 7])
def test_unusable_identifier_is_refused(
    make_proof: ProofMaker, verify: Verify, jti: object
) -> None:
    refused(verify, make_proof(claims={"jti": jti}), "dpop_invalid")


@pytest.mark.parametrize("iat", [True, "1", 1.5, -1, 2**63, 10**400])
def test_time_of_another_type_is_refused(
    make_proof: ProofMaker, verify: Verify, iat: object
) -> None:
    refused(verify, make_proof(claims={"iat": iat}), "dpop_invalid")


@pytest.mark.parametrize("method", ["POST", "get", None])
def test_other_method_is_refused(make_proof: ProofMaker, verify: Verify, method: object) -> None:
    refused(verify, make_proof(claims={"htm": method}), "dpop_method")


@pytest.mark.parametrize(
    "url",
    [
        "https://gate.example/models/other",
        "http://gate.example/models/digits",
        "https://other.example/models/digits",
        "https://gate.example:8443/models/digits",
        "https://gate.example/models/digits/",
        "https://user@gate.example/models/digits",
        "https://gate.example/models%2Fdigits",
        "/models/digits",
        "",
        None,
        7,
        "https://[/",
    ],
)
def test_other_url_is_refused(make_proof: ProofMaker, verify: Verify, url: object) -> None:
    refused(verify, make_proof(claims={"htu": url}), "dpop_url")


@pytest.mark.parametrize(
    "url",
    [
        URL + "?q=1",
        URL + "#top",
        "HTTPS://Gate.Example:443/models/digits",
        "https://gate.example/models/./x/../digits",
        "https://gate.example/models/%64igits",
    ],
)
def test_same_url_otherwise_spelt_passes(make_proof: ProofMaker, verify: Verify, url: str) -> None:
    assert verify(make_proof(claims={"htu": url})).key


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://a.example", "http://a.example/"),
        ("http://a.example:80/", "http://a.example/"),
        ("http://a.example:8080/", "http://a.example:8080/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://a.example/a/../../b", "http://a.example/b"),
        ("http://a.example/a/.", "http://a.example/a/"),
        ("http://a.example/a%2fb%3a", "http://a.example/a%2Fb%3A"),
        ("http://a.example/%2e%2e/a", "http://a.example/a"),
    ],
)
def test_urls_are_normalised(url: str, normal: str) -> None:
    assert normal_url(url) == normal


@pytest.mark.parametrize("url", ["ftp://a.example/", "//a.example/", "http://", "http://a:x/"])
def test_urls_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as error:
        normal_url(url)
    assert error.value.code == "invalid_url"


@pytest.mark.parametrize("seconds", [-61, 61, -3600])
def test_stale_or_future_proof_is_refused(
    make_proof: ProofMaker, verify: Verify, now: datetime, seconds: int
) -> None:
    proof = make_proof(claims={"iat": int(now.timestamp()) + seconds})
    refused(verify, proof, "dpop_time")


@pytest.mark.parametrize("seconds", [-60, 60])
def test_the_window_includes_its_ends(
    make_proof: ProofMaker, verify: Verify, now: datetime, seconds: int
) -> None:
    assert verify(make_proof(claims={"iat": int(now.timestamp()) + seconds})).key


def test_a_proof_passes_once(
    verifier: DPoPVerifier, make_proof: ProofMaker, verify: Verify
) -> None:
    proof = verify(make_proof())
    verifier.use_up(proof)
    with pytest.raises(VerificationError) as error:
        verifier.use_up(proof)
    assert error.value.code == "dpop_replayed"


def test_a_proof_is_not_used_up_by_looking_at_it(
    verifier: DPoPVerifier, make_proof: ProofMaker, verify: Verify
) -> None:
    proof = make_proof()
    assert verify(proof) == verify(proof)
    verifier.use_up(verify(proof))


def test_the_same_identifier_by_another_key_passes(
    verifier: DPoPVerifier, make_proof: ProofMaker, verify: Verify
) -> None:
    other = SoftwareSigner.generate(KeyAlgorithm.ED25519)
    verifier.use_up(verify(make_proof(claims={"jti": "1"})))
    verifier.use_up(verify(make_proof(claims={"jti": "1"}, signer=other)))


def test_full_replay_cache_refuses(make_proof: ProofMaker, now: datetime) -> None:
    verifier = DPoPVerifier(MemoryReplayCache(capacity=1, clock=FixedClock(now)))
    verifier.use_up(verifier.verify(make_proof(), method="GET", url=URL, now=now))
    with pytest.raises(AccessDenied) as error:
        verifier.use_up(verifier.verify(make_proof(), method="GET", url=URL, now=now))
    assert error.value.code == "store_full"


def test_a_proof_asks_for_one_challenge(
    verifier: DPoPVerifier, make_proof: ProofMaker, verify: Verify
) -> None:
    proof = verify(make_proof())
    verifier.use_up_to_ask(proof)
    with pytest.raises(VerificationError) as error:
        verifier.use_up_to_ask(proof)
    assert error.value.code == "dpop_replayed"
    verifier.use_up_to_ask(verify(make_proof()))


def test_asking_takes_no_room_from_proofs_beside_grants(
    make_proof: ProofMaker, now: datetime
) -> None:
    clock = FixedClock(now)
    verifier = DPoPVerifier(
        MemoryReplayCache(capacity=1, clock=clock), asked=MemoryReplayCache(1, clock=clock)
    )
    for _ in range(3):
        verifier.use_up_to_ask(verifier.verify(make_proof(), method="GET", url=URL, now=now))
    verifier.use_up(verifier.verify(make_proof(), method="GET", url=URL, now=now))


def test_a_proof_that_expired_meanwhile_asks_for_nothing(
    make_proof: ProofMaker, now: datetime
) -> None:
    late = FixedClock(now + timedelta(seconds=120))
    verifier = DPoPVerifier(MemoryReplayCache(clock=late), asked=MemoryReplayCache(clock=late))
    with pytest.raises(AccessDenied) as error:
        verifier.use_up_to_ask(verifier.verify(make_proof(), method="GET", url=URL, now=now))
    assert error.value.code == "expired"


@pytest.mark.parametrize("ath", [None, "", token_hash("other"), 7])
def test_proof_for_another_token_is_refused(
    make_proof: ProofMaker, verify: Verify, ath: object
) -> None:
    refused(verify, make_proof(claims={"ath": ath}), "dpop_token_hash", token="abc")


def test_missing_server_nonce_is_asked_for(make_proof: ProofMaker, now: datetime) -> None:
    verifier = DPoPVerifier(MemoryReplayCache(clock=FixedClock(now)), ServerNonces())
    with pytest.raises(VerificationError) as error:
        verifier.verify(make_proof(), method="GET", url=URL, now=now)
    assert error.value.code == "dpop_nonce_required"


def test_proof_without_nonce_may_ask_for_a_challenge(make_proof: ProofMaker, now: datetime) -> None:
    verifier = DPoPVerifier(MemoryReplayCache(clock=FixedClock(now)), ServerNonces())
    assert verifier.verify(make_proof(), method="GET", url=URL, now=now, nonce_required=False)


@pytest.mark.parametrize("nonce", ["other", 7, "é"])
def test_wrong_server_nonce_is_refused_even_where_none_is_needed(
    make_proof: ProofMaker, now: datetime, nonce: object
) -> None:
    verifier = DPoPVerifier(MemoryReplayCache(clock=FixedClock(now)), ServerNonces())
    proof = make_proof(claims={"nonce": nonce})
    with pytest.raises(VerificationError) as error:
        verifier.verify(proof, method="GET", url=URL, now=now, nonce_required=False)
    assert error.value.code == "dpop_nonce_required"


def test_server_nonce_of_this_replica_passes(make_proof: ProofMaker, now: datetime) -> None:
    nonces = ServerNonces()
    verifier = DPoPVerifier(MemoryReplayCache(clock=FixedClock(now)), nonces)
    proof = make_proof(claims={"nonce": nonces.current(now)})
    assert verifier.verify(proof, method="GET", url=URL, now=now).key


def test_server_nonce_of_another_replica_is_refused(now: datetime) -> None:
    assert not ServerNonces().accepts(ServerNonces().current(now), now)


def test_server_nonce_lives_for_two_windows(now: datetime) -> None:
    nonces = ServerNonces(window=60)
    nonce = nonces.current(now)
    assert nonces.accepts(nonce, now + timedelta(seconds=60))
    assert not nonces.accepts(nonce, now + timedelta(seconds=120))
    assert not nonces.accepts(nonce, now - timedelta(seconds=61))


def test_short_nonce_secret_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        ServerNonces(b"short")
    assert error.value.code == "invalid_secret"


def test_the_nonce_secret_is_not_shown() -> None:
    secret = bytes(range(32))
    shown = repr(DPoPVerifier(MemoryReplayCache(), ServerNonces(secret)))
    assert secret.hex() not in shown
    assert repr(secret) not in shown
