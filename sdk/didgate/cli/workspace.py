"""What commands work with: settings, keys, chain and contracts, each opened when first needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from getpass import getpass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.opening import open_chain
from didgate.config import Settings
from didgate.credentials.evidence import RegistrySources
from didgate.dids import DIDDocument, Resolver, standard
from didgate.dids.did_ethr import DIDEthr, RegistryNetwork
from didgate.errors import ChainError, InvalidInput
from didgate.issuer import IssuanceRecords
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount, address_of
from didgate.keys.keystore import Keystore
from didgate.stores import open_engine

if TYPE_CHECKING:  # py-evm takes long to import, and few commands open the file themselves
    from didgate.chain.embedded import EmbeddedChain


class Workspace:
    """The state of this machine (``DIDGATE_HOME``) and the chain behind it; use it with ``with``.

    Args:
        settings: where things are and how to reach them.
        ask: asks a person for the passphrase of the keystore, if no setting gives it.
    """

    def __init__(self, settings: Settings, ask: Callable[[], str] | None = None) -> None:
        self.settings = settings
        self.home = settings.home
        self._ask = ask
        self._closing = ExitStack()

    @classmethod
    def from_environment(cls, account: str | None = None) -> Self:
        """Return the workspace that the environment describes; a person may be asked.

        Args:
            account: name of the account, in place of the one that the environment names.

        Raises:
            InvalidInput: a setting is unknown or invalid.
        """
        settings = Settings.from_environment(os.environ)
        ask = _ask_passphrase if os.isatty(0) else None
        return cls(replace(settings, account=account) if account else settings, ask)

    @classmethod
    def for_anchoring(cls, account: str | None = None) -> Self:
        """Return the workspace with the account that anchors receipts.

        Args:
            account: name of the account, in place of ``DIDGATE_ANCHOR_ACCOUNT``; where neither is
                there, the account that pays for everything else.

        Raises:
            InvalidInput: a setting is unknown or invalid.
        """
        settings = Settings.from_environment(os.environ)
        return cls.from_environment(account or settings.anchor_account)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.close()

    @cached_property
    def keystore(self) -> Keystore:
        """The keystore; made on first use."""
        self.home.create()
        passphrase = self.settings.passphrase.read(self._ask)
        return Keystore.open_or_create(self.home.keystore, passphrase)

    def public_keys(self) -> dict[str, PublicKey]:
        """Return the public keys in the keystore by name, which takes no passphrase."""
        if not self.home.keystore.exists():
            return {}
        entries = Keystore.peek(self.home.keystore)
        return {
            name: PublicKey.from_multikey(entry.public_key)
            for name, entry in entries.items()
            if entry.public_key is not None
        }

    def public_key(self, name: str) -> PublicKey:
        """Return a public key in the keystore, which takes no passphrase.

        Raises:
            InvalidInput: ``unknown_name``.
        """
        try:
            return self.public_keys()[name]
        except KeyError as error:
            raise InvalidInput("unknown_name", f"the keystore holds no key {name}") from error

    @property
    def account_address(self) -> str:
        """Address of the account (``DIDGATE_ACCOUNT``), which takes no passphrase.

        Raises:
            InvalidInput: ``account_missing`` if the keystore holds no such key, or
                ``unsupported_key_algorithm`` if the key is not secp256k1.
        """
        name = self.settings.account
        if name not in self.public_keys():
            raise InvalidInput(
                "account_missing",
                f"the keystore holds no account {name}: make one with `didgate key new {name} "
                "--algorithm secp256k1`, or with `didgate chain up` for a chain of your own",
            )
        return address_of(self.public_key(name))

    @cached_property
    def account_signer(self) -> SoftwareSigner:
        """Key of the account.

        Raises:
            InvalidInput: as ``account_address``, or the keystore cannot be opened.
        """
        _ = self.account_address  # says what is missing before a passphrase is asked for
        return self.keystore.signer(self.settings.account)

    @cached_property
    def account(self) -> EthereumAccount:
        """The account that signs and pays for transactions (``DIDGATE_ACCOUNT``).

        Raises:
            InvalidInput: as ``account_signer``.
        """
        return EthereumAccount(self.account_signer)

    def begin_embedded(self) -> EmbeddedChain:
        """Open the embedded chain's file, or begin it, with the account made and funded.

        Raises:
            ChainError: ``chain_in_use`` if another process has it open.
        """
        from didgate.chain.embedded import EmbeddedChain

        if self.home.chain.exists():
            return self._closing.enter_context(EmbeddedChain.open(self.home.chain))
        if self.settings.account not in self.public_keys():
            signer = SoftwareSigner.generate(KeyAlgorithm.SECP256K1)
            self.keystore.add(self.settings.account, signer)
        funded = [self.account_address]
        return self._closing.enter_context(EmbeddedChain.create(self.home.chain, funded=funded))

    @cached_property
    def chain(self) -> ChainClient:
        """The chain: ``DIDGATE_RPC_URL``, a running ``didgate chain up``, or the file itself.

        Raises:
            ChainError: ``chain_missing``, ``chain_in_use`` or ``unreachable``.
        """
        if not self.settings.rpc_urls and not self.home.chain.exists():
            raise ChainError(
                "chain_missing", "there is no chain here yet: begin one with `didgate chain up`"
            )
        settings = self.settings
        return open_chain(
            settings.rpc_urls, self.home.chain, self._closing, quorum=settings.rpc_quorum
        )

    @cached_property
    def deployment(self) -> Deployment:
        """The contracts, with their code checked against what was deployed.

        Raises:
            ChainError: ``deployment_missing``, or the chain does not bear out the record.
        """
        if not self.home.deployment.exists():
            raise ChainError(
                "deployment_missing", "no contracts are known here: run `didgate chain deploy`"
            )
        return Deployment.load(self.home.deployment, self.chain)

    @cached_property
    def resolver(self) -> Resolver:
        """Resolves did:key, did:jwk, did:web, and did:ethr, for which alone it needs the chain."""

        def resolve_ethr(did: str) -> DIDDocument:
            network = RegistryNetwork(self.chain, self.deployment.dids)
            return DIDEthr({self.chain.chain_id: network}).resolve(did)

        return standard.resolver_with(resolve_ethr)

    @cached_property
    def sources(self) -> RegistrySources:
        """Where schemas and issuers' keys are looked up."""
        return RegistrySources.of(self.chain, self.deployment)

    @cached_property
    def issuance_records(self) -> IssuanceRecords:
        """What the issuers of this machine have issued."""
        self.home.create()
        engine = open_engine(self.home.issuer)
        self._closing.callback(engine.dispose)
        return IssuanceRecords(engine)


def _ask_passphrase() -> str:
    return getpass("Passphrase of the keystore: ")
