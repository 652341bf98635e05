"""Issue credentials, refresh and revoke them, and keep a durable record of what was issued.

>>> from didgate.bbs.typed import SlotType
>>> from didgate.credentials.schema import Attribute, AttributeSchema
>>> from didgate.keys import SoftwareBBSSigner
>>> from didgate.stores import open_engine
>>> schema = AttributeSchema(type="https://example.org/Clearance", lifetime_days=28,
...     attributes=(Attribute("role", SlotType.TEXT),))
>>> issuer = AttributeIssuer("did:example:issuer", SoftwareBBSSigner.generate(), schema,
...     nym_key=bytes(32), records=IssuanceRecords(open_engine("sqlite://")))
>>> issuer.issue("alice@example.org", {"role": "auditor"}).claims
{'role': 'auditor'}
"""

from __future__ import annotations

from didgate.issuer.attributes import AttributeIssuer
from didgate.issuer.records import IssuanceRecords, Issued
from didgate.issuer.registration import key_registration
from didgate.issuer.sd_jwt import SDJWTIssuer
from didgate.issuer.status import OnChainStatus, StatusPublisher, end_validity

__all__ = [
    "AttributeIssuer",
    "IssuanceRecords",
    "Issued",
    "OnChainStatus",
    "SDJWTIssuer",
    "StatusPublisher",
    "end_validity",
    "key_registration",
]
