"""One meaning in two languages: on random policies and chains, Solidity says what Python says.

A hundred thousand random cases are evaluated by both; and bytes that are no policy, or nearly one,
are refused by both. The contracts run on anvil, for there is no faster EVM to be had from here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from differential import UNCHECKED_ON_CHAIN, Contracts, error_selector, expected
from integration.chain.conftest import anvil_binary, anvil_world
from policy_mutations import mutated, restructured
from random_cases import CaseMaker
from random_policies import PolicyMaker

from didgate.errors import InvalidInput
from didgate.policy import Policy, decode, effective, evaluate_on_chain

pytestmark = pytest.mark.anvil

PARTS = 4
CASES_PER_PART = 25_000
CASES_PER_POLICY = 5
CASES_PER_CALL = 100
BYTES_PER_PART = 6_000

__all__ = ["anvil_binary"]


@pytest.fixture(scope="module")
def contracts(anvil_binary: Any) -> Iterator[Contracts]:
    with anvil_world() as world:
        yield Contracts(world)


@pytest.mark.parametrize("part", range(PARTS))
def test_python_and_solidity_decide_alike(contracts: Contracts, part: int) -> None:
    rng = random.Random(f"decisions {part}")
    policies, makes = PolicyMaker(rng, contracts.pool), CaseMaker(rng, contracts.pool)
    verdicts, reasons, operators = Counter[int](), Counter[str](), Counter[str]()
    for _ in range(CASES_PER_PART // CASES_PER_CALL):
        chosen = [policies.policy() for _ in range(CASES_PER_CALL // CASES_PER_POLICY)]
        cases = [makes.case(policy) for policy in chosen for _ in range(CASES_PER_POLICY)]
        judged = [evaluate_on_chain(case.policy, case.verified, case.facts) for case in cases]
        answers = contracts.judge(cases)
        for case, evaluation, answer in zip(cases, judged, answers, strict=True):
            assert answer == expected(evaluation), (case, evaluation)
            verdicts[answer] += 1
            reasons.update(leaf.code for leaf in evaluation.leaves)
            operators.update(step for leaf in evaluation.leaves for step in _operators(leaf.path))
    assert_everything_happened(verdicts, reasons, operators)


def _operators(path: str) -> list[str]:
    return [name for name in (".all", ".any", ".atLeast", ".not") if name in path]


REASONS = frozenset(
    {
        "accreditation_too_young", "address_missing", "address_not_listed", "attestation_expired",
        "attestation_missing", "attestation_recipient", "attestation_revoked", "attestation_schema",
        "attestation_stale", "attestation_too_young", "attestation_unknown", "attestation_unread",
        "attester_not_accepted", "claim_absent", "claim_mismatch", "credential_expired",
        "credential_missing", "credential_revoked", "credential_stale", "credential_type",
        "entry_too_young", "holds", "issuer_not_accepted", "issuer_not_accredited",
        "issuer_suspended", "issuer_unread", "issuer_unregistered", "key_compromised", "key_kind",
        "key_of_another_issuer", "key_retired", "key_too_young", "key_unread", "key_unregistered",
        "list_unread", "not_a_member", "other_holder", "outside_window", "registry_unverified",
        "status_unread", "token_not_held", "token_unread",
    }
)  # fmt: skip
"""Every reason of a leaf that a contract can have; it has no clock of its own."""


def assert_everything_happened(
    verdicts: Counter[int], reasons: Counter[str], operators: Counter[str]
) -> None:
    cases = verdicts.total()
    # false, unknown, true but not carried, true and carried; 25 % and more true
    assert set(verdicts) == {0, 1, 2, 18}
    assert min(verdicts.values()) > cases * 0.02, verdicts
    assert verdicts[18] + verdicts[2] > cases * 0.25, verdicts
    assert set(reasons) == REASONS
    assert min(reasons.values()) > cases * 0.001, reasons
    assert min(operators[name] for name in (".all", ".any", ".atLeast", ".not")) > cases * 0.1


@pytest.mark.parametrize("part", range(2))
def test_python_and_solidity_refuse_the_same_bytes(contracts: Contracts, part: int) -> None:
    rng = random.Random(f"bytes {part}")
    maker = PolicyMaker(rng, contracts.pool)
    codes = Counter[str]()
    named = 0
    for _ in range(BYTES_PER_PART // 200):
        policies = [maker.policy().to_bytes() for _ in range(20)]
        content = [*policies, b"", rng.randbytes(40), b"\1\0\1" + bytes(9) + rng.randbytes(40)]
        content += [mutated(rng, rng.choice(policies)) for _ in range(80)]
        content += [restructured(rng, *rng.sample(policies, 2)) for _ in range(97)]
        for data, error in zip(content, contracts.check(content), strict=True):
            code = refusal(data)
            if code not in UNCHECKED_ON_CHAIN:
                assert (error == bytes(4)) is (code is None), (code, error.hex(), data.hex())
            codes[code or "accepted"] += 1
            named += code is not None and error == error_selector(code)
    assert codes["accepted"] > BYTES_PER_PART * 0.1
    assert set(codes) >= RULES, RULES - set(codes)
    # Both look for faults in an order of their own; where there is one only, they name the same.
    assert named > 0.5 * (codes.total() - codes["accepted"])


RULES = frozenset(
    {
        "claim_name", "duplicate_child", "duplicate_claim", "duplicate_issuer", "empty_range",
        "holder_missing", "holder_not_provable", "holder_superfluous", "invalid_did",
        "invalid_utf8", "not_canonical", "not_disjoint", "not_over_address", "not_over_credential",
        "not_over_supplied", "out_of_range", "quota_without_key", "registry_missing",
        "registry_superfluous", "reserved", "too_deep", "too_few_children", "too_many_leaves",
        "trailing_bytes", "truncated", "unknown_form", "unknown_holder", "unknown_operator",
        "unknown_registry", "unknown_tag", "unknown_value_type", "unknown_version",
    }
)  # fmt: skip
"""The rules that random bytes and trees are sure to break; the others have tests of their own."""


def refusal(data: bytes) -> str | None:
    try:
        decode(data)
    except InvalidInput as error:
        return error.code
    return None


def test_python_and_solidity_compose_alike(contracts: Contracts) -> None:
    rng = random.Random("compositions")
    maker = PolicyMaker(rng, contracts.pool)
    outcomes = Counter[str]()
    for _ in range(40):
        lists = [list(parts(rng, maker)) for _ in range(50)]
        content = [[part.to_bytes() for part in each] for each in lists]
        for each, answer in zip(lists, contracts.compose(content), strict=True):
            outcome = composed(each)
            wanted = error_selector(outcome) if isinstance(outcome, str) else outcome
            assert answer == wanted, (outcome, answer.hex(), each)
            outcomes[outcome if isinstance(outcome, str) else "composed"] += 1
    assert outcomes["composed"] > 1000
    assert {"conflicting_registries", "too_many_leaves"} <= set(outcomes)


def parts(rng: random.Random, maker: PolicyMaker) -> Iterator[Policy]:
    """Yield an active policy and its restrictions, some of them the same."""
    active = maker.policy()
    yield active
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        yield active if rng.random() < 0.1 else maker.restriction(active)


def composed(policies: list[Policy]) -> bytes | str:
    try:
        return effective(policies[0], policies[1:]).to_bytes()
    except InvalidInput as error:
        return error.code
