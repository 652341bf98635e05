"""Random policies and decisions: this implementation and the independent one agree."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.policy_strategies import NOW, facts, policies, presentations
from vectors import independent_policy

from didgate.chain.facts import AttestationFact, Facts
from didgate.credentials.verified import VerifiedCredential, VerifiedPresentation
from didgate.errors import InvalidInput
from didgate.policy import decode, encode, evaluate
from didgate.policy.values import value_to_json

policy_settings = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@given(policies())
@settings(policy_settings, max_examples=100)
def test_both_read_the_same_json_from_the_same_bytes(policy):
    assert independent_policy.decode(encode(policy)) == policy.to_dict()


@given(policies(), st.data())
@settings(policy_settings, max_examples=200)
def test_what_this_one_reads_the_other_reads_too(policy, data):
    encoded = bytearray(encode(policy))
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] = data.draw(st.integers(0, 255))
    try:
        changed = decode(bytes(encoded))
    except InvalidInput:
        return
    assert independent_policy.decode(bytes(encoded)) == changed.to_dict()


@given(st.data())
@settings(policy_settings, max_examples=200)
def test_both_decide_alike(data):
    policy = data.draw(policies())
    verified = data.draw(presentations(policy))
    read = data.draw(facts(policy, verified))
    ours = evaluate(policy, verified, read, NOW)
    case = independent_policy.Case(policy.to_dict(), as_json(verified), facts_as_json(read), NOW)
    ways = case.ways()
    best = max(verdict for verdict, _ in ways)
    assert independent_policy.NAMES[best] == ours.verdict.value
    # Where several accounts come out alike, either may be the one that is told about.
    told = [leaf.verdict.value for leaf in ours.leaves]
    assert told in [
        [independent_policy.NAMES[leaf] for leaf in leaves]
        for verdict, leaves in ways
        if verdict == best
    ]


def as_json(verified: VerifiedPresentation) -> dict[str, Any]:
    return {
        "credentials": [credential_as_json(shown) for shown in verified.credentials],
        "addresses": list(verified.addresses),
        "contractAccounts": [
            {"address": c.address, "digest": c.digest.hex(), "signature": c.signature.hex()}
            for c in verified.contract_accounts
        ],
        "memberships": [
            {"root": root.hex(), "address": address} for root, address in verified.memberships
        ],
        "attestations": [uid.hex() for uid in verified.attestations],
    }


def credential_as_json(shown: VerifiedCredential) -> dict[str, Any]:
    status, key = shown.status, shown.holder_key
    return {
        "leaf": shown.leaf,
        "form": shown.form.value,
        "typeId": shown.type_id.hex(),
        "issuer": shown.issuer,
        "keyId": None if shown.key_id is None else shown.key_id.hex(),
        "claims": {name: value_to_json(value) for name, value in shown.claims.items()},
        "validUntil": shown.valid_until.isoformat(),
        "freshSince": None if shown.fresh_since is None else shown.fresh_since.isoformat(),
        "status": None if status is None else {"list": status[0].hex(), "index": status[1]},
        "holderKey": None if key is None else key.to_multikey(),
    }


def facts_as_json(read: Facts) -> dict[str, Any]:
    return {
        "block": {"timestamp": read.block.timestamp},
        "issuers": {
            key.hex(): None if fact is None else {"suspendedUntil": fact.suspended_until}
            for key, fact in read.issuers.items()
        },
        "accreditations": {
            f"{a.hex()}/{b.hex()}": at for (a, b), at in read.accreditations.items()
        },
        "keys": {
            key.hex(): None
            if fact is None
            else {
                "issuer": fact.issuer_id.hex(),
                "kind": fact.kind,
                "state": fact.state,
                "addedAt": fact.added_at,
                "acceptedUntil": fact.accepted_until,
            }
            for key, fact in read.keys.items()
        },
        "revoked": {f"{a.hex()}/{index}": bit for (a, index), bit in read.revoked.items()},
        "listEntries": {
            f"{a.hex()}/{account}": at for (a, account), at in read.list_entries.items()
        },
        "tokens": {
            f"{int(asked.standard)}/{asked.contract}/{asked.id}/{account}": str(held)
            for (asked, account), held in read.tokens.items()
        },
        "attestations": {
            f"{registry}/{uid.hex()}": None if fact is None else attestation_as_json(fact)
            for (registry, uid), fact in read.attestations.items()
        },
        "contractSignatures": {
            f"{address}/{digest.hex()}/{signature.hex()}": accepted
            for (address, digest, signature), accepted in read.contract_signatures.items()
        },
        "codeHashes": {address: code.hex() for address, code in read.code_hashes.items()},
    }


def attestation_as_json(fact: AttestationFact) -> dict[str, Any]:
    return asdict(fact) | {"schema": fact.schema.hex()}
