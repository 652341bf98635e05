"""DCQL: what to ask a holder for, and which stored credentials answer (OpenID4VP 1.0 §6, §7)."""

from __future__ import annotations

from didgate.query.dcql import ClaimsQuery, CredentialQuery, CredentialSet, Query
from didgate.query.match import Answer, Candidate, Matching, match
from didgate.query.parse import parse_query

__all__ = [
    "Answer",
    "Candidate",
    "ClaimsQuery",
    "CredentialQuery",
    "CredentialSet",
    "Matching",
    "Query",
    "match",
    "parse_query",
]
