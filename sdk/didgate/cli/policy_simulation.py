"""``didgate policy simulate``: recorded decisions, put to a proposed version of the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from didgate.chain.facts import Block, FactQuery, Facts
from didgate.cli import inputs
from didgate.cli.output import hexadecimal, print_json, print_record, print_records, time_text
from didgate.cli.policy_state import composed
from didgate.cli.receipt_commands import read_jwks
from didgate.cli.workspace import Workspace
from didgate.encoding import strict_json
from didgate.errors import ChainError, InvalidInput
from didgate.gate.audit import AuditedChain, facts_at
from didgate.gate.bundle import MAX_BUNDLE_BYTES, Bundle
from didgate.gate.commitments import CommittedInput
from didgate.gate.inputs import Inputs
from didgate.gate.opening import open_vault
from didgate.gate.proposal import Foreseen, Foresight, Outcome, summarize
from didgate.gate.receipt import verify_receipt
from didgate.gate.receipt_form import JudgementRecord, Receipt
from didgate.gate.replay import open_inputs
from didgate.keys.jws import decode_unverified_jws
from didgate.policy import Policy
from didgate.stores import SQLReceiptStore, open_engine


@dataclass(frozen=True, slots=True)
class Decided:
    """A recorded decision.

    Args:
        receipt: its receipt.
        opened: its evidence, not yet held against the receipt; None where there is none.
    """

    receipt: Receipt
    opened: tuple[CommittedInput, ...] | None


def from_file(file: Path, jwks: str) -> Iterator[Decided]:
    """Yield the decisions in a file: one bundle, or receipts line by line.

    Args:
        file: what it is called.
        jwks: file or URL of the gate's keys.

    Raises:
        VerificationError: ``bundle_malformed``, or what is wrong with a receipt.
        InvalidInput: the file cannot be read.
    """
    content = inputs.read_bytes(file, max_bytes=MAX_BUNDLE_BYTES)
    keys = read_jwks(jwks)
    single = content.lstrip().startswith(b"{")
    for part in [content] if single else content.split():
        bundle = Bundle.read(part)
        yield Decided(verify_receipt(bundle.receipt, keys), bundle.evidence)


def from_store(workspace: Workspace, *, with_evidence: bool) -> Iterator[Decided]:
    """Yield the decisions of the gate here, whose store is trusted.

    Raises:
        InvalidInput: ``receipts_missing``.
    """
    if not workspace.home.gate.exists():
        raise InvalidInput("receipts_missing", "no gate has kept receipts here")
    engine = open_engine(workspace.home.gate)
    try:
        for stored in SQLReceiptStore(engine).iterate():
            _, payload = decode_unverified_jws(stored.jws)
            receipt = Receipt.from_dict(strict_json.loads(payload))
            yield Decided(receipt, _kept(workspace, receipt.id) if with_evidence else None)
    finally:
        engine.dispose()


def _kept(workspace: Workspace, receipt_id: str) -> tuple[CommittedInput, ...] | None:
    if not workspace.home.evidence.exists():
        raise InvalidInput("unknown_evidence", "the gate here has kept no evidence")
    try:
        return open_vault(workspace.settings, workspace.keystore).get(receipt_id)
    except InvalidInput as error:
        if error.code != "unknown_evidence":  # this one was not kept, or has been erased
            raise
        return None


def simulate(
    workspace: Workspace, proposal: Policy, decided: Iterator[Decided], resource: bytes | None
) -> list[Foreseen]:
    """Put a proposal to recorded decisions about one resource.

    Args:
        workspace: the chain that the decisions were taken on.
        proposal: the whole policy that would hold.
        decided: the decisions.
        resource: the resource; None if the decisions are about one alone.

    Raises:
        InvalidInput: ``several_resources``, or ``foreign_receipt``.
        VerificationError: ``evidence_mismatch``.
    """
    past = Past(workspace)
    foresight = Foresight(proposal, past.policy_of, past.time_of, past.facts)
    about = resource
    found = []
    for each in decided:
        receipt = each.receipt
        about = about or receipt.resource
        if receipt.resource != about:
            if resource is not None:
                continue
            message = "the receipts are about several resources: name one with --resource"
            raise InvalidInput("several_resources", message)
        past.check(receipt)
        found.append(foresight.foresee(receipt, _inputs(each)))
    return found


def _inputs(decided: Decided) -> Inputs | None:
    return None if decided.opened is None else open_inputs(decided.receipt, decided.opened)


@dataclass
class Past:
    """What the chain tells of past blocks.

    Args:
        workspace: the chain.
    """

    workspace: Workspace

    def check(self, receipt: Receipt) -> None:
        """Refuse a receipt of another chain or another policy registry.

        Raises:
            InvalidInput: ``foreign_receipt``.
        """
        here = (self.workspace.chain.chain_id, self.workspace.deployment.policies.address)
        if (receipt.chain_id, receipt.policy_registry) != here:
            message = f"receipt {receipt.id} is of another chain, or another policy registry"
            raise InvalidInput("foreign_receipt", message)

    def policy_of(self, judgement: JudgementRecord) -> Policy | None:
        """Return the effective policy of a judgement; its bytes never leave the chain."""
        if judgement.policy_id is None:
            return None
        registry = self.workspace.deployment.policies
        ids = (judgement.policy_id, *judgement.restrictions)
        active, *rest = self.workspace.chain.read_many([registry.policy_bytes(n) for n in ids])
        return composed(active, rest)

    def time_of(self, judgement: JudgementRecord) -> int | None:
        """Return the time of a judgement's block; None where the chain has no such block."""
        try:
            return self.workspace.chain.header(judgement.block_hash).block.timestamp
        except ChainError as error:
            if error.code not in {"unknown_block", "rpc_error"}:
                raise
            return None

    def facts(self, query: FactQuery, block: Block) -> Facts:
        """Read facts at a past block; none where the node no longer has its state."""
        try:
            return facts_at(self._audited, query, block)
        except ChainError as error:
            if error.code not in {"not_canonical", "rpc_error"}:
                raise
            return Facts(block)

    @cached_property
    def _audited(self) -> AuditedChain:
        return AuditedChain(self.workspace.chain, self.workspace.deployment)


def print_outcomes(policy: Policy, foreseen: Sequence[Foreseen], *, as_json: bool) -> None:
    """Print how many decisions stay, and each that would change or is unknown."""
    found = summarize(foreseen)
    counts = {outcome.value: len(each) for outcome, each in found.items()}
    told = {"policyId": hexadecimal(policy.policy_id), "decisions": len(foreseen)} | counts
    listed = [
        each.to_dict() | {"decidedAt": time_text(int(each.receipt.decided_at.timestamp()))}
        for outcome in (Outcome.CHANGES, Outcome.UNKNOWN)
        for each in found[outcome]
    ]
    if as_json:
        print_json(told | {"listed": listed})
        return
    print_record(told, as_json=False)
    if listed:
        print_records(listed, as_json=False, title="Would change, or is unknown")
