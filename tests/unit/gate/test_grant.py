"""Grants: RFC 9068 tokens that are checked anew at every request."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from didgate.chain.facts import Block, PolicyState
from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import AccessDenied, DidgateError, VerificationError
from didgate.gate.grant import (
    Grant,
    GrantAuthority,
    check_grant,
    expiry,
    is_paused,
    pairwise_subjects,
)
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.jws import decode_unverified_jws, sign_jws

ORIGIN = "https://gate.example"
RESOURCE = bytes([1] * 32)


@pytest.fixture
def grant(now: datetime) -> Grant:
    return Grant(
        id="id",
        subject="someone",
        counted=("someone",),
        resource=RESOURCE,
        policy_id=bytes([2] * 32),
        epoch=7,
        block_number=9,
        block_hash=bytes([3] * 32),
        issued_at=now,
        expires_at=now + timedelta(seconds=120),
        jkt="thumbprint",
    )


@pytest.fixture
def state(now: datetime) -> PolicyState:
    return PolicyState(
        resource=RESOURCE,
        active=bytes([2] * 32),
        active_bytes=b"",
        activated_at=0,
        epoch=7,
        paused_until=0,
        delay=0,
        owner="",
        guardian="",
        restrictions=(),
        pending=None,
        block=Block(9, bytes([3] * 32), int(now.timestamp())),
    )


@pytest.fixture
def authority(key: SoftwareSigner) -> GrantAuthority:
    return GrantAuthority(key, ORIGIN)


def forged(key: SoftwareSigner, token: str, header: dict[str, Any], **claims: Any) -> str:
    """Return ``token`` signed again by the gate's own key, with other claims."""
    old_header, payload = decode_unverified_jws(token)
    old_header.pop("alg")
    members = json.loads(payload) | claims
    kept = {name: value for name, value in members.items() if value is not None}
    return sign_jws(key, json.dumps(kept).encode(), old_header | header)


def refused(authority: GrantAuthority, token: str, code: str) -> None:
    with pytest.raises(VerificationError) as error:
        authority.verify(token)
    assert error.value.code == code


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P256, KeyAlgorithm.ED25519])
def test_a_token_says_what_was_granted(grant: Grant, algorithm: KeyAlgorithm) -> None:
    authority = GrantAuthority(SoftwareSigner.generate(algorithm), ORIGIN)
    assert authority.verify(authority.issue(grant)) == grant


def test_a_token_has_the_claims_of_rfc_9068(authority: GrantAuthority, grant: Grant) -> None:
    header, payload = decode_unverified_jws(authority.issue(grant))
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": authority.key_id}
    claims = json.loads(payload)
    assert claims.keys() == {
        "iss", "aud", "sub", "client_id", "iat", "exp", "jti", "cnf", "didgate",
    }  # fmt: skip
    assert claims["iss"] == claims["aud"] == ORIGIN
    assert claims["cnf"] == {"jkt": "thumbprint"}
    assert claims["exp"] - claims["iat"] == 120
    assert claims["didgate"]["epoch"] == 7


def test_a_token_signed_by_a_previous_key_counts(key: SoftwareSigner, grant: Grant) -> None:
    old = GrantAuthority(key, ORIGIN)
    new = GrantAuthority(
        SoftwareSigner.generate(KeyAlgorithm.P256), ORIGIN, previous=[key.public_key]
    )
    assert new.verify(old.issue(grant)) == grant
    assert {each["kid"] for each in new.jwks()["keys"]} == {old.key_id, new.key_id}


def test_a_token_of_another_key_is_refused(authority: GrantAuthority, grant: Grant) -> None:
    other = GrantAuthority(SoftwareSigner.generate(KeyAlgorithm.P256), ORIGIN)
    refused(authority, other.issue(grant), "grant_invalid")


def test_a_token_that_names_the_gate_s_key_falsely_is_refused(
    authority: GrantAuthority, key: SoftwareSigner, grant: Grant
) -> None:
    thief = SoftwareSigner.generate(KeyAlgorithm.P256)
    refused(authority, forged(thief, authority.issue(grant), {}), "grant_invalid")


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": "didgate-receipt+jwt"}, {"kid": 7}])
def test_a_token_of_another_type_is_refused(
    authority: GrantAuthority, key: SoftwareSigner, grant: Grant, header: dict[str, Any]
) -> None:
    refused(authority, forged(key, authority.issue(grant), header), "grant_invalid")


@pytest.mark.parametrize("claims", [{"iss": "https://other.example"}, {"aud": "other"}])
def test_a_token_for_another_gate_is_refused(
    authority: GrantAuthority, key: SoftwareSigner, grant: Grant, claims: dict[str, Any]
) -> None:
    refused(authority, forged(key, authority.issue(grant), {}, **claims), "grant_audience")


@pytest.mark.parametrize(
    "claims",
    [
        {"didgate": None},
        {"didgate": {}},
        {"cnf": None},
        {"exp": "soon"},
        {"didgate": {"resource": "0x00", "policy": "0x", "epoch": 1, "block": {}}},
    ],
)
def test_a_token_that_lacks_claims_is_refused(
    authority: GrantAuthority, key: SoftwareSigner, grant: Grant, claims: dict[str, Any]
) -> None:
    refused(authority, forged(key, authority.issue(grant), {}, **claims), "grant_invalid")


@pytest.mark.parametrize("token", ["", "a.b.c", "é", "x" * 5000])
def test_what_is_no_token_is_refused(authority: GrantAuthority, token: str) -> None:
    refused(authority, token, "grant_invalid")


def test_a_changed_token_is_refused_after_the_true_one_was_seen(
    authority: GrantAuthority, grant: Grant
) -> None:
    token = authority.issue(grant)
    authority.verify(token)
    header, payload, signature = token.split(".")
    members = json.loads(b64url_decode(payload))
    members["exp"] += 1000
    changed = b64url_encode(json.dumps(members).encode())
    refused(authority, f"{header}.{changed}.{signature}", "grant_invalid")


def check(grant: Grant, state: PolicyState, now: datetime, **changes: Any) -> None:
    arguments = {"resource": RESOURCE, "jkt": "thumbprint", "state": state, "now": now}
    check_grant(grant, **arguments | changes)


def test_a_grant_that_stands_passes(grant: Grant, state: PolicyState, now: datetime) -> None:
    check(grant, state, now)


def standing_refused(
    code: str, grant: Grant, state: PolicyState, now: datetime, **changes: Any
) -> None:
    with pytest.raises(DidgateError) as error:
        check(grant, state, now, **changes)
    assert error.value.code == code


def test_a_grant_of_another_key_is_refused(grant: Grant, state: PolicyState, now: datetime) -> None:
    standing_refused("grant_key", grant, state, now, jkt="other")


def test_a_grant_for_another_resource_is_refused(
    grant: Grant, state: PolicyState, now: datetime
) -> None:
    standing_refused("grant_resource", grant, state, now, resource=bytes(32))


def test_an_expired_grant_is_refused_at_the_very_second(
    grant: Grant, state: PolicyState, now: datetime
) -> None:
    check(grant, state, now + timedelta(seconds=119))
    standing_refused("grant_expired", grant, state, now + timedelta(seconds=120))


@pytest.mark.parametrize("epoch", [6, 8])
def test_a_grant_of_another_epoch_is_refused(
    grant: Grant, state: PolicyState, now: datetime, epoch: int
) -> None:
    standing_refused("grant_epoch", grant, replace(state, epoch=epoch), now)


def test_a_grant_is_refused_while_paused(grant: Grant, state: PolicyState, now: datetime) -> None:
    with pytest.raises(AccessDenied) as error:
        check(grant, replace(state, paused_until=2**64 - 1), now)
    assert error.value.code == "paused"


@pytest.mark.parametrize(
    ("block", "clock", "paused"), [(0, 0, False), (-1, 0, True), (0, -1, True)]
)
def test_a_pause_ends_when_both_clocks_say_so(
    state: PolicyState, now: datetime, block: int, clock: int, paused: bool
) -> None:
    end = int(now.timestamp())
    timed = replace(state, paused_until=end, block=replace(state.block, timestamp=end + block))
    assert is_paused(timed, now + timedelta(seconds=clock)) is paused


@pytest.mark.parametrize(
    ("lifetime", "ends", "seconds"),
    [(120, [], 120), (9000, [], 300), (300, [60], 60), (300, [600, 90], 90), (300, [0], 0)],
)
def test_a_grant_outlives_nothing_it_rests_on(
    now: datetime, lifetime: int, ends: list[int], seconds: int
) -> None:
    moments = [now + timedelta(seconds=end) for end in ends]
    assert expiry(now, lifetime, moments) == now + timedelta(seconds=seconds)


def test_an_expiry_is_rounded_down(now: datetime) -> None:
    assert expiry(now + timedelta(milliseconds=900), 10, []) == now + timedelta(seconds=10)


def test_a_grant_that_rests_on_no_credential_lasts_as_long_as_the_policy_says(
    now: datetime,
) -> None:
    """An account on a list has no end of its own."""
    assert expiry(now, 90, []) == now + timedelta(seconds=90)
    assert expiry(now, 90, ()) - now == timedelta(seconds=90)


def test_a_pseudonym_is_stable_for_holder_and_resource() -> None:
    secret = bytes(32)
    first = pairwise_subjects(secret, RESOURCE, ["a", "b"])
    assert first == pairwise_subjects(secret, RESOURCE, ["a", "b"])
    assert first[:1] == pairwise_subjects(secret, RESOURCE, ["a"])


def test_a_pseudonym_differs_by_holder_resource_and_gate() -> None:
    pseudonyms = {
        pseudonym
        for secret in (bytes(32), bytes([1] * 32))
        for resource in (RESOURCE, bytes(32))
        for pseudonym in pairwise_subjects(secret, resource, ["a", "b"])
    }
    assert len(pseudonyms) == 8


def test_without_a_holder_s_key_a_pseudonym_is_random() -> None:
    [one] = pairwise_subjects(bytes(32), RESOURCE, [])
    [other] = pairwise_subjects(bytes(32), RESOURCE, [])
    assert one != other


def test_a_token_names_further_keys_only_where_there_are_some(
    grant: Grant, key: SoftwareSigner
) -> None:
    authority = GrantAuthority(key, ORIGIN)
    _, payload = decode_unverified_jws(authority.issue(grant))
    assert "counted" not in json.loads(payload)["didgate"]
    several = replace(grant, counted=("someone", "another"))
    assert authority.verify(authority.issue(several)) == several


def test_a_token_on_as_many_keys_as_a_policy_can_ask_for_is_read(
    grant: Grant, key: SoftwareSigner
) -> None:
    authority = GrantAuthority(key, ORIGIN)
    counted = pairwise_subjects(bytes(32), RESOURCE, [str(number) for number in range(64)])
    most = replace(grant, subject=counted[0], counted=counted)
    assert authority.verify(authority.issue(most)) == most


def test_the_signing_key_is_not_shown(key: SoftwareSigner) -> None:
    assert key.unsafe_private_bytes().hex() not in repr(GrantAuthority(key, ORIGIN))
