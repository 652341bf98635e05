"""The scripts that check the contracts see what they are to see."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "contracts" / "script"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"contract_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


layout, coverage = load("layout"), load("coverage")


def found(code: str) -> list[str]:
    return layout.forbidden({"deployedBytecode": {"object": "0x" + code}})


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("f4", ["DELEGATECALL"]),
        ("6000f2", ["CALLCODE"]),
        ("6000ff", ["SELFDESTRUCT"]),
        ("005bf4", ["DELEGATECALL"]),
        ("600456fe5bff", ["SELFDESTRUCT"]),
    ],
)
def test_code_that_could_run_others_code_or_vanish_is_found(code: str, names: list[str]) -> None:
    assert found(code) == names


@pytest.mark.parametrize("code", ["60f4", "7f" + "f4" * 32, "fef4ff", "00f4", "60f461ffff00", ""])
def test_data_is_no_code(code: str) -> None:
    assert found(code) == []


def test_a_layout_names_slots_and_no_number_of_the_compiler() -> None:
    entry = {"slot": "1", "offset": 20, "label": "until", "type": "t_struct(Record)1234_storage"}
    output = {"storageLayout": {"storage": [entry], "types": {}}}
    assert layout.layout(output)["variables"] == ["1+20 until: t_struct(Record)_storage"]


REPORT = """SF:src/A.sol
LF:40
LH:39
BRF:20
BRH:19
end_of_record
SF:src/B.sol
LF:40
LH:40
BRF:20
BRH:18
end_of_record
"""


def test_a_file_with_too_few_branches_does_not_suffice() -> None:
    first, second = coverage.read(REPORT)
    assert (first.path, first.suffices) == ("src/A.sol", True)
    assert (second.path, second.suffices) == ("src/B.sol", False)


def test_a_file_that_is_not_in_the_report_is_named() -> None:
    assert "src/PolicyRegistry.sol" in coverage.unseen(set())
    assert "src/interfaces/IPolicyRegistry.sol" not in coverage.unseen(set())
