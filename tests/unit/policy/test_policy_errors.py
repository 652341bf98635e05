"""The contracts' errors and the SDK's codes name the same faults; the table says which is which."""

from __future__ import annotations

import json
import re
from pathlib import Path

from vectors import generate_policy

import didgate

SDK = Path(didgate.__file__).parent
TABLE: dict[str, str] = json.loads(
    Path(generate_policy.__file__).with_name("policy_errors.json").read_text()
)


def test_every_error_of_the_checker_stands_for_a_code():
    abi = json.loads((SDK / "chain" / "abi" / "PolicyChecker.json").read_text())["abi"]
    errors = [entry for entry in abi if entry["type"] == "error"]
    assert {error["name"] for error in errors} == set(TABLE.values())
    assert all([given["type"] for given in error["inputs"]] == ["uint256"] for error in errors)


def test_names_are_spelled_alike():
    for code, name in TABLE.items():
        assert re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() == code


def test_every_code_is_one_of_the_sdk():
    files = [*(SDK / "policy").glob("*.py"), SDK / "credentials" / "verified.py"]
    text = "".join(file.read_text() for file in files)
    assert not [code for code in TABLE if f'"{code}"' not in text]
