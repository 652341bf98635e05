"""Identifiers of issuers' keys."""

from __future__ import annotations

import pytest

from didgate.credentials import identifiers
from didgate.encoding import keccak256
from didgate.errors import InvalidInput


def test_bbs_keys_are_stored_as_points_and_named_by_their_hash(parties):
    stored = identifiers.registered_key_bytes(parties.bbs.public_key)
    assert len(stored) == 256
    assert identifiers.key_id(parties.bbs.public_key) == keccak256(stored)


def test_p256_keys_are_stored_as_coordinates(parties):
    stored = identifiers.registered_key_bytes(parties.jwt.public_key)
    assert stored == b"".join(parties.jwt.public_key.coordinates())


def test_other_keys_are_not_registered(parties):
    with pytest.raises(InvalidInput) as error:
        identifiers.key_id(parties.account.public_key)
    assert error.value.code == "unsupported_key_algorithm"
