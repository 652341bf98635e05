from __future__ import annotations

from collections import Counter

import pytest

from didgate.chain.artifacts import CONSUMERS, CONTRACTS, VERIFIERS, artifact, custom_errors
from didgate.chain.contract import Contract
from didgate.chain.issuer_registry import IssuerRegistry
from didgate.chain.policy_registry import PolicyRegistry
from didgate.errors import ChainError, InvalidInput


@pytest.mark.parametrize("name", [*CONTRACTS, *VERIFIERS, *CONSUMERS])
def test_contract_ships_with_its_code(name: str) -> None:
    contract = artifact(name)
    assert contract.name == name
    assert len(contract.creation_code) > 1000
    assert contract.functions


def test_unknown_contract() -> None:
    with pytest.raises(KeyError):
        artifact("../../etc/passwd")


def test_structs_are_written_as_tuples() -> None:
    (state,) = artifact("PolicyRegistry").function("stateOf").outputs
    assert state.startswith("(bytes32,uint64,")
    assert "bytes32[]" in state


def test_overloaded_functions_go_by_signature() -> None:
    functions = artifact("ResourceRegistry").functions
    assert "safeTransferFrom" not in functions
    assert "safeTransferFrom(address,address,uint256)" in functions


def test_custom_errors_of_all_contracts_are_known() -> None:
    names = Counter(entry.name for entry in custom_errors().values())
    assert {"UnknownResource", "UnknownIssuer", "UnknownSchema", "NotListOwner"} <= set(names)
    assert {"KeyBindingExpired", "UnexpectedJSON", "InvalidBase64URL", "InvalidUTF8"} <= set(names)


@pytest.mark.parametrize("issuer", [b"\0" * 31, "text", None, 5])
def test_argument_of_another_type_is_refused(issuer: object) -> None:
    registry = IssuerRegistry("0x" + "11" * 20)
    with pytest.raises(InvalidInput) as error:
        registry.issuer(issuer)  # type: ignore[arg-type]
    assert error.value.code == "invalid_argument"


def test_argument_out_of_range_is_refused() -> None:
    registry = PolicyRegistry("0x" + "11" * 20)
    with pytest.raises(InvalidInput) as error:
        registry.set_delay(bytes(32), 1 << 64)
    assert error.value.code == "invalid_argument"


def test_constructor_argument_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        IssuerRegistry.deployment(root="0x12", suspension_delay=0)
    assert error.value.code == "invalid_argument"


def test_answer_that_cannot_be_decoded() -> None:
    call = IssuerRegistry("0x" + "11" * 20).issuer(bytes(32))
    for answer in (b"\0" * 31, b"\xff" * 96):
        with pytest.raises(ChainError) as error:
            call.decode(answer)
        assert error.value.code == "malformed_response"


def test_no_answer_means_that_there_is_no_contract() -> None:
    call = IssuerRegistry("0x" + "11" * 20).issuer(bytes(32))
    with pytest.raises(ChainError) as error:
        call.decode(b"")
    assert error.value.code == "missing_code"


def test_address_is_checked_and_written_by_eip_55() -> None:
    lower = "0x" + "ab" * 20
    registry: Contract = PolicyRegistry(lower)
    assert registry.address != lower
    assert registry.address.lower() == lower
    assert repr(registry) == f"PolicyRegistry({registry.address})"
    with pytest.raises(InvalidInput) as error:
        PolicyRegistry("0x12")
    assert error.value.code == "invalid_address"
