"""What makes a wallet refuse a challenge, and how it chooses among ways to answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from parties import (
    CONTACT,
    GATE,
    NOW,
    Parties,
    address_leaf,
    badge_leaf,
    challenge_for,
    clearance_leaf,
    membership_leaf,
    policy_of,
)
from simulator import ManualClock

from didgate.errors import InvalidInput
from didgate.holder import Contact, Wallet
from didgate.holder.checks import check_challenge, origin
from didgate.keys import KeyAlgorithm
from didgate.stores import open_engine

CHALLENGE = challenge_for(policy_of(clearance_leaf()))


def code_of(challenge: Any = CHALLENGE, contact: Contact = CONTACT, now=NOW) -> str:
    with pytest.raises(InvalidInput) as error:
        check_challenge(challenge, contact, now)
    return error.value.code


def test_accepts_the_contacted_gates_challenge():
    policy, query = check_challenge(CHALLENGE, CONTACT, NOW)
    assert policy == policy_of(clearance_leaf())
    assert query is not None


def test_accepts_a_policy_that_asks_for_no_credential():
    _, query = check_challenge(challenge_for(policy_of(address_leaf())), CONTACT, NOW)
    assert query is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/models", "http://gate.example/models", "https://gate.example:8443/",
        "https://gate.example.evil.example/", "https://sub.gate.example/",
    ],
)  # fmt: skip
def test_refuses_a_challenge_of_another_gate(url):
    assert code_of(contact=replace(CONTACT, url=url)) == "audience_mismatch"


def test_refuses_an_answer_address_elsewhere():
    for place in ("https://evil.example/collect", f"{CHALLENGE.audience}/users/mallory"):
        moved = replace(CHALLENGE, response_uri=place)
        assert code_of(moved) == "response_uri_mismatch"


def test_refuses_a_challenge_for_another_clients_key():
    assert code_of(contact=replace(CONTACT, jkt="A" * 43)) == "jkt_mismatch"


def test_refuses_an_expired_challenge():
    assert code_of(now=CHALLENGE.deadline_time) == "challenge_expired"


def test_refuses_a_challenge_that_is_open_for_too_long():
    late = replace(CHALLENGE, deadline=int((NOW + timedelta(hours=1)).timestamp()))
    assert code_of(late) == "deadline_too_far"


@pytest.mark.parametrize(
    "leaf", [badge_leaf(), clearance_leaf(born={"atMost": {"date": "2008-01-01"}})]
)
def test_refuses_a_query_that_its_policy_does_not_justify(leaf):
    other = challenge_for(policy_of(leaf))
    assert code_of(replace(CHALLENGE, dcql=other.dcql)) == "query_exceeds_policy"


def test_refuses_a_query_with_a_claim_more():
    credential = dict(CHALLENGE.dcql["credentials"][0])
    credential["claims"] = [*credential["claims"], {"path": ["born"]}]
    greedy = replace(CHALLENGE, dcql={"credentials": [credential]})
    assert code_of(greedy) == "query_exceeds_policy"


def test_refuses_a_query_where_the_policy_has_none():
    challenge = challenge_for(policy_of(address_leaf()))
    assert code_of(replace(challenge, dcql=CHALLENGE.dcql)) == "query_exceeds_policy"


@pytest.mark.parametrize(
    "url", ["ftp://x/", "https://", "gate.example", "https://a:b@c/", "https://x:y/"]
)
def test_refuses_urls_that_have_no_origin(url):
    with pytest.raises(InvalidInput) as error:
        origin(url)
    assert error.value.code == "invalid_url"


def test_an_origin_is_scheme_host_and_port():
    assert origin(f"{GATE.upper().replace('HTTPS', 'https')}:443/x?y") == origin(GATE)
    assert origin("http://gate.example") != origin(GATE)


# Choosing


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties()


@pytest.fixture
def wallet(tmp_path, parties):
    engine = open_engine(tmp_path / "wallet.db")
    wallet = Wallet(
        engine, bytes(32), sources=parties, signers=[parties.holder], clock=ManualClock(NOW)
    )
    wallet.add(parties.attributes().to_document())
    wallet.add(parties.membership().to_document())
    wallet.add(parties.badge())
    wallet.keys.add(parties.account)
    yield wallet
    engine.dispose()


def planned(wallet, allow):
    plan = wallet.match(challenge_for(policy_of(allow)), CONTACT)
    shown = {each.type.rsplit("/", 1)[1]: each.claims for each in plan.disclosures}
    return shown, len(plan.accounts)


NARROW = clearance_leaf(role={"equals": "researcher"})


def test_of_any_the_branch_with_fewer_claims(wallet):
    assert planned(wallet, {"any": [clearance_leaf(), NARROW]}) == ({"Clearance": ("role",)}, 0)


def test_of_any_the_branch_that_cannot_be_linked(wallet):
    expected = ({"Clearance": ("clearance", "role")}, 0)
    assert planned(wallet, {"any": [clearance_leaf(), badge_leaf()]}) == expected
    assert planned(wallet, {"any": [clearance_leaf(), membership_leaf()]}) == expected
    assert planned(wallet, {"any": [clearance_leaf(), address_leaf()]}) == expected


def test_of_any_an_account_last(wallet):
    assert planned(wallet, {"any": [badge_leaf(), address_leaf()]}) == ({"Badge": ("role",)}, 0)


def test_of_any_the_one_that_can_be_met(wallet):
    impossible = clearance_leaf(clearance={"atLeast": 5})
    assert planned(wallet, {"any": [impossible, address_leaf()]}) == ({}, 1)


def test_of_any_nothing_where_the_time_suffices(wallet):
    window = {"time": {"until": "2027-01-01T00:00:00Z"}}
    assert planned(wallet, {"any": [clearance_leaf(), window]}) == ({}, 0)
    past = {"time": {"until": "2026-01-01T00:00:00Z"}}
    shown, _ = planned(wallet, {"any": [clearance_leaf(), past]})
    assert "Clearance" in shown
    future = {"time": {"from": "2027-01-01T00:00:00Z"}}
    shown, _ = planned(wallet, {"any": [clearance_leaf(), future]})
    assert "Clearance" in shown


def test_of_all_everything(wallet):
    allow = {"all": [clearance_leaf(), badge_leaf()], "holder": "any"}
    assert planned(wallet, allow) == (
        {"Clearance": ("clearance", "role"), "Badge": ("role",)}, 0
    )  # fmt: skip


def test_of_all_with_a_not_the_positive_part(wallet):
    allow = {"all": [address_leaf(), {"not": address_leaf(0xBB)}]}
    assert planned(wallet, allow) == ({}, 1)


def test_of_at_least_the_least_revealing(wallet):
    allow = {"atLeast": {"n": 2, "of": [NARROW, badge_leaf(), membership_leaf()], "holder": "any"}}
    shown, _ = planned(wallet, allow)
    assert len(shown) == 2
    assert "Clearance" in shown


def test_of_the_same_holder_one_key(wallet, parties):
    other = wallet.keys.create(KeyAlgorithm.P256)
    wallet.add(parties.badge({"role": "director"}, holder_key=other))
    first = badge_leaf(role={"equals": "auditor"})
    second = badge_leaf(level={"atLeast": 5})
    same = {"all": [first, second], "holder": "same"}
    plan = wallet.match(challenge_for(policy_of(same)), CONTACT)
    assert len({each.credential for each in plan.disclosures}) == 1
    apart = {"all": [first, badge_leaf(role={"equals": "director"})], "holder": "same"}
    with pytest.raises(InvalidInput) as error:
        wallet.match(challenge_for(policy_of(apart)), CONTACT)
    assert error.value.code == "cannot_satisfy"
