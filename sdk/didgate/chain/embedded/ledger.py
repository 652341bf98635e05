"""The ledger of the embedded chain: blocks made at the clock's time and kept in the store.

Each transaction is mined at once into a block of its own and committed before it is
acknowledged, so no block is ever replaced. How far the ``finalized`` tag lags behind the head is
nevertheless a setting of the chain, for those who want to see finality at work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Self

from eth.abc import BlockAPI, BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI
from eth.constants import ZERO_ADDRESS
from eth.db.atomic import AtomicDB
from eth.exceptions import HeaderNotFound, TransactionNotFound
from eth.typing import AccountDetails, HeaderParams
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.exceptions import ValidationError

from didgate.chain.embedded.db import ChainStore, StoredLog
from didgate.chain.embedded.evm import GAS_LIMIT_OF_BLOCK, EmbeddedEVM
from didgate.errors import ChainError, InvalidInput
from didgate.ports import Clock

_CHAIN_ID: Final = "chain_id"
_FINALITY_DEPTH: Final = "finality_depth"
_TIME_OFFSET: Final = "time_offset"


class Ledger:
    """Reads and extends the chain that a store holds; use ``create`` or ``open``."""

    def __init__(self, store: ChainStore, evm: EmbeddedEVM, clock: Clock) -> None:
        self.evm = evm
        self.chain_id: int = evm.chain_id
        self._store = store
        self._clock = clock
        self._finality_depth = int(store.setting(_FINALITY_DEPTH) or 0)

    @classmethod
    def create(
        cls,
        store: ChainStore,
        clock: Clock,
        *,
        chain_id: int,
        balances: Mapping[bytes, int],
        finality_depth: int,
    ) -> Self:
        """Write the genesis block into an empty store.

        Args:
            store: where the chain is kept.
            clock: gives the blocks their time.
            chain_id: the chain's number (EIP-155).
            balances: wei by 20-byte address.
            finality_depth: by how many blocks ``finalized`` lags behind the head.

        Raises:
            ChainError: ``chain_exists``, the store holds a chain already.
        """
        if store.setting(_CHAIN_ID) is not None:
            raise ChainError("chain_exists", "the file holds a chain already")
        genesis: dict[str, HeaderParams] = {
            "coinbase": ZERO_ADDRESS,
            "difficulty": 0,
            "gas_limit": GAS_LIMIT_OF_BLOCK,
            "timestamp": int(clock.now().timestamp()),
        }
        accounts = {
            Address(account): AccountDetails(balance=balance, nonce=0, code=b"", storage={})
            for account, balance in balances.items()
        }
        _evm_class(chain_id).from_genesis(AtomicDB(store), genesis, accounts)
        store.set_setting(_CHAIN_ID, str(chain_id))
        store.set_setting(_FINALITY_DEPTH, str(finality_depth))
        store.commit([])
        return cls.open(store, clock)

    @classmethod
    def open(cls, store: ChainStore, clock: Clock) -> Self:
        """Continue the chain that the store holds.

        Raises:
            ChainError: ``chain_missing``, the store holds none.
        """
        chain_id = store.setting(_CHAIN_ID)
        if chain_id is None:
            raise ChainError("chain_missing", "the file holds no chain")
        return cls(store, _evm_class(int(chain_id))(AtomicDB(store)), clock)

    @property
    def head(self) -> BlockHeaderAPI:
        """The header of the latest block."""
        return self.evm.get_canonical_head()

    @property
    def finalized_number(self) -> int:
        """The height of the latest block that counts as final."""
        return max(self.head.block_number - self._finality_depth, 0)

    def next_header(self) -> BlockHeaderAPI:
        """Return the header that a block made now would begin with."""
        now = int(self._clock.now().timestamp()) + int(self._store.setting(_TIME_OFFSET) or 0)
        return self.evm.prepare_header(now)

    def advance_time(self, seconds: int) -> None:
        """Let the chain's time run ahead of the clock by that much more, and mine a block.

        Raises:
            InvalidInput: ``invalid_duration``, it is negative.
        """
        if seconds < 0:
            raise InvalidInput("invalid_duration", "time does not run backwards")
        ahead = int(self._store.setting(_TIME_OFFSET) or 0) + seconds
        self._store.set_setting(_TIME_OFFSET, str(ahead))
        self.mine([])

    def send(self, raw: bytes) -> bytes:
        """Mine a signed transaction and return its hash.

        Raises:
            ChainError: ``transaction_rejected``; the chain stays as it was.
        """
        transaction = self.evm.decode(raw)
        try:
            self.mine([transaction])
        except ValidationError as error:
            raise ChainError("transaction_rejected", str(error)) from error
        return bytes(transaction.hash)

    def mine(self, transactions: Sequence[SignedTransactionAPI]) -> BlockAPI:
        """Make one block of the transactions, commit it and return it."""
        try:
            self.evm.header = self.next_header()
            result, receipts, _ = self.evm.mine_all(transactions)
            block = result.imported_block
            self._store.commit(_logs_of(block, receipts))
        except BaseException:
            self._store.discard()
            raise
        return block

    def header_at(self, number: int) -> BlockHeaderAPI | None:
        """Return the header of the block at that height, or ``None``."""
        try:
            return self.evm.get_canonical_block_header_by_number(BlockNumber(number))
        except HeaderNotFound:
            return None

    def header_with_hash(self, block_hash: bytes) -> BlockHeaderAPI | None:
        """Return the header of the block with that hash, or ``None``."""
        try:
            return self.evm.get_block_header_by_hash(Hash32(block_hash))
        except HeaderNotFound:
            return None

    def place_of(self, transaction_hash: bytes) -> tuple[BlockAPI, int] | None:
        """Return the block and the index at which a transaction stands, or ``None``."""
        try:
            number, index = self.evm.get_canonical_transaction_index(Hash32(transaction_hash))
        except TransactionNotFound:
            return None
        return self.evm.get_canonical_block_by_number(number), index

    def receipts_of(self, block: BlockAPI) -> tuple[ReceiptAPI, ...]:
        """Return the receipts of a block's transactions, in order."""
        return block.get_receipts(self.evm.chaindb)

    def logs(self, first: int, last: int) -> list[StoredLog]:
        """Return the logs of the blocks ``first`` to ``last``, both included, in order."""
        return list(self._store.logs(first, last))


def _evm_class(chain_id: int) -> type[EmbeddedEVM]:
    return EmbeddedEVM.configure(chain_id=chain_id)


def _logs_of(block: BlockAPI, receipts: Sequence[ReceiptAPI]) -> list[StoredLog]:
    """Number the logs of a block through all its transactions."""
    emitted = [
        (index, transaction.hash, log)
        for index, (transaction, receipt) in enumerate(
            zip(block.transactions, receipts, strict=True)
        )
        for log in receipt.logs
    ]
    return [
        StoredLog(
            block_number=block.number,
            position=position,
            block_hash=block.hash,
            transaction_hash=transaction_hash,
            transaction_index=index,
            address=log.address,
            topics=tuple(topic.to_bytes(32, "big") for topic in log.topics),
            data=log.data,
        )
        for position, (index, transaction_hash, log) in enumerate(emitted)
    ]
