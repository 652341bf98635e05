"""Audits a decision from its receipt, months later: what can be checked is, and the rest is named.

1. The receipt alone: signature, form, no contradiction (``didgate.gate.receipt``).
2. Log and anchor: the receipt stands in the log with the root that the bundle names; on chain, the
   account that the receipt names has anchored that very root, and not before the receipt's blocks.
3. Chain facts: both blocks are of the chain, and there the policy registry and the pinned code were
   what the receipt says.
4. Evidence: it opens the commitments, and the decision comes out again (``didgate.gate.replay``);
   with a chain at hand, every fact it rested on is read again at its block and compared.

The first three make a receipt *consistent*, the fourth *replayed*. Each part that was not at hand
is listed as unchecked, with the reason; a part that was and does not hold is an error.

Blocks long past need a node that keeps their state: an archive node, or the embedded chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from didgate.chain.block_cache import BlockCache
from didgate.chain.client import ChainClient
from didgate.chain.deploy import Deployment
from didgate.chain.fact_reader import FactReader
from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.chain.policy_reader import PolicyReader
from didgate.chain.receipt_anchor import Anchor, ReceiptAnchor
from didgate.chain.revert import Reverted
from didgate.credentials.evidence import Evidence
from didgate.encoding.merkle_log import leaf_hash, verify_inclusion
from didgate.errors import ChainError, VerificationError
from didgate.gate.bundle import AnchorRecord, Bundle
from didgate.gate.grant import is_paused
from didgate.gate.inputs import Inputs
from didgate.gate.policies import compose, contents_of
from didgate.gate.receipt import verify_receipt
from didgate.gate.receipt_form import JudgementRecord, Receipt
from didgate.gate.receipt_rules import BY_VERDICT
from didgate.gate.replay import Replayed, open_inputs, replay, self_described
from didgate.policy import Policy, Verdict
from didgate.policy.combined import combined
from didgate.policy.tree import located_leaves

CONSISTENT: Final = "consistent"
REPLAYED: Final = "replayed"
_NO_CHAIN: Final = "no chain was given"


@dataclass(slots=True)
class Audit:
    """What an audit established.

    Args:
        receipt: what the gate signed.
        established: ``"consistent"``, or ``"replayed"``.
        checked: what was checked and holds, in words.
        unchecked: what was not, with the reason.
        anchored_at: when the receipt was anchored, in Unix seconds, if that was checked on chain.
        final: whether the anchor's block is final, if that was checked on chain.
        inputs: the opened evidence; personal data.
    """

    receipt: Receipt
    established: str = CONSISTENT
    checked: list[str] = field(default_factory=list)
    unchecked: dict[str, str] = field(default_factory=dict)
    anchored_at: int | None = None
    final: bool | None = None
    inputs: Inputs | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AuditedChain:
    """A chain that is trusted to tell what was.

    Args:
        client: reads it.
        deployment: the contracts there, from a source that is trusted.
    """

    client: ChainClient
    deployment: Deployment


def audit(bundle: Bundle, jwks: Mapping[str, Any], *, chain: AuditedChain | None = None) -> Audit:
    """Audit a decision.

    Args:
        bundle: the receipt with what came beside it, unverified.
        jwks: the JWK Set that the gate publishes, from a source that is trusted.
        chain: the chain that the receipt names, if there is one to ask.

    Raises:
        VerificationError: whatever does not hold: as ``verify_receipt``, ``open_inputs`` and
            ``replay``; ``anchor_…``, ``inclusion_invalid``, ``wrong_deployment``,
            ``block_not_canonical``, ``state_differs`` or ``facts_differ``.
        ChainError: the chain is out of reach, or is another: ``wrong_chain``.
    """
    found = Audit(verify_receipt(bundle.receipt, jwks))
    found.checked.append("the gate signed the receipt, and it does not contradict itself")
    if chain is not None:
        _check_deployment(found.receipt, chain)
    _audit_log(found, bundle, chain)
    _audit_states(found, chain)
    _audit_evidence(found, bundle, chain)
    return found


def facts_at(chain: AuditedChain, query: FactQuery, block: Block) -> Facts:
    """Read facts at a block long past.

    Raises:
        ChainError: the node does not keep the block's state, or is out of reach.
    """
    reader = FactReader(chain.client, chain.deployment, BlockCache(blocks=1, entries=10_000))
    return reader.read(query, block)


def _check_deployment(receipt: Receipt, chain: AuditedChain) -> None:
    if chain.client.chain_id != receipt.chain_id:
        message = f"decided on chain {receipt.chain_id}, connected to {chain.client.chain_id}"
        raise ChainError("wrong_chain", message)
    if chain.deployment.policies.address != receipt.policy_registry:
        message = "the gate decided by another policy registry than the one that is trusted here"
        raise VerificationError("wrong_deployment", message, path="policyRegistry")


def _audit_log(found: Audit, bundle: Bundle, chain: AuditedChain | None) -> None:
    """Step 2."""
    inclusion, anchor = bundle.inclusion, bundle.anchor
    if inclusion is None or anchor is None:
        named = found.receipt.anchor is not None
        missing = "the bundle holds no anchor" if named else "the receipt names no anchor"
        found.unchecked["log and anchor"] = missing
        return
    entry = leaf_hash(bundle.receipt.encode())
    verify_inclusion(entry, inclusion.index, inclusion.size, inclusion.hashes, anchor.root)
    found.checked.append(f"it is entry {inclusion.index + 1} of {inclusion.size} in the gate's log")
    _check_place(found.receipt, anchor)
    if chain is None:
        found.unchecked["anchor on chain"] = _NO_CHAIN
        return
    _check_anchor(found.receipt, anchor, inclusion.size, chain.client)
    found.anchored_at = anchor.timestamp
    found.final = anchor.block_number <= chain.client.header("finalized").block.number
    found.checked.append(f"the gate's account anchored that log in block {anchor.block_number}")


def _check_place(receipt: Receipt, anchor: AnchorRecord) -> None:
    """The account is the gate's because the receipt, signed by the gate, says so."""
    place = receipt.anchor
    said = None if place is None else (place.contract, place.account, receipt.chain_id)
    if said != (anchor.contract, anchor.account, anchor.chain_id):
        raise VerificationError("anchor_mismatch", "the receipt names another anchor, or none")


def _check_anchor(receipt: Receipt, anchor: AnchorRecord, size: int, client: ChainClient) -> None:
    contract = ReceiptAnchor(anchor.contract)
    code = client.code_hashes([contract.address])[contract.address]
    if code != ReceiptAnchor.code_hash():
        message = "where the gate anchors stands another contract, which could keep anything"
        raise VerificationError("anchor_unknown_contract", message)
    if _held(anchor, client) != Anchor(anchor.root, size, anchor.block_number, anchor.timestamp):
        raise VerificationError("anchor_forged", "the chain holds no such anchor")
    block = client.header(anchor.block_number).block
    if (block.hash, block.timestamp) != (anchor.block_hash, anchor.timestamp):
        raise VerificationError("anchor_forged", "the anchor's block is another")
    if anchor.block_number < receipt.judgements[0].block_number:
        message = "it was anchored before the block that it was decided at"
        raise VerificationError("anchor_forged", message)


def _held(anchor: AnchorRecord, client: ChainClient) -> Anchor | None:
    contract = ReceiptAnchor(anchor.contract)
    try:
        return client.read(contract.anchor_at(anchor.account, anchor.number))
    except Reverted:
        return None


def _audit_states(found: Audit, chain: AuditedChain | None) -> None:
    """Step 3."""
    if chain is None:
        found.unchecked["chain facts"] = _NO_CHAIN
        return
    for judgement in found.receipt.judgements:
        block = _canonical(judgement, chain.client)
        part = f"policy and registries at the {judgement.at} block"
        with _if_kept(found, part):
            state = _state_at(chain, found.receipt.resource, block)
            _check_state(found.receipt, judgement, state)
            _check_registries(found.receipt, judgement, state, chain.client)
            found.checked.append(f"{part}, {block.number}, were as the receipt says")


def _canonical(judgement: JudgementRecord, client: ChainClient) -> Block:
    path = f"judgements.{judgement.at}.block"
    message = "the chain has no such block; it was never there, or a reorganisation replaced it"
    try:
        block = client.header(judgement.block_number).block
    except ChainError as error:
        if error.code != "unknown_block":
            raise
        raise VerificationError("block_not_canonical", message, path=path) from error
    if block.hash != judgement.block_hash:
        raise VerificationError("block_not_canonical", message, path=path)
    return block


@contextmanager
def _if_kept(found: Audit, part: str) -> Iterator[None]:
    """Leave a part unchecked where the node no longer has the state of the block."""
    try:
        yield
    except Reverted:
        raise
    except ChainError as error:
        if error.code != "rpc_error":
            raise
        found.unchecked[part] = "the node does not keep the state of the block: ask an archive node"


def _state_at(chain: AuditedChain, resource: bytes, block: Block) -> PolicyState:
    reader = PolicyReader(chain.client, chain.deployment.policies)
    state = reader.read([resource], block)[resource]
    if isinstance(state, Reverted):
        raise _state_differs("the resource was not registered", "resource")
    return state


def _check_state(receipt: Receipt, judgement: JudgementRecord, state: PolicyState) -> None:
    restrictions = tuple(restriction for restriction, _ in state.restrictions)
    pairs: dict[str, tuple[Any, Any]] = {
        "policy": (judgement.policy_id, state.active),
        "restrictions": (judgement.restrictions, restrictions),
        "epoch": (judgement.epoch, state.epoch),
        "paused": (judgement.paused, is_paused(state, receipt.decided_at)),
    }
    for name, (said, held) in pairs.items():
        if said != held:
            path = f"judgements.{judgement.at}.{name}"
            raise _state_differs("the policy registry held something else", path)


def _check_registries(
    receipt: Receipt, judgement: JudgementRecord, state: PolicyState, client: ChainClient
) -> None:
    """Hold registries, and the leaves of a denial, against the policy that was in force."""
    if receipt.code not in BY_VERDICT:
        return
    policy = compose(contents_of(state))
    pinned = [registry for _, registry in policy.registries.pinned()]
    addresses = [registry.address for registry in pinned]
    hashes = client.code_hashes(addresses, at=judgement.block_hash)
    held = {each.address: hashes[each.address] == each.code_hash for each in pinned}
    if judgement.registries != held:
        path = f"judgements.{judgement.at}.registries"
        raise _state_differs("other registries are pinned, or other code stood there", path)
    if not receipt.allowed:
        _check_leaves(judgement, policy)


def _check_leaves(judgement: JudgementRecord, policy: Policy) -> None:
    verdicts = {leaf.path: Verdict(leaf.verdict) for leaf in judgement.leaves}
    paths = [path for path, _ in located_leaves(policy.allow)]
    said = [leaf.path for leaf in judgement.leaves]
    if said != paths or combined(policy.allow, verdicts).value != judgement.verdict:
        path = f"judgements.{judgement.at}.leaves"
        raise _state_differs("the policy has other leaves, or they come to another verdict", path)


def _state_differs(message: str, path: str) -> VerificationError:
    return VerificationError("state_differs", message, path=path)


def _audit_evidence(found: Audit, bundle: Bundle, chain: AuditedChain | None) -> None:
    """Step 4."""
    if bundle.evidence is None:
        found.unchecked["the decision itself"] = "the bundle holds no evidence"
        return
    found.inputs = open_inputs(found.receipt, bundle.evidence)
    replayed = replay(found.receipt, found.inputs)
    found.established = REPLAYED
    found.checked.append("the evidence is what the receipt commits to, and the decision follows")
    if not all(map(self_described, (found.inputs.evidence or Evidence()).documents)):
        found.unchecked["DID documents of issuers"] = "they are as the gate recorded them"
    if chain is None:
        found.unchecked["the facts that were recorded"] = _NO_CHAIN
        return
    for at, state in found.inputs.state.items():
        part = f"the facts recorded at the {at} block"
        with _if_kept(found, part):
            _check_recorded(found.inputs, replayed, at, state, chain)
            found.checked.append(f"{part} are those of the chain")


def _check_recorded(
    inputs: Inputs, replayed: Replayed, at: str, state: PolicyState, chain: AuditedChain
) -> None:
    """Read everything again that the decision asked of the chain at one block."""
    header = chain.client.header(state.block.hash).block
    if state.block != header or state != _state_at(chain, state.resource, header):
        raise _facts_differ("the policy registry held something else", f"state.{at}")
    if at not in replayed.queries:
        return
    # What the decision asked about counts; what was recorded besides decided nothing.
    asked, recorded = replayed.queries[at], inputs.facts[at]
    if facts_at(chain, asked, header) != _only(asked, recorded):
        raise _facts_differ("the registries held something else", f"facts.{at}")


def _only(query: FactQuery, facts: Facts) -> Facts:
    """Return the facts that a query asks for."""
    asked = query.asked()
    kept: dict[str, Any] = {
        name: {key: value for key, value in getattr(facts, name).items() if key in keys}
        for name, keys in asked.items()
    }
    return replace(facts, **kept)


def _facts_differ(message: str, path: str) -> VerificationError:
    return VerificationError("facts_differ", message, path=path)
