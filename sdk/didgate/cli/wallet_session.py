"""The wallet of this machine, opened for one command."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from didgate.cli import inputs
from didgate.cli.output import say
from didgate.cli.transactions import confirm
from didgate.cli.workspace import Workspace
from didgate.credentials.evidence import IssuerKey
from didgate.credentials.schema import AttributeSchema
from didgate.dids import DIDDocument
from didgate.errors import InvalidInput
from didgate.holder import Contact, ContractWallet, HolderAccount, KeyAccount, Plan, Wallet
from didgate.stores import open_engine

_NAME = "wallet"
_KIND = "wallet-key"
_KEY_BYTES = 32


def make_wallet(workspace: Workspace) -> None:
    """Make a wallet, sealed under a key in the keystore.

    Raises:
        InvalidInput: ``wallet_exists``.
    """
    if _NAME in workspace.keystore.names() or workspace.home.wallet.exists():
        raise InvalidInput("wallet_exists", "there is a wallet here already")
    workspace.keystore.seal(_NAME, secrets.token_bytes(_KEY_BYTES), _KIND)
    with open_wallet(workspace) as wallet:
        wallet.list()


@dataclass(frozen=True, slots=True)
class Showing:
    """Which account to show where one is asked for, as the command says.

    Args:
        key: name of its key in the keystore, or of its owner's.
        contract: its address where it is a contract.
    """

    key: str | None = None
    contract: str | None = None

    def account(self, workspace: Workspace) -> HolderAccount | None:
        """Return the account, or None where the wallet's own will do.

        Raises:
            InvalidInput: ``account_missing`` or ``invalid_address``.
        """
        if self.contract is not None:
            address = inputs.address(self.contract)
            return ContractWallet.owned_by(address, workspace.account_signer)
        return KeyAccount(workspace.account_signer) if self.key else None


@contextmanager
def open_wallet(workspace: Workspace, account: HolderAccount | None = None) -> Iterator[Wallet]:
    """Open the wallet.

    Args:
        workspace: has its key, and the registries that credentials are verified against.
        account: an account whose key is outside the wallet.

    Raises:
        InvalidInput: ``wallet_missing``, or the keystore or the wallet cannot be opened.
    """
    if _NAME not in workspace.keystore.names():
        raise InvalidInput("wallet_missing", "there is no wallet here: run `didgate wallet init`")
    engine = open_engine(workspace.home.wallet)
    try:
        yield Wallet(
            engine,
            workspace.keystore.unseal(_NAME, _KIND),
            sources=_Sources(workspace),
            accounts=[] if account is None else [account],
        )
    finally:
        engine.dispose()


def agree(plan: Plan, *, yes: bool, as_json: bool) -> None:
    """Say what a plan would disclose, and let a person agree; ends the command if not.

    Consent is asked for also where the output is JSON: only ``yes`` stands for it.

    Raises:
        InvalidInput: ``confirmation_needed`` where nobody is there to agree.
    """
    if not (yes and as_json):
        for line in plan.in_words().splitlines():
            say(line)
    if not yes:
        confirm("Disclose it?")


def contact(workspace: Workspace, url: str, key: str) -> Contact:
    """Return whom the holder talks to, and with which key.

    Args:
        workspace: holds the key.
        url: what was requested.
        key: name of the key in the keystore, or its RFC 7638 thumbprint.
    """
    public_key = workspace.public_keys().get(key)
    return Contact(url, public_key.thumbprint() if public_key else key)


class _Sources:
    """The registries of the workspace, asked only when a credential is added."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def schema(self, schema_id: bytes) -> AttributeSchema | None:
        return self._workspace.sources.schema(schema_id)

    def issuer_key(self, key_id: bytes) -> IssuerKey | None:
        return self._workspace.sources.issuer_key(key_id)

    def document(self, did: str) -> DIDDocument | None:
        return self._workspace.sources.document(did)
