"""The bundle of a receipt: everything that an auditor needs beside a chain and the gate's keys.

A receipt alone shows what its gate signed. Its bundle adds where it stands in the log of the gate's
receipts, and which anchor on chain covers it; and, for auditors who may see personal data, the
opened evidence. The gate's keys are never in it: trust in them has to come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from didgate.chain.client import ChainClient
from didgate.chain.receipt_anchor import Anchor, ReceiptAnchor
from didgate.encoding import checksum_address, parse_address, strict_json
from didgate.encoding.merkle_log import inclusion_proof, tree_head
from didgate.errors import ChainError, DidgateError, StoreError, VerificationError
from didgate.gate.anchoring import entry_hashes, first_covering
from didgate.gate.commitments import CommittedInput, from_list, to_list
from didgate.gate.evidence_json import from_json, to_json
from didgate.gate.receipt_form import Receipt
from didgate.keys.jws import decode_unverified_jws
from didgate.stores import ReceiptStore, StoredReceipt

VERSION: Final = 1
MAX_BUNDLE_BYTES: Final = 8 * 1024 * 1024
_MAX_DEPTH: Final = 64


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where a receipt stands in the log of its gate.

    Args:
        index: its place, from 0.
        size: how many entries the log had.
        hashes: the path to the root, lowest first (RFC 9162 §2.1.3).
    """

    index: int
    size: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRecord:
    """An anchor, as the chain is said to hold it.

    Args:
        chain_id: EIP-155 id of the chain.
        contract: EIP-55 address of the ``ReceiptAnchor``.
        account: EIP-55 address of the gate's account.
        number: which of the account's anchors it is, from 0.
        root: 32-byte root of the log.
        block_number: block in which it was anchored.
        block_hash: that block's 32-byte hash.
        timestamp: that block's time, in Unix seconds.
        transaction: 32-byte hash of the transaction.
    """

    chain_id: int
    contract: str
    account: str
    number: int
    root: bytes
    block_number: int
    block_hash: bytes
    timestamp: int
    transaction: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A receipt and what comes with it, **unverified**.

    Args:
        receipt: compact JWS.
        inclusion: its place in the log that was anchored; None where it is not anchored yet.
        anchor: the anchor; there exactly if ``inclusion`` is.
        evidence: the opened inputs; None where they are not handed out. Personal data.
    """

    receipt: str
    inclusion: Inclusion | None = None
    anchor: AnchorRecord | None = None
    evidence: tuple[CommittedInput, ...] | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the bundle as JSON."""
        members: dict[str, Any] = {"receiptBundleVersion": VERSION, "receipt": self.receipt}
        if self.inclusion is not None:
            members["inclusion"] = to_json(self.inclusion)
        if self.anchor is not None:
            members["anchor"] = _anchor_to_dict(self.anchor)
        if self.evidence is not None:
            members["evidence"] = to_list(self.evidence)
        return members

    @classmethod
    def from_dict(cls, members: Any) -> Self:
        """Read a bundle.

        Raises:
            VerificationError: ``bundle_malformed``.
        """
        try:
            bundle = cls(
                members["receipt"],
                from_json(Inclusion, members["inclusion"]) if "inclusion" in members else None,
                _anchor_from_dict(members["anchor"]) if "anchor" in members else None,
                from_list(members["evidence"]) if "evidence" in members else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError, DidgateError) as error:
            raise _malformed() from error
        if not isinstance(bundle.receipt, str) or bundle.to_dict() != members:
            raise _malformed()
        if (bundle.inclusion is None) != (bundle.anchor is None):
            raise _malformed()
        return bundle

    @classmethod
    def read(cls, content: bytes | str) -> Self:
        """Read a file that holds a bundle, or a receipt alone.

        Raises:
            VerificationError: ``bundle_malformed``.
            InvalidInput: it is too large, or no JSON.
        """
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
        if not text.lstrip().startswith("{"):
            return cls(text.strip())
        return cls.from_dict(
            strict_json.loads(text, max_bytes=MAX_BUNDLE_BYTES, max_depth=_MAX_DEPTH)
        )


def make_bundle(
    stored: StoredReceipt,
    store: ReceiptStore,
    client: ChainClient,
    *,
    evidence: Sequence[CommittedInput] | None = None,
) -> Bundle:
    """Put a receipt together with its place in the log and its anchor.

    The earliest anchor that covers the receipt is taken: it dates it best.

    Args:
        stored: the receipt.
        store: where the gate keeps all of them.
        client: the chain that the receipt names.
        evidence: the opened inputs, to be handed out.

    Returns:
        The bundle; without inclusion and anchor where the receipt names no anchor, or none covers
        it yet.

    Raises:
        StoreError: ``log_gap``, or ``log_diverged``: the log is not the one that was anchored.
        ChainError: the chain cannot be read, or is another: ``wrong_chain``.
    """
    opened = None if evidence is None else tuple(evidence)
    _, payload = decode_unverified_jws(stored.jws)
    receipt = Receipt.from_dict(strict_json.loads(payload))
    found = None if receipt.anchor is None else _anchor_of(receipt, stored.sequence - 1, client)
    if found is None:
        return Bundle(stored.jws, evidence=opened)
    size, record = found
    hashes = list(entry_hashes(store, size=size))
    if tree_head(hashes) != record.root:
        raise StoreError("log_diverged", "the stored receipts are not those that were anchored")
    index = stored.sequence - 1
    inclusion = Inclusion(index, size, inclusion_proof(hashes, index))
    return Bundle(stored.jws, inclusion, record, opened)


def _anchor_of(
    receipt: Receipt, index: int, client: ChainClient
) -> tuple[int, AnchorRecord] | None:
    """Return size and record of the earliest anchor that covers an entry."""
    if client.chain_id != receipt.chain_id:
        message = f"anchored on chain {receipt.chain_id}, connected to chain {client.chain_id}"
        raise ChainError("wrong_chain", message)
    place = receipt.anchor
    assert place is not None, "asked only of receipts that name an anchor"
    contract = ReceiptAnchor(place.contract)
    found = first_covering(client, contract, place.account, index)
    if found is None:
        return None
    number, anchor = found
    return anchor.size, AnchorRecord(
        chain_id=client.chain_id,
        contract=contract.address,
        account=place.account,
        number=number,
        root=anchor.root,
        block_number=anchor.block_number,
        block_hash=client.header(anchor.block_number).block.hash,
        timestamp=anchor.timestamp,
        transaction=_transaction(client, contract, place.account, anchor),
    )


def _transaction(
    client: ChainClient, contract: ReceiptAnchor, account: str, anchor: Anchor
) -> bytes:
    """Find the transaction of an anchor by its event; the chain is believed, for a pointer only."""
    event = contract.artifact().events["ReceiptsAnchored"]
    topics = (event.digest, parse_address(account).rjust(32, b"\0"))
    block = anchor.block_number
    logs = client.logs(contract.address, topics, first=block, last=block)
    sized = [log for log in logs if int.from_bytes(log.data[:32]) == anchor.size]
    if not sized:
        raise ChainError("malformed_response", "the node has no event of the anchor")
    return sized[0].transaction_hash


def _anchor_to_dict(anchor: AnchorRecord) -> dict[str, Any]:
    return {
        "chainId": anchor.chain_id,
        "contract": anchor.contract,
        "account": anchor.account,
        "number": anchor.number,
        "root": to_json(anchor.root),
        "block": {
            "number": anchor.block_number,
            "hash": to_json(anchor.block_hash),
            "timestamp": anchor.timestamp,
        },
        "transaction": to_json(anchor.transaction),
    }


def _anchor_from_dict(members: Mapping[str, Any]) -> AnchorRecord:
    block = members["block"]
    record = AnchorRecord(
        chain_id=from_json(int, members["chainId"]),
        contract=checksum_address(parse_address(members["contract"])),
        account=checksum_address(parse_address(members["account"])),
        number=from_json(int, members["number"]),
        root=from_json(bytes, members["root"]),
        block_number=from_json(int, block["number"]),
        block_hash=from_json(bytes, block["hash"]),
        timestamp=from_json(int, block["timestamp"]),
        transaction=from_json(bytes, members["transaction"]),
    )
    if any(len(each) != 32 for each in (record.root, record.block_hash, record.transaction)):
        raise ValueError(members)
    return record


def _malformed() -> VerificationError:
    return VerificationError("bundle_malformed", "not the bundle of a receipt")
