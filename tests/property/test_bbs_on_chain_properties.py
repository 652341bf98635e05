"""What must hold of BBS in Solidity for all credentials: just what Python proves verifies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bbs_contract import BBSContract, Statement, running_contract, statement_of
from hypothesis import given, settings
from hypothesis import strategies as st

from didgate import bbs
from didgate.bbs.eip2537 import proof_to_eip2537
from didgate.bbs.typed import SlotType, encode

SECRET_KEY = bytes(range(32))
STATEMENT = statement_of(bbs.DIDGATE, SECRET_KEY, [3, 2**53 + 5, 2**160, 7, 11], [1, 2])
PROOF = proof_to_eip2537(STATEMENT.proof)

scalars = st.one_of(
    st.integers(1, bbs.SCALAR_ORDER - 1),
    st.integers(-(2**53) + 1, 2**53 - 1).map(lambda value: encode(SlotType.INTEGER, value)),
    st.text(max_size=20).filter(str.isascii).map(lambda value: encode(SlotType.TEXT, value)),
    st.none().map(lambda value: encode(SlotType.ABSENT, value)),
)
bounded = settings(deadline=None, max_examples=40)


@pytest.fixture(scope="module")
def contract() -> Iterator[BBSContract]:
    with running_contract() as running:
        yield running


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Draw a credential of 3 to 32 slots, what is disclosed of it, and what of that is pinned."""
    messages = draw(st.lists(scalars, min_size=3, max_size=32))
    slots = st.sets(st.integers(0, len(messages) - 1))
    disclosed = sorted(draw(slots))
    headers = {
        "header": draw(st.binary(max_size=100)),
        "presentation_header": draw(st.binary(max_size=100)),
    }
    statement = statement_of(bbs.DIDGATE, SECRET_KEY, messages, disclosed, **headers)
    return statement.but(pinned=frozenset(disclosed) & draw(slots))


def flipped(data: bytes) -> st.SearchStrategy[bytes]:
    """Return ``data`` with one byte changed."""
    return st.builds(
        lambda position, mask: (
            data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :]
        ),
        st.integers(0, len(data) - 1),
        st.integers(1, 255),
    )


@bounded
@given(statement=statements())
def test_whatever_python_proves_verifies(contract: BBSContract, statement: Statement) -> None:
    assert contract.refusal(statement) is None


@bounded
@given(statement=statements(), data=st.data())
def test_any_flipped_byte_fails(
    contract: BBSContract, statement: Statement, data: st.DataObject
) -> None:
    proof = data.draw(flipped(proof_to_eip2537(statement.proof)))
    assert contract.refusal(statement, proof=proof) in {"proof_invalid", "proof_malformed"}


@settings(bounded, max_examples=100)
@given(proof=flipped(PROOF), pinned=st.sampled_from([(), (1,), (1, 2)]))
def test_any_flipped_byte_of_one_proof_fails(
    contract: BBSContract, proof: bytes, pinned: tuple[int, ...]
) -> None:
    statement = STATEMENT.but(pinned=frozenset(pinned))
    assert contract.refusal(statement, proof=proof) in {"proof_invalid", "proof_malformed"}


@bounded
@given(statement=statements(), data=st.data())
def test_any_changed_message_fails(
    contract: BBSContract, statement: Statement, data: st.DataObject
) -> None:
    if not statement.disclosed:
        return
    index = data.draw(st.sampled_from(sorted(statement.disclosed)))
    scalar = data.draw(scalars.filter(lambda value: value != statement.disclosed[index]))
    changed = statement.but(disclosed={**statement.disclosed, index: scalar})
    assert contract.refusal(changed) == "proof_invalid"


@bounded
@given(proof=st.binary(max_size=700) | st.binary(min_size=len(PROOF), max_size=len(PROOF)))
def test_arbitrary_bytes_are_no_proof(contract: BBSContract, proof: bytes) -> None:
    assert contract.refusal(STATEMENT, proof=proof) == "proof_malformed"


@bounded
@given(message=st.binary(max_size=300), tag=st.binary(min_size=1, max_size=255))
def test_hash_to_scalar_is_that_of_the_package(
    contract: BBSContract, message: bytes, tag: bytes
) -> None:
    (scalar,) = contract.call("hashToScalar", message, tag)
    assert scalar == bbs.hash_to_scalar(bbs.DIDGATE, message, tag)
