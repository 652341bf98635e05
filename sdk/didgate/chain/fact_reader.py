"""Reads facts: turns a query into one batch of calls at one block, and the answers into facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from didgate.chain.block_cache import BlockCache
from didgate.chain.calls import Call
from didgate.chain.client import ChainClient
from didgate.chain.contained import UNREAD
from didgate.chain.contract_signatures import contract_signature
from didgate.chain.deploy import Deployment
from didgate.chain.eas import attestation
from didgate.chain.facts import Block, FactQuery, Facts, IssuerFact
from didgate.chain.issuer_registry import Issuer
from didgate.chain.tokens import holding

_Key = tuple[str, Any]  # name of the mapping in Facts, key in that mapping
_CODE: Final = "code_hashes"
_ASKED_ONCE: Final = "contract_signatures"


class FactReader:
    """Reads facts from the registries of one deployment, and from contracts that queries name.

    Args:
        client: reads the chain.
        deployment: where the registries stand.
        cache: keeps what was read, by block.
    """

    def __init__(self, client: ChainClient, deployment: Deployment, cache: BlockCache) -> None:
        issuers, status, lists = deployment.issuers, deployment.status, deployment.address_lists
        self._client = client
        self._cache = cache
        self._addresses = frozenset(item.address for item in deployment.contracts.values())
        self._questions: Mapping[str, Callable[[Any], Call[Any]]] = {
            "issuers": issuers.issuer,
            "accreditations": lambda accredited: issuers.accreditation(*accredited),
            "keys": issuers.key,
            "revoked": lambda bit: status.is_revoked(*bit),
            "list_entries": lambda entry: lists.added_at(*entry),
            "tokens": lambda asked: holding(*asked),
            "attestations": lambda named: attestation(*named),
            _ASKED_ONCE: lambda signed: contract_signature(*signed),
        }

    def read(self, query: FactQuery, block: Block) -> Facts:
        """Answer the query at the block.

        A code hash is read for the registries of the deployment, and for those that the query
        itself takes attestations from. Any other address stays unread, because no fact comes from
        there. An answer that cannot be read, of a contract that is not the deployment's, is left
        out.

        Raises:
            ChainError: a registry does not answer, or a failure to reach the chain.
        """
        asked: list[_Key] = [
            (name, key) for name in self._questions for key in getattr(query, name)
        ]
        addresses = (query.code_hashes & self._addresses) | query.attestation_registries
        codes: list[_Key] = [(_CODE, address) for address in addresses]
        known = self._cache.known(block.hash, asked + codes)
        read = self._read_facts([key for key in asked if key not in known], block)
        read |= self._read_codes([key for key in codes if key not in known], block)
        # A signature is shown once, and as long as its maker likes.
        kept = {key: answer for key, answer in read.items() if key[0] != _ASKED_ONCE}
        self._cache.store(block.hash, kept)
        return _facts(block, known | read)

    def _read_facts(self, keys: list[_Key], block: Block) -> dict[_Key, Any]:
        calls = [self._questions[name](key) for name, key in keys]
        answers = self._client.read_many(calls, at=block.hash)
        return dict(zip(keys, map(_as_fact, answers), strict=True))

    def _read_codes(self, keys: list[_Key], block: Block) -> dict[_Key, Any]:
        hashes = self._client.code_hashes([address for _, address in keys], at=block.hash)
        return {(_CODE, address): code_hash for address, code_hash in hashes.items()}


def _as_fact(answer: Any) -> Any:
    """Leave out of an issuer what no decision rests on."""
    if isinstance(answer, Issuer):
        return IssuerFact(answer.controller, answer.suspended_until)
    return answer


def _facts(block: Block, answers: dict[_Key, Any]) -> Facts:
    sorted_out: dict[str, dict[Any, Any]] = {}
    for (name, key), answer in answers.items():
        if answer is not UNREAD:
            sorted_out.setdefault(name, {})[key] = answer
    return Facts(block, **sorted_out)
