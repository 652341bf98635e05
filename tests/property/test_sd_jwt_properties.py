"""Properties of SD-JWT on generated claims: what is concealed comes back, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parties import NOW, VCT, Parties, badge_leaf

from didgate.credentials.binding import Disclosed, bundle_hash, gate_access_digest
from didgate.credentials.identifiers import vct_type_id
from didgate.credentials.presentation import Presentation
from didgate.credentials.sd_jwt import ReceivedSDJWT, verify_issued
from didgate.errors import VerificationError
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.proofs.concealment import conceal
from didgate.proofs.disclosures import RESERVED_NAMES, pointer, reveal
from didgate.proofs.sd_jwt import SDJWT, sign_sd_jwt, verify_sd_jwt
from didgate.verifier import verify_presentation

SIGNER = SoftwareSigner.generate(KeyAlgorithm.ED25519)
PARTIES = Parties()
CHALLENGE = PARTIES.challenge(badge_leaf())

names = st.text(max_size=6).filter(lambda name: name not in RESERVED_NAMES)
leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)
objects = st.dictionaries(names, values, max_size=4)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: list[Any] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found = [(*path, key) for key, _ in items]
    return found + [place for key, child in items for place in places(child, (*path, key))]


@st.composite
def concealments(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    claims = draw(objects)
    found = [pointer(place) for place in places(claims)]
    return claims, draw(st.lists(st.sampled_from(found), unique=True)) if found else []


@given(concealments(), st.integers(0, 3))
def test_everything_comes_back(concealment, decoys):
    claims, concealed = concealment
    before = copy.deepcopy(claims)
    payload, disclosures = conceal(claims, concealed, decoys=decoys)
    revealed = reveal(payload, disclosures)
    assert revealed.claims == before == claims
    assert set(revealed.places) == set(concealed)


@given(concealments(), st.data())
def test_what_is_not_disclosed_does_not_come_back(concealment, data):
    claims, concealed = concealment
    payload, disclosures = conceal(claims, concealed)
    whole = reveal(payload, disclosures)
    hidden = data.draw(st.sampled_from(concealed)) if concealed else None
    if hidden is None:
        return
    kept = [d for place, d in whole.places.items() if not (place + "/").startswith(hidden + "/")]
    shown = reveal(payload, kept)
    assert len(shown.places) == len(kept)
    if not any(part.isdecimal() for part in hidden.split("/")):
        assert hidden not in shown.places


@settings(deadline=None)
@given(concealments())
def test_survives_signing_and_the_wire(concealment):
    claims, concealed = concealment
    issued = sign_sd_jwt(SIGNER, *conceal(claims, concealed), header={})
    received = SDJWT.parse(issued.serialize())
    assert received == issued
    assert verify_sd_jwt(received, SIGNER.public_key, typ=None).claims == claims


def presented() -> str:
    held = verify_issued(ReceivedSDJWT.parse(PARTIES.badge()), PARTIES.jwt.public_key)
    bundle = bundle_hash([Disclosed("c0", vct_type_id(VCT), PARTIES.issuer_id)])
    access = gate_access_digest(CHALLENGE, bundle, 0)
    return held.present(["/role"], PARTIES.holder, CHALLENGE, access, NOW)


PRESENTED = presented()


def test_the_presentation_verifies():
    verify_presentation(Presentation({"c0": PRESENTED}), CHALLENGE, PARTIES.evidence, NOW)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(PRESENTED) - 1), st.characters(codec="ascii"))
def test_any_changed_character_fails(position, character):
    changed = PRESENTED[:position] + character + PRESENTED[position + 1 :]
    if changed == PRESENTED:
        return
    with pytest.raises(VerificationError):
        verify_presentation(Presentation({"c0": changed}), CHALLENGE, PARTIES.evidence, NOW)


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(4)), st.integers(0, 3))
def test_parts_cannot_be_reordered_or_left_out(order, kept):
    parts = PRESENTED.split("~")
    again = "~".join(parts[i] for i in order[: kept + 1] if i < len(parts))
    if again == PRESENTED:
        return
    with pytest.raises(VerificationError):
        verify_presentation(Presentation({"c0": again}), CHALLENGE, PARTIES.evidence, NOW)
