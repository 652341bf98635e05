"""Deploying didgate's contracts, and the record of where they stand.

A deployment is known by its addresses and by the hash of the code at each. Loading it compares the
hashes with the chain, so a chain that was begun anew is not taken for the old one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from didgate.chain.address_lists import AddressListRegistry
from didgate.chain.artifacts import CONTRACTS, VERIFIERS
from didgate.chain.calls import Transaction, TransactionSigner
from didgate.chain.client import ChainClient
from didgate.chain.did_registry import DIDRegistry
from didgate.chain.issuer_registry import IssuerRegistry
from didgate.chain.policy_registry import PolicyRegistry
from didgate.chain.presentation_verifier import (
    AttributeSuite,
    AttributeVerifier,
    PolicyChecker,
    PresentationVerifier,
)
from didgate.chain.receipt_anchor import ReceiptAnchor
from didgate.chain.resource_registry import ResourceRegistry
from didgate.chain.schema_registry import SchemaRegistry
from didgate.chain.sd_jwt_verifier import SDJWTVerifier
from didgate.chain.status_registry import StatusRegistry
from didgate.encoding import checksum_address, keccak256, parse_address
from didgate.errors import ChainError, InvalidInput
from didgate.keys import atomic_file

SUSPENSION_DELAY: Final = 24 * 3600
"""Seconds that the end of an issuer's suspension waits, if not told otherwise."""
_PINNED: Final = {
    "issuers": IssuerRegistry.NAME,
    "schemas": SchemaRegistry.NAME,
    "status": StatusRegistry.NAME,
    "addressLists": AddressListRegistry.NAME,
}
_OPTIONAL: Final = frozenset((ReceiptAnchor.NAME, *VERIFIERS))
"""What a deployment does without: gates decide there, and anchor no receipts."""
_NO_CODE: Final = keccak256(b"")


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """Where a contract stands, and what stands there.

    Args:
        address: EIP-55 address.
        code_hash: keccak256 of its code.
    """

    address: str
    code_hash: bytes

    def to_dict(self) -> dict[str, str]:
        """Return address and ``codeHash`` as JSON has them."""
        return {"address": self.address, "codeHash": "0x" + self.code_hash.hex()}


@dataclass(frozen=True, slots=True)
class Deployment:
    """All contracts of didgate on one chain.

    Args:
        chain_id: the chain's number.
        contracts: by the name of the contract; all names of ``CONTRACTS`` but for
            ``ReceiptAnchor``, which deployments of before it lack, and those of ``VERIFIERS``
            where presentations can be verified on the chain.
    """

    chain_id: int
    contracts: Mapping[str, DeployedContract]

    @property
    def issuers(self) -> IssuerRegistry:
        """The registry of issuers."""
        return IssuerRegistry(self.contracts[IssuerRegistry.NAME].address)

    @property
    def schemas(self) -> SchemaRegistry:
        """The registry of attribute schemas."""
        return SchemaRegistry(self.contracts[SchemaRegistry.NAME].address)

    @property
    def status(self) -> StatusRegistry:
        """The registry of revocations."""
        return StatusRegistry(self.contracts[StatusRegistry.NAME].address)

    @property
    def address_lists(self) -> AddressListRegistry:
        """The registry of address lists."""
        return AddressListRegistry(self.contracts[AddressListRegistry.NAME].address)

    @property
    def policies(self) -> PolicyRegistry:
        """The registry of policies."""
        return PolicyRegistry(self.contracts[PolicyRegistry.NAME].address)

    @property
    def resources(self) -> ResourceRegistry:
        """The registry of resources."""
        return ResourceRegistry(self.contracts[ResourceRegistry.NAME].address)

    @property
    def dids(self) -> DIDRegistry:
        """The registry of did:ethr identities (ERC-1056)."""
        return DIDRegistry(self.contracts[DIDRegistry.NAME].address)

    @property
    def anchors(self) -> ReceiptAnchor:
        """The anchors of gates' receipts.

        Raises:
            InvalidInput: ``anchor_not_deployed``.
        """
        if ReceiptAnchor.NAME not in self.contracts:
            message = "the deployment has no ReceiptAnchor: deploy the contracts anew to anchor"
            raise InvalidInput("anchor_not_deployed", message)
        return ReceiptAnchor(self.contracts[ReceiptAnchor.NAME].address)

    @property
    def verifier(self) -> PresentationVerifier:
        """The verifier of presentations on this chain.

        Raises:
            ChainError: ``verifier_missing`` if none was deployed.
        """
        return PresentationVerifier(self._of_verifier(PresentationVerifier.NAME))

    @property
    def attribute_verifier(self) -> AttributeVerifier:
        """The part of the verifier that keeps what leaves of policies fix.

        Raises:
            ChainError: ``verifier_missing`` if none was deployed.
        """
        return AttributeVerifier(self._of_verifier(AttributeVerifier.NAME))

    def _of_verifier(self, name: str) -> str:
        if name not in self.contracts:
            message = "no verifier of presentations was deployed: the chain lacks the precompiles"
            raise ChainError("verifier_missing", message)
        return self.contracts[name].address

    def pins(self) -> dict[str, dict[str, str]]:
        """Return the registries that policies pin, as their ``registries`` name them."""
        return {kind: self.contracts[name].to_dict() for kind, name in _PINNED.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the deployment as JSON has it."""
        contracts = {name: contract.to_dict() for name, contract in self.contracts.items()}
        return {"chainId": self.chain_id, "contracts": contracts}

    @classmethod
    def from_dict(cls, value: Any) -> Self:
        """Read a deployment from JSON.

        Raises:
            InvalidInput: ``invalid_deployment``.
        """
        try:
            entries = value["contracts"]
            contracts = {
                name: _contract(entries[name])
                for name in (*CONTRACTS, *VERIFIERS)
                if name in entries or name not in _OPTIONAL
            }
            return cls(int(value["chainId"]), contracts)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidInput) as error:
            raise InvalidInput("invalid_deployment", "not a record of a deployment") from error

    def save(self, path: Path) -> None:
        """Write the record to a file, whole or not at all."""
        atomic_file.replace(path, (json.dumps(self.to_dict(), indent=2) + "\n").encode())

    @classmethod
    def load(cls, path: Path, client: ChainClient) -> Self:
        """Read the record from a file, and see that the chain bears it out.

        Raises:
            InvalidInput: ``invalid_deployment``, also if there is no such file.
            ChainError: ``wrong_chain``, ``missing_code``, ``code_mismatch`` or a failure to reach
                the chain.
        """
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            message = f"{path} holds no record of a deployment"
            raise InvalidInput("invalid_deployment", message) from error
        deployment = cls.from_dict(content)
        deployment.verify(client)
        return deployment

    def verify(self, client: ChainClient) -> None:
        """Compare chain and code with the record.

        Raises:
            ChainError: ``wrong_chain``, ``missing_code``, ``code_mismatch`` or a failure to reach
                the chain.
        """
        if client.chain_id != self.chain_id:
            message = f"deployed on chain {self.chain_id}, connected to chain {client.chain_id}"
            raise ChainError("wrong_chain", message)
        found = client.code_hashes(contract.address for contract in self.contracts.values())
        for name, contract in self.contracts.items():
            code_hash = found[contract.address]
            if code_hash == _NO_CODE:
                raise ChainError("missing_code", f"no code stands where {name} was deployed")
            if code_hash != contract.code_hash:
                raise ChainError("code_mismatch", f"other code stands where {name} was deployed")


def deploy(
    client: ChainClient,
    account: TransactionSigner,
    *,
    root: str | None = None,
    suspension_delay: int = SUSPENSION_DELAY,
) -> Deployment:
    """Deploy all contracts; those that verify presentations only where the chain can run them.

    Args:
        client: the chain to deploy on.
        account: signs and pays.
        root: address of the root of the issuer registry; the account's by default.
        suspension_delay: seconds that the end of an issuer's suspension waits.

    Raises:
        ChainError: a transaction failed, or the chain cannot be reached.
    """

    def created(transaction: Transaction) -> str:
        address = client.send(account, transaction).contract_address
        if address is None:
            raise ChainError("malformed_response", "the node names no address of a new contract")
        return address

    issuers = created(
        IssuerRegistry.deployment(root=root or account.address, suspension_delay=suspension_delay)
    )
    policies = created(PolicyRegistry.deployment())
    addresses = {
        IssuerRegistry.NAME: issuers,
        SchemaRegistry.NAME: created(SchemaRegistry.deployment()),
        StatusRegistry.NAME: client.read(IssuerRegistry(issuers).status()),
        AddressListRegistry.NAME: created(AddressListRegistry.deployment()),
        PolicyRegistry.NAME: policies,
        ResourceRegistry.NAME: client.read(PolicyRegistry(policies).resources()),
        DIDRegistry.NAME: created(DIDRegistry.deployment()),
        ReceiptAnchor.NAME: created(ReceiptAnchor.deployment()),
    }
    if client.precompiles.bls12_381 and client.precompiles.p256:
        addresses |= _deploy_verifier(created, policies)
    hashes = client.code_hashes(addresses.values())
    contracts = {name: DeployedContract(at, hashes[at]) for name, at in addresses.items()}
    return Deployment(client.chain_id, contracts)


def _deploy_verifier(created: Callable[[Transaction], str], policies: str) -> dict[str, str]:
    checker = created(PolicyChecker.deployment())
    suite = created(AttributeSuite.deployment())
    attributes = created(AttributeVerifier.deployment(suite=suite))
    sd_jwts = created(SDJWTVerifier.deployment())
    verifier = PresentationVerifier.deployment(
        policies=policies, checker=checker, attributes=attributes, sd_jwts=sd_jwts
    )
    return {
        PolicyChecker.NAME: checker,
        AttributeSuite.NAME: suite,
        AttributeVerifier.NAME: attributes,
        SDJWTVerifier.NAME: sd_jwts,
        PresentationVerifier.NAME: created(verifier),
    }


def _contract(value: Mapping[str, str]) -> DeployedContract:
    code_hash = bytes.fromhex(value["codeHash"].removeprefix("0x"))
    if len(code_hash) != 32:
        raise ValueError(code_hash)
    return DeployedContract(checksum_address(parse_address(value["address"])), code_hash)
