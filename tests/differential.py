"""One meaning in two languages: puts cases to the contracts, and compares what they say.

The contracts under test stand on anvil, in ``EvaluationHarness``, which plays registries, tokens
and the attestation service; hundreds of cases go into one ``eth_call``. The encoding of calls is
written out here, because an ABI library would take longer than the rest of the test.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from compiled import compiled
from contract_cases import ContractCase, Shown, address_word, roots, selector, word
from eth_abi.abi import decode as abi_decode
from random_policies import Pool

from didgate.chain.calls import Transaction
from didgate.chain.rpc import RPC
from didgate.credentials.verified import Address
from didgate.policy import Evaluation, RegistryKind, Verdict

VERDICTS = (Verdict.FALSE, Verdict.UNKNOWN, Verdict.TRUE)
CARRIED = 0x10
REVERTED = 0xFF
_KINDS = tuple(RegistryKind)
_TOKENS = 2
_CASE = "(uint64,address,(uint8,uint8,bytes32,bytes32,bytes32,uint64,uint64,bool,uint32,bytes32,"
_CASE += "(bytes32,uint8,uint256)[])[],(bytes32,bytes32[])[],bytes32[])"
_JUDGE_ALL = f"judgeAll((bytes,{_CASE},(address,bytes,bytes)[])[])"
_CHECK_ALL = "checkAll(address,bytes[])"
_COMPOSE_ALL = "composeAll(address,(bytes,bytes[])[])"

UNCHECKED_ON_CHAIN = frozenset({"text_not_nfc"})
"""The codes for which a contract takes what Python refuses: Unicode's tables are too large."""


ERRORS: dict[str, str] = json.loads(
    (Path(__file__).parent / "vectors" / "policy_errors.json").read_text()
)
"""The contracts' error for each code of the SDK that refuses bytes; each has one number."""


def error_selector(code: str) -> bytes:
    """Return the four bytes that a contract's refusal for the reason of a code begins with."""
    return selector(f"{ERRORS[code]}(uint256)")


@dataclass(frozen=True)
class Dynamic:
    """The encoding of something whose length varies, which stands behind those of fixed length."""

    data: bytes


Part: TypeAlias = bytes | Dynamic


def sequence(parts: Iterable[Part]) -> bytes:
    """Return the ABI encoding of a tuple; of static parts, each as the bytes it takes."""
    parts = tuple(parts)
    place = sum(32 if isinstance(part, Dynamic) else len(part) for part in parts)
    heads, tails = [], []
    for part in parts:
        if isinstance(part, Dynamic):
            heads.append(word(place))
            tails.append(part.data)
            place += len(part.data)
        else:
            heads.append(part)
    return b"".join(heads + tails)


def array(parts: Sequence[Part]) -> Dynamic:
    """Return the ABI encoding of an array."""
    return Dynamic(word(len(parts)) + sequence(parts))


def octets(data: bytes) -> Dynamic:
    """Return the ABI encoding of a byte string."""
    return Dynamic(word(len(data)) + data + bytes(-len(data) % 32))


def encode_trial(case: ContractCase) -> Dynamic:
    """Return a case as the harness takes it."""
    answers = [
        Dynamic(sequence((address_word(asked), octets(question), octets(answer))))
        for (asked, question), answer in case.answers.items()
    ]
    policy = octets(case.policy.to_bytes())
    return Dynamic(sequence((policy, Dynamic(encode_case(case)), array(answers))))


def encode_case(case: ContractCase) -> bytes:
    """Return a ``Case`` as the evaluator takes it."""
    accounts = case.verified.addresses
    memberships = [
        Dynamic(sequence((root, array(list(proof))))) for root, proof in case.memberships
    ]
    return sequence(
        (
            word(case.facts.block.timestamp),
            address_word(accounts[0]) if accounts else bytes(32),
            array([Dynamic(_encode_shown(shown)) for shown in case.shown]),
            array(memberships),
            array(list(case.verified.attestations)),
        )
    )


def _encode_shown(shown: Shown) -> bytes:
    claims: list[Part] = [name + word(code) + word(value) for name, code, value in shown.claims]
    status = word(shown.status is not None) + word(shown.status or 0)
    return sequence(
        (
            word(shown.leaf),
            word(shown.form),
            shown.type_id,
            shown.issuer_id,
            shown.key_id,
            word(shown.valid_until),
            word(shown.fresh_since),
            status,
            shown.holder_key,
            array(claims),
        )
    )


def expected(evaluation: Evaluation) -> int:
    """Return the byte by which the harness says the same as an evaluation in Python."""
    return VERDICTS.index(evaluation.verdict) + (CARRIED if evaluation.carried else 0)


class Contracts:
    """The contracts under test, on a chain.

    Args:
        world: an anvil, as ``tests/integration/chain`` runs it.
    """

    def __init__(self, world: Any) -> None:
        self._rpc = RPC(world.provider)
        self._checker = self._deploy(world, compiled("PolicyChecker").bytecode)
        count = len(_KINDS) + _TOKENS
        self._harness = self._deploy(world, compiled("EvaluationHarness").bytecode + word(count))
        answer = self._call(selector("mirrors()"))
        mirrors = [Address(text).text for text in abi_decode(["address[]"], answer)[0]]
        registries = dict(zip(_KINDS, mirrors, strict=False))
        (code_hash,) = set(world.client.code_hashes(mirrors).values())
        self.pool = Pool(registries, tuple(mirrors[len(_KINDS) :]), code_hash, roots())

    def judge(self, cases: Sequence[ContractCase]) -> bytes:
        """Return for each case the verdict's number, plus 16 where it is carried; 255: reverted."""
        trials = sequence([array([encode_trial(case) for case in cases])])
        answer = self._call(selector(_JUDGE_ALL) + trials)
        return bytes(abi_decode(["bytes"], answer)[0])

    def check(self, policies: Sequence[bytes]) -> list[bytes]:
        """Return for each byte string the selector of the error; zero where it is a policy."""
        data = sequence((address_word(self._checker), array([octets(each) for each in policies])))
        return list(abi_decode(["bytes4[]"], self._call(selector(_CHECK_ALL) + data))[0])

    def compose(self, lists: Sequence[Sequence[bytes]]) -> list[bytes]:
        """Return what each list of policies is together; four bytes where it is nothing."""
        parts: list[Part] = [
            Dynamic(sequence((octets(active), array([octets(each) for each in restrictions]))))
            for active, *restrictions in lists
        ]
        data = sequence((address_word(self._checker), array(parts)))
        return list(abi_decode(["bytes[]"], self._call(selector(_COMPOSE_ALL) + data))[0])

    def gas_to_check(self, policy: bytes) -> int:
        """Return what a transaction costs that checks a policy."""
        return self._gas(selector("check(bytes)") + sequence([octets(policy)]))

    def gas_to_compose(self, active: bytes, *restrictions: bytes) -> int:
        """Return what a transaction costs that composes policies."""
        parts = octets(active), array([octets(each) for each in restrictions])
        return self._gas(selector("compose(bytes,bytes[])") + sequence(parts))

    def _gas(self, data: bytes) -> int:
        call = {"to": self._checker, "data": "0x" + data.hex(), "gas": hex(2**29)}
        return int(self._rpc.request("eth_estimateGas", [call, "latest"]), 16)

    def _deploy(self, world: Any, code: bytes) -> str:
        return str(world.send(Transaction(None, code)).contract_address)

    def _call(self, data: bytes) -> bytes:
        call = {"to": self._harness, "data": "0x" + data.hex(), "gas": hex(2**29)}
        return bytes.fromhex(self._rpc.request("eth_call", [call, "latest"])[2:])
