"""Properties of attribute credentials and presentations, on generated claims and faults."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parties import CLAIMS, NOW, SCHEMA, Parties, badge_leaf, clearance_leaf

from didgate.bbs.typed import MAX_INTEGER, SlotType
from didgate.credentials import attribute
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.binding import Disclosed, bundle_hash, gate_access_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import Presentation
from didgate.credentials.schema import Attribute, AttributeSchema, StatusMode
from didgate.credentials.slots import from_json, to_json
from didgate.credentials.verified import Address, Date, DateTime
from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import InvalidInput, VerificationError
from didgate.verifier import verify_presentation

PARTIES = Parties()
CREDENTIAL = PARTIES.attributes()
CHALLENGE = PARTIES.challenge(clearance_leaf())
NAMES = [each.name for each in SCHEMA.attributes]

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
VALUES: dict[SlotType, st.SearchStrategy[Any]] = {
    SlotType.TEXT: texts.map(lambda text: unicodedata.normalize("NFC", text)),
    SlotType.BYTES: st.binary(max_size=40),
    SlotType.INTEGER: st.integers(-MAX_INTEGER, MAX_INTEGER),
    SlotType.BOOLEAN: st.booleans(),
    SlotType.DATE: st.dates().map(Date.of),
    SlotType.DATETIME: st.integers(-62135596800, 253402300799).map(DateTime),
    SlotType.ADDRESS: st.binary(min_size=20, max_size=20).map(Address.of),
}


def claims(schema: AttributeSchema) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            each.name: VALUES[each.type] | (st.none() if each.optional else st.nothing())
            for each in schema.attributes
        }
    )


@st.composite
def schemas(draw: st.DrawFn) -> AttributeSchema:
    names = draw(st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,10}", fullmatch=True),
                          min_size=1, max_size=8, unique=True))  # fmt: skip
    kinds = st.sampled_from(sorted(VALUES))
    granularity = draw(st.integers(1, 400))
    return AttributeSchema(
        type=draw(st.sampled_from(["https://a.example/T", "urn:x:y"])),
        attributes=tuple(Attribute(f"n{name}", draw(kinds), draw(st.booleans())) for name in names),
        granularity_days=granularity,
        lifetime_days=granularity + draw(st.integers(0, 400)),
        status_mode=draw(st.sampled_from(StatusMode)),
    )


def present(challenge: Challenge, names: frozenset[str] = frozenset(NAMES)) -> Presentation:
    slots = CREDENTIAL.disclosed_slots(names)
    bundle = bundle_hash([Disclosed("c0", SCHEMA.schema_id, PARTIES.issuer_id, slots)])
    return Presentation({"c0": CREDENTIAL.derive(names, gate_access_digest(challenge, bundle, 0))})


def verify(presentation: Presentation, challenge: Challenge = CHALLENGE) -> Any:
    return verify_presentation(presentation, challenge, PARTIES.evidence, NOW)


@cache
def presented_text() -> str:
    """Return one presentation that discloses everything, as JSON."""
    return json.dumps(present(CHALLENGE).to_dict())


@given(schemas())
def test_a_schema_survives_its_encoding(schema):
    assert AttributeSchema.decode(schema.encode()) == schema


@given(schemas(), st.integers(0, 200), st.integers(0, 255))
def test_changed_bytes_are_another_schema_or_none(schema, position, value):
    data = bytearray(schema.encode())
    data[position % len(data)] = value
    try:
        decoded = AttributeSchema.decode(bytes(data))
    except InvalidInput:
        return
    assert decoded.encode() == bytes(data)


@given(st.data())
def test_a_value_survives_its_json(data):
    kind = data.draw(st.sampled_from(sorted(VALUES)))
    value = data.draw(VALUES[kind])
    written = json.loads(json.dumps(to_json(value)))
    assert from_json(kind, written) == value
    assert type(from_json(kind, written)) is type(value)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_what_is_issued_can_be_stored_and_shown_in_part(data):
    schema = data.draw(schemas())
    index = data.draw(st.integers(0, 2**32 - 1)) if schema.status_mode else None
    credential = attribute.issue(
        PARTIES.bbs, schema, PARTIES.did, data.draw(claims(schema)),
        holder_secret=data.draw(st.integers(1, 2**254)), now=NOW, status_index=index,
    )  # fmt: skip
    document = json.loads(json.dumps(credential.to_document()))
    stored = AttributeCredential.from_document(document, schema, PARTIES.bbs.public_key)
    assert stored == credential
    names = data.draw(st.sets(st.sampled_from([each.name for each in schema.attributes])))
    shown = json.loads(json.dumps(stored.derive(names, bytes(32))))
    presented = attribute.read_presented(shown, schema)
    attribute.verify_presented(presented, PARTIES.bbs.public_key, bytes(32), NOW)
    assert shown["credentialSubject"].keys() == {"type", *names}
    assert presented.claims == {n: v for n, v in credential.claims.items() if n in names}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_changed_claim_fails(data):
    members = json.loads(presented_text())
    subject = members["vp_token"]["c0"][0]["credentialSubject"]
    name = data.draw(st.sampled_from(NAMES))
    value = data.draw(VALUES[SCHEMA.attribute(SCHEMA.slot(name)).type] | st.none())
    if value == CLAIMS[name]:
        return
    subject[name] = to_json(value)
    with pytest.raises(VerificationError):
        verify(Presentation.from_dict(members))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_proof_byte_fails(position, change):
    members = json.loads(presented_text())
    proof = members["vp_token"]["c0"][0]["proof"]
    data = bytearray(b64url_decode(proof["proofValue"][1:]))
    data[position % len(data)] ^= change
    proof["proofValue"] = "u" + b64url_encode(bytes(data))
    with pytest.raises(VerificationError):
        verify(Presentation.from_dict(members))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, child in items:
        found.append((*path, key))
        if isinstance(child, dict | list):
            found += places(child, (*path, key))
    return found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_part_of_a_document_can_be_removed_or_replaced(data):
    members = json.loads(presented_text())
    document = members["vp_token"]["c0"][0]
    *parents, last = data.draw(st.sampled_from(places(document)))
    target = document
    for key in parents:
        target = target[key]
    replacement = data.draw(st.sampled_from(["remove", None, "x", 0, [], {}, True]))
    before = json.dumps(target)
    if replacement == "remove":
        del target[last]
    else:
        target[last] = replacement
    if json.dumps(target) == before:
        return
    with pytest.raises(VerificationError):
        verify(Presentation.from_dict(members))


OTHER = PARTIES.challenge(badge_leaf())
OTHERS: list[dict[str, Any]] = [
    {"resource": bytes(32)},
    {"audience": "https://other.example"},
    {"nonce": "another-nonce-of-some-length"},
    {"epoch": 5},
    {"chain_id": 1},
    {"verifier": "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"},
    {"jkt": "A" * 43},
    {"deadline": CHALLENGE.deadline + 60},
    {"policy": OTHER.policy, "policy_id": OTHER.policy_id},
]


@pytest.mark.parametrize("changes", OTHERS, ids=lambda changes: next(iter(changes)))
def test_a_presentation_for_one_challenge_fails_for_any_other(changes):
    other = replace(CHALLENGE, **changes)
    verify(present(other), other)
    with pytest.raises(VerificationError):
        verify(present(CHALLENGE), other)


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(NAMES)))
def test_nothing_beyond_the_disclosed_is_in_what_is_sent(names):
    text = json.dumps(present(CHALLENGE, frozenset(names)).to_dict())
    values = {
        "role": '"researcher"', "born": "1984-02-29", "trained": "2025-05-04",
        "wallet": "0x7E5F4552", "badge": "0x00ff",
    }  # fmt: skip
    for name in NAMES:
        assert (f'"{name}"' in text) == (name in names)
        if name in values:
            assert (values[name] in text) == (name in names)


@given(st.integers(0, 20_000))
def test_validity_is_coarse_and_freshness_never_late(days):
    now = NOW + timedelta(days=days % 3650, seconds=days)
    end = attribute.valid_until_time(SCHEMA, now)
    assert now < end
    assert end - timedelta(days=SCHEMA.lifetime_days) <= now
    assert Date.of(end.date()).days % SCHEMA.granularity_days == 0
