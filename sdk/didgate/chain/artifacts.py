"""The compiled contracts that ship with the package: ABI and bytecode.

>>> schemas = artifact("SchemaRegistry")
>>> schemas.function("exists").signature
'exists(bytes32)'
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError

from didgate.encoding import keccak256
from didgate.errors import ChainError, InvalidInput

CONTRACTS: Final = (
    "IssuerRegistry",
    "SchemaRegistry",
    "StatusRegistry",
    "AddressListRegistry",
    "PolicyRegistry",
    "ResourceRegistry",
    "ReceiptAnchor",
    "EthereumDIDRegistry",
)
"""Names of the contracts of every deployment."""

VERIFIERS: Final = (
    "PolicyChecker",
    "AttributeSuite",
    "AttributeVerifier",
    "SDJWTVerifier",
    "PresentationVerifier",
)
"""Names of the contracts that verify presentations, where a network has the precompiles for it."""

CONSUMERS: Final = ("UsePass", "SessionPredicate")
"""Names of contracts that rely on a verifier, each deployed for one resource."""

NEVER_DEPLOYED: Final = ("Questionnaire",)
"""Names of contracts that run for one question, and are not kept."""

SHIPPED: Final = (*CONTRACTS, *VERIFIERS, *CONSUMERS, *NEVER_DEPLOYED)
"""Names of all contracts that ship with the package."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A function, event or error of a contract's ABI.

    Args:
        name: its name.
        inputs: canonical types of its parameters.
        outputs: canonical types of its results; empty for events and errors.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The name with the types of the parameters."""
        return f"{self.name}({','.join(self.inputs)})"

    @property
    def digest(self) -> bytes:
        """keccak256 of the signature: the first topic of an event."""
        return keccak256(self.signature.encode())

    @property
    def selector(self) -> bytes:
        """The four bytes that call a function or mark an error."""
        return self.digest[:4]

    def encode(self, *arguments: object) -> bytes:
        """Encode a call of a function.

        Raises:
            InvalidInput: ``invalid_argument``, an argument does not fit its type.
        """
        try:
            return self.selector + _encode(self.inputs, arguments)
        except (EncodingError, ValueError, TypeError) as error:
            message = f"an argument of {self.signature} does not fit its type"
            raise InvalidInput("invalid_argument", message) from error

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """Decode the results of a function.

        Raises:
            ChainError: ``missing_code``, nothing answered; ``malformed_response``.
        """
        if not data and self.outputs:
            raise ChainError("missing_code", f"no contract answered {self.signature}")
        try:
            return tuple(decode(self.outputs, data))
        except (DecodingError, ValueError, OverflowError) as error:
            message = f"the answer to {self.signature} cannot be decoded"
            raise ChainError("malformed_response", message) from error


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract.

    Args:
        name: its name.
        creation_code: the bytes that deploy it, without constructor arguments.
        deployed_code: the bytes that stand on chain then, with zeros where immutables go.
        constructor: canonical types of the constructor's parameters.
        functions: its functions by name; overloaded ones by signature only.
        events: its events by name.
        errors: its custom errors.
    """

    name: str
    creation_code: bytes
    deployed_code: bytes
    constructor: tuple[str, ...]
    functions: Mapping[str, Entry]
    events: Mapping[str, Entry]
    errors: tuple[Entry, ...]

    def function(self, name: str) -> Entry:
        """Return the function of that name.

        Raises:
            KeyError: there is none, or several.
        """
        return self.functions[name]

    def creation(self, *arguments: object) -> bytes:
        """Return the data of the transaction that deploys the contract.

        Raises:
            InvalidInput: ``invalid_argument``.
        """
        try:
            return self.creation_code + _encode(self.constructor, arguments)
        except (EncodingError, ValueError, TypeError) as error:
            message = f"an argument of the constructor of {self.name} does not fit its type"
            raise InvalidInput("invalid_argument", message) from error


@cache
def artifact(name: str) -> Artifact:
    """Load a compiled contract by its name.

    Raises:
        KeyError: no such contract ships with the package.
    """
    if name not in SHIPPED:
        raise KeyError(name)
    file = resources.files("didgate.chain") / "abi" / f"{name}.json"
    content = json.loads(file.read_text("utf-8"))
    entries = [(item["type"], _entry(item)) for item in content["abi"] if "name" in item]
    constructors = [item for item in content["abi"] if item["type"] == "constructor"]
    return Artifact(
        name=name,
        creation_code=bytes.fromhex(content["bytecode"].removeprefix("0x")),
        deployed_code=bytes.fromhex(content["deployedBytecode"].removeprefix("0x")),
        constructor=_types(constructors[0]["inputs"]) if constructors else (),
        functions=_by_name([entry for kind, entry in entries if kind == "function"]),
        events={entry.name: entry for kind, entry in entries if kind == "event"},
        errors=tuple(entry for kind, entry in entries if kind == "error"),
    )


@cache
def custom_errors() -> Mapping[bytes, Entry]:
    """Return the custom errors of all contracts by their selector."""
    return {error.selector: error for name in SHIPPED for error in artifact(name).errors}


def _encode(types: Sequence[str], arguments: Sequence[Any]) -> bytes:
    """Encode arguments; words must be whole, where the library would fill up short ones."""
    for kind, argument in zip(types, arguments, strict=True):
        words = {"bytes32": [argument], "bytes32[]": argument}.get(kind, [])
        if any(len(word) != 32 for word in words):
            raise ValueError(kind)
    return encode(types, arguments)


def _by_name(functions: Sequence[Entry]) -> Mapping[str, Entry]:
    names = [entry.name for entry in functions]
    return {
        entry.name if names.count(entry.name) == 1 else entry.signature: entry
        for entry in functions
    }


def _entry(item: Mapping[str, Any]) -> Entry:
    return Entry(item["name"], _types(item["inputs"]), _types(item.get("outputs", [])))


def _types(parameters: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(map(_canonical_type, parameters))


def _canonical_type(parameter: Mapping[str, Any]) -> str:
    """Write a parameter's type as signatures do: structs as tuples of their members."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_types(parameter['components']))}){kind.removeprefix('tuple')}"
