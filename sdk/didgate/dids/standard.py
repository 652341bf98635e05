"""The methods that didgate resolves everywhere: did:key, did:jwk, did:web and did:ethr.

>>> from didgate.chain.client import ChainClient
>>> from didgate.chain.did_registry import DIDRegistry
>>> from didgate.chain.embedded import EmbeddedChain
>>> chain = ChainClient.connect(EmbeddedChain.create(None, funded=[]))
>>> standard = resolver(chain, DIDRegistry("0x" + "11" * 20))
>>> key = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
>>> standard.key(f"did:key:{key}#{key}").algorithm.value
'Ed25519'
"""

from __future__ import annotations

from didgate.chain.client import ChainClient
from didgate.chain.did_registry import DIDRegistry
from didgate.dids import did_jwk, did_key
from didgate.dids.did_ethr import DIDEthr, RegistryNetwork
from didgate.dids.did_web import DIDWeb
from didgate.dids.resolver import DIDMethod, Resolver
from didgate.fetch import HTTPFetcher


def resolver(client: ChainClient, registry: DIDRegistry) -> Resolver:
    """Return a resolver of the standard methods, did:ethr on one chain.

    Args:
        client: reads the chain.
        registry: where did:ethr identities of that chain declare things.
    """
    network = RegistryNetwork(client, registry)
    return resolver_with(DIDEthr({client.chain_id: network}).resolve)


def resolver_with(ethr: DIDMethod) -> Resolver:
    """Return a resolver of the standard methods.

    Args:
        ethr: resolves did:ethr, on the chains that it knows.
    """
    return Resolver(
        {
            "key": did_key.resolve,
            "jwk": did_jwk.resolve,
            "web": DIDWeb(HTTPFetcher()).resolve,
            "ethr": ethr,
        }
    )
