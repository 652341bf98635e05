from __future__ import annotations

from typing import Any

import pytest

from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareBBSSigner, SoftwareSigner

# RFC 8037, appendix A.1 to A.3
RFC_8037 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
RFC_8037_SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_8037_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
# RFC 7517, appendix A.1
RFC_7517 = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}


def refusal(members: dict[str, Any]) -> str:
    with pytest.raises(InvalidInput) as error:
        PublicKey.from_jwk(members)
    return error.value.code


def test_key_of_rfc_8037() -> None:
    key = PublicKey.from_jwk(RFC_8037)
    signer = SoftwareSigner.from_private_bytes(KeyAlgorithm.ED25519, b64url_decode(RFC_8037_SEED))
    assert key == signer.public_key
    assert key.thumbprint() == RFC_8037_THUMBPRINT


def test_key_of_rfc_7517() -> None:
    key = PublicKey.from_jwk({**RFC_7517, "use": "sig", "kid": "1", "unknown": [1]})
    assert key.algorithm is KeyAlgorithm.P256
    assert key.to_jwk() == RFC_7517


def test_round_trip(signer: SoftwareSigner) -> None:
    key = signer.public_key
    assert PublicKey.from_jwk(key.to_jwk()) == key
    members = {**key.to_jwk(), "alg": key.jose_alg, "use": "sig", "key_ops": ["verify"]}
    assert PublicKey.from_jwk(members) == key


def test_thumbprint_ignores_other_members() -> None:
    expected = PublicKey.from_jwk(RFC_7517).thumbprint()
    assert PublicKey.from_jwk({**RFC_7517, "kid": "1", "alg": "ES256"}).thumbprint() == expected


def test_ed25519_by_the_name_of_rfc_9864() -> None:
    assert PublicKey.from_jwk({**RFC_8037, "alg": "Ed25519"}) == PublicKey.from_jwk(RFC_8037)


@pytest.mark.parametrize("member", ["d", "k", "p", "q", "dp", "dq", "qi", "oth"])
def test_private_jwk(member: str) -> None:
    assert refusal({**RFC_7517, member: RFC_8037_SEED}) == "private_jwk"


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": 1},
        {"use": None},
        {"key_ops": ["sign"]},
        {"key_ops": []},
        {"alg": "ES256K"},
        {"alg": "EdDSA"},
        {"alg": "none"},
        {"alg": ["ES256"]},
    ],
)
def test_jwk_not_for_signatures(members: dict[str, Any]) -> None:
    assert refusal({**RFC_7517, **members}) == "jwk_not_for_signatures"


@pytest.mark.parametrize(
    "members",
    [
        {"kty": "RSA", "crv": "P-256"},
        {"kty": "oct", "crv": ""},
        {"kty": "OKP", "crv": "X25519"},
        {"kty": "OKP", "crv": "Ed448"},
        {"kty": "OKP", "crv": "P-256"},
        {"kty": "EC", "crv": "P-384"},
        {"kty": "EC", "crv": "Ed25519"},
        {"kty": "EC", "crv": "BLS12381G2"},
        {"kty": "OKP", "crv": "Bls12381G2"},
        {"kty": "ec"},
    ],
)
def test_jwk_of_an_unsupported_kind(members: dict[str, Any]) -> None:
    assert refusal({**RFC_7517, **members}) == "unsupported_key_algorithm"


@pytest.mark.parametrize("member", ["kty", "crv", "x", "y"])
@pytest.mark.parametrize("value", [None, 1, ["P-256"], b"EC"])
def test_jwk_member_missing_or_no_text(member: str, value: object) -> None:
    assert refusal({**RFC_7517, member: value}) == "invalid_jwk"
    assert refusal({k: v for k, v in RFC_7517.items() if k != member}) == "invalid_jwk"


def test_jwk_key_ops_is_no_array() -> None:
    assert refusal({**RFC_7517, "key_ops": "verify"}) == "invalid_jwk"


def test_jwk_coordinate_not_base64url() -> None:
    assert refusal({**RFC_7517, "x": RFC_7517["x"] + "="}) == "invalid_base64url"


def test_jwk_coordinate_of_another_length() -> None:
    x = b64url_decode(RFC_7517["x"])
    for other in (b"\0" + x, x[1:], b""):
        assert refusal({**RFC_7517, "x": b64url_encode(other)}) == "invalid_public_key"


def test_jwk_point_off_the_curve() -> None:
    assert refusal({**RFC_7517, "y": RFC_7517["x"]}) == "invalid_public_key"
    assert refusal({**RFC_7517, "crv": "secp256k1"}) == "invalid_public_key"


def test_bls_key_has_no_jwk(bbs_signer: SoftwareBBSSigner) -> None:
    for write in (bbs_signer.public_key.to_jwk, bbs_signer.public_key.thumbprint):
        with pytest.raises(InvalidInput) as error:
            write()
        assert error.value.code == "unsupported_key_algorithm"
