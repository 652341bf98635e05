"""Writes ``policy.json``: policies with their bytes, bytes that are refused, decisions.

Run it from the root of the repository after a change of the format:

    python tests/vectors/generate_policy.py

What it writes is read by the tests of this implementation and by ``independent_policy.py``, which
shares no code with it.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from didgate.chain.facts import (
    AttestationFact,
    Block,
    Facts,
    IssuerFact,
    KeyFact,
    KeyState,
    TokenQuestion,
    TokenStandard,
)
from didgate.credentials.identifiers import issuer_id
from didgate.credentials.verified import (
    ContractAccount,
    CredentialForm,
    VerifiedPresentation,
    unsafe_verified_credential,
    unsafe_verified_presentation,
)
from didgate.errors import InvalidInput
from didgate.keys import PublicKey
from didgate.policy import Policy, decode, encode, evaluate, parse_policy
from didgate.policy.values import value_from_json

FOLDER = Path(__file__).parent
OUTPUT = FOLDER / "policy.json"
SUPPLIED = ("contractAccounts", "memberships", "attestations")


def main() -> None:
    """Write the file."""
    source = json.loads((FOLDER / "policy_source.json").read_text())
    OUTPUT.write_text(render(generate(source)))


def render(vectors: dict[str, Any]) -> str:
    """Return the text of the file, with one case on a line."""
    sections = []
    for name, cases in vectors.items():
        lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
        sections.append(f'"{name}": [\n{lines}\n]')
    return "{\n" + ",\n".join(sections) + "\n}\n"


def generate(source: dict[str, Any]) -> dict[str, Any]:
    """Return the vectors for the cases of ``policy_source.json``."""
    policies = {
        case["name"]: parse_policy(with_defaults(case, source)) for case in source["policies"]
    }
    return {
        "policies": [
            {
                "name": name,
                "json": policy.to_dict(),
                "bytes": encode(policy).hex(),
                "policyId": policy.policy_id.hex(),
            }
            for name, policy in policies.items()
        ],
        "invalidJson": [invalid_json(case, source) for case in source["invalidJson"]],
        "invalidBytes": [invalid_bytes(case, policies) for case in source["invalidBytes"]],
        "evaluations": [evaluation(case, source, policies) for case in source["evaluations"]],
    }


def with_defaults(case: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """Return a whole document for a case that gives the tree and whatever else is special."""
    pins = {kind: source["registries"][kind] for kind in case.get("pins", [])}
    document = {"didgate": 1, "grant": {"lifetime": 300}, "allow": case["allow"]}
    extra = {key: case[key] for key in ("grant", "quota", "registries") if key in case}
    return ({"registries": pins} if pins else {}) | document | extra


def invalid_json(case: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """Return a document that does not compile, and why not."""
    document = with_defaults(case, source)
    try:
        parse_policy(document)
    except InvalidInput as error:
        return {
            "name": case["name"],
            "json": document,
            "code": error.code,
            "path": error.path,
        }
    raise AssertionError(f"{case['name']} compiles")


def invalid_bytes(case: dict[str, Any], policies: dict[str, Policy]) -> dict[str, Any]:
    """Return bytes that no policy has: those of a policy with one part replaced."""
    data = encode(policies[case["of"]]).hex()
    assert data.count(case["replace"]) == 1, f"{case['name']}: not one place to change"
    data = data.replace(case["replace"], case["with"])
    try:
        decode(bytes.fromhex(data))
    except InvalidInput as error:
        return {"name": case["name"], "bytes": data, "code": error.code}
    raise AssertionError(f"{case['name']} decodes")


def evaluation(
    case: dict[str, Any], source: dict[str, Any], policies: dict[str, Policy]
) -> dict[str, Any]:
    """Return a presentation, facts and a clock with the decision that follows."""
    policy = policies[case["policy"]]
    presentation = {
        "credentials": [
            source["credentials"][shown["use"]] | {"leaf": leaf} | shown.get("but", {})
            for leaf, shown in case.get("credentials", {}).items()
        ],
        "addresses": case.get("addresses", []),
    }
    presentation |= {name: case[name] for name in SUPPLIED if name in case}
    facts = good_facts(source, policy)
    for name, changes in case.get("facts", {}).items():
        facts[name] = changes if name == "block" else _changed(facts.get(name, {}), changes)
    now = case.get("now", source["now"])
    result = evaluate(
        policy, read_presentation(presentation), read_facts(facts), datetime.fromisoformat(now)
    )
    leaves = [
        {"path": leaf.path, "verdict": leaf.verdict.value, "code": leaf.code}
        for leaf in result.leaves
    ]
    return {
        "name": case["name"],
        "policy": case["policy"],
        "presentation": presentation,
        "facts": facts,
        "now": now,
        "verdict": result.verdict.value,
        "leaves": leaves,
    }


def good_facts(source: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """Return the facts in which everything is in order, with the pinned code everywhere."""
    code = {
        registry.address: registry.code_hash.hex() for _, registry in policy.registries.pinned()
    }
    return json.loads(json.dumps(source["facts"])) | {"codeHashes": code}


def _changed(mapping: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping with entries replaced; the value "unread" takes an entry away."""
    merged = mapping | changes
    return {key: value for key, value in merged.items() if value != "unread"}


def read_presentation(document: dict[str, Any]) -> VerifiedPresentation:
    """Return the presentation that the JSON of a vector describes."""
    return unsafe_verified_presentation(
        resource=bytes(32),
        audience="",
        nonce="",
        policy_id=bytes(32),
        epoch=0,
        chain_id=1,
        deadline=0,
        jkt="",
        credentials=tuple(map(_read_credential, document["credentials"])),
        addresses=tuple(document["addresses"]),
        contract_accounts=tuple(
            ContractAccount(
                each["address"], bytes.fromhex(each["digest"]), bytes.fromhex(each["signature"])
            )
            for each in document.get("contractAccounts", ())
        ),
        memberships=frozenset(
            (bytes.fromhex(each["root"]), each["address"])
            for each in document.get("memberships", ())
        ),
        attestations=tuple(map(bytes.fromhex, document.get("attestations", ()))),
    )


def _read_credential(document: dict[str, Any]) -> Any:
    form = CredentialForm(document["form"])
    type_id = bytes.fromhex(document["typeId"])
    status, key_id, fresh = document["status"], document["keyId"], document["freshSince"]
    attribute = form is CredentialForm.ATTRIBUTE
    claims = document["claims"]
    if attribute:
        claims = {name: value_from_json(value, name) for name, value in claims.items()}
    return unsafe_verified_credential(
        leaf=document["leaf"],
        form=form,
        type="",
        type_id=type_id,
        schema_id=type_id if attribute else None,
        issuer=document["issuer"],
        issuer_id=issuer_id(document["issuer"]),
        key_id=None if key_id is None else bytes.fromhex(key_id),
        claims=claims,
        valid_until=datetime.fromisoformat(document["validUntil"]),
        fresh_since=None if fresh is None else datetime.fromisoformat(fresh),
        status=None if status is None else (bytes.fromhex(status["list"]), status["index"]),
        holder_key=_key(document["holderKey"]),
    )


def _key(multikey: str | None) -> PublicKey | None:
    return None if multikey is None else PublicKey.from_multikey(multikey)


def read_facts(document: dict[str, Any]) -> Facts:
    """Return the facts that the JSON of a vector describes; compound keys are joined by ``/``."""
    block = document["block"]
    return Facts(
        block=Block(block["number"], bytes.fromhex(block["hash"]), block["timestamp"]),
        issuers={
            bytes.fromhex(key): None if value is None else IssuerFact("", value["suspendedUntil"])
            for key, value in document["issuers"].items()
        },
        accreditations={
            (bytes.fromhex(key.split("/")[0]), bytes.fromhex(key.split("/")[1])): added
            for key, added in document["accreditations"].items()
        },
        keys={bytes.fromhex(key): _read_key(value) for key, value in document["keys"].items()},
        revoked={
            (bytes.fromhex(key.split("/")[0]), int(key.split("/")[1])): bit
            for key, bit in document["revoked"].items()
        },
        list_entries={
            (bytes.fromhex(key.split("/")[0]), key.split("/")[1]): added
            for key, added in document["listEntries"].items()
        },
        tokens={_read_question(key): int(held) for key, held in document.get("tokens", {}).items()},
        attestations={
            (key.split("/")[0], bytes.fromhex(key.split("/")[1])): _read_attestation(value)
            for key, value in document.get("attestations", {}).items()
        },
        contract_signatures={
            (account, bytes.fromhex(digest), bytes.fromhex(signature)): accepted
            for key, accepted in document.get("contractSignatures", {}).items()
            for account, digest, signature in [key.split("/")]
        },
        code_hashes={
            address: bytes.fromhex(code) for address, code in document["codeHashes"].items()
        },
    )


def _read_question(key: str) -> tuple[TokenQuestion, str]:
    standard, contract, number, account = key.split("/")
    return TokenQuestion(TokenStandard(int(standard)), contract, int(number)), account


def _read_attestation(document: dict[str, Any] | None) -> AttestationFact | None:
    if document is None:
        return None
    return AttestationFact(**document | {"schema": bytes.fromhex(document["schema"])})


def _read_key(document: dict[str, Any] | None) -> KeyFact | None:
    if document is None:
        return None
    return KeyFact(
        issuer_id=bytes.fromhex(document["issuer"]),
        kind=document["kind"],
        state=KeyState(document["state"]),
        added_at=document["addedAt"],
        accepted_until=document["acceptedUntil"],
        public_key=b"",
    )


if __name__ == "__main__":
    main()
