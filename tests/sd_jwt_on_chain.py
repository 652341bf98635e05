"""An embedded chain with ``SDJWTVerifier``, and what it and the package make of a presentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from didgate.chain.client import ChainClient
from didgate.chain.embedded import EmbeddedChain
from didgate.chain.rpc import RPCProvider
from didgate.chain.sd_jwt_verifier import SDJWTVerifier, ShownCredential
from didgate.credentials import identifiers, sd_jwt, sd_jwt_chain
from didgate.credentials.sd_jwt_chain import SplitSDJWT
from didgate.encoding import b64url_encode, keccak256
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.policy.pointer import ABSENT, find_claim

ISSUER = "did:web:issuer.example"
VCT = "https://example.org/Badge"
KEY_ID = f"{ISSUER}#key-1"
# The contract that presentations are made for: any address will do.
TARGET = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
NONCE = keccak256(b"nonce")
ACCESS = keccak256(b"access")
CLAIMS: dict[str, Any] = {
    "role": "auditor",
    "level": 3,
    "staff": True,
    "address": {"country": "NL", "city": "Utrecht"},
    "nationalities": ["NL", "DE"],
}
NAMES = ("role", "level", "staff", "/address/country", "address", "/nationalities/0", "missing")

Claim = tuple[bytes, int, int]


def expected_claims(claims: Mapping[str, Any], names: Sequence[str]) -> list[Claim]:
    """Return what a contract must find, by what the package read."""
    return [(keccak256(name.encode()), *_typed(find_claim(claims, name))) for name in names]


def _typed(value: Any) -> tuple[int, int]:
    if type(value) is bool:
        return 4, int(value)
    if type(value) is int and abs(value) < 2**53:
        return 3, value + 2**53
    if type(value) is str:
        return 1, int.from_bytes(keccak256(value.encode()))
    assert value is ABSENT or not isinstance(value, str)
    return 0, 0


@dataclass(frozen=True)
class OnChain:
    """A chain with the contract on it, an issuer and a holder.

    Args:
        client: reads the chain.
        contract: the contract.
        now: the time of the block that is read.
        issuer: its key.
        holder: its key.
    """

    client: ChainClient
    contract: SDJWTVerifier
    now: datetime
    issuer: SoftwareSigner
    holder: SoftwareSigner

    @property
    def audience(self) -> str:
        return sd_jwt_chain.audience(self.client.chain_id, TARGET)

    def issue(self, claims: Mapping[str, Any] = CLAIMS, **changes: Any) -> sd_jwt.SDJWTCredential:
        """Issue a credential and receive it."""
        options: dict[str, Any] = {
            "holder_key": self.holder.public_key,
            "now": self.now,
            "valid_until": self.now + timedelta(days=30),
            "key_id": KEY_ID,
        } | changes
        token = sd_jwt.issue(self.issuer, ISSUER, VCT, claims, **options)
        received = sd_jwt.ReceivedSDJWT.parse(token.serialize())
        return sd_jwt.verify_issued(received, self.issuer.public_key)

    def present(self, credential: sd_jwt.SDJWTCredential, *places: str) -> SplitSDJWT:
        return sd_jwt_chain.present_on_chain(
            credential,
            places,
            self.holder,
            chain_id=self.client.chain_id,
            verifier=TARGET,
            nonce=NONCE,
            access=ACCESS,
            now=self.now,
        )

    def ask(
        self,
        shown: SplitSDJWT,
        names: Sequence[str] = NAMES,
        *,
        key: PublicKey | None = None,
        access: bytes = ACCESS,
        nonce: bytes = NONCE,
        verifier: str = TARGET,
    ) -> ShownCredential:
        """Return what the contract says, or raise why it refuses."""
        key_bytes = identifiers.registered_key_bytes(key or self.issuer.public_key)
        return self.client.read(
            self.contract.verify(
                5, shown.arguments(), key_bytes, names,
                verifier=verifier, access=access, nonce=nonce,
            )
        )  # fmt: skip

    def verify_here(self, shown: SplitSDJWT) -> sd_jwt.SDJWTClaims:
        """Return what the package says, or raise why it refuses."""
        text = "~".join([shown.jwt, *shown.disclosures, shown.key_binding])
        return sd_jwt.verify_bound(
            sd_jwt.ReceivedSDJWT.parse(text),
            self.issuer.public_key,
            audience=self.audience,
            nonce=NONCE.hex(),
            access=ACCESS,
            now=self.now,
        )


def sign(signer: SoftwareSigner, header: bytes, payload: bytes) -> str:
    """Sign whatever bytes as a JWT."""
    text = f"{b64url_encode(header)}.{b64url_encode(payload)}"
    return f"{text}.{b64url_encode(signer.sign(text.encode()))}"


def new_account() -> EthereumAccount:
    return EthereumAccount(SoftwareSigner.generate(KeyAlgorithm.SECP256K1))


def deployed(provider: RPCProvider, account: EthereumAccount) -> OnChain:
    """Deploy the contract with an account that has some ether."""
    client = ChainClient.connect(provider)
    receipt = client.send(account, SDJWTVerifier.deployment())
    assert receipt.contract_address is not None
    issuer, holder = (SoftwareSigner.generate(KeyAlgorithm.P256) for _ in range(2))
    now = datetime.fromtimestamp(client.header().block.timestamp, UTC)
    return OnChain(client, SDJWTVerifier(receipt.contract_address), now, issuer, holder)


@contextmanager
def embedded() -> Iterator[OnChain]:
    """Run an embedded chain for as long as the context lasts."""
    account = new_account()
    with EmbeddedChain.create(None, funded=[account.address]) as chain:
        yield deployed(chain, account)
