"""The BBS libraries of the contracts, run on an embedded chain beside the Python package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Self

from compiled import compiled

from didgate import bbs
from didgate.bbs.eip2537 import g1_to_eip2537, g2_to_eip2537, proof_to_eip2537
from didgate.chain.artifacts import Entry, _entry
from didgate.chain.calls import Transaction
from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.revert import Reverted
from didgate.chain.rpc import RPC
from didgate.errors import DidgateError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount


def padded(affine: bytes) -> bytes:
    """Write field elements of 48 bytes as EIP-2537 does, whatever they are."""
    return b"".join(bytes(16) + affine[i : i + 48] for i in range(0, len(affine), 48))


@dataclass(frozen=True, slots=True)
class Statement:
    """One proof, what it is verified for, and how the contract is told.

    Args:
        suite: its generators and its api_id go to the contract as parameters.
        disclosed: index to message, as Python takes it.
        count: number of signed messages.
        pinned: those of ``disclosed`` that the contract pins first.
    """

    suite: bbs.Suite
    public_key: bytes
    header: bytes
    presentation_header: bytes
    disclosed: Mapping[int, int]
    proof: bytes
    count: int
    pinned: frozenset[int] = field(default=frozenset())

    def but(self, **changes: Any) -> Self:
        """Return the statement with some of it changed."""
        return replace(self, **changes)

    def in_python(self) -> str | None:
        """Verify in Python; return the code of the refusal, if it is refused."""
        headers = (self.header, self.presentation_header)
        arguments = (self.suite, self.public_key, self.proof, *headers, self.disclosed)
        try:
            bbs.verify_proof(*arguments, message_count=self.count)
        except DidgateError as error:
            return error.code
        return None

    def encoded(self, **changes: Any) -> tuple[Any, ...]:
        """Return the argument of ``BBSHarness.verify``, with members replaced as they are given."""
        shown = sorted(set(self.disclosed) - self.pinned)
        members = {
            "api_id": self.suite.api_id,
            "points": generators(self.suite, self.count),
            "public_key": self.public_key,
            "header": self.header,
            "presentation_header": self.presentation_header,
            "pinned_indexes": sorted(self.pinned),
            "pinned_messages": [self.disclosed[index] for index in sorted(self.pinned)],
            "indexes": shown,
            "messages": [self.disclosed[index] for index in shown],
            "proof": self.proof,
        } | changes
        # Compressed, which is to say, as Python has them
        if len(members["public_key"]) == 96:
            members["public_key"] = g2_to_eip2537(members["public_key"])
        if members["proof"] is self.proof:
            members["proof"] = proof_to_eip2537(self.proof)
        return tuple(members.values())


def generators(suite: bbs.Suite, count: int) -> bytes:
    """Return Q_1, H_1 … H_L for ``count`` messages as the contract takes them."""
    return b"".join(map(g1_to_eip2537, bbs.create_generators(suite, count + 1)))


def statement_of(
    suite: bbs.Suite,
    secret_key: bytes,
    scalars: Sequence[int],
    disclosed: Sequence[int],
    *,
    header: bytes = b"header",
    presentation_header: bytes = b"presentation header",
) -> Statement:
    """Sign messages and prove some of them."""
    public_key = bbs.public_key_of(secret_key)
    signature = bbs.sign(suite, secret_key, public_key, header, scalars)
    headers = (header, presentation_header)
    proof = bbs.create_proof(suite, public_key, signature, *headers, scalars, disclosed)
    shown = {index: scalars[index] for index in disclosed}
    return Statement(suite, public_key, *headers, shown, proof, len(scalars))


class BBSContract:
    """``BBSHarness`` on a chain."""

    def __init__(self, client: ChainClient, provider: EmbeddedChain, account: Any) -> None:
        harness = compiled("BBSHarness")
        receipt = client.send(account, Transaction(None, harness.bytecode))
        entries = [(item["type"], _entry(item)) for item in harness.abi if "name" in item]
        self.address = receipt.contract_address
        self._rpc = RPC(provider)
        self._functions = {entry.signature.split("(")[0]: entry for _, entry in entries}
        self._errors = {entry.selector: entry for kind, entry in entries if kind == "error"}

    def call(self, function: str, *arguments: Any) -> tuple[Any, ...]:
        """Call a function; raise ``Reverted`` with the error's name."""
        entry: Entry = self._functions[function]
        data = "0x" + entry.encode(*arguments).hex()
        try:
            answer = self._rpc.request("eth_call", [{"to": self.address, "data": data}, "latest"])
        except Reverted as reverted:
            raise self._named(reverted) from None
        return entry.decode(bytes.fromhex(answer[2:])) if entry.outputs else ()

    def refusal(self, statement: Statement, **changes: Any) -> str | None:
        """Verify on chain; return the refusal's name as Python would write its code."""
        try:
            self.call("verify", statement.encoded(**changes))
        except Reverted as reverted:
            return re.sub(r"(?<!^)(?=[A-Z])", "_", reverted.reason or "None").lower()
        return None

    def _named(self, reverted: Reverted) -> Reverted:
        known = {f"0x{selector.hex()}": entry.name for selector, entry in self._errors.items()}
        return Reverted(known.get(reverted.reason or "", reverted.reason), reverted.arguments)


@contextmanager
def running_contract() -> Iterator[BBSContract]:
    """Deploy ``BBSHarness`` on a chain in memory."""
    account = EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))
    with EmbeddedChain.create(None, funded=[account.address]) as chain:
        yield BBSContract(ChainClient.connect(chain), chain, account)
