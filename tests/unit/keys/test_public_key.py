from __future__ import annotations

import hashlib

import pytest

from didgate.errors import InvalidInput, VerificationError
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareBBSSigner, SoftwareSigner
from didgate.keys import p256 as p256_scheme
from didgate.keys import secp256k1 as secp256k1_scheme

ED25519_FIELD = 2**255 - 19
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
P256_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
SECP256K1_FIELD = 2**256 - 2**32 - 977
ORDERS = {KeyAlgorithm.P256: p256_scheme.ORDER, KeyAlgorithm.SECP256K1: secp256k1_scheme.ORDER}


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


# Identity, points of order 2, 4 and 8: their signatures verify for more than one message or key.
SMALL_ORDER = [
    little(1),
    little(ED25519_FIELD - 1),
    little(0),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]


def refused(algorithm: KeyAlgorithm, raw: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        PublicKey(algorithm, raw)
    assert error.value.code == "invalid_public_key"


@pytest.mark.parametrize("raw", SMALL_ORDER)
def test_ed25519_point_of_small_order(raw: bytes) -> None:
    refused(KeyAlgorithm.ED25519, raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(little(ED25519_FIELD + 3), id="y not below the field's order"),
        pytest.param(b"\xff" * 32, id="all ones"),
        pytest.param(little(1 | 1 << 255), id="identity with a sign"),
    ],
)
def test_ed25519_encoding_not_canonical(raw: bytes) -> None:
    refused(KeyAlgorithm.ED25519, raw)


def test_ed25519_point_outside_the_prime_order_group() -> None:
    # The base point plus the point (0, -1) of order 2 is (-x, -y).
    base = bytearray(little(4 * pow(5, -1, ED25519_FIELD) % ED25519_FIELD))
    negated = bytearray(little(ED25519_FIELD - int.from_bytes(base, "little")))
    PublicKey(KeyAlgorithm.ED25519, bytes(base))
    for sign in (0, 0x80):
        negated[31] = negated[31] & 0x7F | sign
        refused(KeyAlgorithm.ED25519, bytes(negated))


def test_ed25519_point_off_the_curve() -> None:
    refused(KeyAlgorithm.ED25519, little(2))


@pytest.mark.parametrize(
    ("algorithm", "x"),
    [(KeyAlgorithm.P256, 1), (KeyAlgorithm.SECP256K1, 5)],
)
def test_ec_point_off_the_curve(algorithm: KeyAlgorithm, x: int) -> None:
    refused(algorithm, b"\x02" + x.to_bytes(32))


@pytest.mark.parametrize(
    ("algorithm", "field"),
    [(KeyAlgorithm.P256, P256_FIELD), (KeyAlgorithm.SECP256K1, SECP256K1_FIELD)],
)
def test_ec_coordinate_not_below_the_field_order(algorithm: KeyAlgorithm, field: int) -> None:
    accepted = []
    for x in range(2, 30):
        try:
            PublicKey(algorithm, b"\x02" + x.to_bytes(32))
        except InvalidInput:
            continue
        accepted.append(x)
    assert accepted
    for x in accepted:
        if field + x < 1 << 256:
            refused(algorithm, b"\x02" + (field + x).to_bytes(32))


@pytest.mark.parametrize("algorithm", ORDERS)
@pytest.mark.parametrize("prefix", [0, 1, 4, 5, 6, 7, 0x82])
def test_ec_point_with_another_prefix(algorithm: KeyAlgorithm, prefix: int) -> None:
    raw = SoftwareSigner.generate(algorithm).public_key.raw
    refused(algorithm, bytes([prefix]) + raw[1:])


@pytest.mark.parametrize("algorithm", ORDERS)
def test_ec_point_at_infinity(algorithm: KeyAlgorithm) -> None:
    refused(algorithm, b"\0")
    refused(algorithm, bytes(33))


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
@pytest.mark.parametrize("length", [0, 31, 34, 64, 65, 95, 97])
def test_public_key_of_another_length(algorithm: KeyAlgorithm, length: int) -> None:
    refused(algorithm, b"\x02" * length)


def test_public_key_that_is_no_bytes(signer: SoftwareSigner) -> None:
    key = signer.public_key
    refused(key.algorithm, bytearray(key.raw))  # type: ignore[arg-type]


def test_bls_identity() -> None:
    refused(KeyAlgorithm.BLS12_381, b"\xc0" + bytes(95))


def test_bls_point_off_the_curve(bbs_signer: SoftwareBBSSigner) -> None:
    refused(KeyAlgorithm.BLS12_381, b"\x80" + bytes(94) + b"\x01")
    raw = bytearray(bbs_signer.public_key.raw)
    raw[0] ^= 0x80
    refused(KeyAlgorithm.BLS12_381, bytes(raw))


def test_signature_of_another_message(signer: SoftwareSigner) -> None:
    signature = signer.sign(b"message")
    signer.public_key.verify(b"message", signature)
    with pytest.raises(VerificationError) as error:
        signer.public_key.verify(b"massage", signature)
    assert error.value.code == "invalid_signature"


def test_signature_of_another_key(signer: SoftwareSigner) -> None:
    other = SoftwareSigner.generate(signer.public_key.algorithm)
    with pytest.raises(VerificationError) as error:
        other.public_key.verify(b"message", signer.sign(b"message"))
    assert error.value.code == "invalid_signature"


def test_every_changed_byte_of_a_signature_fails(signer: SoftwareSigner) -> None:
    signature = signer.sign(b"message")
    for position in range(64):
        changed = bytearray(signature)
        changed[position] ^= 1
        with pytest.raises(VerificationError) as error:
            signer.public_key.verify(b"message", bytes(changed))
        assert error.value.code == "invalid_signature"


@pytest.mark.parametrize("change", [-64, -1, 1, 64])
def test_signature_of_another_length(signer: SoftwareSigner, change: int) -> None:
    signature = signer.sign(b"message")
    with pytest.raises(VerificationError) as error:
        signer.public_key.verify(b"message", (signature + bytes(64))[: 64 + change])
    assert error.value.code == "invalid_signature"


@pytest.mark.parametrize("algorithm", ORDERS)
def test_ecdsa_signs_with_low_s_and_verifies_both(algorithm: KeyAlgorithm) -> None:
    order = ORDERS[algorithm]
    signer = SoftwareSigner.generate(algorithm)
    for number in range(20):
        message = bytes([number])
        signature = signer.sign(message)
        s = int.from_bytes(signature[32:])
        assert s <= order // 2
        signer.public_key.verify(message, signature[:32] + (order - s).to_bytes(32))


@pytest.mark.parametrize("algorithm", ORDERS)
def test_ecdsa_number_out_of_range(algorithm: KeyAlgorithm) -> None:
    order = ORDERS[algorithm]
    key = SoftwareSigner.generate(algorithm).public_key
    good = (1).to_bytes(32)
    for bad in (0, order, order + 1, 2**256 - 1):
        for signature in (good + bad.to_bytes(32), bad.to_bytes(32) + good):
            with pytest.raises(VerificationError) as error:
                key.verify(b"message", signature)
            assert error.value.code == "invalid_signature"


def test_ed25519_s_not_reduced() -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.ED25519)
    signature = signer.sign(b"message")
    s = int.from_bytes(signature[32:], "little") + ED25519_ORDER
    with pytest.raises(VerificationError) as error:
        signer.public_key.verify(b"message", signature[:32] + little(s))
    assert error.value.code == "invalid_signature"


def test_ed25519_r_of_small_order() -> None:
    # The holder of a key could sign with the nonce 0, which gives the key away.
    signer = SoftwareSigner.generate(KeyAlgorithm.ED25519)
    digest = bytearray(hashlib.sha512(signer.unsafe_private_bytes()).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    for r in SMALL_ORDER:
        challenge = hashlib.sha512(r + signer.public_key.raw + b"message").digest()
        s = int.from_bytes(challenge, "little") * int.from_bytes(digest, "little") % ED25519_ORDER
        with pytest.raises(VerificationError) as error:
            signer.public_key.verify(b"message", r + little(s))
        assert error.value.code == "invalid_signature"


def test_bls_key_verifies_no_messages(bbs_signer: SoftwareBBSSigner) -> None:
    key = bbs_signer.public_key
    for use in (lambda: key.verify(b"", bytes(64)), lambda: key.jose_alg, key.coordinates):
        with pytest.raises(InvalidInput) as error:
            use()
        assert error.value.code == "unsupported_key_algorithm"


def test_jose_algorithms() -> None:
    algorithms = {
        algorithm: SoftwareSigner.generate(algorithm).public_key.jose_alg
        for algorithm in KeyAlgorithm
        if algorithm is not KeyAlgorithm.BLS12_381
    }
    assert algorithms == {"Ed25519": "EdDSA", "P-256": "ES256", "secp256k1": "ES256K"}


@pytest.mark.parametrize("algorithm", ORDERS)
def test_coordinates_round_trip(algorithm: KeyAlgorithm) -> None:
    for _ in range(8):
        key = SoftwareSigner.generate(algorithm).public_key
        assert PublicKey.from_coordinates(algorithm, *key.coordinates()) == key


@pytest.mark.parametrize("algorithm", ORDERS)
def test_coordinates_off_the_curve(algorithm: KeyAlgorithm) -> None:
    x, y = SoftwareSigner.generate(algorithm).public_key.coordinates()
    other_y = bytes([y[0] ^ 1]) + y[1:]
    for coordinates in ((x, other_y), (x, y + b"\0"), (x[1:], y), (b"\0" + x, y), (x, b"")):
        with pytest.raises(InvalidInput) as error:
            PublicKey.from_coordinates(algorithm, *coordinates)
        assert error.value.code == "invalid_public_key"


def test_ed25519_has_no_coordinates() -> None:
    key = SoftwareSigner.generate(KeyAlgorithm.ED25519).public_key
    with pytest.raises(InvalidInput) as error:
        key.coordinates()
    assert error.value.code == "unsupported_key_algorithm"
    with pytest.raises(InvalidInput) as error:
        PublicKey.from_coordinates(KeyAlgorithm.ED25519, bytes(32), bytes(32))
    assert error.value.code == "invalid_public_key"
