"""Reads canonical policy bytes back, and refuses every byte string that is not canonical.

Strictness is the point: for any bytes, ``decode`` either raises or returns a policy that encodes to
exactly these bytes. So the id on chain names one policy, and nothing can be smuggled beside it.

>>> decode(bytes(3))
Traceback (most recent call last):
    ...
didgate.errors.InvalidInput: no policy has this version [unknown_version]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from didgate.chain.facts import TokenStandard
from didgate.credentials.verified import Address, CredentialForm, DateTime
from didgate.errors import InvalidInput
from didgate.policy.cursor import Cursor
from didgate.policy.leaf_rules import refuse
from didgate.policy.model import MAX_POLICY_BYTES, NO_PRICE, VERSION, Policy, Quota
from didgate.policy.node_bytes import (
    FORM_NUMBERS,
    HOLDER_NUMBERS,
    OPEN_END,
    OPEN_START,
    OPERATOR_NUMBERS,
    RESERVED_TAGS,
    Tag,
)
from didgate.policy.paths import located, member
from didgate.policy.registries import Registries, Registry, RegistryKind
from didgate.policy.rules import MAX_CHILDREN, MAX_DEPTH
from didgate.policy.tree import (
    AddressLeaf,
    All,
    Any_,
    AtLeast,
    AttestationLeaf,
    Condition,
    CredentialLeaf,
    Holder,
    MerkleLeaf,
    Node,
    Not,
    TimeLeaf,
    TokenLeaf,
    child_path,
)
from didgate.policy.values import read_value

_FORMS = {number: form for form, number in FORM_NUMBERS.items()}
_HOLDERS = {number: holder for holder, number in HOLDER_NUMBERS.items()}
_OPERATORS = {number: operator for operator, number in OPERATOR_NUMBERS.items()}


def decode(data: bytes) -> Policy:
    """Return the policy that canonical bytes encode.

    Args:
        data: canonical bytes, at most 16,384 of them.

    Raises:
        InvalidInput: the bytes are cut off, continue after the end, are not in canonical form, or
            break a rule of the language; the code says which.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise InvalidInput("policy_too_long", f"at most {MAX_POLICY_BYTES} bytes")
    cursor = Cursor(data)
    if cursor.u8() != VERSION:
        raise cursor.error("unknown_version", "no policy has this version")
    policy = _read_policy(cursor)
    cursor.finish()
    # The readers take things in any order; this one comparison makes order, and all else, strict.
    if policy.to_bytes() != data:
        raise InvalidInput("not_canonical", "the same policy has another, canonical encoding")
    return policy


def _read_policy(cursor: Cursor) -> Policy:
    lifetime = cursor.u16()
    quota = _quota(cursor.u32(), cursor.u32())
    if cursor.u8() != NO_PRICE:
        raise cursor.error("reserved", "prices are reserved for a later version")
    registries = _read_registries(cursor)
    with located("allow"):
        tree = _read_node(cursor, "allow", MAX_DEPTH)
    return Policy(allow=tree, grant_lifetime=lifetime, quota=quota, registries=registries)


def _quota(limit: int, period: int) -> Quota | None:
    return Quota(limit, period) if limit or period else None


def _read_registries(cursor: Cursor) -> Registries:
    pinned = (_read_registry(cursor) for _ in range(cursor.u8()))
    return Registries(**{kind.name.lower(): registry for kind, registry in pinned})


def _read_registry(cursor: Cursor) -> tuple[RegistryKind, Registry]:
    number = cursor.u8()
    try:
        kind = RegistryKind(number)
    except ValueError as error:
        raise cursor.error("unknown_registry", "no kind of registry has this number") from error
    return kind, Registry(_address(cursor), cursor.take(32))


def _address(cursor: Cursor) -> str:
    return Address.of(cursor.take(20)).text


def _read_node(outer: Cursor, path: str, levels: int) -> Node:
    refuse(levels == 0, "too_deep", f"at most {MAX_DEPTH} levels", path)
    outer.path = path
    tag = outer.u8()
    if tag in RESERVED_TAGS:
        raise outer.error("reserved", f"{RESERVED_TAGS[tag]} leaves are for a later version")
    if tag not in _BODIES:
        raise outer.error("unknown_tag", "no node has this tag")
    cursor = Cursor(outer.take(outer.u16()), path)
    node = _BODIES[Tag(tag)](cursor, path, levels)
    cursor.path = path
    cursor.finish()
    return node


def _read_children(cursor: Cursor, parent: Node, path: str, levels: int) -> tuple[Node, ...]:
    count = cursor.u8()
    refuse(count > MAX_CHILDREN, "too_many_children", "at most 32 children", path)
    return tuple(
        _read_node(cursor, child_path(parent, path, index), levels - 1) for index in range(count)
    )


def _read_holder(cursor: Cursor) -> Holder | None:
    number = cursor.u8()
    if number not in _HOLDERS:
        raise cursor.error("unknown_holder", "no holder rule has this number")
    return _HOLDERS[number]


def _read_all(cursor: Cursor, path: str, levels: int) -> Node:
    holder = _read_holder(cursor)
    return All(_read_children(cursor, All(()), path, levels), holder)


def _read_any(cursor: Cursor, path: str, levels: int) -> Node:
    return Any_(_read_children(cursor, Any_(()), path, levels))


def _read_at_least(cursor: Cursor, path: str, levels: int) -> Node:
    holder, need = _read_holder(cursor), cursor.u8()
    return AtLeast(need, _read_children(cursor, AtLeast(need, ()), path, levels), holder)


def _read_not(cursor: Cursor, path: str, levels: int) -> Node:
    return Not(_read_node(cursor, member(path, "not"), levels - 1))


def _read_credential(cursor: Cursor, path: str, _levels: int) -> Node:
    cursor.path = member(path, "credential")
    form = _FORMS.get(cursor.u8())
    if form is None:
        raise cursor.error("unknown_form", "no form of credential has this number")
    attribute = form is CredentialForm.ATTRIBUTE
    schema_id = cursor.take(32) if attribute else None
    vct = None if attribute else cursor.text(cursor.u16())
    issuers = tuple(cursor.text(cursor.u16()) for _ in range(cursor.u8()))
    return CredentialLeaf(
        issuers=issuers or None,
        schema_id=schema_id,
        vct=vct,
        min_age=cursor.u32(),
        max_age=cursor.u32(),
        claims=tuple(_read_condition(cursor) for _ in range(cursor.u8())),
    )


def _read_condition(cursor: Cursor) -> Condition:
    name = cursor.text(cursor.u8())
    operator = _OPERATORS.get(cursor.u8())
    if operator is None:
        raise cursor.error("unknown_operator", "no operator has this number")
    with located(cursor.path):
        operands = tuple(read_value(cursor) for _ in range(cursor.u8()))
    return Condition(name, operator, operands)


def _read_address(cursor: Cursor, path: str, _levels: int) -> Node:
    cursor.path = member(path, "address")
    return AddressLeaf(cursor.take(32), cursor.u32())


def _read_member(cursor: Cursor, _path: str, _levels: int) -> Node:
    return MerkleLeaf(cursor.take(32))


def _read_token(cursor: Cursor, path: str, _levels: int) -> Node:
    cursor.path = member(path, "token")
    number = cursor.u8()
    try:
        standard = TokenStandard(number)
    except ValueError as error:
        raise cursor.error("unknown_standard", "no question to a token has this number") from error
    return TokenLeaf(standard, _address(cursor), cursor.u256(), cursor.u256())


def _read_attestation(cursor: Cursor, path: str, _levels: int) -> Node:
    cursor.path = member(path, "attestation")
    schema, count = cursor.take(32), cursor.u8()
    attesters = tuple(_address(cursor) for _ in range(count))
    return AttestationLeaf(schema, attesters, cursor.u32(), cursor.u32())


def _read_time(cursor: Cursor, path: str, _levels: int) -> Node:
    cursor.path = member(path, "time")
    start, end = cursor.u64(), cursor.u64()
    with located(cursor.path):
        return TimeLeaf(
            None if start == OPEN_START else DateTime(start),
            None if end == OPEN_END else DateTime(end),
        )


_BODIES: Mapping[Tag, Callable[[Cursor, str, int], Node]] = {
    Tag.ALL: _read_all,
    Tag.ANY: _read_any,
    Tag.AT_LEAST: _read_at_least,
    Tag.NOT: _read_not,
    Tag.CREDENTIAL: _read_credential,
    Tag.ADDRESS: _read_address,
    Tag.TOKEN: _read_token,
    Tag.TIME: _read_time,
    Tag.ATTESTATION: _read_attestation,
    Tag.MEMBER: _read_member,
}
