"""Which leaves compile (FORMATS §1 and §3): types, issuers, conditions, accounts and windows.

>>> check_leaf(TimeLeaf(), "allow")
Traceback (most recent call last):
    ...
didgate.errors.InvalidInput: allow.time: a window has a start, an end, or both [empty_time]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache

from didgate.chain.facts import TokenStandard
from didgate.credentials.verified import Address, CredentialForm
from didgate.errors import InvalidInput
from didgate.policy.paths import item, located, member
from didgate.policy.pointer import pointer_segments
from didgate.policy.tree import (
    AddressLeaf,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    Leaf,
    MerkleLeaf,
    Operator,
    TimeLeaf,
    TokenLeaf,
)
from didgate.policy.values import (
    JSON_NATIVE,
    ORDERED,
    check_text,
    check_value,
    encode_value,
    order_key,
    type_of,
)

MAX_ISSUERS = 32
MAX_CLAIMS = 32
MAX_VALUES = 255
MAX_ATTESTERS = 32
MAX_UINT256 = 2**256 - 1
MAX_SECONDS = 2**32 - 1
_MAX_NAME_BYTES = 255
_MAX_VCT_BYTES = 512
_MAX_DID_BYTES = 1024
_DID = re.compile(r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*[A-Za-z0-9._-]")
_VCT = re.compile(r"[\x21-\x7e]*")
_ZERO_ADDRESS = "0x" + "00" * 20
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
# RFC 9901 §4 and SD-JWT VC §3.2.2.2 give these a meaning that the policy has words of its own for.
_REGISTERED_CLAIMS = frozenset(
    {"iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "_sd", "_sd_alg", "..."}
)


def check_leaf(leaf: Leaf, path: str) -> None:
    """Check one leaf by itself.

    Args:
        leaf: the leaf.
        path: where it stands, e.g. ``allow.any[0]``.

    Raises:
        InvalidInput: with the code of the rule that it breaks and the path of the fault.
    """
    match leaf:
        case CredentialLeaf():
            _check_credential(leaf, member(path, "credential"))
        case AddressLeaf():
            _check_list(leaf, member(path, "address"))
        case MerkleLeaf():
            _check_id(leaf.root, member(member(path, "address"), "root"))
        case TokenLeaf():
            _check_token(leaf, member(path, "token"))
        case AttestationLeaf():
            _check_attestation(leaf, member(path, "attestation"))
        case TimeLeaf():
            _check_time(leaf, member(path, "time"))


def refuse(condition: object, code: str, message: str, path: str) -> None:
    """Raise ``InvalidInput`` where ``condition`` is true."""
    if condition:
        raise InvalidInput(code, message, path=path)


def check_duplicates(things: Iterable[Hashable], code: str, message: str, path: str) -> None:
    """Raise ``InvalidInput`` at the first thing that stands twice among ``things``."""
    seen: set[Hashable] = set()
    for index, thing in enumerate(things):
        refuse(thing in seen, code, message, item(path, index))
        seen.add(thing)


def check_number(value: object, low: int, high: int, path: str) -> None:
    """Raise ``out_of_range`` unless ``value`` is an integer from ``low`` to ``high``."""
    whole = type(value) is int and low <= value <= high
    refuse(not whole, "out_of_range", f"expected an integer from {low} to {high}", path)


@lru_cache(maxsize=1024)  # thousands of policies name the same few contracts
def _eip55(address: str) -> str:
    return Address(address).text


def check_address(address: str, path: str) -> None:
    """Raise ``invalid_address`` unless an address is in EIP-55 spelling and not zero."""
    with located(path):
        kept = _eip55(address) == address
    refuse(not kept, "invalid_address", "an address is kept in EIP-55 spelling", path)
    refuse(address == _ZERO_ADDRESS, "invalid_address", "nothing has the zero address", path)


def _check_id(value: object, path: str) -> None:
    whole = isinstance(value, bytes) and len(value) == 32
    refuse(not whole, "invalid_id", "an id is 32 bytes", path)


def _check_credential(leaf: CredentialLeaf, path: str) -> None:
    _check_type(leaf, path)
    _check_issuers(leaf.issuers, member(path, "issuers"))
    check_number(leaf.min_age, 0, MAX_SECONDS, member(path, "minAge"))
    check_number(leaf.max_age, 0, MAX_SECONDS, member(path, "maxAge"))
    claims = member(path, "claims")
    refuse(len(leaf.claims) > MAX_CLAIMS, "too_many_claims", "at most 32 claims", claims)
    names = [condition.claim for condition in leaf.claims]
    check_duplicates(names, "duplicate_claim", "one condition for each claim", claims)
    for condition in leaf.claims:
        check_condition(condition, leaf.form, member(claims, condition.claim))


def _check_type(leaf: CredentialLeaf, path: str) -> None:
    both_or_neither = (leaf.schema_id is None) == (leaf.vct is None)
    refuse(both_or_neither, "credential_type", "name either a schema or a vct", path)
    if leaf.vct is None:
        _check_id(leaf.schema_id, member(path, "schema"))
        return
    vct = member(path, "vct")
    # ASCII, so that a contract can check it.
    refuse(not _VCT.fullmatch(leaf.vct), "invalid_vct", "a vct is printable ASCII, no blanks", vct)
    size = len(leaf.vct)
    refuse(not 1 <= size <= _MAX_VCT_BYTES, "invalid_vct", "a vct has 1 to 512 bytes", vct)


def _check_issuers(issuers: tuple[str, ...] | None, path: str) -> None:
    if issuers is None:
        return
    # An empty list must never come to mean "any issuer".
    refuse(not issuers, "empty_issuers", 'name issuers, or say "accredited"', path)
    refuse(len(issuers) > MAX_ISSUERS, "too_many_issuers", "at most 32 issuers", path)
    check_duplicates(issuers, "duplicate_issuer", "the issuer is named twice", path)
    for index, did in enumerate(issuers):
        valid = isinstance(did, str) and len(did) <= _MAX_DID_BYTES and _DID.fullmatch(did)
        refuse(not valid, "invalid_did", "this is no DID", item(path, index))


def check_condition(condition: Condition, form: CredentialForm, path: str) -> None:
    """Check one condition on a credential of the given form; see ``check_leaf``."""
    _check_claim_name(condition.claim, form, path)
    operands = member(path, condition.operator.value)
    with located(operands):
        types = {check_value(value) for value in condition.operands}
    refuse(not types, "empty_operands", "the operator needs a value", operands)
    refuse(len(types) > 1, "mixed_types", "the values are of different types", operands)
    _OPERAND_RULES[condition.operator](condition, operands)
    if form is CredentialForm.SD_JWT:
        message = "an SD-JWT claim is compared with text, integers and booleans only"
        refuse(not types <= JSON_NATIVE, "operand_not_in_sd_jwt", message, operands)


def _check_claim_name(name: str, form: CredentialForm, path: str) -> None:
    if form is CredentialForm.ATTRIBUTE:
        valid = _ATTRIBUTE_NAME.fullmatch(name) is not None
        refuse(not valid, "claim_name", "no attribute can have this name", path)
        return
    with located(path):
        size = len(check_text(name))
        segments = pointer_segments(name)
    refuse(not 1 <= size <= _MAX_NAME_BYTES, "claim_name", "a name has 1 to 255 bytes", path)
    # "/role" and "role" would be two spellings of one claim; only a name that itself begins with
    # a slash needs the pointer.
    needless = name != segments[0] and len(segments) == 1 and not segments[0].startswith("/")
    refuse(needless, "claim_name", "a top-level claim is named without a pointer", path)
    message = "the format itself uses this claim"
    refuse(segments[0] in _REGISTERED_CLAIMS, "registered_claim", message, path)


def _check_single(condition: Condition, path: str) -> None:
    count = len(condition.operands)
    refuse(count != 1, "operand_count", "the operator takes one value", path)


def _check_in(condition: Condition, path: str) -> None:
    count = len(condition.operands)
    refuse(count < 2, "too_few_values", '"in" takes two or more values; use "equals"', path)
    refuse(count > MAX_VALUES, "too_many_values", f"at most {MAX_VALUES} values", path)
    encoded = map(encode_value, condition.operands)
    check_duplicates(encoded, "duplicate_value", "the value is listed twice", path)


def _check_bound(condition: Condition, path: str) -> None:
    _check_single(condition, path)
    _check_ordered(condition, path)


def _check_ordered(condition: Condition, path: str) -> None:
    kind = type_of(condition.operands[0])
    message = "only integers, dates and moments have an order"
    refuse(kind not in ORDERED, "operator_type", message, path)


def _check_between(condition: Condition, path: str) -> None:
    refuse(len(condition.operands) != 2, "operand_count", "give the lowest and the highest", path)
    _check_ordered(condition, path)
    low, high = map(order_key, condition.operands)
    refuse(low >= high, "empty_range", "the lowest value must be below the highest", path)


_OPERAND_RULES: Mapping[Operator, Callable[[Condition, str], None]] = {
    Operator.EQUALS: _check_single,
    Operator.IN: _check_in,
    Operator.AT_LEAST: _check_bound,
    Operator.AT_MOST: _check_bound,
    Operator.BETWEEN: _check_between,
}


def _check_list(leaf: AddressLeaf, path: str) -> None:
    _check_id(leaf.list_id, member(path, "list"))
    check_number(leaf.min_age, 0, MAX_SECONDS, member(path, "minAge"))


_BALANCES = frozenset(
    {TokenStandard.ERC20_BALANCE, TokenStandard.ERC721_BALANCE, TokenStandard.ERC1155_BALANCE}
)
_SINGLED_OUT = frozenset(
    {TokenStandard.ERC721_OWNER, TokenStandard.ERC1155_BALANCE, TokenStandard.ERC4907_USER}
)


def _check_token(leaf: TokenLeaf, path: str) -> None:
    known = isinstance(leaf.standard, TokenStandard)
    refuse(not known, "unknown_standard", "no such question", member(path, "standard"))
    check_address(leaf.contract, member(path, "contract"))
    token, amount = member(path, "id"), member(path, "atLeast")
    check_number(leaf.id, 0, MAX_UINT256, token)
    check_number(leaf.amount, 1, MAX_UINT256, amount)
    needless = leaf.id and leaf.standard not in _SINGLED_OUT
    refuse(needless, "id_superfluous", "a balance of the whole contract has no id", token)
    needless = leaf.amount != 1 and leaf.standard not in _BALANCES
    refuse(needless, "amount_superfluous", "one token has one owner and one user", amount)


def _check_attestation(leaf: AttestationLeaf, path: str) -> None:
    _check_id(leaf.schema, member(path, "schema"))
    attesters = member(path, "attesters")
    # As with issuers: an empty list must never come to mean "anyone".
    refuse(not leaf.attesters, "empty_attesters", "name whose attestations count", attesters)
    many = len(leaf.attesters) > MAX_ATTESTERS
    refuse(many, "too_many_attesters", f"at most {MAX_ATTESTERS} attesters", attesters)
    for index, attester in enumerate(leaf.attesters):
        check_address(attester, item(attesters, index))
    message = "the attester is named twice"
    check_duplicates(leaf.attesters, "duplicate_attester", message, attesters)
    check_number(leaf.min_age, 0, MAX_SECONDS, member(path, "minAge"))
    check_number(leaf.max_age, 0, MAX_SECONDS, member(path, "maxAge"))


def _check_time(leaf: TimeLeaf, path: str) -> None:
    start, end = leaf.start, leaf.end
    empty = start is None and end is None
    refuse(empty, "empty_time", "a window has a start, an end, or both", path)
    for name, moment in (("from", start), ("until", end)):
        early = moment is not None and moment.seconds < 1
        refuse(early, "out_of_range", "a window lies after 1970-01-01", member(path, name))
    inverted = start is not None and end is not None and start >= end
    refuse(inverted, "empty_range", "the window ends before it starts", path)
