"""Schemas, status, address lists and resources through their wrappers."""

from __future__ import annotations

from typing import Any

import pytest

from didgate.chain.address_lists import address_list_id
from didgate.chain.identifiers import issuer_id, status_list_id
from didgate.chain.resource_registry import Version, resource_id
from didgate.chain.revert import Reverted
from didgate.encoding import keccak256
from didgate.issuer.status import OnChainStatus

TYPE = keccak256(b"a credential type")
SOMEONE = "0x" + "11" * 20


def test_schemas(chain: Any) -> None:
    schemas, read = chain.deployment.schemas, chain.client.read
    uri = b"https://schemas.example/role"
    encoded = b"didgate-schema-v1\0" + len(uri).to_bytes(2, "big") + uri
    encoded += bytes([0, 0]) + (7).to_bytes(2, "big") + (28).to_bytes(2, "big")
    encoded += bytes([1, 1, 0, 4]) + b"role"
    chain.send(schemas.register(encoded))
    assert read(schemas.exists(keccak256(encoded)))
    assert read(schemas.schema_bytes(keccak256(encoded))) == encoded
    assert not read(schemas.exists(TYPE))
    with pytest.raises(Reverted) as error:
        read(schemas.schema_bytes(TYPE))
    assert error.value.reason == "UnknownSchema"


def test_status(chain: Any) -> None:
    did, status, read = "did:web:revoking.example", chain.deployment.status, chain.client.read
    issuer = issuer_id(did)
    chain.send(chain.deployment.issuers.accredit(did, TYPE, chain.account.address))
    list_id = status_list_id(issuer, TYPE)
    chain.send(status.revoke(issuer, TYPE, 5))
    chain.send(status.revoke_many(issuer, TYPE, [7, 256, 2**32 - 1]))
    revoked = [i for i in (4, 5, 6, 7, 256, 2**32 - 1) if read(status.is_revoked(list_id, i))]
    assert revoked == [5, 7, 256, 2**32 - 1]
    assert read(status.word(list_id, 0)) == 1 << 5 | 1 << 7
    with pytest.raises(Reverted) as error:
        chain.send(status.revoke(issuer, TYPE, 8), by=chain.new_account())
    assert error.value.reason == "NotController"


def test_a_thousand_scattered_revocations_fit_into_the_gas_of_transactions(chain: Any) -> None:
    did, registry = "did:web:scattering.example", chain.deployment.status
    issuer = issuer_id(did)
    chain.send(chain.deployment.issuers.accredit(did, TYPE, chain.account.address))
    status = OnChainStatus(chain.client, registry, chain.account)
    status.revoke_many(issuer, TYPE, [256 * word for word in range(1000)])
    words = (registry.word(status_list_id(issuer, TYPE), word) for word in range(1000))
    assert chain.client.read_many(list(words)) == [1] * 1000


def test_address_lists(chain: Any) -> None:
    lists, read, successor = chain.deployment.address_lists, chain.client.read, chain.new_account()
    chain.send(lists.create("members"))
    list_id = address_list_id(chain.account.address, "members")
    assert read(lists.owner_of(list_id)) == chain.account.address
    chain.send(lists.add(list_id, [SOMEONE, successor.address]))
    assert read(lists.added_at(list_id, SOMEONE)) == chain.time()
    chain.send(lists.remove(list_id, [SOMEONE]))
    assert read(lists.added_at(list_id, SOMEONE)) is None
    chain.send(lists.offer(list_id, successor.address))
    assert read(lists.offered_to(list_id)) == successor.address
    chain.send(lists.accept(list_id), by=successor)
    assert read(lists.owner_of(list_id)) == successor.address
    assert read(lists.owner_of(bytes(32))) is None


def test_resources(chain: Any) -> None:
    resources, read, account = chain.deployment.resources, chain.client.read, chain.account
    parents = [resource_id(account.address, f"urn:parent:{i}") for i in (1, 2)]
    for i in (1, 2):
        chain.send(resources.register(f"urn:parent:{i}", delay=0))
    chain.send(
        resources.register(
            "urn:model",
            manifest_digest=b"\1" * 32,
            manifest_uri="https://example.com/m",
            delay=0,
            parents=parents,
        )
    )
    resource = resource_id(account.address, "urn:model")
    assert read(resources.exists(resource))
    assert read(resources.owner_of(resource)) == account.address
    assert read(resources.uri_of(resource)) == "urn:model"
    assert read(resources.parents_of(resource)) == tuple(sorted(parents))
    first = read(resources.version_at(resource, 0))
    assert first == Version(b"\1" * 32, first.added_at, "https://example.com/m")
    chain.send(resources.add_version(resource, b"\2" * 32))
    assert read(resources.version_count(resource)) == 2
    assert read(resources.version_at(resource, 1)).digest == b"\2" * 32
    successor = chain.new_account()
    chain.send(resources.transfer(resource, owner=account.address, to=successor.address))
    assert read(resources.owner_of(resource)) == successor.address
    with pytest.raises(Reverted) as error:
        chain.send(resources.add_version(resource, b"\3" * 32))
    assert error.value.reason == "NotResourceOwner"
