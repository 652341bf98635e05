from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from didgate.errors import InvalidInput
from didgate.keys.sealing import INTERACTIVE, MODERATE, Argon2Cost, derive_key, seal, unseal

CHEAP = Argon2Cost(operations=1, memory=8192)
SALT = bytes(range(16))
KEY = bytes(32)


def unsealing_fails(key: bytes, sealed: bytes, associated_data: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        unseal(key, sealed, associated_data)
    assert error.value.code == "unseal_failed"


@pytest.mark.parametrize("secret", [b"", b"secret", bytes(5000)])
def test_seal_then_unseal(secret: bytes) -> None:
    assert unseal(KEY, seal(KEY, secret, b"label"), b"label") == secret


def test_sealing_twice_differs() -> None:
    assert seal(KEY, b"secret", b"") != seal(KEY, b"secret", b"")


def test_every_changed_byte_of_a_sealed_secret_fails() -> None:
    sealed = seal(KEY, b"secret", b"label")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        unsealing_fails(KEY, bytes(changed), b"label")


@pytest.mark.parametrize("length", [0, 1, 23, 24, 39])
def test_sealed_secret_cut_off(length: int) -> None:
    unsealing_fails(KEY, seal(KEY, b"secret", b"label")[:length], b"label")


def test_sealed_secret_under_another_label_or_key() -> None:
    sealed = seal(KEY, b"secret", b"label")
    unsealing_fails(KEY, sealed, b"labels")
    unsealing_fails(b"\x01" * 32, sealed, b"label")


def test_argon2id_agrees_with_another_implementation() -> None:
    theirs = Argon2id(salt=SALT, length=32, iterations=2, lanes=1, memory_cost=64)
    ours = derive_key("passphrase", SALT, Argon2Cost(operations=2, memory=64 << 10))
    assert ours == theirs.derive(b"passphrase")


def test_vector_of_xchacha20_poly1305() -> None:
    # draft-irtf-cfrg-xchacha-03, appendix A.3.1
    sealed = bytes(range(0x40, 0x58)) + bytes.fromhex(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
        "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
    )
    label = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    secret = unseal(bytes(range(0x80, 0xA0)), sealed, label)
    assert secret.startswith(b"Ladies and Gentlemen of the class of '99")


def test_key_depends_on_everything() -> None:
    keys = {
        derive_key("passphrase", SALT, CHEAP),
        derive_key("Passphrase", SALT, CHEAP),
        derive_key("passphrase", SALT[::-1], CHEAP),
        derive_key("passphrase", SALT, Argon2Cost(operations=2, memory=8192)),
        derive_key("passphrase", SALT, Argon2Cost(operations=1, memory=16384)),
    }
    assert len(keys) == 5


def test_passphrase_is_compared_as_text_not_as_typed() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert derive_key(composed, SALT, CHEAP) == derive_key(decomposed, SALT, CHEAP)


@pytest.mark.parametrize("passphrase", ["", "\ud800"])
def test_invalid_passphrase(passphrase: str) -> None:
    with pytest.raises(InvalidInput) as error:
        derive_key(passphrase, SALT, CHEAP)
    assert error.value.code == "invalid_passphrase"


@pytest.mark.parametrize(
    ("operations", "memory"),
    [(0, 8192), (17, 8192), (2**40, 8192), (-1, 8192), (1, 8191), (1, 0), (1, (1 << 30) + 1)],
)
def test_cost_out_of_bounds(operations: int, memory: int) -> None:
    with pytest.raises(InvalidInput) as error:
        Argon2Cost(operations, memory)
    assert error.value.code == "invalid_argon2_cost"


def test_offered_costs_are_at_least_the_usual_minimum() -> None:
    # OWASP: 19 MiB and 2 passes; RFC 9106 §4, second choice: 64 MiB and 3 passes.
    assert INTERACTIVE.memory >= 19 << 20
    assert INTERACTIVE.operations >= 2
    assert MODERATE.memory >= 64 << 20
    assert MODERATE.operations >= 3
