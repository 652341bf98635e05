from __future__ import annotations

import pytest

from didgate import bbs
from didgate.errors import InvalidInput
from didgate.keys import (
    BBSSigner,
    DigestSigner,
    KeyAlgorithm,
    Signer,
    SoftwareBBSSigner,
    SoftwareSigner,
)
from didgate.keys import p256 as p256_scheme
from didgate.keys import secp256k1 as secp256k1_scheme


def test_same_private_key_same_public_key(signer: SoftwareSigner) -> None:
    secret = signer.unsafe_private_bytes()
    again = SoftwareSigner.from_private_bytes(signer.public_key.algorithm, secret)
    assert again.public_key == signer.public_key
    signer.public_key.verify(b"message", again.sign(b"message"))


def test_generated_keys_differ(signer: SoftwareSigner) -> None:
    other = SoftwareSigner.generate(signer.public_key.algorithm)
    assert other.public_key != signer.public_key


def test_software_signers_are_signers(signer: SoftwareSigner, bbs_signer: BBSSigner) -> None:
    port: Signer = signer
    digest_port: DigestSigner = signer
    assert port.public_key == digest_port.public_key != bbs_signer.public_key


def test_secret_stays_out_of_repr(signer: SoftwareSigner, bbs_signer: SoftwareBBSSigner) -> None:
    for key in (signer, bbs_signer):
        secret = key.unsafe_private_bytes()
        for text in (repr(key), str(key), f"{key!r:>10}"):
            assert key.public_key.to_multikey() in text
            assert secret.hex() not in text
            assert repr(secret) not in text
            assert str(int.from_bytes(secret)) not in text


@pytest.mark.parametrize(
    ("algorithm", "scalar"),
    [
        (KeyAlgorithm.P256, 0),
        (KeyAlgorithm.P256, p256_scheme.ORDER),
        (KeyAlgorithm.SECP256K1, 0),
        (KeyAlgorithm.SECP256K1, secp256k1_scheme.ORDER),
        (KeyAlgorithm.SECP256K1, 2**256 - 1),
    ],
)
def test_private_key_out_of_range(algorithm: KeyAlgorithm, scalar: int) -> None:
    with pytest.raises(InvalidInput) as error:
        SoftwareSigner.from_private_bytes(algorithm, scalar.to_bytes(32))
    assert error.value.code == "invalid_secret_key"


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_private_key_of_another_length(signer: SoftwareSigner, length: int) -> None:
    with pytest.raises(InvalidInput) as error:
        SoftwareSigner.from_private_bytes(signer.public_key.algorithm, b"\x01" * length)
    assert error.value.code == "invalid_secret_key"


def test_bls_key_signs_no_messages() -> None:
    for make in (
        lambda: SoftwareSigner.generate(KeyAlgorithm.BLS12_381),
        lambda: SoftwareSigner.from_private_bytes(KeyAlgorithm.BLS12_381, b"\x01" * 32),
    ):
        with pytest.raises(InvalidInput) as error:
            make()
        assert error.value.code == "unsupported_key_algorithm"


def test_only_secp256k1_signs_digests(signer: SoftwareSigner) -> None:
    if signer.public_key.algorithm is KeyAlgorithm.SECP256K1:
        assert len(signer.sign_digest(bytes(32))) == 64
        return
    with pytest.raises(InvalidInput) as error:
        signer.sign_digest(bytes(32))
    assert error.value.code == "unsupported_key_algorithm"


@pytest.mark.parametrize("length", [0, 31, 33])
def test_digest_of_another_length(length: int) -> None:
    signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
    with pytest.raises(InvalidInput) as error:
        signer.sign_digest(bytes(length))
    assert error.value.code == "invalid_digest"


def test_bbs_signature_is_of_the_suite_of_attribute_credentials(
    bbs_signer: SoftwareBBSSigner,
) -> None:
    signature = bbs_signer.sign_messages(b"header", [1, 2, 3])
    raw = bbs_signer.public_key.raw
    bbs.verify(bbs.DIDGATE, raw, signature, b"header", [1, 2, 3])


def test_bbs_proof_of_possession(bbs_signer: SoftwareBBSSigner) -> None:
    proof = bbs_signer.prove_possession(b"registration")
    bbs.possession.verify(bbs_signer.public_key.raw, b"registration", proof)


def test_bbs_same_private_key_same_public_key(bbs_signer: SoftwareBBSSigner) -> None:
    again = SoftwareBBSSigner.from_private_bytes(bbs_signer.unsafe_private_bytes())
    assert again.public_key == bbs_signer.public_key


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, b"\x01" * 31])
def test_bbs_private_key_out_of_range(secret: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        SoftwareBBSSigner.from_private_bytes(secret)
    assert error.value.code == "invalid_secret_key"
