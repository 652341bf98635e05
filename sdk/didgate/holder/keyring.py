"""A holder's own keys: those that credentials confirm, and those of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import InvalidInput
from didgate.holder.store import SealedStore
from didgate.keys import DigestSigner, KeyAlgorithm, PublicKey, Signer, SoftwareSigner
from didgate.keys.ethereum import address_of


class Keyring:
    """Keys sealed in the wallet, and keys kept elsewhere.

    Args:
        store: where the wallet's own keys are.
        signers: keys kept elsewhere that credentials confirm, Ed25519 or P-256.
        accounts: secp256k1 keys of accounts, kept elsewhere.
    """

    def __init__(
        self,
        store: SealedStore,
        signers: Iterable[Signer] = (),
        accounts: Iterable[DigestSigner] = (),
    ) -> None:
        self._store = store
        self._signers = {signer.public_key: signer for signer in signers}
        self._accounts = {address_of(account.public_key): account for account in accounts}
        for content in store.all("key").values():
            self._hold(_read(content))

    def create(self, algorithm: KeyAlgorithm) -> PublicKey:
        """Make a key, store it, and return its public half.

        A credential that confirms a key of its own cannot be linked to others by it.

        Raises:
            InvalidInput: ``unsupported_key_algorithm``.
        """
        return self.add(SoftwareSigner.generate(algorithm))

    def add(self, signer: SoftwareSigner) -> PublicKey:
        """Store a key that was made elsewhere; secp256k1 keys are those of accounts."""
        name = signer.public_key.to_multikey()
        self._store.put("key", name, _write(signer))
        self._hold(signer)
        return signer.public_key

    def signer(self, key: PublicKey) -> Signer:
        """Return what signs with a key that a credential confirms.

        Raises:
            InvalidInput: ``unknown_holder_key``.
        """
        if key not in self._signers:
            raise InvalidInput("unknown_holder_key", "the wallet does not have this key")
        return self._signers[key]

    def account(self, address: str) -> DigestSigner:
        """Return what signs for an account.

        Raises:
            InvalidInput: ``unknown_account``.
        """
        if address not in self._accounts:
            raise InvalidInput("unknown_account", "the wallet does not have this account's key")
        return self._accounts[address]

    def addresses(self) -> list[str]:
        """Return the EIP-55 addresses of all accounts."""
        return list(self._accounts)

    def public_keys(self) -> list[PublicKey]:
        """Return the keys that credentials may confirm."""
        return list(self._signers)

    def _hold(self, signer: SoftwareSigner) -> None:
        if signer.public_key.algorithm is KeyAlgorithm.SECP256K1:
            self._accounts[address_of(signer.public_key)] = signer
        else:
            self._signers[signer.public_key] = signer


def _write(signer: SoftwareSigner) -> dict[str, str]:
    return {
        "algorithm": signer.public_key.algorithm.value,
        "secret": b64url_encode(signer.unsafe_private_bytes()),
    }


def _read(content: dict[str, Any]) -> SoftwareSigner:
    algorithm = KeyAlgorithm(content["algorithm"])
    return SoftwareSigner.from_private_bytes(algorithm, b64url_decode(content["secret"]))
