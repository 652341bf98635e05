"""The short way: a gate from DIDGATE_HOME, and what it finds again after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gate_actors import Caller
from gate_world import ORIGIN, World, badge

from didgate.chain.embedded import ChainServer
from didgate.client import ProofMaker
from didgate.config import Home, PassphraseSource, Settings
from didgate.errors import ChainError, InvalidInput
from didgate.gate import Gate, open_gate
from didgate.keys.keystore import Keystore
from didgate.stores import SQLReceiptStore, open_engine


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Settings:
    """Return settings of a home with a deployed chain; nothing else is there yet."""
    home = Home(tmp_path / "home")
    home.create()
    # These gates live by the system's clock, and so must the chain.
    world.clock.moment = datetime.now(UTC)
    world.settle(0)
    world.contracts.save(home.deployment)
    return Settings(home=home, passphrase=PassphraseSource("correct horse battery staple"))


@pytest.fixture
def served(world: World, settings: Settings) -> Iterator[Settings]:
    with ChainServer(world.chain) as server:
        yield replace(settings, rpc_urls=(server.url,))


def enter(world: World, gate: Gate, resource: bytes) -> str:
    gate.start()
    try:
        world.clock.moment = datetime.now(UTC)
        decision = Caller(world, gate).enter(world.badge_holder(), resource)
        assert decision.allowed
        return decision.receipt
    finally:
        gate.stop()


def test_a_gate_opens_and_opens_again(world: World, served: Settings) -> None:
    resource = world.resource(badge())
    first = open_gate(ORIGIN, served)
    receipts = [enter(world, first, resource)]
    keys = first.jwks()
    first.close()
    second = open_gate(ORIGIN, served)
    assert second.jwks() == keys
    receipts.append(enter(world, second, resource))
    second.close()
    engine = open_engine(served.home.gate)
    assert [each.jws for each in SQLReceiptStore(engine).iterate()] == receipts
    engine.dispose()


def test_the_gate_s_secrets_are_in_the_keystore(served: Settings) -> None:
    open_gate(ORIGIN, served).close()
    names = Keystore.peek(served.home.keystore)
    assert {"gate", "gate-pseudonyms"} <= names.keys()


def test_settings_come_from_the_environment(
    served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIDGATE_HOME", str(served.home.root))
    monkeypatch.setenv("DIDGATE_RPC_URL", served.rpc_urls[0])
    monkeypatch.setenv("DIDGATE_PASSPHRASE", "correct horse battery staple")
    open_gate(ORIGIN).close()
    assert served.home.gate.exists()


def test_the_embedded_chain_s_file_is_opened_where_nobody_serves_it(
    world: World, settings: Settings
) -> None:
    resource = world.resource(badge())
    world.chain.close()
    for file in world.folder.glob("chain.sqlite*"):
        file.rename(settings.home.root / file.name)
    gate = open_gate(ORIGIN, settings)
    gate.start()
    url = f"{ORIGIN}/model"
    proof = gate.prove(ProofMaker().make("GET", url), method="GET", url=url)
    assert gate.challenge(resource, proof)
    with pytest.raises(ChainError) as error:
        open_gate(ORIGIN, settings)
    assert error.value.code == "chain_in_use"
    gate.close()
    open_gate(ORIGIN, settings).close()


def test_a_running_chain_is_found_by_its_lock(world: World, settings: Settings) -> None:
    world.chain.close()
    for file in world.folder.glob("chain.sqlite*"):
        file.rename(settings.home.root / file.name)
    from didgate.chain.embedded import EmbeddedChain

    with EmbeddedChain.open(settings.home.chain) as chain, ChainServer(chain):
        gate = open_gate(ORIGIN, settings)
        gate.start()
        gate.close()


def test_a_gate_asks_several_providers(world: World, settings: Settings) -> None:
    resource = world.resource(badge())
    with ChainServer(world.chain) as one, ChainServer(world.chain) as two:
        gate = open_gate(ORIGIN, replace(settings, rpc_urls=(one.url, two.url)))
        enter(world, gate, resource)
        assert not gate.metrics().keys() & {"provider_dissenting", "no_quorum"}
        gate.close()


@pytest.mark.parametrize(
    "audience",
    ["gate.example", "https://gate.example/", "https://gate.example/x", "HTTPS://gate.example",
     "ftp://gate.example", "https://gate.example:443", "https://user@gate.example"],
)  # fmt: skip
def test_an_audience_is_an_origin(served: Settings, audience: str) -> None:
    with pytest.raises(InvalidInput) as error:
        open_gate(audience, served)
    assert error.value.code == "invalid_audience"


def test_without_a_passphrase_there_is_no_gate(served: Settings) -> None:
    with pytest.raises(InvalidInput) as error:
        open_gate(ORIGIN, replace(served, passphrase=PassphraseSource()))
    assert error.value.code == "passphrase_missing"


def test_without_a_deployment_there_is_no_gate(served: Settings) -> None:
    served.home.deployment.unlink()
    with pytest.raises(InvalidInput) as error:
        open_gate(ORIGIN, served)
    assert error.value.code == "invalid_deployment"
