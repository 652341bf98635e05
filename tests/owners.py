"""Contracts that own resources, as others wrote them: a timelock and a multisig."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compiled import compiled
from eth_abi.abi import encode

from didgate.chain.calls import Call, Transaction
from didgate.chain.client import ChainClient
from didgate.encoding import keccak256
from didgate.keys.ethereum import EthereumAccount

ZERO = "0x" + "00" * 20
NO_SALT = bytes(32)


def call(signature: str, *arguments: object) -> bytes:
    """Encode a call by its signature."""
    kinds = signature[signature.index("(") + 1 : -1]
    return keccak256(signature.encode())[:4] + encode(kinds.split(",") if kinds else [], arguments)


def created(
    client: ChainClient, account: EthereumAccount, name: str, kinds: list[str], *arguments: object
) -> str:
    """Deploy a contract, and return where it stands."""
    code = compiled(name).bytecode + encode(kinds, arguments)
    address = client.send(account, Transaction(None, code)).contract_address
    assert address is not None
    return address


@dataclass(frozen=True)
class Timelock:
    """OpenZeppelin's ``TimelockController``; one account proposes, anyone executes."""

    client: ChainClient
    proposer: EthereumAccount
    address: str
    notice: int

    @classmethod
    def deploy(cls, client: ChainClient, proposer: EthereumAccount, notice: int) -> Timelock:
        kinds = ["uint256", "address[]", "address[]", "address"]
        arguments = (notice, [proposer.address], [ZERO], ZERO)
        address = created(client, proposer, "TimelockController", kinds, *arguments)
        return cls(client, proposer, address, notice)

    def schedule(self, unsigned: dict[str, Any]) -> None:
        signature = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"
        arguments = (*_operation(unsigned), self.notice)
        self._send(call(signature, *arguments))

    def execute(self, unsigned: dict[str, Any]) -> None:
        self._send(call("execute(address,uint256,bytes,bytes32,bytes32)", *_operation(unsigned)))

    def _send(self, data: bytes) -> None:
        self.client.send(self.proposer, Transaction(self.address, data))


def _operation(unsigned: dict[str, Any]) -> tuple[Any, ...]:
    data = bytes.fromhex(unsigned["data"][2:])
    return unsigned["to"], int(unsigned["value"]), data, NO_SALT, NO_SALT


@dataclass(frozen=True)
class Multisig:
    """A Safe: its signers approve by transactions of their own, then one of them sends."""

    client: ChainClient
    signers: tuple[EthereumAccount, ...]
    address: str

    @classmethod
    def deploy(
        cls, client: ChainClient, signers: tuple[EthereumAccount, ...], threshold: int
    ) -> Multisig:
        payer = signers[0]
        singleton = created(client, payer, "Safe", [])
        handler = created(client, payer, "CompatibilityFallbackHandler", [])
        proxy = created(client, payer, "SafeProxy", ["address"], singleton)
        signature = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
        owners = [signer.address for signer in signers]
        setup = call(signature, owners, threshold, ZERO, b"", handler, ZERO, 0, ZERO)
        client.send(payer, Transaction(proxy, setup))
        return cls(client, signers, proxy)

    def execute(self, unsigned: dict[str, Any], *approving: EthereumAccount) -> None:
        to, value, data, *_ = _operation(unsigned)
        details = (to, value, data, 0, 0, 0, 0, ZERO, ZERO)
        kinds = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address"
        nonce = self._read("nonce()")
        digest = self._read(f"getTransactionHash({kinds},uint256)", *details, nonce)
        for signer in approving:
            approval = call("approveHash(bytes32)", digest.to_bytes(32))
            self.client.send(signer, Transaction(self.address, approval))
        by_address = sorted(approving, key=lambda signer: int(signer.address, 16))
        signatures = b"".join(
            int(signer.address, 16).to_bytes(32) + bytes(32) + b"\1" for signer in by_address
        )
        execution = call(f"execTransaction({kinds},bytes)", *details, signatures)
        self.client.send(approving[0], Transaction(self.address, execution))

    def _read(self, signature: str, *arguments: object) -> int:
        data = call(signature, *arguments)
        return self.client.read(Call(self.address, data, int.from_bytes))
