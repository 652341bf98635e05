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
from random_policies import PolicyMaker, Pool

from didgate.credentials.verified import DateTime
from didgate.errors import InvalidInput
from didgate.policy import (
    Any_,
    AtLeast,
    Condition,
    CredentialLeaf,
    Holder,
    Operator,
    Policy,
    Registries,
    Registry,
    TimeLeaf,
    decode,
    effective,
    evaluate_on_chain,
)
from didgate.policy.model import MAX_POLICY_BYTES
from didgate.policy.registries import needed_kinds

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


MOST_GAS = 2**24
"""What one transaction may use (EIP-7825)."""


def pinned(tree: Any, pool: Pool) -> Policy:
    """Return a policy of a tree that pins what the tree needs."""
    pins = {
        kind.name.lower(): Registry(pool.registries[kind], pool.code_hash)
        for kind in needed_kinds(tree)
    }
    return Policy(tree, 300, registries=Registries(**pins))


def of_many_issuers(count: int) -> Any:
    """Return a tree in which every credential has to be compared with every other."""
    issuers = [tuple(f"did:a:{32 * i + j}" for j in range(32)) for i in range(count)]
    children = [CredentialLeaf(issuers=each, vct="v") for each in issuers]
    halves = (tuple(children[::2]), tuple(children[1::2]))
    return AtLeast(2, tuple(AtLeast(2, half, Holder.ANY) for half in halves), Holder.ANY)


def of_many_names(count: int) -> Any:
    """Return a tree with many conditions on claims whose pointers are long."""
    names = [f"/{index}" + "/a" * 20 for index in range(32)]
    claims = tuple(Condition(name, Operator.EQUALS, (True,)) for name in names)
    return Any_(tuple(CredentialLeaf(None, claims, vct=f"v{i}") for i in range(count)))


def of_long_texts(count: int) -> Any:
    """Return a leaf that compares with texts in which no character takes one byte."""
    names = [f"c{index}" for index in range(count)]
    claims = tuple(Condition(name, Operator.EQUALS, ("ü" * 512,)) for name in names)
    return CredentialLeaf(None, claims, vct="v")


@pytest.mark.parametrize(
    ("tree", "gas"),
    [
        pytest.param(of_many_issuers(43), (11_500_000, MOST_GAS), id="issuers"),
        pytest.param(of_many_names(10), (5_000_000, 10_000_000), id="names"),
        pytest.param(of_long_texts(15), (3_600_000, 7_000_000), id="texts"),
    ],
)
def test_a_policy_at_the_limits_takes_one_transaction(
    contracts: Contracts, tree: Any, gas: tuple[int, int]
) -> None:
    policy = pinned(tree, contracts.pool).to_bytes()
    assert 15_000 < len(policy) <= MAX_POLICY_BYTES - 30
    window = Policy(TimeLeaf(DateTime(1)), 300).to_bytes()
    checked, both = contracts.gas_to_check(policy), contracts.gas_to_compose(policy, window)
    assert checked < gas[0]
    assert both < gas[1] <= MOST_GAS
