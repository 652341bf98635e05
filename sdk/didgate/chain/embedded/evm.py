"""The rules of the embedded chain: Prague, with the cryptography and limits of Osaka.

On top of py-evm's Prague come the precompiled contracts of ``precompiles``, the limit on a
transaction's gas (EIP-7825), and the demand that a transaction names its chain (EIP-155).
Blocks of one second may share its time stamp, so that a burst of transactions does not push the
chain's time ahead of the clock.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any, Final

from eth.abc import BlockHeaderAPI, ComputationAPI, SignedTransactionAPI
from eth.chains.base import MiningChain
from eth.constants import GAS_TX, ZERO_ADDRESS
from eth.exceptions import PyEVMError, VMError
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.constants import STANDARD_TOKEN_COST, TOTAL_COST_FLOOR_PER_TOKEN
from eth.vm.forks.prague.state import PragueState
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address, BlockNumber
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException  # type: ignore[import-untyped]  # rlp ships no types

from didgate.chain.embedded.precompiles import PRECOMPILES
from didgate.errors import ChainError

GAS_LIMIT_OF_TRANSACTION: Final = 1 << 24  # EIP-7825
GAS_LIMIT_OF_BLOCK: Final = 30_000_000
_ALL_PRECOMPILES: Final[dict[Any, Any]] = {**PragueComputation.get_precompiles(), **PRECOMPILES}
_LEGACY, _ACCESS_LIST, _DYNAMIC_FEE = None, 1, 2


class EmbeddedComputation(PragueComputation):
    """Execution with our precompiled contracts in place of py-evm's."""

    _precompiles = _ALL_PRECOMPILES


class EmbeddedState(PragueState):
    """State changes by our computation."""

    computation_class = EmbeddedComputation


class EmbeddedVM(PragueVM):
    """The fork that every block of an embedded chain follows."""

    fork = "prague-didgate"
    _state_class = EmbeddedState

    @classmethod
    def validate_header(cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI) -> None:
        """Validate as Prague does, but let a block be as old as its parent."""
        earlier = parent_header.copy(timestamp=parent_header.timestamp - 1)
        super().validate_header(header, earlier)


@dataclass(frozen=True, slots=True)
class Message:
    """A call to execute without making a transaction of it.

    Args:
        sender: 20 bytes.
        to: 20 bytes; empty creates a contract.
        data: call data or creation code.
        value: wei.
        gas: the most gas it may use.
    """

    sender: Address
    to: Address
    data: bytes
    value: int
    gas: int


class EmbeddedEVM(MiningChain):
    """Makes blocks and runs calls; knows nothing of files, clocks and JSON."""

    vm_configuration = ((BlockNumber(0), EmbeddedVM),)

    def prepare_header(self, timestamp: int) -> BlockHeaderAPI:
        """Return the header of the next block, before any transaction."""
        head = self.get_canonical_head()
        return self.create_header_from_parent(
            head,
            timestamp=max(timestamp, head.timestamp),
            gas_limit=head.gas_limit,
            coinbase=ZERO_ADDRESS,
            mix_hash=secrets.token_bytes(32),
        )

    def decode(self, raw: bytes) -> SignedTransactionAPI:
        """Decode a signed transaction and check all that does not depend on the state.

        Raises:
            ChainError: ``transaction_rejected``.
        """
        try:
            transaction = self.get_vm().get_transaction_builder().decode(raw)
            if transaction.type_id not in (_LEGACY, _ACCESS_LIST, _DYNAMIC_FEE):
                raise ChainError("transaction_rejected", "this type of transaction is not taken")
            transaction.validate()
        except (PyEVMError, RLPException, ValidationError, ValueError, IndexError) as error:
            raise ChainError("transaction_rejected", f"not a transaction: {error}") from error
        if transaction.chain_id != self.chain_id:
            raise ChainError("transaction_rejected", "signed for another chain, or for any chain")
        if transaction.gas > GAS_LIMIT_OF_TRANSACTION:
            raise ChainError("transaction_rejected", "gas above the limit of EIP-7825")
        if transaction.gas < floor_gas(transaction.data):
            raise ChainError("transaction_rejected", "gas below the floor of EIP-7623")
        return transaction

    def execute(self, header: BlockHeaderAPI, message: Message) -> ComputationAPI:
        """Run a message on the state and in the context of ``header``; nothing is kept.

        Raises:
            ChainError: ``call_failed``, the message cannot even start (no funds, too little gas).
        """
        vm = self.get_vm(header.copy(base_fee_per_gas=0))
        builder: Any = vm.get_transaction_builder()  # py-evm's type lacks the newer methods
        unsigned = builder.new_unsigned_dynamic_fee_transaction(
            chain_id=self.chain_id,
            nonce=vm.state.get_nonce(message.sender),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=message.gas,
            to=message.to,
            value=message.value,
            data=message.data,
            access_list=(),
        )
        if message.gas < unsigned.intrinsic_gas:
            raise ChainError("call_failed", "intrinsic gas too low")
        try:
            spoofed: Any = SpoofTransaction(unsigned, from_=message.sender)
            return vm.state.apply_transaction(spoofed)
        except (ValidationError, VMError) as error:
            raise ChainError("call_failed", str(error)) from error

    def estimate(self, header: BlockHeaderAPI, message: Message) -> int:
        """Return an amount of gas with which the message succeeds, close to the least.

        Raises:
            ChainError: ``call_failed``.
            VMError: the message fails however much gas it gets.
        """
        full = replace(message, gas=GAS_LIMIT_OF_TRANSACTION)
        computation = self.execute(header, full)
        computation.raise_if_error()
        # Refunds come after the fact, and a call passes on 63 of 64 parts: what was used may
        # not suffice, so climb until it does.
        gas = max(full.gas - computation.get_gas_remaining(), floor_gas(message.data))
        while gas < full.gas and self.execute(header, replace(message, gas=gas)).is_error:
            gas += gas // 63 + 2300
        return min(gas, full.gas)


def floor_gas(data: bytes) -> int:
    """Return the least gas that a transaction with this data must bring (EIP-7623)."""
    zeros = data.count(0)
    tokens = zeros + (len(data) - zeros) * STANDARD_TOKEN_COST
    floor: int = GAS_TX + TOTAL_COST_FLOOR_PER_TOKEN * tokens
    return floor
