"""Identifiers agree with those of the modules that speak to the contracts."""

from __future__ import annotations

import pytest

from didgate.chain import issuer_registry, status_registry
from didgate.credentials import identifiers
from didgate.errors import InvalidInput


def test_agree_with_the_contracts(parties):
    issuer = identifiers.issuer_id(parties.did)
    assert issuer == issuer_registry.issuer_id(parties.did)
    assert identifiers.status_list_id(issuer, bytes(32)) == status_registry.status_list_id(
        issuer, bytes(32)
    )
    stored = identifiers.registered_key_bytes(parties.bbs.public_key)
    assert len(stored) == 256
    assert identifiers.key_id(parties.bbs.public_key) == issuer_registry.key_id(stored)


def test_p256_keys_are_stored_as_coordinates(parties):
    stored = identifiers.registered_key_bytes(parties.jwt.public_key)
    assert stored == b"".join(parties.jwt.public_key.coordinates())


def test_other_keys_are_not_registered(parties):
    with pytest.raises(InvalidInput) as error:
        identifiers.key_id(parties.account.public_key)
    assert error.value.code == "unsupported_key_algorithm"
