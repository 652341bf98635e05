"""Ethereum accounts over any secp256k1 signer: addresses, recoverable signatures, transactions.

Addresses are written as EIP-55 says. Signatures are 65 bytes ``r ‖ s ‖ v`` with low ``s`` (EIP-2)
and ``v`` 27 or 28, the form that ``ecrecover`` and OpenZeppelin's ECDSA take.

>>> from didgate.keys import KeyAlgorithm, SoftwareSigner
>>> signer = SoftwareSigner.from_private_bytes(KeyAlgorithm.SECP256K1, (1).to_bytes(32))
>>> address_of(signer.public_key)
'0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'
>>> recover_address(bytes(32), sign_digest(signer, bytes(32))) == address_of(signer.public_key)
True
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coincurve import PublicKey as CurvePoint

from didgate.encoding import checksum_address, keccak256
from didgate.errors import InvalidInput, VerificationError
from didgate.keys import ecdsa, secp256k1
from didgate.keys.algorithm import KeyAlgorithm
from didgate.keys.public import PublicKey
from didgate.keys.signer import DigestSigner

_FIRST_V = 27


def address_of(public_key: PublicKey) -> str:
    """Return the EIP-55 address of a secp256k1 key.

    Raises:
        InvalidInput: ``unsupported_key_algorithm`` for another kind of key.
    """
    if public_key.algorithm is not KeyAlgorithm.SECP256K1:
        raise InvalidInput("unsupported_key_algorithm", "Ethereum accounts have secp256k1 keys")
    return checksum_address(keccak256(b"".join(public_key.coordinates()))[12:])


def sign_digest(signer: DigestSigner, digest: bytes) -> bytes:
    """Return the 65-byte signature ``r ‖ s ‖ v`` over a 32-byte digest.

    Raises:
        InvalidInput: the key is not secp256k1, or the digest not 32 bytes long.
    """
    address = address_of(signer.public_key)
    r, s = ecdsa.numbers(signer.sign_digest(digest), secp256k1.ORDER)
    signature = r.to_bytes(32) + min(s, secp256k1.ORDER - s).to_bytes(32)
    # A signer port gives r and s only, so which of the two candidates it is must be tried out.
    for v in (_FIRST_V, _FIRST_V + 1):
        candidate = signature + bytes([v])
        if recover_address(digest, candidate) == address:
            return candidate
    raise InvalidInput("invalid_signer", "the signer does not sign with its own key")


def recover_address(digest: bytes, signature: bytes) -> str:
    """Return the EIP-55 address whose key made the signature over a 32-byte digest.

    Any well-formed signature recovers to *some* address: compare it with the one expected.

    Raises:
        VerificationError: ``invalid_signature`` for another length, ``v`` other than 27 and 28, a
            high ``s``, or numbers that no key could have made.
        InvalidInput: ``invalid_digest``.
    """
    if len(digest) != 32:
        raise InvalidInput("invalid_digest", "the digest must have 32 bytes")
    if len(signature) != 65 or signature[64] not in (_FIRST_V, _FIRST_V + 1):
        raise VerificationError("invalid_signature", "not a signature of the form r ‖ s ‖ v")
    _, s = ecdsa.numbers(signature[:64], secp256k1.ORDER)
    if s > secp256k1.ORDER // 2:
        raise VerificationError("invalid_signature", "the s of the signature is high (EIP-2)")
    recoverable = signature[:64] + bytes([signature[64] - _FIRST_V])
    try:
        point = CurvePoint.from_signature_and_message(recoverable, digest, hasher=None)
    except ValueError as error:
        raise VerificationError("invalid_signature", "no key made this signature") from error
    return checksum_address(keccak256(point.format(compressed=False)[1:])[12:])


class EthereumAccount:
    """An account that signs transactions with a secp256k1 signer.

    Raises:
        InvalidInput: ``unsupported_key_algorithm`` if the signer's key is of another kind.
    """

    __slots__ = ("_signer", "address")

    address: str

    def __init__(self, signer: DigestSigner) -> None:
        self._signer = signer
        self.address = address_of(signer.public_key)

    def __repr__(self) -> str:
        return f"EthereumAccount({self.address})"

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the 65-byte signature ``r ‖ s ‖ v`` over a 32-byte digest."""
        return sign_digest(self._signer, digest)

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        """Return the raw bytes of a signed EIP-1559 transaction, for ``eth_sendRawTransaction``.

        Args:
            transaction: JSON-RPC members: chainId, nonce, gas, maxFeePerGas, maxPriorityFeePerGas
                and, as needed, to, value, data, accessList; ``from``, if given, is this account.

        Raises:
            InvalidInput: ``wrong_sender``, or ``invalid_transaction`` for a member that is missing,
                unknown or malformed, and for other types of transaction.
        """
        members = dict(transaction)
        if members.pop("from", self.address) != self.address:
            raise InvalidInput("wrong_sender", "the transaction is another account's")
        return _sign_dynamic_fee(members, self._signer)


def _sign_dynamic_fee(members: dict[str, Any], signer: DigestSigner) -> bytes:
    # eth_account takes most of a second to import, which only those who send should pay.
    from eth_account.typed_transactions.typed_transaction import TypedTransaction
    from eth_utils.exceptions import ValidationError
    from rlp.exceptions import RLPException  # type: ignore[import-untyped]  # rlp ships no types

    # Without a chain id the library would write 0, and a signature for any chain is not wanted.
    if members.setdefault("type", 2) not in (2, "0x2") or not members.get("chainId"):
        raise InvalidInput("invalid_transaction", "not an EIP-1559 transaction for one chain")
    try:
        digest = TypedTransaction.from_dict(dict(members)).hash()
        r, s, v = _numbers(sign_digest(signer, digest))
        return TypedTransaction.from_dict({**members, "v": v - _FIRST_V, "r": r, "s": s}).encode()
    except (TypeError, ValueError, KeyError, ValidationError, RLPException) as error:
        raise InvalidInput("invalid_transaction", "the transaction is malformed") from error


def _numbers(signature: bytes) -> tuple[int, int, int]:
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
