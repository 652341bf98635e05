"""A proposed policy put to decisions of a real gate, with and without their evidence."""

from __future__ import annotations

from typing import Any

import pytest
from gate_archive import OUTSIDER, Archive
from gate_world import CLEARANCE, World, badge, of_schema

from didgate.chain.facts import Facts
from didgate.gate.audit import AuditedChain, facts_at
from didgate.gate.proposal import Foreseen, Foresight, Outcome, summarize
from didgate.gate.receipt import Receipt
from didgate.gate.receipt_form import JudgementRecord
from didgate.policy import Policy, decode, effective, parse_policy


@pytest.fixture
def archive(world: World) -> Archive:
    return Archive(world)


class Proposals:
    """Puts policies to one recorded decision."""

    def __init__(self, archive: Archive, world: World, receipt: Receipt) -> None:
        self.archive, self.world, self.receipt = archive, world, receipt

    def policy_of(self, judgement: JudgementRecord) -> Policy | None:
        if judgement.policy_id is None:
            return None
        registry, client = self.world.contracts.policies, self.world.client
        ids = (judgement.policy_id, *judgement.restrictions)
        active, *rest = (decode(client.read(registry.policy_bytes(each))) for each in ids)
        return effective(active, rest)

    def time_of(self, judgement: JudgementRecord) -> int:
        return self.world.client.header(judgement.block_number).block.timestamp

    def without(self, allow: dict[str, Any]) -> Foreseen:
        policy = parse_policy(self.world.policy(allow))
        return Foresight(policy, self.policy_of, self.time_of).foresee(self.receipt)

    def having(self, allow: dict[str, Any], **options: Any) -> Foreseen:
        policy = parse_policy(self.world.policy(allow))
        foresight = Foresight(policy, self.policy_of, self.time_of, **options)
        return foresight.foresee(self.receipt, self.archive.inputs(self.receipt))


def decided(archive: Archive, world: World, wallet: Any, resource: bytes) -> Proposals:
    receipt = archive.receipt(archive.caller.enter(wallet, resource))
    return Proposals(archive, world, receipt)


def level(least: int) -> dict[str, Any]:
    return of_schema(CLEARANCE, claims={"clearance": {"atLeast": least}})


LONG_AGO = {"time": {"until": "2001-01-01T00:00:00Z"}}


def test_an_allowance_without_evidence(archive: Archive, world: World) -> None:
    """The world's holder has clearance 4; the receipt does not say so."""
    proposals = decided(archive, world, world.holder(), world.resource(level(3)))
    expected = {
        Outcome.SAME: [level(3), level(2), {"any": [level(3), badge()]}],
        Outcome.CHANGES: [{"all": [level(3), LONG_AGO]}],
        Outcome.UNKNOWN: [level(4), level(5), badge()],
    }
    for outcome, policies in expected.items():
        for allow in policies:
            assert proposals.without(allow).outcome is outcome, allow


def test_an_allowance_with_evidence(archive: Archive, world: World) -> None:
    proposals = decided(archive, world, world.holder(), world.resource(level(3)))
    for allow, outcome in [
        (level(4), Outcome.SAME),
        (level(5), Outcome.CHANGES),
        (badge(), Outcome.UNKNOWN),
        (level(2), Outcome.SAME),
    ]:
        found = proposals.having(allow)
        assert found.outcome is outcome, allow
        assert found.rests_on == ("receipt" if outcome is Outcome.UNKNOWN else "evidence")


def test_a_denial_without_evidence(archive: Archive, world: World) -> None:
    """The outsider has clearance 2: too little, and the receipt says that it is too little."""
    proposals = decided(archive, world, world.holder(OUTSIDER), world.resource(level(3)))
    assert not proposals.receipt.allowed
    both = {"all": [level(3), badge()], "holder": "any"}
    expected = {
        Outcome.SAME: [level(3), level(4), LONG_AGO, both],
        Outcome.UNKNOWN: [level(2), {"any": [level(3), badge()]}],
        Outcome.CHANGES: [{"time": {"from": "2001-01-01T00:00:00Z"}}],
    }
    for outcome, policies in expected.items():
        for allow in policies:
            assert proposals.without(allow).outcome is outcome, allow
    assert proposals.having(level(2)).outcome is Outcome.CHANGES
    assert proposals.having(level(1)).to_dict()["would"] == "allow"


def test_what_was_not_shown_may_be_there(archive: Archive, world: World) -> None:
    resource, caller = world.resource(level(3)), archive.caller
    receipt = archive.receipt(caller.submit(caller.challenge(resource), {"vp_token": {}}))
    proposals = Proposals(archive, world, receipt)
    assert [leaf.code for leaf in receipt.judgements[0].leaves] == ["credential_missing"]
    for find in (proposals.without, proposals.having):
        assert find(level(3)).outcome is Outcome.SAME
        assert find({"any": [level(3), badge()]}).outcome is Outcome.UNKNOWN
        assert find(level(4)).outcome is Outcome.UNKNOWN


def test_another_registry_makes_a_receipt_say_nothing(archive: Archive, world: World) -> None:
    proposals = decided(archive, world, world.holder(OUTSIDER), world.resource(level(3)))
    document = world.policy(level(3))
    document["registries"]["issuers"]["codeHash"] = "0x" + "77" * 32
    foresight = Foresight(parse_policy(document), proposals.policy_of, proposals.time_of)
    assert foresight.foresee(proposals.receipt).outcome is Outcome.UNKNOWN


def test_a_policy_whose_bytes_cannot_be_had_makes_a_receipt_say_nothing(
    archive: Archive, world: World
) -> None:
    proposals = decided(archive, world, world.holder(), world.resource(level(3)))
    policy = parse_policy(world.policy(level(3)))
    foresight = Foresight(policy, lambda _judgement: None, lambda _judgement: None)
    assert foresight.foresee(proposals.receipt).outcome is Outcome.UNKNOWN


def test_a_pause_stays_whatever_is_proposed(archive: Archive, world: World) -> None:
    resource, caller = world.resource(level(3)), archive.caller
    challenge = caller.challenge(resource)
    world.pause(resource)
    receipt = archive.receipt(caller.submit(challenge, {"vp_token": {}}))
    found = Proposals(archive, world, receipt).having(level(1))
    assert (found.outcome, found.why) == (Outcome.SAME, "the resource was paused")


def test_what_did_not_verify_is_mended_by_no_policy(archive: Archive, world: World) -> None:
    resource, caller = world.resource(badge()), archive.caller
    members = {"vp_token": {"c0": ["x"]}}
    receipt = archive.receipt(caller.submit(caller.challenge(resource), members))
    found = Proposals(archive, world, receipt).without(level(1))
    assert found.outcome is Outcome.SAME
    unasked = {"vp_token": {"c7": ["x"]}}
    receipt = archive.receipt(caller.submit(caller.challenge(resource), unasked))
    assert Proposals(archive, world, receipt).without(level(1)).outcome is Outcome.UNKNOWN


def test_facts_are_read_at_the_block_of_the_decision(archive: Archive, world: World) -> None:
    account = {"address": {"list": "0x" + world.list_id.hex()}}
    member = world.member()
    proposals = decided(archive, world, member, world.resource({"any": [account, badge()]}))
    chain = AuditedChain(world.client, world.contracts)

    def read(query: Any, block: Any) -> Facts:
        return facts_at(chain, query, block)

    aged = {"address": {"list": "0x" + "77" * 32}}
    assert proposals.having(aged).outcome is Outcome.UNKNOWN
    assert proposals.having(aged, read=read).outcome is Outcome.CHANGES


def test_two_policies_at_the_two_blocks(archive: Archive, world: World) -> None:
    proposals = decided(archive, world, world.holder(), world.resource(level(3)))
    latest, finalized = proposals.receipt.judgements
    changed = {f: getattr(proposals.receipt, f) for f in proposals.receipt.__dataclass_fields__}
    other = {f: getattr(finalized, f) for f in finalized.__dataclass_fields__}
    earlier = JudgementRecord(**other | {"restrictions": (latest.policy_id,)})
    receipt = Receipt(**changed | {"judgements": (latest, earlier)})
    found = Proposals(archive, world, receipt)
    assert found.without(level(2)).outcome is Outcome.SAME
    assert found.without(level(4)).outcome is Outcome.UNKNOWN


def test_outcomes_are_gathered(archive: Archive, world: World) -> None:
    proposals = decided(archive, world, world.holder(), world.resource(level(3)))
    found = [proposals.without(level(n)) for n in (2, 3, 5)]
    counts = {outcome: len(each) for outcome, each in summarize(found).items()}
    assert counts == {Outcome.SAME: 2, Outcome.CHANGES: 0, Outcome.UNKNOWN: 1}
