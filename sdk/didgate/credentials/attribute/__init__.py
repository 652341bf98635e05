"""The attribute credential ``didgate-bbs-attr-2026``: issue, store, present, verify.

Normative rules: docs/formats.md. The holder stores an ``AttributeCredential``, which holds the
signature and the secret of slot 0: a bearer secret. A presentation is a document that discloses
some slots with a proof bound to 32 bytes, the presentation header.

>>> from datetime import UTC, datetime
>>> from didgate.bbs.typed import SlotType
>>> from didgate.credentials.schema import Attribute, AttributeSchema
>>> from didgate.keys import SoftwareBBSSigner
>>> schema = AttributeSchema(type="https://example.org/Clearance", lifetime_days=28,
...     attributes=(Attribute("role", SlotType.TEXT), Attribute("level", SlotType.INTEGER)))
>>> now = datetime(2026, 1, 1, tzinfo=UTC)
>>> credential = issue(SoftwareBBSSigner.generate(), schema, "did:example:issuer",
...     {"role": "auditor", "level": 3}, holder_secret=7, now=now)
>>> str(credential.valid_until), credential.claims["level"]
('2026-01-29 00:00:00+00:00', 3)
>>> presented = read_presented(credential.derive(["level"], bytes(32)), schema)
>>> verify_presented(presented, credential.key, bytes(32), now)
>>> presented.claims
{'level': 3}
"""

from __future__ import annotations

from didgate.credentials.attribute.credential import AttributeCredential
from didgate.credentials.attribute.document import Origin, origin
from didgate.credentials.attribute.issuing import (
    check_nym_key,
    derive_holder_secret,
    issue,
    latest_valid_until,
    valid_until_time,
)
from didgate.credentials.attribute.presented import (
    PresentedAttributes,
    read_presented,
    verify_presented,
)

__all__ = [
    "AttributeCredential",
    "Origin",
    "PresentedAttributes",
    "check_nym_key",
    "derive_holder_secret",
    "issue",
    "latest_valid_until",
    "origin",
    "read_presented",
    "valid_until_time",
    "verify_presented",
]
