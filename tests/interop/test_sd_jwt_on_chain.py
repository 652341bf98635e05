"""What npm's @sd-jwt/sd-jwt-vc and PyPI's sd-jwt issue and present, shown to a contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt_on_chain import (
    ACCESS,
    CLAIMS,
    ISSUER,
    KEY_ID,
    NAMES,
    NONCE,
    VCT,
    OnChain,
    embedded,
    expected_claims,
)

from didgate.chain.revert import Reverted
from didgate.credentials.sd_jwt import ReceivedSDJWT, verify_issued
from didgate.credentials.sd_jwt_chain import SplitSDJWT
from didgate.encoding import b64url_encode
from didgate.keys import SoftwareSigner

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def on_chain() -> Iterator[OnChain]:
    with embedded() as chain:
        yield chain


@pytest.fixture(scope="module")
def peer(start_peer: Callable[[str], Any]) -> Any:
    return start_peer("sd_jwt")


def private_jwk(signer: SoftwareSigner) -> dict[str, str]:
    return signer.public_key.to_jwk() | {"d": b64url_encode(signer.unsafe_private_bytes())}


def registered(on_chain: OnChain) -> dict[str, Any]:
    now = int(on_chain.now.timestamp())
    confirmation = {"jwk": on_chain.holder.public_key.to_jwk()}
    return {"iss": ISSUER, "vct": VCT, "iat": now, "exp": now + 3600, "cnf": confirmation}


def agreed_codes(on_chain: OnChain, token: str) -> list[int]:
    """Both verifiers accept, and find the same; return the types of the claims."""
    shown = SplitSDJWT.parse(token)
    found, read = on_chain.ask(shown), on_chain.verify_here(shown)
    claims = [(claim.name, claim.type_code, claim.value) for claim in found.claims]
    assert claims == expected_claims(read.claims, NAMES)
    assert found.valid_until == int(read.valid_until.timestamp())
    return [code for _, code, _ in claims]


def npm_presented(peer: Any, on_chain: OnChain, **changes: Any) -> str:
    token = peer.call(
        "issue", key=private_jwk(on_chain.issuer), kid=KEY_ID,
        claims=CLAIMS | registered(on_chain),
        frame={
            "_sd": ["role", "level", "address"],
            "address": {"_sd": ["city"]},
            "nationalities": {"_sd": [0], "_sd_decoy": 2},
            "_sd_decoy": 2,
        },
    )  # fmt: skip
    binding = {
        "iat": int(on_chain.now.timestamp()),
        "aud": on_chain.audience,
        "nonce": NONCE.hex(),
        "didgate": "0x" + ACCESS.hex(),
    }
    shown: str = peer.call(
        "present", token=token, frame={"role": True, "address": {"city": True}},
        key=private_jwk(on_chain.holder), kb=binding | changes,
    )  # fmt: skip
    return shown


def test_issued_and_presented_by_npm(peer: Any, on_chain: OnChain) -> None:
    assert agreed_codes(on_chain, npm_presented(peer, on_chain)) == [1, 0, 4, 1, 0, 0, 0]


def test_what_npm_signs_for_others_is_refused(peer: Any, on_chain: OnChain) -> None:
    for member, reason in (("aud", "AudienceMismatch"), ("nonce", "NonceMismatch")):
        shown = SplitSDJWT.parse(npm_presented(peer, on_chain, **{member: "another"}))
        with pytest.raises(Reverted) as error:
            on_chain.ask(shown)
        assert error.value.reason == reason


def test_an_element_that_npm_discloses_is_refused(peer: Any, on_chain: OnChain) -> None:
    # No condition looks into arrays; a contract takes no disclosures there.
    token = peer.call(
        "issue", key=private_jwk(on_chain.issuer), kid=KEY_ID,
        claims=CLAIMS | registered(on_chain), frame={"nationalities": {"_sd": [0]}},
    )  # fmt: skip
    shown = peer.call(
        "present", token=token, frame={"nationalities": {"0": True}},
        key=private_jwk(on_chain.holder), kb={"iat": 1, "aud": "x", "nonce": "y"},
    )  # fmt: skip
    with pytest.raises(Reverted) as error:
        on_chain.ask(SplitSDJWT.parse(shown))
    assert error.value.reason == "DisclosureOutOfPlace"


def pypi_issued(on_chain: OnChain) -> str:
    """Return what PyPI's sd-jwt issues: with a space after each comma and colon."""
    claims: dict[Any, Any] = {SDObj("role"): "auditor", SDObj("level"): 3, "staff": True}
    claims |= {"address": {SDObj("country"): "NL", "city": "Utrecht"}}
    key = JWK(**private_jwk(on_chain.issuer))
    issuer = SDJWTIssuer(
        claims | registered(on_chain),
        key,
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": KEY_ID},
    )
    return str(issuer.sd_jwt_issuance)


def test_issued_by_pypi_and_presented_here(on_chain: OnChain) -> None:
    received = ReceivedSDJWT.parse(pypi_issued(on_chain))
    shown = on_chain.present(
        verify_issued(received, on_chain.issuer.public_key), "/role", "/address/country"
    )
    token = "~".join([shown.jwt, *shown.disclosures, shown.key_binding])
    assert agreed_codes(on_chain, token) == [1, 0, 4, 1, 0, 0, 0]


def test_issued_by_pypi_is_refused_with_fewer_disclosures(on_chain: OnChain) -> None:
    received = ReceivedSDJWT.parse(pypi_issued(on_chain))
    credential = verify_issued(received, on_chain.issuer.public_key)
    shown = replace(on_chain.present(credential, "/role", "/level"), disclosures=())
    with pytest.raises(Reverted) as error:
        on_chain.ask(shown)
    assert error.value.reason == "PresentationMismatch"


def test_presented_by_pypi_lacks_the_access(on_chain: OnChain) -> None:
    # The package writes no claims of ours into its key binding.
    holder = SDJWTHolder(on_chain.issue().sd_jwt.serialize())
    key = JWK(**private_jwk(on_chain.holder))
    holder.create_presentation({"role": True}, NONCE.hex(), on_chain.audience, key)
    with pytest.raises(Reverted) as error:
        on_chain.ask(SplitSDJWT.parse(holder.sd_jwt_presentation))
    assert error.value.reason == "AccessMismatch"
