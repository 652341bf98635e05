"""The ten invariants of the design, each exercised on the whole: chain, gate, issuer, holder."""

from __future__ import annotations

import inspect
import logging
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gate_actors import Caller, EmptyLine, Line
from gate_world import ALICE, BADGE, CLEARANCE, LICENCE, World, badge, of_schema
from library_source import LIBRARY, SOURCES, functions_named, imports
from simulator import ManualClock

from didgate import policy as policies
from didgate.chain.client import ChainClient
from didgate.chain.facts import Facts
from didgate.chain.probe import Precompiles, probe
from didgate.chain.rpc import RPC
from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import Presentation
from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import ChainError, DidgateError, ResolutionError, VerificationError
from didgate.fetch import HTTPFetcher
from didgate.gate import (
    Answer,
    EvidenceFolder,
    GateKeys,
    GateStores,
    ServerNonces,
    verify_receipt,
)
from didgate.issuer import IssuanceRecords, SDJWTIssuer
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.jws import decode_unverified_jws
from didgate.keys.keystore import INTERACTIVE, Keystore
from didgate.stores import (
    MemoryReplayCache,
    SQLChallengeStore,
    SQLQuotaStore,
    SQLReceiptStore,
    open_engine,
)
from didgate.trust import Verdict
from didgate.verifier import gather_evidence, verify_presentation


@pytest.fixture(scope="module")
def first_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World.build(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(first_world: World, tmp_path: Path) -> Iterator[World]:
    world = first_world.copy(tmp_path)
    yield world
    world.chain.close()


def refused(code: str, action: Callable[[], object]) -> None:
    with pytest.raises(DidgateError) as error:
        action()
    assert error.value.code == code


def test_invariant_01_fail_closed(world: World) -> None:
    line = Line(world.chain)
    gate = world.gate(ChainClient.connect(line))
    resource, holder = world.resource(badge()), world.badge_holder()
    caller = Caller(world, gate)
    token = caller.enter(holder, resource).token or ""
    # A chain that cannot be reached within max_staleness
    challenge = caller.challenge(resource)
    members = caller.present(holder, challenge)
    line.chain = None
    with pytest.raises(ChainError):
        world.refresh()
    caller.use(token, resource)
    world.clock.advance(timedelta(seconds=31))
    refused("stale_chain", lambda: caller.use(token, resource))
    refused("stale_chain", lambda: caller.challenge(resource))
    refused("stale_chain", lambda: caller.submit(challenge, members))
    # Unknown fields, empty lists, empty trees
    whole = world.policy(badge())
    for change, code in (
        ({"unknown": 1}, "unknown_key"),
        ({"allow": badge(issuers=[])}, "empty_issuers"),
        ({"allow": {"any": []}}, "empty_tree"),
        ({"allow": {"all": []}}, "empty_tree"),
        ({"allow": {}}, None),
    ):
        with pytest.raises(DidgateError) as error:
            policies.parse_policy(whole | change)
        assert code in {None, error.value.code}
    # A fact that was not read is unknown, and unknown does not allow
    verdict = _evaluated_without_facts(world, holder, resource, line)
    assert verdict is Verdict.UNKNOWN
    # A precompile that answers nothing counts as missing
    assert probe(RPC(EmptyLine())) == Precompiles(bls12_381=False, p256=False)


def _evaluated_without_facts(world: World, holder: Any, resource: bytes, line: Line) -> Verdict:
    line.chain = world.chain
    world.refresh()
    gate = world.gate()
    caller = Caller(world, gate)
    verified, policy = _verified(world, caller, holder, resource)
    facts = Facts(world.chain.head)
    return policies.evaluate(policy, verified, facts, world.clock.now()).verdict


def _verified(world: World, caller: Caller, holder: Any, resource: bytes) -> tuple[Any, Any]:
    challenge = caller.challenge(resource)
    presentation = Presentation.from_dict(caller.present(holder, challenge))
    evidence = gather_evidence(presentation, challenge, world.sources())
    verified = verify_presentation(presentation, challenge, evidence, world.clock.now())
    return verified, policies.decode(challenge.policy)


def test_invariant_02_verification_raises(world: World) -> None:
    found = list(functions_named("verify"))
    assert len(found) >= 10
    for name, function in found:
        returned = str(inspect.signature(function).return_annotation)
        assert "bool" not in returned, f"{name} returns something that could be forgotten"
    signer = SoftwareSigner.generate(KeyAlgorithm.P256)
    refused("invalid_signature", lambda: signer.public_key.verify(b"message", bytes(64)))
    gate, resource = world.gate(), world.resource(of_schema(CLEARANCE))
    caller = Caller(world, gate)
    verified, _ = _verified(world, caller, world.holder(), resource)
    # Nobody but the verifier makes what the evaluator accepts
    refused("not_verified", lambda: replace(verified))


def test_invariant_03_the_document_as_received_is_verified(world: World) -> None:
    gate = world.gate()
    for allow, holder in (
        (of_schema(CLEARANCE), world.holder()),
        (badge(), world.badge_holder()),
    ):
        resource, caller = world.resource(allow), Caller(world, gate)
        for change in (_add_member, _respell, _add_to_subject):
            challenge = caller.challenge(resource)
            members = caller.present(holder, challenge)
            if change(members["vp_token"]["c0"]):
                assert not caller.submit(challenge, members).allowed, change.__name__
        assert caller.enter(holder, resource).allowed


def _add_member(entries: list[Any]) -> bool:
    if isinstance(entries[0], dict):
        entries[0]["extra"] = True
        return True
    return False


def _add_to_subject(entries: list[Any]) -> bool:
    if isinstance(entries[0], dict):
        entries[0]["credentialSubject"]["name"] = "Alice Liddell"
        return True
    return False


def _respell(entries: list[Any]) -> bool:
    """Say the same in other bytes: a disclosure with a space more, a type spelt as a list."""
    if isinstance(entries[0], dict):
        entries[0]["issuer"] = {"id": entries[0]["issuer"]}
        return True
    head, disclosure, rest = entries[0].split("~", 2)
    entries[0] = f"{head}~{b64url_encode(b64url_decode(disclosure) + b' ')}~{rest}"
    return True


def test_invariant_04_nothing_is_checked_only_on_request(world: World) -> None:
    # There is nothing to leave out: every argument is required.
    for parameter in inspect.signature(verify_presentation).parameters.values():
        assert parameter.default is inspect.Parameter.empty
    gate, resource = world.gate(), world.resource(badge())
    caller = Caller(world, gate)
    # Not-before
    ahead = ManualClock(world.clock.now() + timedelta(hours=2))
    wallet = world.wallet(clock=ahead)
    future = SDJWTIssuer(
        world.issuers.did, world.keys.p256, BADGE, key_id=world.issuers.key_id,
        lifetime=timedelta(days=1), records=IssuanceRecords(open_engine("sqlite://")), clock=ahead,
    )  # fmt: skip
    wallet.add(future.issue("early", ALICE, wallet.keys.create(KeyAlgorithm.P256)))
    assert not caller.enter(wallet, resource).allowed
    # Status: asked for without anybody asking
    revoked = world.badge_holder(subject="alice")
    world.issuers.badges.revoke("alice")
    world.refresh()
    assert caller.enter(revoked, resource).code == "policy_not_satisfied"
    # Nonce and audience
    good = world.badge_holder()
    for change in ({"nonce": "n" * 43}, {"audience": "https://other.example"}):
        challenge = caller.challenge(resource)
        members = caller.present(good, replace(challenge, **change))
        assert not caller.submit(challenge, members).allowed
    # Expiry
    world.settle(31 * 86400)
    assert caller.enter(good, resource).code == "credential_expired"


def test_invariant_05_a_nonce_is_used_once_also_across_replicas(world: World) -> None:
    engine = open_engine(world.folder / "shared.sqlite")
    keys = GateKeys(SoftwareSigner.generate(KeyAlgorithm.P256), secrets.token_bytes(32))

    def replica() -> Any:
        usual = world.stores()
        challenges = SQLChallengeStore(engine, clock=world.clock)
        stores = GateStores(challenges, usual.replay, usual.quotas, usual.receipts)
        return world.gate(keys=keys, stores=stores)

    first, second = replica(), replica()
    resource = world.resource(badge())
    caller = Caller(world, first)
    challenge = caller.challenge(resource)
    members = caller.present(world.badge_holder(), challenge)
    proofs = [caller.prove() for _ in range(8)]

    def attempt(number: int) -> str:
        gate = (first, second)[number % 2]
        try:
            decision = gate.access(Answer(challenge.nonce, dict(members)), proofs[number])
        except VerificationError as error:
            return error.code
        return decision.code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(attempt, range(8)))
    assert codes == ["allowed"] + ["nonce_unknown"] * 7
    engine.dispose()
    _a_proof_counts_for_one_thing(world, caller, resource)


def _a_proof_counts_for_one_thing(world: World, caller: Caller, resource: bytes) -> None:
    holder = world.badge_holder()
    for change in (
        {"resource": bytes(32)},
        {"chain_id": 1},
        {"verifier": world.contracts.issuers.address},
        {"jkt": "A" * 43},
    ):
        challenge: Challenge = caller.challenge(resource)
        members = caller.present(holder, replace(challenge, **change))
        assert not caller.submit(challenge, members).allowed, change


def test_invariant_06_changes_end_grants(world: World) -> None:
    gate, policy = world.gate(), world.contracts.policies
    holder, heir = world.badge_holder(), world.keys.controller
    changes: dict[str, Callable[[bytes], Any]] = {
        "restriction": lambda r: policy.restrict(r, _content(world, of_schema(CLEARANCE))),
        "pause": policy.pause,
        "epoch": policy.bump_epoch,
        "transfer": lambda r: world.contracts.resources.transfer(
            r, owner=world.owner.address, to=heir.address
        ),
    }
    for name, change in changes.items():
        resource, caller = world.resource(badge()), Caller(world, gate)
        token = caller.enter(holder, resource).token or ""
        assert caller.use(token, resource)
        world.send(world.owner, change(resource))
        world.refresh()
        code = "paused" if name == "pause" else "grant_epoch"
        refused(code, lambda: caller.use(token, resource))  # noqa: B023  # used at once
    # A revocation ends them within their lifetime
    resource, caller = world.resource(badge()), Caller(world, gate)
    wallet = world.badge_holder(subject="alice")
    token = caller.enter(wallet, resource).token or ""
    world.issuers.badges.revoke("alice")
    world.settle(120)
    refused("grant_expired", lambda: caller.use(token, resource))
    assert not caller.enter(wallet, resource).allowed


def _content(world: World, allow: dict[str, Any]) -> bytes:
    return policies.parse_policy(world.policy(allow)).to_bytes()


def test_invariant_07_no_claim_is_stored_logged_or_signed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    database = world.folder / "gate.sqlite"
    engine = open_engine(database)
    stores = GateStores(
        SQLChallengeStore(engine, clock=world.clock), MemoryReplayCache(clock=world.clock),
        SQLQuotaStore(engine), SQLReceiptStore(engine),
    )  # fmt: skip
    gate = world.gate(stores=stores)
    resource, caller = world.resource({"any": [of_schema(LICENCE), badge()]}), Caller(world, gate)
    texts = []
    rare = {"role": "researcher", "clearance": 424242, "name": "Zaphod Beeblebrox"}
    with caplog.at_level(logging.DEBUG):
        for claims in (rare, rare | {"role": "hitchhiker"}):
            for wallet in (world.holder(claims, of=LICENCE), world.badge_holder(claims)):
                decision = caller.enter(wallet, resource)
                texts += [decision.receipt, decision.token or "", repr(decision)]
                texts += [_payload(text) for text in texts[-3:-1]]
        texts += [record.getMessage() for record in caplog.records]
    engine.dispose()
    texts += [file.read_bytes().decode("latin-1") for file in world.folder.glob("gate.sqlite*")]
    for value in ("424242", "Zaphod", "hitchhiker", world.issuers.did):
        assert not any(value in text for text in texts), value


def _payload(jws: str) -> str:
    return decode_unverified_jws(jws)[1].decode() if jws else ""


def test_invariant_08_one_evaluation_reads_one_block(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    resource = world.resource(badge())
    fork = world.copy(tmp_path_factory.mktemp("fork"))
    world = world.copy(tmp_path_factory.mktemp("world"))
    world.settle(1)
    line = Line(world.chain)
    gate = world.gate(ChainClient.connect(line))
    reader, caller = world.readers[-1], Caller(world, gate)
    holder = world.badge_holder()
    challenge = caller.challenge(resource)
    members = caller.present(holder, challenge)
    snapshot = reader.current()
    line.calls.clear()
    decision = caller.submit(challenge, members)
    assert decision.allowed
    pinned = {"blockHash": "0x" + snapshot.latest.hash.hex(), "requireCanonical": True}
    reads = [params[1] for method, params in line.calls if method in {"eth_call", "eth_getCode"}]
    assert reads
    assert all(block == pinned for block in reads), "a fact was read elsewhere"
    for judgement in verify_receipt(decision.receipt, gate.jwks()).judgements:
        assert judgement.block_hash in {snapshot.latest.hash, snapshot.finalized.hash}
    # A reorganisation: the same height, another history
    fork.settle(2)
    assert fork.chain.head.number == world.chain.head.number
    line.chain = fork.chain
    reader.refresh()
    refused("not_canonical", lambda: snapshot.policy_state(resource, snapshot.latest))
    assert reader.current().latest == fork.chain.head
    for chain in (world.chain, fork.chain):
        chain.close()


def test_invariant_09_randomness_and_secrets(world: World, tmp_path: Path) -> None:
    for source in SOURCES:
        assert not {"random", "numpy.random", "uuid"} & imports(source), source
    secret = bytes(range(1, 33))
    holders: list[object] = [
        SoftwareSigner.from_private_bytes(KeyAlgorithm.P256, secret),
        SoftwareSigner.from_private_bytes(KeyAlgorithm.ED25519, secret),
        SoftwareBBSSigner.from_private_bytes(secret),
        GateKeys(SoftwareSigner.from_private_bytes(KeyAlgorithm.P256, secret), secret),
        ServerNonces(secret),
        EvidenceFolder(tmp_path / "evidence", secret),
    ]
    keystore = Keystore.create(tmp_path / "keys.json", "passphrase", cost=INTERACTIVE)
    keystore.seal("secret", secret, "test")
    number = str(int.from_bytes(secret))
    for holder in [*holders, keystore]:
        for form in (secret.hex(), repr(secret), number, "passphrase"):
            assert form not in repr(holder), type(holder).__name__
    decision = Caller(world, world.gate()).enter(world.badge_holder(), world.resource(badge()))
    assert decision.token
    assert decision.token not in repr(decision)


def test_invariant_10_every_fetch_has_limits() -> None:
    fetcher = HTTPFetcher(timeout=timedelta(seconds=2))
    urls = {
        "http://example.com/did.json": "url_not_allowed",
        "file:///etc/passwd": "url_not_allowed",
        "https://127.0.0.1/": "address_not_allowed",
        "https://[::1]/": "address_not_allowed",
        "https://169.254.169.254/latest/meta-data": "address_not_allowed",
        "https://10.0.0.1/": "address_not_allowed",
        "https://[::ffff:10.0.0.1]/": "address_not_allowed",
    }
    for url, code in urls.items():
        with pytest.raises(ResolutionError) as error:
            fetcher.fetch(url, max_bytes=100, accept="application/json")
        assert error.value.code == code, url
    parameters = inspect.signature(HTTPFetcher.fetch).parameters
    assert parameters["max_bytes"].default is inspect.Parameter.empty
    # Nothing else in the library opens a connection, but to what its user names: node and gate.
    allowed = ("fetch/", "chain/", "client/", "demo/", "cli/wallet_request.py")
    for source in SOURCES:
        connecting = {"httpx2", "httpcore2", "requests", "urllib.request", "http.client", "socket"}
        opens = connecting & imports(source)
        where = source.relative_to(LIBRARY).as_posix()
        assert not opens or where.startswith(allowed), f"{where} imports {opens}"
