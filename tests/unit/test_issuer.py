"""Issuers: what is recorded, refreshed and revoked, and that it lasts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from parties import CLAIMS, INDEXED, NOW, SCHEMA, VCT, Parties
from simulator import ManualClock

from didgate.bbs.typed import SlotType
from didgate.chain.status_registry import StatusRegistry
from didgate.credentials import identifiers
from didgate.credentials.attribute import AttributeCredential
from didgate.credentials.schema import Attribute, AttributeSchema
from didgate.credentials.sd_jwt import ReceivedSDJWT, verify_issued
from didgate.errors import ChainError, InvalidInput
from didgate.issuer import AttributeIssuer, IssuanceRecords, OnChainStatus, SDJWTIssuer
from didgate.keys import KeyAlgorithm, SoftwareSigner
from didgate.stores import open_engine

NYM_KEY = bytes(range(32))


class Bulletin:
    """Keeps revocations; implements ``StatusPublisher``."""

    def __init__(self) -> None:
        self.revoked: list[tuple[bytes, bytes, int]] = []
        self.reachable = True

    def revoke(self, issuer_id: bytes, type_id: bytes, index: int) -> None:
        if not self.reachable:
            raise ChainError("unreachable", "the chain cannot be reached")
        self.revoked.append((issuer_id, type_id, index))


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "issuer.db"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def bulletin() -> Bulletin:
    return Bulletin()


@pytest.fixture
def make(parties, database, clock, bulletin):
    engines = []

    def make(schema: AttributeSchema = SCHEMA, **options: Any) -> AttributeIssuer:
        engines.append(open_engine(database))
        arguments = {"nym_key": NYM_KEY, "status": bulletin, "clock": clock} | options
        return AttributeIssuer(
            parties.did, parties.bbs, schema, records=IssuanceRecords(engines[-1]), **arguments
        )

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def badges(parties, database, clock, bulletin):
    engine = open_engine(database)
    yield SDJWTIssuer(
        parties.did, parties.jwt, VCT, key_id=parties.jwt_key_id, lifetime=timedelta(days=30),
        records=IssuanceRecords(engine), status=bulletin, clock=clock,
    )  # fmt: skip
    engine.dispose()


def code_of(action) -> str:
    with pytest.raises(InvalidInput) as error:
        action()
    return error.value.code


def test_issues_what_holders_can_store(make, parties):
    document = make().issue("alice", CLAIMS).to_document()
    held = AttributeCredential.from_document(document, SCHEMA, parties.bbs.public_key)
    assert held.claims == CLAIMS


def test_the_subject_is_nowhere_in_the_credential(make):
    document = make().issue("alice@example.org", CLAIMS).to_document()
    assert "alice" not in str(document)


def test_refuses_a_second_first_credential(make):
    issuer = make()
    issuer.issue("alice", CLAIMS)
    assert code_of(lambda: issuer.issue("alice", CLAIMS)) == "already_issued"


def test_records_nothing_of_what_could_not_be_issued(make):
    issuer = make()
    assert code_of(lambda: issuer.issue("alice", {"role": "x"})) == "attribute_missing"
    issuer.issue("alice", CLAIMS)


def test_refreshing_keeps_slot_0_and_moves_validity(make, clock):
    issuer = make()
    first = issuer.issue("alice", CLAIMS)
    clock.advance(timedelta(days=14))
    second = issuer.refresh("alice")
    assert second.holder_secret == first.holder_secret
    assert second.valid_until == first.valid_until + timedelta(days=14)
    assert second.claims == first.claims


def test_refreshing_can_change_claims(make):
    issuer = make()
    issuer.issue("alice", CLAIMS)
    assert issuer.refresh("alice", CLAIMS | {"clearance": 5}).claims["clearance"] == 5
    assert issuer.refresh("alice").claims["clearance"] == 5


def test_refreshing_survives_a_restart(make):
    first = make().issue("alice", CLAIMS)
    assert make().refresh("alice").claims == first.claims


def test_another_pseudonym_key_gives_another_slot_0(make):
    first = make().issue("alice", CLAIMS)
    assert make(nym_key=bytes(32)).refresh("alice").holder_secret != first.holder_secret


def test_refuses_to_refresh_what_was_not_issued(make):
    assert code_of(lambda: make().refresh("alice")) == "unknown_subject"


def test_subjects_have_different_secrets(make):
    issuer = make()
    secrets = {issuer.issue(name, CLAIMS).holder_secret for name in ("a", "b", "c")}
    assert len(secrets) == 3


def test_epoch_mode_revokes_by_not_refreshing(make, bulletin):
    issuer = make(status=None)
    issuer.issue("alice", CLAIMS)
    issuer.revoke("alice")
    assert code_of(lambda: issuer.refresh("alice")) == "credential_revoked"
    assert bulletin.revoked == []


def test_index_mode_publishes_revocations(make, bulletin, parties):
    issuer = make(INDEXED)
    credential = issuer.issue("alice", {"tier": "gold"})
    issuer.revoke("alice")
    assert bulletin.revoked == [(parties.issuer_id, INDEXED.schema_id, credential.status_index)]
    assert code_of(lambda: issuer.refresh("alice")) == "credential_revoked"


def test_a_revocation_that_was_not_published_can_be_repeated(make, bulletin):
    issuer = make(INDEXED)
    issuer.issue("alice", {"tier": "gold"})
    bulletin.reachable = False
    with pytest.raises(ChainError):
        issuer.revoke("alice")
    assert code_of(lambda: issuer.refresh("alice")) == "credential_revoked"
    bulletin.reachable = True
    issuer.revoke("alice")
    assert len(bulletin.revoked) == 1


def test_refuses_to_revoke_an_index_that_nobody_would_see(make):
    issuer = make(INDEXED, status=None)
    issuer.issue("alice", {"tier": "gold"})
    assert code_of(lambda: issuer.revoke("alice")) == "no_status_publisher"


def test_refuses_to_revoke_what_was_not_issued(make):
    assert code_of(lambda: make().revoke("alice")) == "unknown_subject"


def test_status_indexes_are_unique_and_kept(make):
    issuer = make(INDEXED)
    rows = [(f"subject {i}", {"tier": "gold"}) for i in range(600)]
    indexes = [credential.status_index for _, credential in issuer.issue_many(rows)]
    assert len(set(indexes)) == 600
    assert indexes != sorted(indexes)
    assert issuer.refresh("subject 7").status_index == indexes[7]


def test_issues_to_many_in_order(make):
    rows = ((f"subject {i}", CLAIMS | {"clearance": i}) for i in range(5))
    issued = list(make().issue_many(rows))
    assert [(subject, c.claims["clearance"]) for subject, c in issued] == [
        (f"subject {i}", i) for i in range(5)
    ]


def test_a_faulty_row_is_named_and_ends_its_batch(make):
    issuer = make()
    rows = [("a", CLAIMS), ("b", CLAIMS | {"clearance": True})]
    with pytest.raises(InvalidInput) as error:
        list(issuer.issue_many(rows))
    assert (error.value.code, error.value.path) == ("claim_type_mismatch", "row 2")
    issuer.issue("a", CLAIMS)


def test_batches_before_a_faulty_row_are_durable(make):
    schema = AttributeSchema(
        type="https://example.org/T", lifetime_days=7, attributes=(Attribute("a", SlotType.TEXT),)
    )
    issuer = make(schema)
    rows = [(f"s{i}", {"a": "x"}) for i in range(120)] + [("bad", {})]
    issued = []
    with pytest.raises(InvalidInput) as error:
        issued.extend(issuer.issue_many(rows))
    assert error.value.path == "row 121: a"
    again = list(make(schema).issue_many(rows[:-1], skip_issued=True))
    assert len(again) == 20


def test_refuses_a_pseudonym_key_of_another_length(make):
    assert code_of(lambda: make(nym_key=b"short")) == "invalid_nym_key"


def test_repr_holds_no_keys(make):
    assert NYM_KEY.hex() not in repr(make())


def test_records_tell_what_was_issued(make, parties):
    issuer = make(INDEXED)
    credential = issuer.issue("alice", {"tier": "gold"})
    list_id = identifiers.status_list_id(parties.issuer_id, INDEXED.schema_id)
    (record,) = issuer.records.all(list_id)
    assert record == issuer.records.find(list_id, "alice")
    assert record.claims == {"tier": "gold"}
    assert (record.issued_at, record.valid_until) == (NOW, credential.valid_until)
    assert record.revoked_at is None
    assert "gold" not in repr(record)


def test_sd_jwts_are_issued_refreshed_and_revoked(badges, parties, clock, bulletin):
    token = badges.issue("alice", {"role": "auditor"}, parties.holder.public_key)
    first = verify_issued(ReceivedSDJWT.parse(token), parties.jwt.public_key).claims
    assert (first.claims, first.valid_until) == ({"role": "auditor"}, NOW + timedelta(days=30))
    clock.advance(timedelta(days=5))
    other = SoftwareSigner.generate(KeyAlgorithm.ED25519).public_key
    token = badges.refresh("alice", other)
    second = verify_issued(ReceivedSDJWT.parse(token), parties.jwt.public_key).claims
    assert (second.status, second.holder_key) == (first.status, other)
    assert second.valid_until == first.valid_until + timedelta(days=5)
    badges.revoke("alice")
    assert first.status is not None
    assert bulletin.revoked == [(parties.issuer_id, identifiers.vct_type_id(VCT), first.status[1])]
    assert code_of(lambda: badges.refresh("alice", other)) == "credential_revoked"


def test_sd_jwts_without_a_publisher_have_no_status(parties, database, clock):
    engine = open_engine(database)
    issuer = SDJWTIssuer(
        parties.did, parties.jwt, VCT, key_id=parties.jwt_key_id, lifetime=timedelta(days=1),
        records=IssuanceRecords(engine), clock=clock,
    )  # fmt: skip
    token = issuer.issue("alice", {"role": "x"}, parties.holder.public_key)
    credential = verify_issued(ReceivedSDJWT.parse(token), parties.jwt.public_key)
    assert credential.claims.status is None
    engine.dispose()


def test_refuses_claims_that_are_not_json(badges, parties):
    action = lambda: badges.issue("alice", {"x": {1, 2}}, parties.holder.public_key)  # noqa: E731
    assert code_of(action) == "invalid_claims"


class Chain:
    """Takes transactions; implements ``ChainWriter``."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, Any]] = []

    def send(self, account: Any, transaction: Any) -> Any:
        self.sent.append((account, transaction))


def test_revoking_many_takes_few_transactions():
    chain, registry = Chain(), StatusRegistry("0x" + "03" * 20)
    OnChainStatus(chain, registry, "controller").revoke_many(bytes(32), bytes(32), [7, 5, 7])
    assert chain.sent == [("controller", registry.revoke_many(bytes(32), bytes(32), [5, 7]))]


def test_revoking_many_is_split_by_what_a_transaction_may_cost():
    chain, registry = Chain(), StatusRegistry("0x" + "03" * 20)
    scattered = [256 * word for word in range(1000)]
    OnChainStatus(chain, registry, "controller").revoke_many(bytes(32), bytes(32), scattered)
    halves = scattered[:600], scattered[600:]
    expected = [registry.revoke_many(bytes(32), bytes(32), half) for half in halves]
    assert [transaction for _, transaction in chain.sent] == expected


def test_revoking_none_sends_nothing():
    chain, registry = Chain(), StatusRegistry("0x" + "03" * 20)
    OnChainStatus(chain, registry, "controller").revoke_many(bytes(32), bytes(32), [])
    assert chain.sent == []


def test_on_chain_status_sends_one_transaction():
    chain, registry = Chain(), StatusRegistry("0x" + "03" * 20)
    OnChainStatus(chain, registry, "controller").revoke(bytes(32), bytes(32), 5)
    assert chain.sent == [("controller", registry.revoke(bytes(32), bytes(32), 5))]
