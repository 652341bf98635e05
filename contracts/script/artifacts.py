#!/usr/bin/env python3
"""Writes the compiled contracts into the Python package, or checks that they are there.

``python3 script/artifacts.py`` writes ``sdk/didgate/chain/abi/<Contract>.json`` and ``NOTICE``;
``--check`` compares bytes and exits with 1 on any difference. Run ``forge build`` first. Needs the
standard library only. The same sources give the same bytes: keys are sorted, and the compiler is
told to leave metadata out of the code.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).resolve().parents[1]
TARGET = CONTRACTS.parent / "sdk" / "didgate" / "chain" / "abi"

COMPILED = (
    "AddressListRegistry",
    "AttributeSuite",
    "AttributeVerifier",
    "IssuerRegistry",
    "PolicyChecker",
    "PolicyRegistry",
    "PresentationVerifier",
    "Questionnaire",
    "ReceiptAnchor",
    "ResourceRegistry",
    "SDJWTVerifier",
    "SessionPredicate",
    "SchemaRegistry",
    "StatusRegistry",
    "UsePass",
)
# The registry of ERC-1056 is used as its authors published it: built, and never compiled again.
ETHR_DID_REGISTRY = CONTRACTS / "node_modules" / "ethr-did-registry"


def artifact(name: str, abi: Any, bytecode: str, deployed_bytecode: str) -> bytes:
    """Return the one form in which artifacts are kept: JSON, sorted, a newline at the end."""
    content = {
        "contractName": name,
        "abi": abi,
        "bytecode": bytecode,
        "deployedBytecode": deployed_bytecode,
    }
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def compiled(name: str) -> bytes:
    """Return the artifact of a contract that forge compiled."""
    built = json.loads((CONTRACTS / "out" / f"{name}.sol" / f"{name}.json").read_bytes())
    return artifact(
        name, built["abi"], built["bytecode"]["object"], built["deployedBytecode"]["object"]
    )


def ethereum_did_registry() -> bytes:
    """Return the artifact of the ERC-1056 registry."""
    name = "EthereumDIDRegistry"
    path = ETHR_DID_REGISTRY / "artifacts" / "contracts" / f"{name}.sol" / f"{name}.json"
    built = json.loads(path.read_bytes())
    return artifact(name, built["abi"], built["bytecode"], built["deployedBytecode"])


def expected() -> dict[str, bytes]:
    """Return the content of each file that the folder is to hold."""
    files = {f"{name}.json": compiled(name) for name in COMPILED}
    files["EthereumDIDRegistry.json"] = ethereum_did_registry()
    files["NOTICE"] = (CONTRACTS / "NOTICE").read_bytes()
    return files


def differences(files: dict[str, bytes]) -> list[str]:
    """Return a line for each file that is missing, differs, or does not belong there."""
    present = {path.name: path.read_bytes() for path in TARGET.glob("*") if path.is_file()}
    missing = [f"{name}: missing" for name in files if name not in present]
    changed = [f"{name}: differs" for name in files if present.get(name, files[name]) != files[name]]
    surplus = [
        f"{name}: not made by this script"
        for name in present
        if name not in files and not name.endswith(".py")
    ]
    return sorted(missing + changed + surplus)


def main() -> int:
    """Write or check the artifacts; return the exit code."""
    parser = argparse.ArgumentParser(description="write the compiled contracts into the package")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        found = differences(expected())
        for line in found:
            print(line, file=sys.stderr)
        print("artifacts differ: run `npm run artifacts` in contracts/" if found else "artifacts match the sources")
        return 1 if found else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, content in expected().items():
        (TARGET / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
