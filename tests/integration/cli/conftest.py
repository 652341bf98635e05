"""A terminal for each test, with as much behind it as the test needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from cli_terminal import CHEAP, ISSUER, PASSPHRASE, RESOURCE, SCHEMA, Terminal

from didgate.cli.app import main
from didgate.cli.workspace import Workspace
from didgate.keys.keystore import Keystore


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DIDGATE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DIDGATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DIDGATE_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def bare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """A terminal with an empty keystore and no chain."""
    home = tmp_path / "home"
    home.mkdir()
    Keystore.create(home / "keystore.json", PASSPHRASE, cost=CHEAP)
    return Terminal(home, capsys, monkeypatch)


@pytest.fixture(scope="session")
def deployed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a chain and the contracts on it, to be copied."""
    home = tmp_path_factory.mktemp("deployed") / "home"
    home.mkdir()
    Keystore.create(home / "keystore.json", PASSPHRASE, cost=CHEAP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIDGATE_HOME", str(home))
        patch.setenv("DIDGATE_PASSPHRASE", PASSPHRASE)
        with Workspace.from_environment() as workspace:
            workspace.begin_embedded()
        with pytest.raises(SystemExit) as end:
            main(["chain", "deploy", "--yes", "--suspension-delay", "1h"])
    assert end.value.code == 0
    return home


@pytest.fixture
def terminal(
    deployed_home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """A terminal with a chain, its account funded, and all contracts deployed."""
    shutil.copytree(deployed_home, tmp_path / "home", ignore=shutil.ignore_patterns("*.lock"))
    return Terminal(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def schema_id(terminal: Terminal) -> str:
    """Id of a schema on chain."""
    file = terminal.write("schema.yaml", SCHEMA)
    return str(terminal.json("schema", "register", file)["schemaId"])


@pytest.fixture
def issuer(terminal: Terminal, schema_id: str) -> str:
    """DID of an issuer, accredited for the schema, with the BBS key ``issuer`` registered."""
    terminal.json("key", "new", "issuer", "--algorithm", "BLS12-381")
    terminal.json("issuer", "accredit", ISSUER, "--type", schema_id)
    terminal.json("issuer", "add-key", ISSUER, "--key", "issuer")
    return ISSUER


@pytest.fixture
def resource(terminal: Terminal) -> str:
    """URI of a resource whose policies need not wait."""
    terminal.json("resource", "register", RESOURCE, "--delay", "0")
    return RESOURCE


@pytest.fixture
def policy_file(terminal: Terminal, schema_id: str) -> Path:
    """A policy for cleared researchers, with the registries of the deployment."""
    draft = {
        "didgate": 1,
        "allow": {
            "credential": {
                "schema": schema_id,
                "issuers": "accredited",
                "claims": {"role": {"equals": "researcher"}, "clearance": {"atLeast": 3}},
            }
        },
        "grant": {"lifetime": 300},
    }
    pinned = terminal.json("policy", "pin", terminal.write("draft.json", draft))
    return terminal.write("policy.json", pinned)


@pytest.fixture
def wallet(terminal: Terminal) -> Terminal:
    """A terminal with an empty wallet, and the P-256 key ``client`` in the keystore."""
    terminal.json("wallet", "init")
    terminal.json("key", "new", "client", "--algorithm", "P-256")
    return terminal
