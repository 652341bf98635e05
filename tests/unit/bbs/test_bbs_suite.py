"""The three suites: identifiers, generators, and hashing to scalars."""

from __future__ import annotations

import pytest

from didgate import bbs
from didgate.bbs.domain import _cached_context, public_key_point
from didgate.bbs.expand import hash_to_g1
from didgate.bbs.suite import _chunk
from didgate.errors import InvalidInput

SUITES = [bbs.BLS12_381_SHA256, bbs.BLS12_381_SHAKE256, bbs.DIDGATE]


def test_api_id_of_the_own_suite() -> None:
    assert bbs.DIDGATE.api_id == b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_"


def test_tags_of_the_own_suite_derive_from_its_api_id() -> None:
    assert bbs.DIDGATE.hash_to_scalar_dst == bbs.DIDGATE.api_id + b"H2S_"
    assert bbs.DIDGATE.map_dst == bbs.DIDGATE.api_id + b"MAP_TYPED_TO_SCALAR_AS_HASH_"


def test_own_suite_keeps_p1_of_its_ciphersuite() -> None:
    assert bbs.DIDGATE.p1 == bbs.BLS12_381_SHA256.p1


@pytest.mark.parametrize("suite", [bbs.BLS12_381_SHA256, bbs.BLS12_381_SHAKE256])
def test_p1_is_derived_as_the_draft_says(suite: bbs.Suite) -> None:
    prefix = suite.ciphersuite_id + b"H2G_HM2S_"
    seed_dst = prefix + b"SIG_GENERATOR_SEED_"
    seed = suite.expand_message(prefix + b"BP_MESSAGE_GENERATOR_SEED", seed_dst, 48)
    seed = suite.expand_message(seed + (1).to_bytes(8, "big"), seed_dst, 48)
    point = hash_to_g1(suite.expand_message, seed, prefix + b"SIG_GENERATOR_DST_")
    assert point.to_compressed_bytes() == suite.p1


@pytest.mark.parametrize("suite", SUITES)
def test_generators_are_a_prefix_of_more_generators(suite: bbs.Suite) -> None:
    many = bbs.create_generators(suite, 70)
    assert len(many) == len(set(many)) == 70
    for count in (1, 31, 32, 33, 64):
        assert bbs.create_generators(suite, count) == many[:count]


def test_generators_of_the_suites_are_distinct() -> None:
    points = {point for suite in SUITES for point in bbs.create_generators(suite, 11)}
    assert len(points) == 33


def test_too_many_generators_are_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.create_generators(bbs.DIDGATE, bbs.MAX_MESSAGES + 2)
    assert error.value.code == "invalid_message_count"


@pytest.mark.parametrize("count", [0, -1])
def test_no_generators_at_all_are_refused(count: int) -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.create_generators(bbs.DIDGATE, count)
    assert error.value.code == "invalid_message_count"


def test_octet_messages_under_the_typed_suite_are_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.messages_to_scalars(bbs.DIDGATE, [b"message"])
    assert error.value.code == "typed_suite"


def test_messages_map_independently_of_their_position() -> None:
    one, two = bbs.messages_to_scalars(bbs.BLS12_381_SHA256, [b"one", b"two"])
    assert bbs.messages_to_scalars(bbs.BLS12_381_SHA256, [b"two", b"one"]) == [two, one]


def test_overlong_tag_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        bbs.hash_to_scalar(bbs.DIDGATE, b"data", bytes(256))
    assert error.value.code == "invalid_dst"


def test_domain_depends_on_all_it_is_made_of(signed) -> None:
    domains = {
        bbs.calculate_domain(signed.suite, signed.public_key, signed.header, 5),
        bbs.calculate_domain(signed.suite, signed.public_key, signed.header, 6),
        bbs.calculate_domain(signed.suite, signed.public_key, b"another", 5),
        bbs.calculate_domain(signed.suite, bbs.public_key_of(bytes(31) + b"\x05"), b"header", 5),
        *(bbs.calculate_domain(suite, signed.public_key, b"x", 5) for suite in SUITES),
    }
    assert len(domains) == 7


def test_long_header_gives_the_domain_without_the_cache(signed) -> None:
    header = bytes(2000)
    first = bbs.calculate_domain(signed.suite, signed.public_key, header, 5)
    assert first == bbs.calculate_domain(signed.suite, signed.public_key, header, 5)


def test_caches_are_bounded() -> None:
    for cache in (_chunk, _cached_context, public_key_point):
        assert cache.cache_info().maxsize is not None
