"""Contracts that are not didgate's: deployed for real, and spoken to by their own ABI."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from compiled import Compiled, compiled
from conftest import missing
from eth_abi.abi import encode
from eth_utils.abi import function_abi_to_4byte_selector, get_abi_input_types

from didgate.chain.calls import Receipt, Transaction
from didgate.encoding import keccak256

EAS = (
    Path(__file__).parent / "interop/peers/node_modules/@ethereum-attestation-service/eas-contracts"
)
NOBODY = "0x" + "00" * 20


class Sender(Protocol):
    """Signs transactions, sends them and waits for them."""

    def send(self, transaction: Transaction, /) -> Receipt: ...


@dataclass(frozen=True)
class ForeignContract:
    """A contract, where it stands, and what it understands."""

    address: str
    abi: list[dict[str, Any]]

    @classmethod
    def deploy(cls, chain: Sender, name: str, *arguments: Any) -> Self:
        """Deploy a contract that forge compiled for the tests."""
        return cls.deploy_built(chain, compiled(name), *arguments)

    @classmethod
    def deploy_built(cls, chain: Sender, built: Compiled, *arguments: Any) -> Self:
        constructors = [entry for entry in built.abi if entry["type"] == "constructor"]
        types = get_abi_input_types(constructors[0]) if constructors else []
        receipt = chain.send(Transaction(None, built.bytecode + encode(types, arguments)))
        assert receipt.contract_address
        return cls(receipt.contract_address, built.abi)

    def change(self, function: str, *arguments: Any) -> Transaction:
        """Return the transaction that calls a function."""
        (entry,) = (each for each in self.abi if each.get("name") == function)
        data = encode(get_abi_input_types(entry), arguments)
        return Transaction(self.address, function_abi_to_4byte_selector(entry) + data)


def published(name: str) -> Compiled:
    """Return a contract of EAS as its authors built and published it."""
    file = EAS / f"artifacts/contracts/{name}.sol/{name}.json"
    if not file.is_file():
        missing("EAS (run `npm ci` in tests/interop/peers)")
    built = json.loads(file.read_bytes())
    return Compiled(built["abi"], bytes.fromhex(built["bytecode"].removeprefix("0x")))


@dataclass(frozen=True)
class AttestationService:
    """EAS and its registry of schemas."""

    service: ForeignContract
    schemas: ForeignContract

    @classmethod
    def deploy(cls, chain: Sender) -> Self:
        schemas = ForeignContract.deploy_built(chain, published("SchemaRegistry"))
        service = ForeignContract.deploy_built(chain, published("EAS"), schemas.address)
        return cls(service, schemas)

    @property
    def address(self) -> str:
        return self.service.address

    def register(self, chain: Sender, schema: str) -> bytes:
        """Register a schema of revocable attestations, and return its UID."""
        chain.send(self.schemas.change("register", schema, NOBODY, True))
        return keccak256(schema.encode() + bytes(20) + b"\x01")

    def attest(
        self, chain: Sender, schema: bytes, recipient: str, *, until: int = 0, data: bytes = b""
    ) -> bytes:
        """Attest something about an account, and return the UID."""
        content = (recipient, until, True, bytes(32), data, 0)
        receipt = chain.send(self.service.change("attest", (schema, content)))
        (log,) = receipt.logs
        return log.data

    def revoke(self, schema: bytes, uid: bytes) -> Transaction:
        return self.service.change("revoke", (schema, (uid, 0)))
