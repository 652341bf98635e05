from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.jws import JWS, MAX_JWS_BYTES, decode_unverified_jws, sign_jws, verify_jws

ALL = ["EdDSA", "ES256", "ES256K"]

# RFC 7515, appendix A.3
RFC_7515_JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
RFC_7515_JWS = (
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
    "cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
# RFC 8037, appendix A.4
RFC_8037_JWK = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
RFC_8037_JWS = (
    "eyJhbGciOiJFZERTQSJ9"
    ".RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)


def refusal(token: str, key: PublicKey, algorithms: list[str] = ALL, typ: str | None = None) -> str:
    with pytest.raises(VerificationError) as error:
        verify_jws(token, key, algorithms=algorithms, typ=typ)
    return error.value.code


def signed(signer: SoftwareSigner, header: str, payload: bytes = b"{}") -> str:
    """Return a JWS with any header text, rightly signed."""
    signing_input = f"{b64url_encode(header.encode())}.{b64url_encode(payload)}"
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"


def header_with(signer: SoftwareSigner, **members: Any) -> str:
    return json.dumps({"alg": signer.public_key.jose_alg, **members})


def test_example_of_rfc_7515() -> None:
    key = PublicKey.from_jwk(RFC_7515_JWK)
    jws = verify_jws(RFC_7515_JWS, key, algorithms=["ES256"], typ=None)
    assert jws.header == {"alg": "ES256"}
    assert jws.claims() == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}


def test_example_of_rfc_8037() -> None:
    seed = b64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
    signer = SoftwareSigner.from_private_bytes(KeyAlgorithm.ED25519, seed)
    assert signer.public_key == PublicKey.from_jwk(RFC_8037_JWK)
    assert sign_jws(signer, b"Example of Ed25519 signing", {}) == RFC_8037_JWS
    jws = verify_jws(RFC_8037_JWS, signer.public_key, algorithms=["EdDSA"], typ=None)
    assert jws.payload == b"Example of Ed25519 signing"


def test_sign_then_verify(signer: SoftwareSigner) -> None:
    key = signer.public_key
    token = sign_jws(signer, b"payload \xff", {"typ": "example+jwt", "kid": "schlüssel"})
    jws = verify_jws(token, key, algorithms=[key.jose_alg], typ="example+jwt")
    assert jws.payload == b"payload \xff"
    assert jws.header == {"alg": key.jose_alg, "typ": "example+jwt", "kid": "schlüssel"}
    assert decode_unverified_jws(token) == (jws.header, jws.payload)


def test_payload_stays_out_of_repr() -> None:
    assert "secret" not in repr(JWS({"alg": "ES256"}, b"secret"))


def test_key_picked_by_header(signer: SoftwareSigner) -> None:
    token = sign_jws(signer, b"", {"kid": "mine"})
    keys = {"mine": signer.public_key}

    def pick(header: Mapping[str, Any]) -> PublicKey:
        if header["kid"] not in keys:
            raise VerificationError("unknown_kid", "no such key")
        return keys[header["kid"]]

    assert verify_jws(token, pick, algorithms=ALL, typ=None).payload == b""
    keys.clear()
    with pytest.raises(VerificationError) as error:
        verify_jws(token, pick, algorithms=ALL, typ=None)
    assert error.value.code == "unknown_kid"


def test_ed25519_by_the_name_of_rfc_9864() -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.ED25519)
    token = signed(signer, '{"alg":"Ed25519"}')
    verify_jws(token, signer.public_key, algorithms=["Ed25519"], typ=None)
    assert refusal(token, signer.public_key) == "jws_algorithm_refused"


def test_every_changed_character_fails(signer: SoftwareSigner) -> None:
    token = sign_jws(signer, b'{"sub":"alice"}', {"typ": "JWT"})
    for position, character in enumerate(token):
        changed = token[:position] + ("A" if character != "A" else "B") + token[position + 1 :]
        with pytest.raises(VerificationError):
            verify_jws(changed, signer.public_key, algorithms=ALL, typ="JWT")


def test_signature_of_another_key(signer: SoftwareSigner) -> None:
    other = SoftwareSigner.generate(signer.public_key.algorithm)
    assert refusal(sign_jws(other, b"", {}), signer.public_key) == "invalid_signature"


def test_parts_of_two_tokens(signer: SoftwareSigner) -> None:
    first, second = sign_jws(signer, b"1", {}), sign_jws(signer, b"2", {})
    mixed = ".".join([*first.split(".")[:2], second.split(".")[2]])
    assert refusal(mixed, signer.public_key) == "invalid_signature"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "RS256", "ES384", "es256", ""])
def test_algorithm_not_listed(signer: SoftwareSigner, alg: str) -> None:
    key = signer.public_key
    assert refusal(signed(signer, json.dumps({"alg": alg})), key) == "jws_algorithm_refused"


def test_algorithm_none_without_signature_even_if_listed(signer: SoftwareSigner) -> None:
    token = b64url_encode(b'{"alg":"none"}') + ".e30."
    assert refusal(token, signer.public_key, ["none", *ALL]) == "jws_algorithm_refused"


def test_hmac_with_the_public_key_even_if_listed(signer: SoftwareSigner) -> None:
    token = signed(signer, '{"alg":"HS256"}')
    assert refusal(token, signer.public_key, ["HS256", *ALL]) == "jws_algorithm_refused"


def test_empty_list_of_algorithms_accepts_nothing(signer: SoftwareSigner) -> None:
    assert refusal(sign_jws(signer, b"", {}), signer.public_key, []) == "jws_algorithm_refused"


@pytest.mark.parametrize("alg", [None, 1, ["ES256"], {"ES256": 1}, True])
def test_algorithm_missing_or_no_text(signer: SoftwareSigner, alg: object) -> None:
    key = signer.public_key
    assert refusal(signed(signer, json.dumps({"alg": alg})), key) == "jws_algorithm_refused"
    assert refusal(signed(signer, "{}"), key) == "jws_algorithm_refused"


def test_algorithm_of_another_key(signer: SoftwareSigner) -> None:
    for alg in set(ALL) - {signer.public_key.jose_alg}:
        assert refusal(signed(signer, json.dumps({"alg": alg})), signer.public_key) == (
            "jws_wrong_key"
        )


def test_bls_key_verifies_no_jws(signer: SoftwareSigner, bbs_signer: SoftwareBBSSigner) -> None:
    assert refusal(sign_jws(signer, b"", {}), bbs_signer.public_key) == "jws_wrong_key"


@pytest.mark.parametrize("members", [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False}])
def test_critical_extension(signer: SoftwareSigner, members: dict[str, Any]) -> None:
    token = signed(signer, header_with(signer, **members))
    assert refusal(token, signer.public_key) == "jws_unsupported_header"


def test_embedded_key_is_not_used(signer: SoftwareSigner) -> None:
    attacker = SoftwareSigner.generate(signer.public_key.algorithm)
    token = sign_jws(attacker, b"", {"jwk": attacker.public_key.to_jwk(), "kid": "mine"})
    assert refusal(token, signer.public_key) == "invalid_signature"


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_type_as_media_type(signer: SoftwareSigner, typ: str) -> None:
    token = signed(signer, header_with(signer, typ=typ))
    for expected in ("at+jwt", "application/at+jwt"):
        verify_jws(token, signer.public_key, algorithms=ALL, typ=expected)


@pytest.mark.parametrize("typ", ["JWT", "", None, 1, ["at+jwt"], "text/at+jwt", "at+jwt "])
def test_wrong_type(signer: SoftwareSigner, typ: object) -> None:
    token = signed(signer, header_with(signer, typ=typ))
    assert refusal(token, signer.public_key, typ="at+jwt") == "jws_wrong_type"


def test_missing_type(signer: SoftwareSigner) -> None:
    token = sign_jws(signer, b"", {})
    assert refusal(token, signer.public_key, typ="at+jwt") == "jws_wrong_type"


def test_duplicate_header_member(signer: SoftwareSigner) -> None:
    alg = signer.public_key.jose_alg
    token = signed(signer, f'{{"alg":"{alg}","alg":"{alg}"}}')
    assert refusal(token, signer.public_key) == "jws_malformed"


@pytest.mark.parametrize(
    "header", ["", "[]", '"ES256"', "null", "{", '{"alg":NaN}', '{"a":"\\ud800"}']
)
def test_header_that_is_no_json_object(signer: SoftwareSigner, header: str) -> None:
    assert refusal(signed(signer, header), signer.public_key) == "jws_malformed"


def test_json_serialization(signer: SoftwareSigner) -> None:
    header, payload, signature = sign_jws(signer, b"", {}).split(".")
    flattened = json.dumps({"protected": header, "payload": payload, "signature": signature})
    general = json.dumps({"payload": payload, "signatures": []})
    for token in (flattened, general):
        assert refusal(token, signer.public_key) == "jws_malformed"


@pytest.mark.parametrize("extra", ["=", " ", "\n", ".", "é", "\0"])
def test_character_outside_base64url(signer: SoftwareSigner, extra: str) -> None:
    header, payload, signature = sign_jws(signer, b"12", {}).split(".")
    for token in (
        f"{extra}{header}.{payload}.{signature}",
        f"{header}{extra}.{payload}.{signature}",
        f"{header}.{payload}{extra}.{signature}",
        f"{header}.{payload}.{signature}{extra}",
    ):
        assert refusal(token, signer.public_key) == "jws_malformed"


@pytest.mark.parametrize("token", ["", ".", "..", "...", "e30", "e30.e30", "e30.e30.e30.e30"])
def test_token_without_three_parts(signer: SoftwareSigner, token: str) -> None:
    assert refusal(token, signer.public_key) == "jws_malformed"
    with pytest.raises(VerificationError) as error:
        decode_unverified_jws(token)
    assert error.value.code == "jws_malformed"


def test_detached_payload(signer: SoftwareSigner) -> None:
    header, _, signature = sign_jws(signer, b"payload", {}).split(".")
    assert refusal(f"{header}..{signature}", signer.public_key) == "invalid_signature"


def test_token_too_large(signer: SoftwareSigner) -> None:
    token = sign_jws(signer, bytes(MAX_JWS_BYTES), {})
    assert refusal(token, signer.public_key) == "jws_too_large"
    jws = verify_jws(token, signer.public_key, algorithms=ALL, typ=None, max_bytes=len(token))
    assert len(jws.payload) == MAX_JWS_BYTES
    with pytest.raises(VerificationError) as error:
        decode_unverified_jws(token)
    assert error.value.code == "jws_too_large"


@pytest.mark.parametrize("payload", [b"", b"[]", b"1", b"\xff", b'{"a":1,"a":2}'])
def test_claims_that_are_no_json_object(payload: bytes) -> None:
    with pytest.raises(VerificationError) as error:
        JWS({}, payload).claims()
    assert error.value.code == "jws_malformed"


@pytest.mark.parametrize("header", [{"alg": "ES256"}, {"crit": []}, {"b64": False}])
def test_signing_under_a_header_that_is_refused(
    signer: SoftwareSigner, header: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as error:
        sign_jws(signer, b"", header)
    assert error.value.code == "invalid_jws_header"


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, float("nan"), "\ud800"])
def test_signing_under_a_header_that_is_no_json(signer: SoftwareSigner, value: object) -> None:
    with pytest.raises(InvalidInput) as error:
        sign_jws(signer, b"", {"kid": value})
    assert error.value.code == "invalid_jws_header"


def test_signing_with_the_software_signer_of_bbs(bbs_signer: SoftwareBBSSigner) -> None:
    with pytest.raises(InvalidInput) as error:
        sign_jws(bbs_signer, b"", {})  # type: ignore[arg-type]
    assert error.value.code == "unsupported_key_algorithm"
