"""Issuers: one DID, two keys, two forms of credentials that attest the same.

The attribute credential is unlinkable and ends by not being refreshed. The badge is an SD-JWT VC:
it can be recognised when it is shown again, and is revoked on chain at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from didgate.bbs.typed import SlotType
from didgate.credentials.identifiers import vct_type_id
from didgate.credentials.schema import Attribute, AttributeSchema
from didgate.credentials.verified import Date
from didgate.demo.chain import BADGE_TYPE, Administration, new_account
from didgate.dids import did_key
from didgate.issuer import AttributeIssuer, IssuanceRecords, OnChainStatus, SDJWTIssuer
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.ethereum import EthereumAccount
from didgate.ports import Clock

CLEARANCE = AttributeSchema(
    type="https://university.example/clearance",
    attributes=(
        Attribute("role", SlotType.TEXT),
        Attribute("clearance", SlotType.INTEGER),
        Attribute("name", SlotType.TEXT),
        Attribute("birthDate", SlotType.DATE),
    ),
    lifetime_days=28,
)
_BADGE_LIFETIME = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Person:
    """What an issuer knows about someone; the policy needs two of the four."""

    name: str
    role: str
    clearance: int
    birth_date: str

    def attributes(self) -> dict[str, str | int | Date]:
        """Return the claims of an attribute credential, typed as its schema says."""
        return {
            "role": self.role,
            "clearance": self.clearance,
            "name": self.name,
            "birthDate": Date.parse(self.birth_date),
        }

    def claims(self) -> Mapping[str, str | int]:
        """Return the claims of a badge, which are JSON."""
        return {
            "role": self.role,
            "clearance": self.clearance,
            "name": self.name,
            "birthDate": self.birth_date,
        }


@dataclass(frozen=True, slots=True)
class Organisation:
    """An issuer: its keys, and the account that controls them on chain.

    Args:
        account: controls keys and revocations on chain.
        bbs: signs attribute credentials.
        p256: signs badges; the DID is this key.
        nym_key: secret from which slot 0 of attribute credentials derives.
    """

    account: EthereumAccount = field(default_factory=new_account)
    bbs: SoftwareBBSSigner = field(default_factory=SoftwareBBSSigner.generate)
    p256: SoftwareSigner = field(default_factory=lambda: SoftwareSigner.generate(KeyAlgorithm.P256))
    nym_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def did(self) -> str:
        """Its DID."""
        return did_key.create(self.p256.public_key)

    def get_accredited(self, administration: Administration) -> None:
        """Be accredited for both types, and register both keys."""
        types = [CLEARANCE.schema_id, vct_type_id(BADGE_TYPE)]
        administration.accredit(self.did, types, self.account)
        administration.register_key(self.did, self.bbs, self.account)
        administration.register_key(self.did, self.p256, self.account)

    def clearances(
        self, records: IssuanceRecords, *, clock: Clock | None = None
    ) -> AttributeIssuer:
        """Return what issues clearances, as attribute credentials.

        Args:
            records: what was issued.
            clock: tells the time of issuing.
        """
        return AttributeIssuer(
            self.did, self.bbs, CLEARANCE, nym_key=self.nym_key, records=records, clock=clock
        )

    def badges(self, records: IssuanceRecords, administration: Administration) -> SDJWTIssuer:
        """Return what issues badges, as SD-JWT VCs with a status on chain.

        Args:
            records: what was issued.
            administration: names the chain and the registry that revocations go to.
        """
        status = administration.deployment.status
        return SDJWTIssuer(
            self.did,
            self.p256,
            BADGE_TYPE,
            key_id=did_key.method_id(self.did),
            lifetime=_BADGE_LIFETIME,
            records=records,
            status=OnChainStatus(administration.client, status, self.account),
        )
