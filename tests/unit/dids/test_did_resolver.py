from __future__ import annotations

from datetime import timedelta

import pytest
from simulator import ManualClock

from didgate.dids import DIDDocument, Resolver, did_key
from didgate.errors import InvalidInput, ResolutionError, VerificationError
from didgate.keys import KeyAlgorithm, SoftwareSigner

MINUTE = timedelta(minutes=1)


class CountingMethod:
    """Resolves did:example, and counts how often."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def __call__(self, did: str) -> DIDDocument:
        self.asked.append(did)
        if self.failure:
            raise self.failure
        return DIDDocument.from_dict({"id": did})


@pytest.fixture
def method() -> CountingMethod:
    return CountingMethod()


def test_did_is_dispatched_by_method(method: CountingMethod) -> None:
    key = SoftwareSigner.generate(KeyAlgorithm.ED25519).public_key
    resolver = Resolver({"example": method, "key": did_key.resolve})
    assert resolver.resolve("did:example:1").id == "did:example:1"
    did = did_key.create(key)
    assert resolver.key(did_key.method_id(did)) == key
    assert method.asked == ["did:example:1"]


def test_unsupported_method_is_refused(method: CountingMethod) -> None:
    with pytest.raises(ResolutionError) as error:
        Resolver({"example": method}).resolve("did:other:1")
    assert error.value.code == "unsupported_did_method"


@pytest.mark.parametrize("text", ["did:example:1#key", "did:example:1?v=1", "example", ""])
def test_text_that_is_no_did_is_refused(method: CountingMethod, text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Resolver({"example": method}).resolve(text)
    assert error.value.code == "invalid_did"


def test_document_of_another_did_is_refused() -> None:
    other = DIDDocument.from_dict({"id": "did:example:2"})
    with pytest.raises(ResolutionError) as error:
        Resolver({"example": lambda _: other}).resolve("did:example:1")
    assert error.value.code == "did_mismatch"


def test_key_of_an_unknown_method_is_refused(method: CountingMethod) -> None:
    with pytest.raises(VerificationError) as error:
        Resolver({"example": method}).key("did:example:1#key")
    assert error.value.code == "unknown_verification_method"


def test_document_is_cached_for_its_time(method: CountingMethod) -> None:
    clock = ManualClock()
    resolver = Resolver({"example": method}, ttl=MINUTE, clock=clock)
    resolver.resolve("did:example:1")
    clock.advance(MINUTE - timedelta(microseconds=1))
    resolver.resolve("did:example:1")
    assert len(method.asked) == 1
    clock.advance(timedelta(microseconds=1))
    resolver.resolve("did:example:1")
    assert len(method.asked) == 2


def test_clock_set_back_does_not_prolong_a_document(method: CountingMethod) -> None:
    clock = ManualClock()
    resolver = Resolver({"example": method}, ttl=MINUTE, clock=clock)
    resolver.resolve("did:example:1")
    clock.advance(-MINUTE)
    resolver.resolve("did:example:1")
    assert len(method.asked) == 2


def test_failure_is_not_cached(method: CountingMethod) -> None:
    resolver = Resolver({"example": method})
    method.failure = ResolutionError("unreachable", "not now")
    with pytest.raises(ResolutionError):
        resolver.resolve("did:example:1")
    method.failure = None
    assert resolver.resolve("did:example:1").id == "did:example:1"


def test_cache_is_bounded_and_keeps_what_is_used(method: CountingMethod) -> None:
    resolver = Resolver({"example": method}, capacity=2, clock=ManualClock())
    for number in (1, 2, 1, 3, 1, 2):
        resolver.resolve(f"did:example:{number}")
    # 3 pushed 2 out, which had not been used for longest.
    assert method.asked == [f"did:example:{number}" for number in (1, 2, 3, 2)]


def test_nothing_is_cached_without_time(method: CountingMethod) -> None:
    resolver = Resolver({"example": method}, ttl=timedelta(0), clock=ManualClock())
    resolver.resolve("did:example:1")
    resolver.resolve("did:example:1")
    assert len(method.asked) == 2
