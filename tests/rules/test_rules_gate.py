"""Rules of the gate that no other test is named for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from gate_actors import Caller, Line
from gate_world import ALICE, CLEARANCE, World, badge, of_schema

from didgate import policy as policies
from didgate.chain.client import ChainClient
from didgate.chain.facts import Facts
from didgate.credentials.presentation import Presentation
from didgate.gate import GateStores
from didgate.stores import (
    MemoryReplayCache,
    SQLChallengeStore,
    SQLQuotaStore,
    SQLReceiptStore,
    open_engine,
)
from didgate.verifier import gather_evidence, verify_presentation

WRITES = ("INSERT", "UPDATE", "DELETE")


def stores(world: World, engine: sa.Engine) -> GateStores:
    return GateStores(
        SQLChallengeStore(engine, clock=world.clock),
        MemoryReplayCache(clock=world.clock),
        SQLQuotaStore(engine),
        SQLReceiptStore(engine),
    )


def written(engine: sa.Engine) -> list[str]:
    """Return a list that each statement that writes to the database is added to."""
    statements: list[str] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            statements.append(statement)

    return statements


def test_a_warm_request_makes_no_chain_call_and_no_durable_write(world: World) -> None:
    line, engine = Line(world.chain), open_engine(world.folder / "gate.sqlite")
    gate = world.gate(ChainClient.connect(line), stores=stores(world, engine))
    free = world.resource(of_schema(CLEARANCE))
    counted = world.resource(badge(), quota={"limit": 10, "period": 3600})
    caller, writes = Caller(world, gate), written(engine)
    holders = {free: world.holder(), counted: world.badge_holder()}
    tokens = {each: caller.enter(holders[each], each).token or "" for each in holders}
    assert writes, "whoever enters leaves a challenge and a receipt"
    world.settle(1)
    line.calls.clear()
    writes.clear()
    for _ in range(3):
        caller.use(tokens[free], free)
    assert (line.calls, writes) == ([], [])
    caller.use(tokens[counted], counted)
    assert line.calls == []
    assert writes, "a quota has a counter"
    assert all("quotas" in statement for statement in writes), "and nothing but a counter"
    engine.dispose()


_noted: list[str] | None = None
OUTSIDE = ("open", "socket.", "sqlite3.", "subprocess.", "os.")


def _audit(event: str, _arguments: Any) -> None:
    if _noted is not None and event.startswith(OUTSIDE):
        _noted.append(event)


@contextmanager
def touched() -> Iterator[list[str]]:
    """Note each file, connection and process that is opened meanwhile."""
    global _noted  # noqa: PLW0603  # an audit hook stays for ever, so it must be told to rest
    _noted = events = []
    try:
        yield events
    finally:
        _noted = None


sys.addaudithook(_audit)


def test_verifying_and_evaluating_touch_nothing_outside(world: World) -> None:
    """Both are pure: no network, no storage; and no clock, for the time is an argument."""
    gate, resource = world.gate(), world.resource(badge())
    caller, holder = Caller(world, gate), world.badge_holder()
    challenge = caller.challenge(resource)
    presentation = Presentation.from_dict(caller.present(holder, challenge))
    evidence = gather_evidence(presentation, challenge, world.sources())
    policy, facts = policies.decode(challenge.policy), Facts(world.chain.head)

    def decide(now: datetime) -> policies.Verdict:
        verified = verify_presentation(presentation, challenge, evidence, now)
        return policies.evaluate(policy, verified, facts, now).verdict

    decide(world.clock.now())  # imports what it imports
    with touched() as events:
        decide(world.clock.now())
    assert events == []
    with touched() as events:
        (world.folder / "noted").write_text("the hook is awake")
    assert "open" in events
    assert world.clock.now() < datetime.now(UTC), "the outcome was that of the time it was told"


@pytest.mark.parametrize("allow", [badge(), of_schema(CLEARANCE)], ids=["sd-jwt", "attribute"])
def test_an_answer_to_one_gate_opens_no_other(world: World, allow: dict[str, Any]) -> None:
    """Passed on under another origin, a challenge is answered to that origin alone."""
    gate, resource = world.gate(), world.resource(allow)
    caller, holder = Caller(world, gate), world.badge_holder()
    holder.add(world.issuers.of[CLEARANCE.type].issue("alice", dict(ALICE)).to_document())
    challenge = caller.challenge(resource)
    passed_on = replace(challenge, audience="https://phishing.example")
    assert not caller.submit(challenge, caller.present(holder, passed_on)).allowed
    challenge = caller.challenge(resource)
    assert caller.submit(challenge, caller.present(holder, challenge)).allowed
