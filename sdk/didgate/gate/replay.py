"""Takes a recorded decision again, from nothing but its evidence: the receipt is *replayed*.

The evidence is opened against the receipt's commitments, and then the gate's own code decides once
more (``didgate.gate.decision``): on the recorded chain, evidence and clock, in place of the ones it
has while it serves. What comes out must be what the receipt says, to the reason of each leaf.

A replay needs no network. Whether the recorded facts are those of the chain is another question,
which ``didgate.gate.audit`` puts to an archive node; ``Replayed.queries`` says what to ask it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from didgate.chain.facts import Block, FactQuery, Facts, PolicyState
from didgate.credentials.evidence import Evidence, IssuerKey
from didgate.credentials.identifiers import key_id
from didgate.credentials.schema import AttributeSchema
from didgate.dids import DIDDocument, did_jwk, did_key
from didgate.encoding import keccak256
from didgate.errors import ChainError, InvalidInput, VerificationError
from didgate.gate.commitments import CommittedInput
from didgate.gate.decision import Decider, Hearing
from didgate.gate.inputs import FINALIZED, LATEST, Inputs
from didgate.gate.judgement import Judgement
from didgate.gate.policies import EffectivePolicy, compose, contents_of, with_schemas
from didgate.gate.receipt import Receipt
from didgate.policy import Evaluation

_SELF_DESCRIBED: Final[Mapping[str, Callable[[str], DIDDocument]]] = {
    "key": did_key.resolve,
    "jwk": did_jwk.resolve,
}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision that was taken again with the same outcome.

    Args:
        receipt: what it says.
        judgements: at the latest and at the finalized block.
        queries: what was asked of the chain, by the name of the block.
    """

    receipt: Receipt
    judgements: tuple[Judgement, Judgement]
    queries: Mapping[str, FactQuery]


def open_inputs(receipt: Receipt, opened: Sequence[CommittedInput]) -> Inputs:
    """Hold opened evidence against the commitments of a receipt, and read it.

    Args:
        receipt: verified.
        opened: from ``EvidenceFolder.get``, or from the bundle of a receipt.

    Raises:
        VerificationError: ``evidence_mismatch``, it is not what the receipt commits to, with the
            name of the input as the path; or ``evidence_malformed``.
    """
    values = {each.name: each.value for each in opened}
    if len(values) != len(opened) or values.keys() != receipt.commitments.keys():
        raise _mismatch("the evidence holds other inputs than the receipt commits to")
    for each in opened:
        if each.commitment != receipt.commitments[each.name]:
            raise _mismatch("the receipt commits to another value", each.name)
    inputs = Inputs.from_dict(values)
    _check_contents(inputs)
    return inputs


def replay(receipt: Receipt, inputs: Inputs) -> Replayed:
    """Take the decision again and compare it with the receipt.

    1. Challenge, clock and blocks of the evidence are those that the receipt names.
    2. The challenge asks what the policy in force asks, and no more.
    3. Verification and evaluation, step by step as at the gate, give the recorded outcome: the
       decision and its code, the verdict at each block, each leaf's, the account judged.

    Args:
        receipt: verified.
        inputs: from ``open_inputs``.

    Raises:
        VerificationError: ``replay_differs``, with the path of what is different.
    """
    _check_names(receipt, inputs)
    chain = RecordedChain(inputs)
    decider = Decider(
        chain, RecordedPolicies(inputs), RecordedSources(inputs), _Stopped(inputs.now)
    )
    try:
        hearing = decider.hear(inputs.challenge, inputs.presentation)
    except (ChainError, InvalidInput) as error:
        raise _differs(f"the gate could not have decided: {error.message}", "judgements") from error
    _check_outcome(receipt, hearing)
    _check_verdicts(inputs, hearing)
    return Replayed(receipt, hearing.judgements, chain.queries)


@dataclass(frozen=True, slots=True)
class RecordedChain:
    """The chain as a decision saw it, in the place of ``didgate.chain.snapshot``.

    Args:
        inputs: what was recorded.
        queries: what has been asked of it, by the name of the block.
    """

    inputs: Inputs
    queries: dict[str, FactQuery] = field(default_factory=dict)

    @property
    def latest(self) -> Block:
        """The latest block."""
        return self.inputs.state[LATEST].block

    @property
    def finalized(self) -> Block:
        """The finalized block."""
        return self.inputs.state.get(FINALIZED, self.inputs.state[LATEST]).block

    def current(self) -> RecordedChain:
        """Return the chain as it was."""
        return self

    def policy_state(self, resource: bytes, block: Block) -> PolicyState:
        """Return the recorded state of the resource."""
        state = self.inputs.state[self._name(block)]
        if state.resource != resource:
            raise ChainError("unknown_resource", "the state of another resource was recorded")
        return state

    def facts(self, query: FactQuery, block: Block) -> Facts:
        """Return the recorded facts of a block."""
        name = self._name(block)
        facts = self.inputs.facts.get(name)
        if facts is None or facts.block != block:
            raise ChainError("facts_missing", "no facts were recorded for the block")
        self.queries[name] = query
        return facts

    def _name(self, block: Block) -> str:
        return LATEST if block == self.latest else FINALIZED


@dataclass(frozen=True, slots=True)
class RecordedPolicies:
    """The policies that were in force, made from the recorded bytes."""

    inputs: Inputs

    def of(self, state: PolicyState) -> EffectivePolicy:
        """Return what was in force in a recorded state."""
        return with_schemas(compose(contents_of(state)), self.inputs.schemas.get)


class RecordedSources:
    """Answers from the recorded evidence; what is not in it was not found then."""

    def __init__(self, inputs: Inputs) -> None:
        self._evidence = inputs.evidence or Evidence()

    def schema(self, schema_id: bytes) -> AttributeSchema | None:
        """Return the schema with this id."""
        return self._evidence.schemas.get(schema_id)

    def issuer_key(self, key_id: bytes) -> IssuerKey | None:
        """Return the key with this id, and its owner."""
        return self._evidence.keys.get(key_id)

    def document(self, did: str) -> DIDDocument | None:
        """Return the DID document of an issuer."""
        return self._evidence.documents.get(did)


@dataclass(frozen=True, slots=True)
class _Stopped:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def _check_contents(inputs: Inputs) -> None:
    """Refuse policies, schemas and keys under an id that is not theirs."""
    evidence = inputs.evidence or Evidence()
    schemas = (*inputs.schemas.items(), *evidence.schemas.items())
    if any(schema.schema_id != name for name, schema in schemas):
        raise _mismatch("a schema stands under another id", "schemas")
    if any(key_id(key.public_key) != name for name, key in evidence.keys.items()):
        raise _mismatch("a key stands under another id", "evidence")
    for did, document in evidence.documents.items():
        if document.id != did or (self_described(did) and document != _derived(did)):
            raise _mismatch("a DID document stands under another DID", "evidence")
    for at, state in inputs.state.items():
        named = [*state.restrictions]
        if state.active is not None and state.active_bytes is not None:
            named.append((state.active, state.active_bytes))
        if any(keccak256(content) != policy_id for policy_id, content in named):
            raise _mismatch("a policy stands under another id", f"state.{at}")


def self_described(did: str) -> bool:
    """Tell whether the document of a DID follows from the DID itself."""
    return _method(did) in _SELF_DESCRIBED


def _derived(did: str) -> DIDDocument:
    return _SELF_DESCRIBED[_method(did)](did)


def _method(did: str) -> str:
    return did.split(":")[1]


def _check_names(receipt: Receipt, inputs: Inputs) -> None:
    """Step 1: the evidence is about the decision that the receipt names."""
    challenge, decided_at = inputs.challenge, inputs.now.replace(microsecond=0)
    pairs: dict[str, tuple[Any, Any]] = {
        "gate": (receipt.gate, challenge.audience),
        "resource": (receipt.resource, challenge.resource),
        "chainId": (receipt.chain_id, challenge.chain_id),
        "policyRegistry": (receipt.policy_registry, challenge.verifier),
        "decidedAt": (receipt.decided_at, decided_at),
    }
    for path, (said, found) in pairs.items():
        if said != found:
            raise _differs("the evidence is about another decision", path)


def _check_outcome(receipt: Receipt, hearing: Hearing) -> None:
    """Step 2 and 3: what was asked, and what the receipt says of the decision."""
    allowed = hearing.allowance is not None
    code = "allowed" if hearing.refusal is None else hearing.refusal.code
    if (receipt.allowed, receipt.code) != (allowed, code):
        raise _differs(f"the decision comes out as {code}", "decision")
    records = tuple(each.record(with_leaves=not allowed) for each in hearing.judgements)
    for said, found in zip(receipt.judgements, records, strict=True):
        if said != found:
            raise _differs("the judgement comes out otherwise", f"judgements.{found.at}")
    _check_query(hearing)


def _check_query(hearing: Hearing) -> None:
    """Step 2; where nothing was judged, the policy that was asked about may be another."""
    if not hearing.inputs.verdicts:
        return
    in_force = RecordedPolicies(hearing.inputs).of(hearing.latest)
    if in_force.query != hearing.challenge.dcql:
        raise _differs("the challenge asked otherwise than the policy does", "challenge")


def _check_verdicts(inputs: Inputs, hearing: Hearing) -> None:
    """Compare each leaf of an allowance too, of which the receipt says nothing."""
    for at in (LATEST, FINALIZED):
        said, found = inputs.verdicts.get(at), hearing.inputs.verdicts.get(at)
        if _essence(said) != _essence(found):
            raise _differs("the leaves come out otherwise", f"verdicts.{at}")


def _essence(evaluation: Evaluation | None) -> Any:
    """Return an evaluation without the words, which may change between versions."""
    if evaluation is None:
        return None
    leaves = tuple((leaf.path, leaf.verdict, leaf.code) for leaf in evaluation.leaves)
    return evaluation.verdict, evaluation.account, leaves


def _mismatch(message: str, path: str | None = None) -> VerificationError:
    return VerificationError("evidence_mismatch", message, path=path)


def _differs(message: str, path: str) -> VerificationError:
    return VerificationError("replay_differs", message, path=path)
