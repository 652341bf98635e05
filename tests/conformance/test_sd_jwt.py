"""The scenarios of the SD-JWT working group, through this implementation and PyPI's sd-jwt.

The scenarios fix claims and what is disclosed, not tokens: each is issued by one implementation and
verified by the other, both ways.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.utils.yaml_specification import load_yaml_specification
from sd_jwt.verifier import SDJWTVerifier

from didgate.encoding import b64url_decode
from didgate.keys import KeyAlgorithm, PublicKey, SoftwareSigner
from didgate.proofs.concealment import conceal
from didgate.proofs.disclosures import Disclosure, pointer, sd_digest
from didgate.proofs.sd_jwt import SDJWT, sign_sd_jwt, verify_key_binding, verify_sd_jwt

SCENARIOS = [
    "array_data_types", "array_full_sd", "array_in_sd", "array_nested_in_plain",
    "array_none_disclosed", "array_of_nulls", "array_of_objects", "array_of_scalars",
    "array_recursive_sd", "array_recursive_sd_some_disclosed", "header_mod",
    "json_serialization_flattened", "json_serialization_general", "key_binding", "no_sd",
    "object_data_types", "recursions",
]  # fmt: skip
TYPE = "example+sd-jwt"
NONCE, AUDIENCE = "1234567890", "https://example.com/verifier"


class Parties:
    """The keys of the suite's ``settings.yml``, in both implementations' forms."""

    def __init__(self, settings: dict[str, Any]) -> None:
        keys = settings["key_settings"]
        self.issuer_jwk, self.holder_jwk = keys["issuer_keys"][0], keys["holder_key"]
        self.issuer, self.holder = (
            SoftwareSigner.from_private_bytes(KeyAlgorithm.P256, b64url_decode(jwk["d"]))
            for jwk in (self.issuer_jwk, self.holder_jwk)
        )

    @property
    def peer_issuer(self) -> JWK:
        return JWK(**self.issuer_jwk)

    @property
    def peer_holder(self) -> JWK:
        return JWK(**self.holder_jwk)


@pytest.fixture
def parties(vectors: Path) -> Parties:
    return Parties(yaml.safe_load((vectors / "sd-jwt" / "settings.yml").read_text()))


@pytest.fixture(params=SCENARIOS)
def scenario(request: pytest.FixtureRequest, vectors: Path) -> dict[str, Any]:
    path = vectors / "sd-jwt" / request.param / "specification.yml"
    return dict(load_yaml_specification(path))


def test_no_scenario_is_left_out(vectors: Path) -> None:
    found = {path.parent.name for path in (vectors / "sd-jwt").glob("*/specification.yml")}
    assert found == set(SCENARIOS)


def test_what_the_peer_issues_and_presents_verifies_here(
    scenario: dict[str, Any], parties: Parties
) -> None:
    bound = scenario.get("key_binding", False)
    issued = SDJWTIssuer(
        scenario["user_claims"],
        parties.peer_issuer,
        holder_key=parties.peer_holder if bound else None,
        add_decoy_claims=scenario.get("add_decoy_claims", False),
        extra_header_parameters=scenario.get("extra_header_parameters", {}),
    )
    holder = SDJWTHolder(issued.sd_jwt_issuance)
    binding = (NONCE, AUDIENCE, parties.peer_holder) if bound else ()
    holder.create_presentation(scenario["holder_disclosed_claims"], *binding)

    received = SDJWT.parse(holder.sd_jwt_presentation)
    revealed = verify_sd_jwt(received, parties.issuer.public_key, typ=TYPE)
    claims = revealed.claims
    if bound:
        holder_key = PublicKey.from_jwk(claims.pop("cnf")["jwk"])
        now = datetime.now(UTC)
        verify_key_binding(
            received, holder_key, audience=AUDIENCE, nonce=NONCE, now=now,
            hash_name=revealed.hash_name,
        )  # fmt: skip
    assert claims == scenario["expect_verified_user_claims"]


def test_what_is_issued_here_verifies_with_the_peer(
    scenario: dict[str, Any], parties: Parties
) -> None:
    claims, concealed = split(scenario["user_claims"], ())
    payload, disclosures = conceal(claims, list(concealed))
    issued = sign_sd_jwt(parties.issuer, payload, disclosures, header={"typ": TYPE})
    assert verify_sd_jwt(issued, parties.issuer.public_key, typ=TYPE).claims == claims

    holder = SDJWTHolder(issued.serialize())
    holder.create_presentation(scenario["holder_disclosed_claims"])
    verified = SDJWTVerifier(
        holder.sd_jwt_presentation, lambda _issuer, _header: parties.peer_issuer
    ).get_verified_payload()
    assert verified == scenario["expect_verified_user_claims"]


def test_rfc_9901_example_of_a_disclosure_digest() -> None:
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert sd_digest(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert Disclosure.parse(text).value == "Möbius"
    element = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0"
    assert sd_digest(element) == "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"


def split(value: Any, path: tuple[str | int, ...]) -> tuple[Any, set[str]]:
    """Take the marks ``!sd`` off claims: the plain claims, and pointers to what was marked."""
    if isinstance(value, dict):
        members = {bare(name): member for name, member in value.items()}
        marked = {pointer((*path, name.value)) for name in value if isinstance(name, SDObj)}
        inner = {name: split(member, (*path, name)) for name, member in members.items()}
        return {name: plain for name, (plain, _) in inner.items()}, marked.union(
            *(pointers for _, pointers in inner.values())
        )
    if isinstance(value, list):
        marked = {pointer((*path, i)) for i, each in enumerate(value) if isinstance(each, SDObj)}
        elements = [split(bare(each), (*path, i)) for i, each in enumerate(value)]
        return [plain for plain, _ in elements], marked.union(*(found for _, found in elements))
    return bare(value), set()


def bare(value: Any) -> Any:
    return value.value if isinstance(value, SDObj) else value
