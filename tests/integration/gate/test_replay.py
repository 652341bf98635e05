"""Recorded decisions are taken again, and what was altered in their evidence is found."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from gate_archive import OUTSIDER, Archive
from gate_world import ALICE, CLEARANCE, LICENCE, World, badge, of_schema

from didgate.credentials.evidence import Evidence
from didgate.dids import DIDDocument
from didgate.encoding import strict_json
from didgate.errors import VerificationError
from didgate.gate.commitments import CommittedInput
from didgate.gate.inputs import Inputs
from didgate.gate.receipt import Receipt
from didgate.gate.replay import open_inputs, replay
from didgate.keys import KeyAlgorithm


@pytest.fixture
def archive(world: World) -> Archive:
    return Archive(world)


def tree(world: World) -> dict[str, Any]:
    account = {"address": {"list": "0x" + world.list_id.hex()}}
    return {"any": [of_schema(CLEARANCE), of_schema(LICENCE), badge(), account]}


def test_decisions_of_all_forms_are_replayed(archive: Archive, world: World) -> None:
    resource, member = world.resource(tree(world)), world.member()
    wallets = [world.holder(), world.badge_holder(), member, world.holder(of=LICENCE)]
    wallets += [world.holder(OUTSIDER), world.badge_holder(OUTSIDER), world.wallet()]
    found = [archive.replayed(archive.caller.enter(wallet, resource)) for wallet in wallets]
    assert [each.allowed for each in found] == [True] * 4 + [False] * 3


def test_a_restriction_and_two_blocks_are_replayed(tmp_path: Any) -> None:
    world = World.build(tmp_path, finality_depth=2)
    archive = Archive(world)
    resource = world.resource(of_schema(CLEARANCE))
    world.settle()
    world.settle()
    world.restrict(resource, badge())
    wallet = world.holder()
    wallet.add(world.issuers.badges.issue("a", ALICE, wallet.keys.create(KeyAlgorithm.P256)))
    receipt = archive.replayed(archive.caller.enter(wallet, resource))
    latest, finalized = receipt.judgements
    assert receipt.allowed
    assert (len(latest.restrictions), len(finalized.restrictions)) == (1, 0)
    assert latest.block_hash != finalized.block_hash
    assert "facts.finalized" in receipt.commitments
    world.chain.close()


def test_refusals_before_a_verdict_are_replayed(archive: Archive, world: World) -> None:
    resource, caller = world.resource(badge()), archive.caller
    malformed = caller.submit(caller.challenge(resource), {"vp_token": {"c0": ["x"]}})
    surplus = caller.submit(caller.challenge(resource), {"vp_token": {"c7": ["x"]}})
    challenge = caller.challenge(resource)
    world.restrict(resource, of_schema(CLEARANCE))
    changed = caller.submit(challenge, {"vp_token": {}})
    challenge = caller.challenge(resource)
    world.pause(resource)
    paused = caller.submit(challenge, {"vp_token": {}})
    codes = [archive.replayed(each).code for each in (malformed, surplus, changed, paused)]
    assert codes[1:] == ["leaf_not_asked", "policy_changed", "paused"]


def test_a_refusal_after_issuers_were_looked_up_is_replayed(archive: Archive, world: World) -> None:
    """Its issuer must be accredited before its DID is resolved: a fact without a verdict."""
    resource, caller, holder = world.resource(badge()), archive.caller, world.badge_holder()
    challenges = [caller.challenge(resource) for _ in range(2)]
    receipt = archive.replayed(caller.submit(challenges[1], caller.present(holder, challenges[0])))
    assert not receipt.allowed
    assert {"evidence", "facts.latest"} < receipt.commitments.keys()
    assert "verdicts.latest" not in receipt.commitments


def test_a_presentation_with_any_number_is_replayed(archive: Archive, world: World) -> None:
    """JCS has no form for them: what was received is committed to as text."""
    resource, caller = world.resource(of_schema(CLEARANCE)), archive.caller
    body = strict_json.loads('{"vp_token": {"c0": [{"a": 100000000000000000000, "b": 1.5}]}}')
    decision = caller.submit(caller.challenge(resource), body)
    assert not archive.replayed(decision).allowed


def recommitted(receipt: Receipt, inputs: Inputs) -> tuple[Receipt, Inputs]:
    """Return receipt and inputs as a gate would have signed them that recorded these inputs."""
    opened = tuple(
        CommittedInput(name, value, bytes(32)) for name, value in inputs.to_dict().items()
    )
    commitments = {each.name: each.commitment for each in opened}
    return replace(receipt, commitments=commitments), open_inputs(
        replace(receipt, commitments=commitments), opened
    )


def _later(inputs: Inputs) -> None:
    inputs.now = inputs.now.replace(year=inputs.now.year + 1)


def _other_account(inputs: Inputs) -> None:
    evaluation = inputs.verdicts["latest"]
    inputs.verdicts["latest"] = replace(evaluation, account="0x" + "11" * 20)


def _forget_facts(inputs: Inputs) -> None:
    inputs.facts["latest"] = replace(inputs.facts["latest"], keys={})


def _suspended(inputs: Inputs) -> None:
    facts = inputs.facts["latest"]
    issuers = {
        name: fact and replace(fact, suspended_until=2**63) for name, fact in facts.issuers.items()
    }
    inputs.facts["latest"] = replace(facts, issuers=issuers)


def _facts_of_another_block(inputs: Inputs) -> None:
    facts = inputs.facts["latest"]
    inputs.facts["latest"] = replace(facts, block=replace(facts.block, number=1))


def _other_block(inputs: Inputs) -> None:
    state, facts = inputs.state["latest"], inputs.facts["latest"]
    block = replace(state.block, hash=bytes(32))
    inputs.state["latest"] = replace(state, block=block)
    inputs.facts["latest"] = replace(facts, block=block)


def _no_evidence(inputs: Inputs) -> None:
    inputs.evidence = Evidence()


def _asked_for_more(inputs: Inputs) -> None:
    query = deepcopy(dict(inputs.challenge.dcql))
    query["credentials"][0]["claims"].append({"path": ["credentialSubject", "name"]})
    inputs.challenge = replace(inputs.challenge, dcql=query)


def _other_presentation(inputs: Inputs) -> None:
    inputs.presentation = replace(inputs.presentation, credentials={})


def _other_policy(inputs: Inputs) -> None:
    inputs.state["latest"] = replace(inputs.state["latest"], restrictions=(), epoch=99)


def _other_resource(inputs: Inputs) -> None:
    inputs.challenge = replace(inputs.challenge, resource=bytes(32))


@pytest.mark.parametrize(
    ("tamper", "path"),
    [
        (_later, "decidedAt"),
        (_other_resource, "resource"),
        (_other_account, "verdicts.latest"),
        (_forget_facts, "decision"),
        (_suspended, "decision"),
        (_facts_of_another_block, "judgements"),
        (_other_block, "judgements.latest"),
        (_no_evidence, "decision"),
        (_other_presentation, "decision"),
        (_other_policy, "decision"),
        (_asked_for_more, "challenge"),
    ],
)
def test_a_gate_that_recorded_other_inputs_is_found_out(
    archive: Archive, world: World, tamper: Callable[[Inputs], None], path: str
) -> None:
    """Even one that commits to them: what it decided does not follow from them."""
    resource = world.resource(of_schema(CLEARANCE))
    receipt = archive.receipt(archive.caller.enter(world.holder(), resource))
    inputs = archive.inputs(receipt)
    tamper(inputs)
    with pytest.raises(VerificationError) as error:
        replay(*recommitted(receipt, inputs))
    assert (error.value.code, error.value.path) == ("replay_differs", path)


def test_a_flipped_verdict_is_found(archive: Archive, world: World) -> None:
    resource = world.resource(of_schema(CLEARANCE))
    receipt = archive.receipt(archive.caller.enter(world.holder(OUTSIDER), resource))
    inputs = archive.inputs(receipt)
    judged = tuple(replace(each, verdict="true", leaves=()) for each in receipt.judgements)
    flipped = replace(receipt, allowed=True, code="allowed", judgements=judged)
    with pytest.raises(VerificationError) as error:
        replay(flipped, inputs)
    assert (error.value.code, error.value.path) == ("replay_differs", "decision")


@pytest.mark.parametrize("fault", ["value", "salt", "missing", "surplus", "twice", "another"])
def test_evidence_that_the_receipt_does_not_commit_to_is_refused(
    archive: Archive, world: World, fault: str
) -> None:
    resource = world.resource(of_schema(CLEARANCE))
    receipt = archive.receipt(archive.caller.enter(world.holder(), resource))
    other = archive.receipt(archive.caller.enter(world.holder(OUTSIDER), resource))
    first, *rest = archive.opened(receipt)
    opened = {
        "value": (replace(first, value={}), *rest),
        "salt": (replace(first, salt=bytes(32)), *rest),
        "missing": tuple(rest),
        "surplus": (first, *rest, CommittedInput("name", "Alice", bytes(32))),
        "twice": (first, first, *rest),
        "another": archive.opened(other),
    }[fault]
    with pytest.raises(VerificationError) as error:
        open_inputs(receipt, opened)
    assert error.value.code == "evidence_mismatch"


@pytest.mark.parametrize("kind", ["policy", "schema", "key", "document", "names"])
def test_evidence_that_contradicts_its_own_ids_is_refused(
    archive: Archive, world: World, kind: str
) -> None:
    allow, holder = of_schema(CLEARANCE), world.holder()
    if kind == "document":
        allow, holder = badge(), world.badge_holder()
    receipt = archive.receipt(archive.caller.enter(holder, world.resource(allow)))
    inputs = archive.inputs(receipt)
    evidence = inputs.evidence
    assert evidence is not None
    match kind:
        case "policy":
            inputs.state["latest"] = replace(inputs.state["latest"], active=bytes(32))
        case "schema":
            inputs.schemas = {bytes(32): CLEARANCE}
        case "key":
            inputs.evidence = replace(
                evidence, keys={bytes(32): next(iter(evidence.keys.values()))}
            )
        case "document":
            # A did:key is its key: whatever was resolved, this is not its document.
            made_up = DIDDocument.from_dict({"id": world.issuers.did})
            inputs.evidence = replace(evidence, documents={world.issuers.did: made_up})
        case _:
            del inputs.state["latest"]
    with pytest.raises(VerificationError) as error:
        recommitted(receipt, inputs)
    expected = "evidence_malformed" if kind == "names" else "evidence_mismatch"
    assert error.value.code == expected
