"""One credential leaf: every reason for which a credential does not count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from didgate.chain.facts import Block
from didgate.credentials.verified import Address, CredentialForm, Date, DateTime
from didgate.policy import Verdict, conditions_met

TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN


def judged(world, leaf, credential, **changes):
    policy = world.policy(leaf)
    return world.reason(world.evaluate(policy, world.present(credential), **changes))


@pytest.mark.parametrize("form", CredentialForm)
def test_a_credential_in_order_holds(world, form):
    if form is CredentialForm.ATTRIBUTE:
        assert judged(world, world.attribute_leaf(), world.attribute()) == (TRUE, "holds")
    else:
        assert judged(world, world.sd_jwt_leaf(), world.sd_jwt()) == (TRUE, "holds")


def test_no_credential(world):
    policy = world.policy(world.sd_jwt_leaf())
    evaluation = world.evaluate(policy, world.present())
    assert world.reason(evaluation) == (FALSE, "credential_missing")


def test_another_type(world):
    credential = world.sd_jwt(vct="https://other.example/type")
    assert judged(world, world.sd_jwt_leaf(), credential) == (FALSE, "credential_type")


def test_another_form_of_the_same_type(world):
    credential = world.sd_jwt(type_id=world.schema.schema_id)
    assert judged(world, world.attribute_leaf(), credential) == (FALSE, "credential_type")


@pytest.mark.parametrize("seconds", [0, -1])
def test_expired_at_the_clock(world, seconds):
    credential = world.sd_jwt(valid_until=world.now + timedelta(seconds=seconds))
    assert judged(world, world.sd_jwt_leaf(), credential) == (FALSE, "credential_expired")


@pytest.mark.parametrize("shift", [-60, 60])
def test_expired_at_the_block_or_at_the_clock(world, shift):
    credential = world.sd_jwt(valid_until=world.now + timedelta(seconds=min(shift, 0) + 30))
    block = Block(1, bytes(32), int(world.now.timestamp()) - shift)
    found = judged(world, world.sd_jwt_leaf(), credential, block=block)
    assert found == (FALSE, "credential_expired") if shift < 0 else (TRUE, "holds")


def test_revoked(world):
    credential = world.attribute()
    found = judged(world, world.attribute_leaf(), credential, revoked={credential.status: True})
    assert found == (FALSE, "credential_revoked")


def test_status_that_was_not_read(world):
    found = judged(world, world.attribute_leaf(), world.attribute(), revoked={})
    assert found == (UNKNOWN, "status_unread")


@pytest.mark.parametrize("age", [59, 60])
def test_freshness_is_half_open(world, age):
    credential = world.sd_jwt(fresh_since=world.now - timedelta(seconds=age))
    expected = (TRUE, "holds") if age < 60 else (FALSE, "credential_stale")
    assert judged(world, world.sd_jwt_leaf(maxAge=60), credential) == expected


def test_a_credential_that_does_not_tell_its_age(world):
    credential = world.sd_jwt(fresh_since=None)
    found = judged(world, world.sd_jwt_leaf(maxAge=60), credential)
    assert found == (FALSE, "credential_age_unknown")
    assert judged(world, world.sd_jwt_leaf(), credential) == (TRUE, "holds")


@pytest.mark.parametrize("kind", ["issuers", "schemas", "status"])
def test_a_registry_whose_code_is_not_the_pinned_one(world, kind):
    policy = world.policy(world.attribute_leaf())
    verified = world.present(world.attribute())
    hashes = dict(world.facts(policy, verified).code_hashes)
    hashes[getattr(policy.registries, kind).address] = bytes(32)
    evaluation = world.evaluate(policy, verified, code_hashes=hashes)
    assert world.reason(evaluation) == (UNKNOWN, "registry_unverified")


def test_what_is_false_outweighs_what_is_unknown(world):
    credential = world.attribute(valid_until=world.now)
    found = judged(world, world.attribute_leaf(), credential, code_hashes={}, revoked={})
    assert found == (FALSE, "credential_expired")


def test_revocation_in_a_changed_registry_is_unknown_not_false(world):
    credential = world.attribute()
    changes = {"code_hashes": {}, "revoked": {credential.status: True}}
    found = judged(world, world.attribute_leaf(), credential, **changes)
    assert found == (UNKNOWN, "registry_unverified")


OPERATORS = {
    "equals": ({"role": {"equals": "auditor"}}, {"role": "guest"}),
    "in": ({"role": {"in": ["auditor", "researcher"]}}, {"role": "guest"}),
    "at_least": ({"clearance": {"atLeast": 3}}, {"clearance": 2}),
    "at_most": ({"clearance": {"atMost": 3}}, {"clearance": 4}),
    "between_low": ({"clearance": {"between": [3, 5]}}, {"clearance": 2}),
    "between_high": ({"clearance": {"between": [1, 3]}}, {"clearance": 4}),
    "boolean_for_integer": ({"clearance": {"equals": 3}}, {"clearance": True}),
    "text_for_integer": ({"clearance": {"equals": 3}}, {"clearance": "3"}),
    "integer_for_boolean": ({"staff": {"equals": True}}, {"staff": 1}),
    "false_for_true": ({"staff": {"equals": True}}, {"staff": False}),
    "text_for_date": ({"born": {"equals": {"date": "2000-01-01"}}}, {"born": "2000-01-01"}),
    "late_date": (
        {"born": {"atMost": {"date": "2000-01-01"}}},
        {"born": Date.parse("2000-01-02")},
    ),
    "early_moment": (
        {"seen": {"atLeast": {"datetime": "2026-01-01T00:00:00Z"}}},
        {"seen": DateTime.parse("2025-12-31T23:59:59Z")},
    ),
    "text_for_address": (
        {"wallet": {"equals": {"address": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"}}},
        {"wallet": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"},
    ),
    "other_bytes": ({"badge": {"equals": {"bytes": "0x01"}}}, {"badge": b"\x02"}),
}
GOOD = {
    "role": "auditor",
    "clearance": 3,
    "staff": True,
    "born": Date.parse("2000-01-01"),
    "seen": DateTime.parse("2026-01-01T00:00:00Z"),
    "wallet": Address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
    "badge": b"\x01",
}


@pytest.mark.parametrize(("claims", "bad"), OPERATORS.values(), ids=OPERATORS)
def test_condition(world, claims, bad):
    leaf = world.attribute_leaf(claims=claims)
    assert judged(world, leaf, world.attribute(claims=GOOD)) == (TRUE, "holds")
    found = judged(world, leaf, world.attribute(claims=GOOD | bad))
    assert found == (FALSE, "claim_mismatch")


def test_an_absent_claim_makes_its_condition_false(world):
    leaf = world.attribute_leaf(claims={"clearance": {"atLeast": -5}})
    found = judged(world, leaf, world.attribute(claims={"role": "auditor"}))
    assert found == (FALSE, "claim_absent")


@pytest.mark.parametrize("value", [None, 3.0, [3], {"x": 3}, 2**53, -(2**53)])
def test_a_json_value_of_another_kind_makes_its_condition_false(world, value):
    leaf = world.sd_jwt_leaf(claims={"level": {"atLeast": -5}})
    found = judged(world, leaf, world.sd_jwt(claims={"level": value}))
    assert found == (FALSE, "claim_mismatch")


def test_a_pointer_leads_through_objects(world):
    leaf = world.sd_jwt_leaf(claims={"/address/country": {"equals": "NL"}})
    assert judged(world, leaf, world.sd_jwt()) == (TRUE, "holds")
    elsewhere = world.sd_jwt(claims={"/address/country": "NL", "country": "NL"})
    assert judged(world, leaf, elsewhere) == (FALSE, "claim_absent")


def test_a_pointer_does_not_lead_through_arrays(world):
    leaf = world.sd_jwt_leaf(claims={"/nationalities/0": {"equals": "NL"}})
    found = judged(world, leaf, world.sd_jwt(claims={"nationalities": ["NL"]}))
    assert found == (FALSE, "claim_absent")


def test_a_pointer_unescapes(world):
    leaf = world.sd_jwt_leaf(claims={"/a~1b/c~0d": {"equals": 1}})
    assert judged(world, leaf, world.sd_jwt(claims={"a/b": {"c~d": 1}})) == (TRUE, "holds")


def test_reasons_hold_no_claim_value(world):
    leaf = world.sd_jwt_leaf(claims={"level": {"equals": "wanted"}})
    policy = world.policy(leaf)
    evaluation = world.evaluate(policy, world.present(world.sd_jwt(claims={"level": "S3CRET"})))
    assert "S3CRET" not in repr(evaluation)


def test_a_wallet_can_ask_whether_claims_would_do(world):
    leaf = world.policy(world.sd_jwt_leaf(claims={"level": {"atLeast": 3}})).allow
    assert conditions_met(leaf, {"level": 3})
    assert not conditions_met(leaf, {"level": 2})
    assert not conditions_met(leaf, {})
