"""Rules of the attribute credential and of the wallet that no other test is named for."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from parties import (
    CLAIMS,
    CONTACT,
    INDEXED,
    NOW,
    SCHEMA,
    Parties,
    challenge_for,
    clearance_leaf,
    membership_leaf,
    policy_of,
)
from simulator import ManualClock

from didgate import policy as policies
from didgate.chain.facts import Block, Facts
from didgate.credentials.binding import Disclosed, bundle_hash, gate_access_digest
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import VerifiedPresentation
from didgate.encoding import strict_json
from didgate.errors import DidgateError
from didgate.holder import Wallet
from didgate.policy import Policy
from didgate.stores import open_engine
from didgate.verifier import verify_presentation

LONG_AGO = {"trained": {"atLeast": {"datetime": "1970-01-02T00:00:00Z"}}}


@pytest.fixture
def wallet(parties: Parties) -> Wallet:
    return Wallet(open_engine("sqlite://"), bytes(32), sources=parties, clock=ManualClock(NOW))


def shown(parties: Parties, policy: Policy, claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that discloses what the policy asks for, whatever is in it."""
    credential = parties.attributes(claims)
    names = [condition.claim for condition in policy.credentials["c0"].claims]
    slots = credential.disclosed_slots(names)
    bundle = bundle_hash([Disclosed("c0", SCHEMA.schema_id, parties.issuer_id, slots)])
    return credential.derive(names, gate_access_digest(challenge_for(policy), bundle, 0))


def verified(parties: Parties, policy: Policy, document: Any) -> VerifiedPresentation:
    presentation = Presentation.from_dict({"vp_token": {"c0": [document]}})
    return verify_presentation(presentation, challenge_for(policy), parties.evidence, NOW)


def reason(policy: Policy, presentation: VerifiedPresentation) -> str:
    facts = Facts(Block(number=1, hash=bytes(32), timestamp=int(NOW.timestamp())))
    return policies.evaluate(policy, presentation, facts, NOW).leaves[0].code


def test_an_absent_attribute_satisfies_no_lower_bound(parties: Parties) -> None:
    """Its scalar is a huge number; its condition is false all the same."""
    policy = policy_of(clearance_leaf(**LONG_AGO))
    present = verified(parties, policy, shown(parties, policy, CLAIMS))
    assert reason(policy, present) != "claim_absent"
    document = shown(parties, policy, CLAIMS | {"trained": None})
    assert document["credentialSubject"]["trained"] is None
    assert reason(policy, verified(parties, policy, document)) == "claim_absent"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("3.0", "document_malformed"),
        ("3e0", "document_malformed"),
        ("30E-1", "document_malformed"),
        ("true", "document_malformed"),
        ('3, "clearance": 3', "json_duplicate_member"),
    ],
)
def test_an_integer_is_written_in_one_way(parties: Parties, written: str, code: str) -> None:
    policy = policy_of(clearance_leaf(clearance={"atLeast": 3}))
    text = json.dumps(shown(parties, policy, CLAIMS))
    verified(parties, policy, strict_json.loads(text))
    assert '"clearance": 3' in text
    with pytest.raises(DidgateError) as error:
        verified(
            parties,
            policy,
            strict_json.loads(text.replace('"clearance": 3', f'"clearance": {written}')),
        )
    assert error.value.code == code


def test_index_mode_is_called_linkable_wherever_it_appears(
    parties: Parties, wallet: Wallet
) -> None:
    policy = policy_of(membership_leaf())
    explained = policies.explain(policy, schemas={INDEXED.schema_id: INDEXED})
    assert "linkable" in explained
    assert wallet.add(parties.membership().to_document()).is_linkable
    plan = wallet.match(challenge_for(policy), CONTACT)
    assert any("recognise you" in warning for warning in plan.warnings())
    # An epoch credential is not, and nobody is warned of what does not happen.
    assert not wallet.add(parties.attributes().to_document()).is_linkable
    unlinkable = wallet.match(challenge_for(policy_of(clearance_leaf())), CONTACT)
    assert not any("recognise you" in warning for warning in unlinkable.warnings())


def test_the_wallet_warns_that_what_is_shown_on_a_chain_stays_public(
    parties: Parties, wallet: Wallet
) -> None:
    wallet.add(parties.attributes().to_document())
    plan = wallet.match(challenge_for(policy_of(clearance_leaf())), CONTACT)
    assert any("stays public" in warning for warning in plan.warnings())


def test_the_wallet_takes_no_digest_from_anyone() -> None:
    """What a proof is bound to is computed from checked fields: no method lets bytes in."""
    methods = {
        name: typing.get_type_hints(method)
        for name, method in inspect.getmembers(Wallet, inspect.isfunction)
        if not name.startswith("_")
    }
    assert {"add", "match", "present"} <= methods.keys()
    for name, hints in methods.items():
        taken = [hint for parameter, hint in hints.items() if parameter != "return"]
        assert not any("bytes" in str(hint) for hint in taken), name


def test_freshness_is_the_end_of_validity_less_the_lifetime(parties: Parties) -> None:
    policy = policy_of(clearance_leaf())
    credential = verified(parties, policy, shown(parties, policy, CLAIMS)).credentials[0]
    lifetime = timedelta(days=SCHEMA.lifetime_days)
    assert credential.fresh_since == credential.valid_until - lifetime
    assert credential.fresh_since <= NOW


@pytest.mark.parametrize("said", ["is a bearer secret", "Lending it cannot", "Issuers can link"])
def test_what_cannot_be_prevented_is_said(said: str) -> None:
    limitations = Path(__file__).parents[2] / "docs" / "limitations.md"
    assert said in " ".join(limitations.read_text(encoding="utf-8").split())
