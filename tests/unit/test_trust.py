"""Issuers are judged now: standing, accreditation and key, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from didgate.chain.facts import Block, Facts, IssuerFact, KeyFact, KeyKind, KeyState
from didgate.credentials.verified import CredentialForm, unsafe_verified_credential
from didgate.trust import HOLDS, Finding, Verdict, conjunction, false, judge_issuer, unknown

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
DID, ISSUER, TYPE, KEY = "did:web:a.example", b"i" * 32, b"t" * 32, b"k" * 32


@dataclass(frozen=True)
class Rule:
    issuers: tuple[str, ...] | None = None
    min_age: int = 0
    asks_accreditation: bool = True


def credential(**members: Any):
    defaults = {
        "leaf": "c0",
        "form": CredentialForm.ATTRIBUTE,
        "type": "https://t.example",
        "type_id": TYPE,
        "schema_id": TYPE,
        "issuer": DID,
        "issuer_id": ISSUER,
        "key_id": KEY,
        "claims": {},
        "valid_until": NOW + timedelta(days=1),
        "fresh_since": None,
        "status": None,
        "holder_key": None,
    }
    return unsafe_verified_credential(**(defaults | members))


GOOD_KEY = KeyFact(ISSUER, KeyKind.BBS, KeyState.ACTIVE, SECONDS - 1000, 0, b"")
GOOD = Facts(
    block=Block(1, bytes(32), SECONDS),
    issuers={ISSUER: IssuerFact("0x", suspended_until=0)},
    accreditations={(ISSUER, TYPE): SECONDS - 1000},
    keys={KEY: GOOD_KEY},
)


def judged(rule=None, facts=GOOD, now=NOW, **members):
    finding = judge_issuer(rule or Rule(), credential(**members), facts, now)
    return finding.verdict, finding.code


def with_key(**members):
    return replace(GOOD, keys={KEY: replace(GOOD_KEY, **members)})


SD_JWT = {"form": CredentialForm.SD_JWT}
P256 = with_key(kind=KeyKind.P256)
VOUCHED_BY_DOCUMENT = Rule((DID,), asks_accreditation=False)


def test_an_accredited_issuer_with_an_active_key_is_trusted():
    assert judged() == (Verdict.TRUE, "holds")


def test_a_named_issuer_of_sd_jwts_needs_no_accreditation():
    facts = replace(P256, accreditations={})
    assert judged(VOUCHED_BY_DOCUMENT, facts, **SD_JWT)[0] is Verdict.TRUE


def test_a_named_issuer_of_attributes_is_not_trusted_without_accreditation():
    facts = replace(GOOD, accreditations={(ISSUER, TYPE): None})
    assert judged(Rule((DID,)), facts) == (Verdict.FALSE, "issuer_not_accredited")


@pytest.mark.parametrize("missing", ["issuers", "accreditations", "keys"])
def test_what_was_not_read_is_unknown(missing):
    assert judged(facts=replace(GOOD, **{missing: {}}))[0] is Verdict.UNKNOWN


REFUSED = {
    "issuer_unregistered": replace(GOOD, issuers={ISSUER: None}),
    "issuer_suspended": replace(GOOD, issuers={ISSUER: IssuerFact("0x", SECONDS + 1)}),
    "issuer_not_accredited": replace(GOOD, accreditations={(ISSUER, TYPE): None}),
    "accreditation_too_young": replace(GOOD, accreditations={(ISSUER, TYPE): SECONDS + 1}),
    "key_unregistered": replace(GOOD, keys={KEY: None}),
    "key_of_another_issuer": with_key(issuer_id=b"o" * 32),
    "key_kind": with_key(kind=KeyKind.P256),
    "key_compromised": with_key(state=KeyState.COMPROMISED),
    "key_retired": with_key(state=KeyState.RETIRED, accepted_until=SECONDS),
    "key_too_young": with_key(added_at=SECONDS + 1),
}


@pytest.mark.parametrize(("code", "facts"), REFUSED.items(), ids=REFUSED)
def test_refuses(code, facts):
    assert judged(facts=facts) == (Verdict.FALSE, code)


def test_refuses_an_issuer_that_is_not_named():
    assert judged(Rule(("did:web:b.example",))) == (Verdict.FALSE, "issuer_not_accepted")


def test_a_named_issuer_can_be_suspended():
    facts = REFUSED["issuer_suspended"]
    assert judged(Rule((DID,)), facts) == (Verdict.FALSE, "issuer_suspended")


def test_a_suspension_ends_half_open():
    assert judged(facts=replace(GOOD, issuers={ISSUER: IssuerFact("0x", SECONDS)}))[1] == "holds"


def test_a_suspension_ends_when_both_clocks_say_so():
    facts = replace(GOOD, issuers={ISSUER: IssuerFact("0x", SECONDS + 10)})
    assert judged(facts=facts, now=NOW + timedelta(seconds=20))[1] == "issuer_suspended"


def test_a_retired_key_counts_until_its_date_on_both_clocks():
    facts = with_key(state=KeyState.RETIRED, accepted_until=SECONDS + 1)
    assert judged(facts=facts)[1] == "holds"
    assert judged(facts=facts, now=NOW + timedelta(seconds=1))[1] == "key_retired"


@pytest.mark.parametrize(("min_age", "verdict"), [(1000, Verdict.TRUE), (1001, Verdict.FALSE)])
def test_accreditation_counts_after_its_minimum_age(min_age, verdict):
    assert judged(Rule(None, min_age))[0] is verdict


@pytest.mark.parametrize(("min_age", "expected"), [(1000, "holds"), (1001, "key_too_young")])
def test_a_key_counts_after_its_minimum_age(min_age, expected):
    facts = replace(GOOD, accreditations={(ISSUER, TYPE): 0})
    assert judged(Rule(None, min_age), facts)[1] == expected


def test_a_compromised_key_stays_refused_for_a_named_issuer():
    assert judged(Rule((DID,)), REFUSED["key_compromised"])[1] == "key_compromised"


def test_a_registered_key_of_an_sd_jwt_is_judged():
    assert judged(facts=P256, **SD_JWT)[1] == "holds"
    assert judged(facts=GOOD, **SD_JWT)[1] == "key_kind"


def test_the_did_document_vouches_for_an_unregistered_key():
    assert judged(facts=replace(GOOD, keys={KEY: None}), **SD_JWT)[1] == "holds"
    assert judged(facts=GOOD, key_id=None, **SD_JWT)[1] == "holds"


def test_an_unregistered_key_has_no_age():
    rule = Rule(None, 1)
    found = judged(rule, replace(GOOD, keys={KEY: None}), **SD_JWT)
    assert found == (Verdict.FALSE, "key_unregistered")
    assert judged(rule, key_id=None, **SD_JWT)[1] == "key_unregistered"


def test_a_named_issuer_need_not_be_registered():
    facts = replace(GOOD, issuers={ISSUER: None}, keys={KEY: None})
    assert judged(VOUCHED_BY_DOCUMENT, facts, **SD_JWT)[1] == "holds"


def test_a_key_that_could_not_be_read_is_unknown():
    assert judged(facts=replace(GOOD, keys={}), **SD_JWT)[1] == "key_unread"


def test_the_deciding_finding_is_the_first_false_then_the_first_unknown():
    a, b, c = unknown("a", ""), false("b", ""), false("c", "")
    assert conjunction([HOLDS, a, b, c]) is b
    assert conjunction([HOLDS, a, unknown("z", "")]) is a
    assert conjunction([HOLDS]) is HOLDS
    assert conjunction([]) == Finding(Verdict.TRUE, "holds", "holds")


VALUES = (Verdict.FALSE, Verdict.UNKNOWN, Verdict.TRUE)


@pytest.mark.parametrize("a", range(3))
@pytest.mark.parametrize("b", range(3))
def test_kleene_tables(a, b):
    assert VALUES[a] & VALUES[b] is VALUES[min(a, b)]
    assert VALUES[a] | VALUES[b] is VALUES[max(a, b)]
    assert ~VALUES[a] is VALUES[2 - a]
