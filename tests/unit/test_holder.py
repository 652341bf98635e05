"""The wallet: what it stores, what it refuses, and that it discloses no more than asked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from parties import (
    CLAIMS,
    CONTACT,
    NOW,
    SCHEMA,
    VCT,
    Parties,
    address_leaf,
    badge_leaf,
    clearance_leaf,
    membership_leaf,
)
from simulator import ManualClock

from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.presentation import Presentation
from didgate.credentials.sd_jwt import ReceivedSDJWT, verify_issued
from didgate.credentials.verified import CredentialForm
from didgate.encoding import b64url_decode
from didgate.errors import InvalidInput, VerificationError
from didgate.holder import Wallet
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.keys.ethereum import address_of
from didgate.stores import open_engine
from didgate.verifier import verify_presentation

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def engine(tmp_path: Path):
    engine = open_engine(tmp_path / "wallet.db")
    yield engine
    engine.dispose()


@pytest.fixture
def wallet(engine, parties, clock) -> Wallet:
    return Wallet(engine, KEY, sources=parties, signers=[parties.holder], clock=clock)


def answer(wallet: Wallet, challenge: Any, **options: Any) -> Presentation:
    return wallet.present(wallet.match(challenge, CONTACT, **options), CONTACT)


def code_of(action) -> str:
    with pytest.raises((InvalidInput, VerificationError)) as error:
        action()
    return error.value.code


# Storing


def test_stores_and_shows_credentials(wallet, parties):
    added = wallet.add(parties.attributes().to_document())
    badge = wallet.add(parties.badge())
    assert wallet.show(added.id) == added
    assert {stored.id for stored in wallet.list()} == {added.id, badge.id}
    assert (added.form, added.type, added.issuer) == (
        CredentialForm.ATTRIBUTE, SCHEMA.type, parties.did
    )  # fmt: skip
    assert added.claims["born"] == "1984-02-29"
    assert (badge.type, badge.is_linkable, added.is_linkable) == (VCT, True, False)


def test_lists_what_lasts_longest_first(wallet, parties):
    short = wallet.add(parties.attributes(now=NOW - timedelta(days=14)).to_document())
    long = wallet.add(parties.attributes().to_document())
    assert [stored.id for stored in wallet.list()] == [long.id, short.id]


def test_adding_twice_stores_once(wallet, parties):
    document = parties.attributes().to_document()
    assert wallet.add(document) == wallet.add(json.loads(json.dumps(document)))
    assert len(wallet.list()) == 1


def test_survives_a_restart(wallet, engine, parties, clock):
    wallet.add(parties.attributes().to_document())
    key = wallet.keys.create(KeyAlgorithm.P256)
    again = Wallet(engine, KEY, sources=parties, clock=clock)
    assert again.list() == wallet.list()
    assert again.keys.public_keys() == [key]
    assert again.keys.signer(key).public_key == key


def test_forgets_credentials(wallet, parties):
    added = wallet.add(parties.attributes().to_document())
    wallet.remove(added.id)
    assert wallet.list() == ()
    assert code_of(lambda: wallet.remove(added.id)) == "unknown_credential"
    assert code_of(lambda: wallet.show(added.id)) == "unknown_credential"


def test_the_database_shows_nothing(wallet, engine, parties):
    credential = parties.attributes()
    wallet.add(credential.to_document())
    wallet.add(parties.badge())
    signer = SoftwareSigner.generate(KeyAlgorithm.P256)
    wallet.keys.add(signer)
    engine.dispose()
    content = b"".join(path.read_bytes() for path in Path(engine.url.database).parent.iterdir())
    for secret in (
        b"researcher", b"auditor", SCHEMA.type.encode(), parties.did.encode(),
        credential.signature, signer.unsafe_private_bytes(),
    ):  # fmt: skip
        assert secret not in content


def test_refuses_another_wallet_key(wallet, engine, parties):
    assert code_of(lambda: Wallet(engine, bytes(32), sources=parties)) == "wrong_wallet_key"
    assert code_of(lambda: Wallet(engine, b"short", sources=parties)) == "invalid_wallet_key"


def test_refuses_entries_that_were_exchanged(wallet, engine, parties):
    first = wallet.add(parties.attributes().to_document())
    second = wallet.add(parties.badge())
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE wallet_entries SET sealed = (SELECT sealed FROM wallet_entries WHERE name = ?)"
            " WHERE name = ?",
            (first.id, second.id),
        )
    again = Wallet(engine, KEY, sources=parties)
    assert code_of(again.list) == "unseal_failed"


def test_refuses_a_schema_that_the_registry_lacks(engine, parties, clock):
    document = parties.attributes().to_document()
    stranger = Parties()
    stranger.schemas = {}
    stranger.keys = parties.keys
    wallet = Wallet(engine, KEY, sources=stranger, clock=clock)
    assert code_of(lambda: wallet.add(document)) == "unknown_schema"


def test_refuses_a_key_that_the_registry_lacks(wallet):
    document = Parties().attributes().to_document()
    assert code_of(lambda: wallet.add(document)) == "unknown_key"


def test_refuses_the_key_of_another_issuer(wallet, parties):
    text = json.dumps(parties.attributes().to_document())
    document = json.loads(text.replace(parties.did, "did:example:other"))
    assert code_of(lambda: wallet.add(document)) == "key_of_another_issuer"


def test_refuses_an_issuer_that_does_not_resolve(wallet):
    assert code_of(lambda: wallet.add(Parties().badge())) == "unknown_issuer"


def test_refuses_validity_off_granularity(wallet, parties):
    document = parties.attributes().to_document()
    day = int(document["validUntil"][8:10])
    document["validUntil"] = f"{document['validUntil'][:8]}{day - 1:02}T00:00:00Z"
    assert code_of(lambda: wallet.add(document)) == "validity_off_granularity"


def test_refuses_what_was_tampered_with(wallet, parties):
    document = parties.attributes().to_document()
    document["credentialSubject"]["clearance"] = 5
    with pytest.raises(VerificationError):
        wallet.add(document)
    assert wallet.list() == ()


def test_refuses_what_has_expired(wallet, parties):
    document = parties.attributes(now=NOW - timedelta(days=60)).to_document()
    assert code_of(lambda: wallet.add(document)) == "credential_expired"


def test_refuses_what_is_dated_ahead(wallet, parties):
    document = parties.attributes(now=NOW + timedelta(days=60)).to_document()
    assert code_of(lambda: wallet.add(document)) == "credential_from_future"


def test_refuses_a_badge_for_another_key(wallet, parties):
    other = SoftwareSigner.generate(KeyAlgorithm.P256).public_key
    assert code_of(lambda: wallet.add(parties.badge(holder_key=other))) == "unknown_holder_key"


def test_refuses_somebodys_presentation(wallet, parties):
    wallet.add(parties.badge())
    wallet.add(parties.attributes().to_document())
    badge = answer(wallet, parties.challenge(badge_leaf())).credentials["c0"]
    document = answer(wallet, parties.challenge(clearance_leaf())).credentials["c0"]
    assert code_of(lambda: wallet.add(badge)) == "unexpected_key_binding"
    assert code_of(lambda: wallet.add(document)) == "proof_value_malformed"


def test_makes_a_key_for_each_credential(wallet, parties):
    key = wallet.keys.create(KeyAlgorithm.ED25519)
    wallet.add(parties.badge(holder_key=key))
    challenge = parties.challenge(badge_leaf())
    verified = verify_presentation(answer(wallet, challenge), challenge, parties.evidence, NOW)
    assert verified.credentials[0].holder_key == key


# Answering


@pytest.mark.parametrize("leaf", [clearance_leaf(), badge_leaf(), membership_leaf()])
def test_answers_what_the_verifier_accepts(wallet, parties, leaf):
    wallet.add(parties.attributes().to_document())
    wallet.add(parties.badge())
    wallet.add(parties.membership().to_document())
    challenge = parties.challenge(leaf)
    verified = verify_presentation(answer(wallet, challenge), challenge, parties.evidence, NOW)
    assert [credential.leaf for credential in verified.credentials] == ["c0"]


def test_answers_with_several_credentials_and_an_account(wallet, parties):
    wallet.add(parties.attributes().to_document())
    wallet.add(parties.badge())
    wallet.keys.add(parties.account)
    both = {"all": [clearance_leaf(), badge_leaf()], "holder": "any"}
    challenge = parties.challenge({"all": [both, address_leaf()]})
    verified = verify_presentation(answer(wallet, challenge), challenge, parties.evidence, NOW)
    assert len(verified.credentials) == 2
    assert verified.addresses == (address_of(parties.account.public_key),)


def test_uses_the_account_that_was_chosen(wallet, parties):
    first = address_of(wallet.keys.create(KeyAlgorithm.SECP256K1))
    second = address_of(wallet.keys.create(KeyAlgorithm.SECP256K1))
    challenge = parties.challenge(address_leaf())
    assert wallet.match(challenge, CONTACT).accounts == (first,)
    assert wallet.match(challenge, CONTACT, account=second).accounts == (second,)
    other = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    code = code_of(lambda: wallet.match(challenge, CONTACT, account=other))
    assert code == "unknown_account"


def test_discloses_nothing_beyond_what_was_asked(wallet, parties):
    wallet.add(parties.attributes().to_document())
    text = json.dumps(answer(wallet, parties.challenge(clearance_leaf())).to_dict())
    for hidden in ("born", "1984", "wallet", "0x7E5F", "badge", "staff", "trained"):
        assert hidden not in text
    wallet.add(parties.badge())
    token = answer(wallet, parties.challenge(badge_leaf())).credentials["c0"]
    received = verify_issued(ReceivedSDJWT.parse(token), parties.jwt.public_key)
    assert received.claims.claims == {"role": "auditor"}


def test_matching_discloses_nothing(wallet, parties):
    wallet.add(parties.attributes().to_document())
    plan = wallet.match(parties.challenge(clearance_leaf()), CONTACT)
    assert "researcher" not in plan.in_words()
    assert "researcher" not in repr(plan)


def test_says_in_words_what_would_be_disclosed_to_whom(wallet, parties):
    wallet.add(parties.attributes().to_document())
    plan = wallet.match(parties.challenge(clearance_leaf()), CONTACT)
    words = plan.in_words()
    assert "https://gate.example asks on behalf of https://models.example/digits" in words
    assert f"{parties.did} ({SCHEMA.type}): clearance, role, when it expires" in words
    assert "Access is granted if" in plan.policy


def test_says_so_where_nothing_is_disclosed(wallet, parties):
    wallet.add(parties.attributes().to_document())
    bare = {"schema": "0x" + SCHEMA.schema_id.hex(), "issuers": "accredited"}
    words = wallet.match(parties.challenge({"credential": bare}), CONTACT).in_words()
    assert "no claim of yours" in words
    window = {"time": {"until": "2027-01-01T00:00:00Z"}}
    assert "nothing about you" in wallet.match(parties.challenge(window), CONTACT).in_words()


def test_answers_with_a_nested_claim(wallet, parties):
    wallet.add(parties.badge(concealed=["/role", "/level", "/address/country", "/address/city"]))
    challenge = parties.challenge(badge_leaf(**{"/address/country": {"equals": "NL"}}))
    plan = wallet.match(challenge, CONTACT)
    assert plan.disclosures[0].claims == ("/address/country",)
    token = wallet.present(plan, CONTACT).credentials["c0"]
    shown = verify_issued(ReceivedSDJWT.parse(token), parties.jwt.public_key)
    assert shown.claims.claims == {"address": {"country": "NL"}}


def test_warns_of_what_links_and_what_singles_out(wallet, parties):
    wallet.add(parties.badge())
    wallet.add(parties.attributes().to_document())
    wallet.keys.add(parties.account)
    linkable = wallet.match(parties.challenge(badge_leaf()), CONTACT).warnings()
    assert any("recognise you" in each for each in linkable)
    account = wallet.match(parties.challenge(address_leaf()), CONTACT).warnings()
    assert any("account" in each for each in account)
    many = clearance_leaf(
        role={"equals": "researcher"}, clearance={"atLeast": 1}, staff={"equals": True},
        born={"atMost": {"date": "2000-01-01"}},
    )  # fmt: skip
    warned = wallet.match(parties.challenge(many), CONTACT).warnings()
    assert any("nobody but you" in each for each in warned)


@pytest.mark.parametrize(
    "leaf",
    [
        clearance_leaf(clearance={"atLeast": 4}),
        clearance_leaf(role={"equals": "director"}),
        badge_leaf(),
        address_leaf(),
        {"credential": clearance_leaf()["credential"] | {"issuers": ["did:example:other"]}},
        {"credential": clearance_leaf()["credential"] | {"maxAge": 60}},
    ],
)
def test_answers_nothing_that_would_not_do(wallet, parties, leaf):
    wallet.add(parties.attributes().to_document())
    challenge = parties.challenge(leaf)
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"


def test_does_not_use_what_has_expired(wallet, parties, clock):
    wallet.add(parties.attributes().to_document())
    clock.advance(timedelta(days=40))
    deadline = int((clock.moment + timedelta(minutes=5)).timestamp())
    challenge = parties.challenge(clearance_leaf(), deadline=deadline)
    assert code_of(lambda: wallet.match(challenge, CONTACT)) == "cannot_satisfy"


def test_uses_what_lasts_longest(wallet, parties):
    wallet.add(parties.attributes(now=NOW - timedelta(days=14)).to_document())
    long = wallet.add(parties.attributes().to_document())
    plan = wallet.match(parties.challenge(clearance_leaf()), CONTACT)
    assert plan.disclosures[0].credential == long.id


def test_refuses_a_plan_whose_credential_is_gone(wallet, parties):
    added = wallet.add(parties.attributes().to_document())
    plan = wallet.match(parties.challenge(clearance_leaf()), CONTACT)
    wallet.remove(added.id)
    assert code_of(lambda: wallet.present(plan, CONTACT)) == "unknown_credential"


def test_checks_the_challenge_again_before_presenting(wallet, parties, clock):
    wallet.add(parties.attributes().to_document())
    plan = wallet.match(parties.challenge(clearance_leaf()), CONTACT)
    clock.advance(timedelta(minutes=6))
    assert code_of(lambda: wallet.present(plan, CONTACT)) == "challenge_expired"
    clock.advance(timedelta(minutes=-6))
    elsewhere = replace(CONTACT, url="https://evil.example/")
    assert code_of(lambda: wallet.present(plan, elsewhere)) == "audience_mismatch"


def test_storage_form_is_never_presented(wallet, parties):
    wallet.add(parties.attributes().to_document())
    document = answer(wallet, parties.challenge(clearance_leaf())).credentials["c0"]
    assert b64url_decode(document["proof"]["proofValue"][1:])[0] == 1
    with pytest.raises(VerificationError):
        AttributeCredential.from_document(document, SCHEMA, parties.bbs.public_key)


def test_an_absent_attribute_is_no_claim(wallet, parties):
    stored = wallet.add(parties.attributes(CLAIMS | {"badge": None}).to_document())
    assert "badge" not in stored.claims
