"""The demonstration's act before contracts, scene by scene, on anvil."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from integration.chain.conftest import anvil_binary, anvil_world

from didgate.demo.chain import Administration, new_account
from didgate.demo.issuing import CLEARANCE, Organisation
from didgate.demo.on_chain import SCENES
from didgate.demo.passes import Act
from didgate.demo.people import open_wallet
from didgate.demo.rows import Step
from didgate.demo.world import ADA
from didgate.issuer import IssuanceRecords
from didgate.resources import Manifest
from didgate.stores import open_engine
from didgate.verifier import RegistrySources

__all__ = ["anvil_binary"]


@pytest.fixture(scope="module")
def act(anvil_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Act]:
    """Ada, and a model whose policy asks for a clearance, as the demonstration has them."""
    del anvil_binary
    folder = tmp_path_factory.mktemp("act")
    (folder / "model").mkdir()
    (folder / "model" / "weights").write_bytes(b"\0")
    university, provider = Organisation(), new_account()
    with anvil_world() as chain:
        for account in (provider, university.account):
            chain.fund(account.address)
        administration = Administration(chain.client, chain.deployment, chain.account, provider)
        manifest = Manifest.build("nothing", "1", folder / "model")
        administration.register_model(manifest)
        chain.send(chain.deployment.schemas.register(CLEARANCE.encode()))
        university.get_accredited(administration)
        administration.publish(administration.policy(CLEARANCE.schema_id))
        sources = RegistrySources.of(chain.client, chain.deployment)
        wallet = open_wallet(folder, "ada", sources)
        clearances = university.clearances(IssuanceRecords(open_engine("sqlite://")))
        wallet.add(clearances.issue("ada", ADA.attributes()).to_document())
        yield Act.prepare(administration, wallet, university, manifest)


@pytest.mark.anvil
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_scene_comes_out_as_expected_on_anvil(act: Act, scene: Callable[[Act], Step]) -> None:
    step = scene(act)
    assert step.got == step.expected
    assert step.ok
    assert "clearance" in step.saw
    assert "name" in step.unseen
