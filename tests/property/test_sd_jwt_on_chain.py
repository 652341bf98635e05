"""What the contract accepts, the package accepts with the same claims; nothing else is claimed.

Texts are generated that two parsers could read differently, signed by both parties as if they were
honest, and shown to both verifiers. A contract may refuse what the package takes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sd_jwt_on_chain import ACCESS, ISSUER, KEY_ID, NONCE, VCT, OnChain, embedded, expected_claims
from sd_jwt_on_chain import sign as sign_jwt

from didgate.chain.revert import Reverted
from didgate.credentials.sd_jwt_chain import SplitSDJWT
from didgate.encoding import b64url_encode
from didgate.proofs.disclosures import sd_digest

NAMES = ("a", "b", "/o/a", "/o/b", "/o/o/a", "o", "/l/0", "", "iss", "/cnf/jwk")
SETTINGS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def on_chain() -> Iterator[OnChain]:
    with embedded() as chain:
        yield chain


def check(on_chain: OnChain, shown: SplitSDJWT) -> bool:
    """Return whether the contract accepts; if it does, the package must agree in every claim."""
    try:
        found = on_chain.ask(shown, NAMES)
    except Reverted as error:
        if error.reason in {None, "Panic", "Error"}:
            raise  # a refusal must say why
        return False
    read = on_chain.verify_here(shown)
    claims = [(claim.name, claim.type_code, claim.value) for claim in found.claims]
    assert claims == expected_claims(read.claims, NAMES)
    assert found.valid_until == int(read.valid_until.timestamp())
    assert found.fresh_since == int(read.issued_at.timestamp())
    assert found.status_index == (read.status[1] if read.status else None)
    return True


def put_together(
    on_chain: OnChain, payload: str, disclosures: list[str], header: str = "", bound: str = ""
) -> SplitSDJWT:
    """Sign texts as they are; ``@`` stands for the digests, the rest of a payload is added."""
    encoded = [b64url_encode(each.encode("utf-8", "surrogatepass")) for each in disclosures]
    digests = ",".join(f'"{sd_digest(each)}"' for each in encoded)
    now = int(on_chain.now.timestamp())
    registered = json.dumps(
        {
            "iss": ISSUER,
            "vct": VCT,
            "iat": now,
            "exp": now + 3600,
            "cnf": {"jwk": on_chain.holder.public_key.to_jwk()},
        },
        separators=(",", ":"),
    )
    text = "{" + payload.replace("@", digests) + "," + registered[1:]
    head = header or json.dumps({"alg": "ES256", "typ": "dc+sd-jwt", "kid": KEY_ID})
    jwt = sign_jwt(on_chain.issuer, head.encode(), text.encode("utf-8", "surrogatepass"))
    presented = "".join(f"{each}~" for each in [jwt, *encoded])
    kb = {
        "iat": now,
        "aud": on_chain.audience,
        "nonce": NONCE.hex(),
        "didgate": "0x" + ACCESS.hex(),
        "sd_hash": b64url_encode(sha256(presented.encode()).digest()),
    }
    bound_text = json.dumps(kb)[:-1] + bound + "}"
    key_binding = sign_jwt(
        on_chain.holder, b'{"alg":"ES256","typ":"kb+jwt"}', bound_text.encode("utf-8")
    )
    return SplitSDJWT(jwt, tuple(encoded), key_binding)


def mostly(usual: st.SearchStrategy[str], odd: list[str]) -> st.SearchStrategy[str]:
    """Draw what honest parties write, and now and then something else."""
    return st.integers(0, 15).flatmap(lambda roll: usual if roll else st.sampled_from(odd))


names = mostly(
    st.sampled_from([*"abcdeolxyz", "é"]), ["", "iss", "iat", "sub", "_sd", "...", "_sd_alg"]
)
texts = st.text(st.characters(codec="utf-8"), max_size=5) | st.text("ab/{}[]:, \x7f", max_size=4)
numbers = mostly(
    st.integers(-(2**54), 2**54).map(str),
    ["-0", "01", "1.0", "1e3", "-", "+1", "1E5", "0x1", "9" * 31, "9" * 33, "NaN"],
)


def quoted(text: str) -> st.SearchStrategy[str]:
    """Return ways to write a text: escaped as little as may be, as much as may be, or not."""
    usual = st.just(json.dumps(text, ensure_ascii=False))
    return mostly(usual, [json.dumps(text), f'"{text}"', f'"{text}'])


spaces = mostly(st.just(""), [" ", "  ", "\n", "\t", "\u00a0", ","])
scalars = mostly(
    texts.flatmap(quoted) | numbers | st.sampled_from(["true", "false", "null"]),
    ["True", "nul", ""],
)


@st.composite
def members(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    parts = [
        draw(names.flatmap(quoted)) + draw(spaces) + ":" + draw(spaces) + draw(inner)
        for _ in range(draw(st.integers(0, 3)))
    ]
    return ("," + draw(spaces)).join(parts)


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arrays = st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
    return members(inner).map(lambda text: "{" + text + "}") | arrays


values = st.recursive(scalars, objects, max_leaves=6)
salts = mostly(st.just('"salt"'), ['"s\\u0061lt"', "1", '""'])


@st.composite
def disclosures(draw: st.DrawFn) -> str:
    name = draw(names.flatmap(quoted))
    space = draw(spaces)
    return f"[{draw(salts)},{space}{name},{space}{draw(values)}]"


def test_claims_are_read_alike_or_refused(on_chain: OnChain) -> None:
    outcomes: Counter[bool] = Counter()

    @SETTINGS
    @given(st.lists(disclosures(), max_size=2, unique=True), members(values))
    def run(shown: list[str], plain: str) -> None:
        payload = '"_sd":[@]' + (f",{plain}" if plain else "")
        outcomes[check(on_chain, put_together(on_chain, payload, shown))] += 1

    run()
    assert min(outcomes[True], outcomes[False]) > 5


simple = st.sampled_from(['"x"', "7", "-7", "true", "null", '"é"', "[1]", "9007199254740992"])


@SETTINGS
@given(simple, simple, simple, st.sampled_from(["o", "p"]), st.booleans())
def test_what_is_simple_is_accepted(
    on_chain: OnChain, first: str, second: str, third: str, name: str, is_deep: bool
) -> None:
    payload = f'"b":{second},"{name}":{{"_sd":[@],"o":{{"a": {third}}}}},"l":[{first}, {third}]'
    if not is_deep:
        payload = f'"_sd":[@],"b":{second},"o":{{"b":{third},"a":{third}}}'
    shown = put_together(on_chain, payload, [f'["salt", "a", {first}]'])
    assert check(on_chain, shown)


HEADER = json.dumps({"alg": "ES256", "typ": "dc+sd-jwt", "kid": KEY_ID})
HONEST = (
    '"_sd":[@],"o":{"a":1,"b":"x"},"b":true,"l":["y"]',
    '["salt","a","auditor"]',
    HEADER,
    ',"jti":"x","n":12',
)
snippets = st.sampled_from([*'"\\{}[]:, ae01-.\x00\x1f\x7fé', "", "_sd", "...", '"a":1,'])


@st.composite
def changed(draw: st.DrawFn) -> list[str]:
    """Return what both parties would sign, changed in one or two places of one part."""
    parts = list(HONEST)
    place = draw(st.integers(0, len(parts) - 1))
    for _ in range(draw(st.integers(1, 2))):
        text = parts[place]
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 3)))
        parts[place] = text[:start] + draw(snippets) + text[end:]
    return parts


def test_changed_texts_are_read_alike_or_refused(on_chain: OnChain) -> None:
    outcomes: Counter[bool] = Counter()

    @SETTINGS
    @given(changed())
    def run(parts: list[str]) -> None:
        payload, disclosure, header, bound = parts
        shown = put_together(on_chain, payload, [disclosure], header, bound)
        outcomes[check(on_chain, shown)] += 1

    run()
    assert min(outcomes[True], outcomes[False]) > 5


@SETTINGS
@given(st.binary(max_size=12))
def test_bytes_that_are_no_text_are_refused_alike(on_chain: OnChain, noise: bytes) -> None:
    disclosure = b64url_encode(b'["salt","a","' + noise + b'"]')
    payload = f'"_sd":["{sd_digest(disclosure)}"]'
    shown = put_together(on_chain, payload, [])
    presented = f"{shown.jwt}~{disclosure}~"
    kb: dict[str, Any] = {
        "iat": int(on_chain.now.timestamp()),
        "aud": on_chain.audience,
        "nonce": NONCE.hex(),
        "didgate": "0x" + ACCESS.hex(),
        "sd_hash": b64url_encode(sha256(presented.encode()).digest()),
    }
    header = b'{"alg":"ES256","typ":"kb+jwt"}'
    key_binding = sign_jwt(on_chain.holder, header, json.dumps(kb).encode())
    is_accepted = check(on_chain, SplitSDJWT(shown.jwt, (disclosure,), key_binding))
    is_plain = not any(byte < 0x20 or byte in b'"\\' for byte in noise)
    assert is_accepted == (is_plain and _is_utf8(noise))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
