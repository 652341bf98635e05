"""A holder's own keys: those that credentials confirm, and those of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import InvalidInput
from didgate.holder.accounts import ContractWallet, HolderAccount, KeyAccount, SignInAccount
from didgate.holder.store import SealedStore
from didgate.keys import DigestSigner, KeyAlgorithm, PublicKey, Signer, SoftwareSigner


class Keyring:
    """Keys sealed in the wallet, and keys kept elsewhere.

    Args:
        store: where the wallet's own keys are.
        signers: keys kept elsewhere that credentials confirm, Ed25519 or P-256.
        accounts: accounts whose keys are kept elsewhere; a bare secp256k1 key stands for an
            account that signs typed data.
    """

    def __init__(
        self,
        store: SealedStore,
        signers: Iterable[Signer] = (),
        accounts: Iterable[DigestSigner | HolderAccount] = (),
    ) -> None:
        self._store = store
        self._signers = {signer.public_key: signer for signer in signers}
        self._accounts = {each.address: each for each in map(_account, accounts)}
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

    def account(self, address: str) -> HolderAccount:
        """Return what shows that an account takes part.

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
            account = KeyAccount(signer)
            self._accounts[account.address] = account
        else:
            self._signers[signer.public_key] = signer


def _account(account: DigestSigner | HolderAccount) -> HolderAccount:
    if isinstance(account, KeyAccount | SignInAccount | ContractWallet):
        return account
    return KeyAccount(account)


def _write(signer: SoftwareSigner) -> dict[str, str]:
    return {
        "algorithm": signer.public_key.algorithm.value,
        "secret": b64url_encode(signer.unsafe_private_bytes()),
    }


def _read(content: dict[str, Any]) -> SoftwareSigner:
    algorithm = KeyAlgorithm(content["algorithm"])
    return SoftwareSigner.from_private_bytes(algorithm, b64url_decode(content["secret"]))
