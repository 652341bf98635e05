"""Those who do not behave: a caller without manners, and lines to a chain that fail."""

from __future__ import annotations

from typing import Any

from gate_world import ORIGIN, World

from didgate.client import ProofMaker
from didgate.credentials.binding import bundle_hash, gate_access_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.presentation import Presentation
from didgate.gate import PREFIX, Answer, Decision, Gate, Grant, Proof
from didgate.holder import Wallet
from didgate.query import parse_query


class Caller:
    """Someone who talks to a gate directly, with a key of their own and no manners.

    What a wallet would refuse to present, ``answer`` presents.
    """

    def __init__(self, world: World, gate: Gate) -> None:
        self.world, self.gate = world, gate
        self.proofs = ProofMaker(clock=world.clock)

    def prove(self) -> Proof:
        url = f"{ORIGIN}{PREFIX}/access"
        return self.gate.prove(self.proofs.make("POST", url), method="POST", url=url)

    def challenge(self, resource: bytes) -> Challenge:
        return self.gate.challenge(resource, self.prove())

    def present(self, wallet: Wallet, challenge: Challenge) -> dict[str, Any]:
        """Present what has the type asked for, whether it satisfies the policy or not."""
        queries = parse_query(challenge.dcql).credentials if challenge.dcql else ()
        picks = [
            (query.id, held, tuple(claim.path for claim in query.claims))
            for query in queries
            for held in wallet._held()
            if held.candidate().type in next(iter(query.meta.values()))
        ]
        bundle = bundle_hash([held.disclosed(leaf, paths) for leaf, held, paths in picks])
        now, credentials = self.world.clock.now(), {}
        for index, (leaf, held, paths) in enumerate(picks):
            access = gate_access_digest(challenge, bundle, index)
            credentials[leaf] = held.present(paths, challenge, access, wallet.keys.signer, now)
        accounts = [wallet.keys.account(address) for address in wallet.keys.addresses()]
        proofs = tuple(account.prove(challenge, bundle, now) for account in accounts)
        return Presentation(credentials, proofs).to_dict()

    def submit(self, challenge: Challenge, members: dict[str, Any]) -> Decision:
        return self.gate.access(Answer(challenge.nonce, members), self.prove())

    def enter(self, wallet: Wallet, resource: bytes) -> Decision:
        challenge = self.challenge(resource)
        return self.submit(challenge, self.present(wallet, challenge))

    def use(self, token: str, resource: bytes) -> Grant:
        url = f"{ORIGIN}/model"
        nonce = self.gate.dpop_nonce()
        proof = self.proofs.make("GET", url, token=token, nonce=nonce)
        return self.gate.authorize(token, proof, "GET", url, resource)


class Line:
    """The line to a chain: it can be cut, switched to another chain, and overheard."""

    def __init__(self, chain: Any) -> None:
        self.chain: Any = chain
        self.calls: list[tuple[str, Any]] = []

    def make_request(self, method: str, params: Any) -> Any:
        if self.chain is None:
            raise ConnectionError
        self.calls.append((method, params))
        return self.chain.make_request(method, params)

    def make_batch_request(self, requests: Any) -> Any:
        return [self.make_request(method, params) for method, params in requests]


class EmptyLine:
    """The line to a chain on which every call succeeds and answers nothing."""

    def make_request(self, _method: str, _params: Any) -> Any:
        return {"jsonrpc": "2.0", "id": 0, "result": "0x"}

    def make_batch_request(self, requests: Any) -> Any:
        return [self.make_request(*request) for request in requests]
