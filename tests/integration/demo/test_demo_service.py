"""The demonstration's service loads no model but the registered one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from didgate.config import Settings
from didgate.demo.model import Classifier, model_in
from didgate.demo.service import load_registered
from didgate.demo.world import World, begin
from didgate.errors import DidgateError, VerificationError
from didgate.resources import Manifest


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = begin(tmp_path)
    yield world
    world.stage.stop()


@pytest.fixture
def settings(world: World) -> Settings:
    """Return the settings of a service whose model is registered."""
    Classifier(np.zeros((10, 64)), np.arange(10)).save(model_in(world.stage.home.root))
    world.administration.register_model(_write_manifest(world))
    return Settings(home=world.stage.home, rpc_urls=(world.stage.chain.url,))


def _write_manifest(world: World) -> Manifest:
    root = world.stage.home.root
    manifest = Manifest.build("zeros", "1", model_in(root))
    (root / "manifest.json").write_bytes(manifest.to_bytes())
    return manifest


def test_registered_model_is_loaded(world: World, settings: Settings) -> None:
    classifier = load_registered(world.administration.resource, settings)
    assert classifier.classify([[0] * 64, [16] * 64]) == [9, 9]


def test_changed_weights_are_refused(world: World, settings: Settings) -> None:
    weights = model_in(world.stage.home.root) / "weights.npz"
    weights.write_bytes(weights.read_bytes() + b"\0")
    with pytest.raises(VerificationError) as error:
        load_registered(world.administration.resource, settings)
    assert error.value.code == "file_changed"


def test_manifest_of_other_weights_is_refused(world: World, settings: Settings) -> None:
    np.savez(model_in(world.stage.home.root) / "weights.npz", weights=np.ones(1), bias=np.ones(1))
    _write_manifest(world)
    with pytest.raises(VerificationError) as error:
        load_registered(world.administration.resource, settings)
    assert error.value.code == "manifest_mismatch"


def test_service_that_does_not_start_says_why(world: World, settings: Settings) -> None:
    with pytest.raises(DidgateError) as error:
        world.stage.start_service(bytes(32))
    assert error.value.code == "service_failed"
    assert "UnknownResource" in error.value.message
