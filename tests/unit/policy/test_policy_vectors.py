"""The project's own vectors: up to date, true of this implementation and of another one."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from vectors import generate_on_chain, generate_policy, generate_random, independent_policy

from didgate.errors import InvalidInput
from didgate.policy import decode, encode, evaluate, parse_policy
from didgate.policy.tree import leaves

FOLDER = Path(generate_policy.__file__).parent
VECTORS = json.loads((FOLDER / "policy.json").read_text())


def named(section: str):
    cases = VECTORS[section]
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def test_the_file_is_what_its_generator_writes():
    source = json.loads((FOLDER / "policy_source.json").read_text())
    text = generate_policy.render(generate_policy.generate(source))
    assert text == (FOLDER / "policy.json").read_text()


def test_the_file_for_the_contracts_is_what_its_generator_writes():
    text = generate_policy.render(generate_on_chain.generate(VECTORS))
    assert text == (FOLDER / "policy_on_chain.json").read_text()


def test_the_random_cases_are_what_their_generator_writes():
    text = generate_policy.render(generate_random.generate())
    assert text == generate_random.OUTPUT.read_text()


def test_the_policy_of_ten_leaves_whose_gas_is_measured():
    contracts = FOLDER.parents[1] / "contracts"
    case = json.loads((contracts / "test" / "vectors" / "ten_leaves.json").read_text())
    policy = parse_policy(case["policy"])
    assert "0x" + encode(policy).hex() == case["bytes"]
    assert len(list(leaves(policy.allow))) == 10


def test_an_independent_implementation_agrees():
    assert independent_policy.check(VECTORS) > 80


@named("policies")
def test_policy(case):
    policy = parse_policy(case["json"])
    assert encode(policy).hex() == case["bytes"]
    assert policy.policy_id.hex() == case["policyId"]
    assert decode(bytes.fromhex(case["bytes"])).to_dict() == case["json"]


@named("invalidJson")
def test_refuses_json(case):
    with pytest.raises(InvalidInput) as error:
        parse_policy(case["json"])
    assert (error.value.code, error.value.path) == (case["code"], case["path"])


@named("invalidBytes")
def test_refuses_bytes(case):
    with pytest.raises(InvalidInput) as error:
        decode(bytes.fromhex(case["bytes"]))
    assert error.value.code == case["code"]


@named("evaluations")
def test_evaluation(case):
    (content,) = (p["bytes"] for p in VECTORS["policies"] if p["name"] == case["policy"])
    result = evaluate(
        decode(bytes.fromhex(content)),
        generate_policy.read_presentation(case["presentation"]),
        generate_policy.read_facts(case["facts"]),
        datetime.fromisoformat(case["now"]),
    )
    assert result.verdict.value == case["verdict"]
    leaves = [
        {"path": leaf.path, "verdict": leaf.verdict.value, "code": leaf.code}
        for leaf in result.leaves
    ]
    assert leaves == case["leaves"]
