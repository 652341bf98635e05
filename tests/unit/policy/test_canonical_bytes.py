"""Canonical bytes: their layout, and that nothing else is taken for a policy."""

from __future__ import annotations

import pytest

from didgate.encoding import keccak256
from didgate.errors import InvalidInput
from didgate.policy import decode, encode, policy_id

# A time leaf from 1 to 2 in a policy with a grant of 300 s and nothing else.
HEAD = bytes.fromhex("01 012c 00000000 00000000 00 00")
TIME = bytes.fromhex("14 0010 0000000000000001 0000000000000002")
LATER = bytes.fromhex("14 0010 0000000000000001 0000000000000003")


def node(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + len(body).to_bytes(2) + body


def code(data: bytes) -> str:
    with pytest.raises(InvalidInput) as error:
        decode(data)
    return error.value.code


def test_the_layout_of_a_small_policy(world):
    tree = {"time": {"from": "1970-01-01T00:00:01Z", "until": "1970-01-01T00:00:02Z"}}
    assert encode(world.policy(tree)) == HEAD + TIME


def test_the_layout_of_a_whole_policy(world):
    claims = {"level": {"atLeast": -1}, "country": {"in": ["NL", "BE"]}}
    leaf = world.sd_jwt_leaf(issuers=["did:a:b", "did:a:a"], minAge=1, maxAge=2, claims=claims)
    policy = world.policy(leaf, quota={"limit": 10, "period": 3600})
    pins = dict(policy.registries.pinned())
    vct = world.vct.encode()
    expected = (
        bytes.fromhex("01 012c 0000000a 00000e10 00 02")
        + b"".join(
            bytes([kind]) + bytes.fromhex(registry.address[2:]) + registry.code_hash
            for kind, registry in sorted(pins.items())
        )
        + node(
            0x10,
            b"\x02"
            + len(vct).to_bytes(2)
            + vct
            + b"\x02\x00\x07did:a:a\x00\x07did:a:b"
            + bytes.fromhex("00000001 00000002 02")
            + b"\x07country\x02\x02\x01\x00\x02BE\x01\x00\x02NL"
            + b"\x05level\x03\x01\x03"
            + (2**53 - 1).to_bytes(8),
        )
    )
    assert encode(policy) == expected
    assert decode(expected) == policy


def test_the_id_is_the_hash_of_the_bytes(world):
    policy = world.policy({"time": {"from": "2026-01-01T00:00:00Z"}})
    assert policy_id(encode(policy)) == policy.policy_id == keccak256(policy.to_bytes())


def test_order_carries_no_meaning(world):
    leaves = [
        world.address_leaf(minAge=5),
        world.sd_jwt_leaf(issuers=["did:a:b", "did:a:a"], claims={"x": {"in": [3, 1, 2]}}),
        world.attribute_leaf(claims={"role": {"equals": "x"}, "clearance": {"atLeast": 1}}),
    ]
    one = world.policy({"any": leaves})
    other = world.policy({"any": leaves[::-1]})
    assert one == other
    assert encode(one) == encode(other)
    assert list(one.credentials.values()) == list(other.credentials.values())


def test_open_windows(world):
    policy = decode(HEAD + node(0x14, (0).to_bytes(8) + (2).to_bytes(8)))
    assert policy.to_dict()["allow"] == {"time": {"until": "1970-01-01T00:00:02Z"}}
    policy = decode(HEAD + node(0x14, (1).to_bytes(8) + (2**64 - 1).to_bytes(8)))
    assert policy.to_dict()["allow"] == {"time": {"from": "1970-01-01T00:00:01Z"}}


CREDENTIAL = bytes.fromhex("02 0001 61 00 00000000 00000000")  # vct "a", accredited, no ages
CLAIM = b"\x01\x01x"
EAS = HEAD[:-1] + b"\x01" + b"\x05" + bytes([1] * 52)


def token(standard: int, number: int, amount: int, contract: bytes = bytes([1] * 20)) -> bytes:
    return bytes([standard]) + contract + number.to_bytes(32) + amount.to_bytes(32)


def attested(*attesters: int) -> bytes:
    named = b"".join(attester.to_bytes(20) for attester in attesters)
    return bytes(32) + bytes([len(attesters)]) + named + bytes(8)


REFUSED = {
    "nothing": (b"", "truncated"),
    "other_version": (b"\x02" + HEAD[1:] + TIME, "unknown_version"),
    "no_tree": (HEAD, "truncated"),
    "cut_off": (HEAD + TIME[:-1], "truncated"),
    "trailing": (HEAD + TIME + b"\x00", "trailing_bytes"),
    "no_lifetime": (b"\x01\x00\x00" + HEAD[3:] + TIME, "out_of_range"),
    "long_lifetime": (b"\x01\x01\x2d" + HEAD[3:] + TIME, "out_of_range"),
    "quota_without_period": (HEAD[:6] + b"\x01" + HEAD[7:] + TIME, "out_of_range"),
    "price": (HEAD[:11] + b"\x01\x00" + TIME, "reserved"),
    "superfluous_registry": (
        HEAD[:-1] + b"\x01" + b"\x01" + bytes([1] * 52) + TIME,
        "registry_superfluous",
    ),
    "unknown_registry": (
        HEAD[:-1] + b"\x01" + b"\x06" + bytes([1] * 52) + TIME,
        "unknown_registry",
    ),
    "unknown_tag": (HEAD + node(0x99, b""), "unknown_tag"),
    "payment_leaf": (HEAD + node(0x13, b""), "reserved"),
    "unknown_standard": (HEAD + node(0x12, b"\x06" + bytes([1] * 84)), "unknown_standard"),
    "no_standard": (HEAD + node(0x12, b"\x00" + bytes([1] * 84)), "unknown_standard"),
    "token_at_no_contract": (HEAD + node(0x12, token(1, 0, 1, bytes(20))), "invalid_address"),
    "token_of_nothing": (HEAD + node(0x12, token(1, 0, 0)), "out_of_range"),
    "fungible_token_with_id": (HEAD + node(0x12, token(1, 1, 1)), "id_superfluous"),
    "collection_with_id": (HEAD + node(0x12, token(2, 1, 1)), "id_superfluous"),
    "owner_of_two": (HEAD + node(0x12, token(3, 1, 2)), "amount_superfluous"),
    "user_of_two": (HEAD + node(0x12, token(5, 1, 2)), "amount_superfluous"),
    "token_cut_off": (HEAD + node(0x12, token(4, 1, 1)[:-1]), "truncated"),
    "token_too_long": (HEAD + node(0x12, token(4, 1, 1) + b"\x00"), "trailing_bytes"),
    "member_too_short": (HEAD + node(0x16, bytes(31)), "truncated"),
    "member_too_long": (HEAD + node(0x16, bytes(33)), "trailing_bytes"),
    "no_attester": (EAS + node(0x15, attested()), "empty_attesters"),
    "zero_attester": (EAS + node(0x15, attested(0)), "invalid_address"),
    "attester_twice": (EAS + node(0x15, attested(1, 1)), "duplicate_attester"),
    "attesters_out_of_order": (EAS + node(0x15, attested(2, 1)), "not_canonical"),
    "many_attesters": (EAS + node(0x15, attested(*range(1, 34))), "too_many_attesters"),
    "attestation_cut_off": (EAS + node(0x15, attested(1)[:-1]), "truncated"),
    "attestation_unpinned": (HEAD + node(0x15, attested(1)), "registry_missing"),
    "not_over_a_member": (HEAD + node(0x04, node(0x16, bytes(32))), "not_over_supplied"),
    "not_over_a_token": (HEAD + node(0x04, node(0x12, token(1, 0, 1))), "not_over_address"),
    "body_too_long": (HEAD + node(0x14, TIME[3:] + b"\x00"), "trailing_bytes"),
    "body_too_short": (HEAD + node(0x14, TIME[3:-1]), "truncated"),
    "children_not_ascending": (HEAD + node(0x02, b"\x02" + LATER + TIME), "not_canonical"),
    "children_twice": (HEAD + node(0x02, b"\x02" + TIME + TIME), "duplicate_child"),
    "no_children": (HEAD + node(0x02, b"\x00"), "empty_tree"),
    "one_child": (HEAD + node(0x02, b"\x01" + TIME), "too_few_children"),
    "many_children": (HEAD + node(0x02, b"\xff"), "too_many_children"),
    "unknown_holder": (HEAD + node(0x01, b"\x03\x02" + TIME + LATER), "unknown_holder"),
    "superfluous_holder": (HEAD + node(0x01, b"\x01\x02" + TIME + LATER), "holder_superfluous"),
    "at_least_none": (HEAD + node(0x03, b"\x00\x00\x02" + TIME + LATER), "out_of_range"),
    "empty_window": (HEAD + node(0x14, (0).to_bytes(8) + b"\xff" * 8), "empty_time"),
    "window_beyond_years": (
        HEAD + node(0x14, (1).to_bytes(8) + (2**62).to_bytes(8)),
        "invalid_datetime",
    ),
    "unknown_form": (HEAD + node(0x10, b"\x03" + CREDENTIAL[1:] + b"\x00"), "unknown_form"),
    "vct_not_utf8": (HEAD + node(0x10, b"\x02\x00\x01\xff" + CREDENTIAL[4:]), "invalid_utf8"),
    "unknown_operator": (
        HEAD + node(0x10, CREDENTIAL + b"\x01" + b"\x01x\x06\x00"),
        "unknown_operator",
    ),
    "unknown_value": (
        HEAD + node(0x10, CREDENTIAL + b"\x01" + b"\x01x\x01\x01\x08"),
        "unknown_value_type",
    ),
    "absent_value": (
        HEAD + node(0x10, CREDENTIAL + b"\x01" + b"\x01x\x01\x01\x00"),
        "unknown_value_type",
    ),
    "integer_out_of_range": (
        HEAD + node(0x10, CREDENTIAL + b"\x01" + b"\x01x\x01\x01\x03" + bytes(8)),
        "integer_out_of_range",
    ),
    "date_out_of_range": (
        HEAD + node(0x10, CREDENTIAL + b"\x01" + b"\x01x\x01\x01\x05" + bytes(8)),
        "invalid_date",
    ),
    "no_value": (HEAD + node(0x10, CREDENTIAL + b"\x01" + b"\x01x\x01\x00"), "empty_operands"),
    "too_long": (bytes(16385), "policy_too_long"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_refuses(data, reason):
    assert code(data) == reason


def test_refuses_a_tree_that_is_too_deep():
    tree = TIME
    for _ in range(8):
        tree = node(0x04, tree)
    assert code(HEAD + tree) == "too_deep"


def replaced(world, leaf, old: bytes, new: bytes) -> str:
    data = encode(world.policy(leaf))
    assert data.count(old) == 1
    return code(data.replace(old, new))


def test_refuses_claims_out_of_order(world):
    leaf = world.sd_jwt_leaf(claims={"a": {"equals": True}, "b": {"equals": True}})
    first, second = b"\x01a\x01\x01\x04\x01", b"\x01b\x01\x01\x04\x01"
    assert replaced(world, leaf, first + second, second + first) == "not_canonical"


def test_refuses_issuers_out_of_order(world):
    leaf = world.sd_jwt_leaf(issuers=["did:a:a", "did:a:b"])
    assert replaced(world, leaf, b"did:a:a\x00\x07did:a:b", b"did:a:b\x00\x07did:a:a") == (
        "not_canonical"
    )


def test_refuses_values_out_of_order(world):
    leaf = world.sd_jwt_leaf(claims={"x": {"in": ["a", "b"]}})
    a, b = b"\x01\x00\x01a", b"\x01\x00\x01b"
    assert replaced(world, leaf, a + b, b + a) == "not_canonical"


def test_refuses_a_boolean_other_than_zero_and_one(world):
    leaf = world.sd_jwt_leaf(claims={"x": {"equals": True}})
    assert replaced(world, leaf, b"x\x01\x01\x04\x01", b"x\x01\x01\x04\x02") == "not_canonical"


def test_refuses_registries_out_of_order(world):
    policy = world.policy(world.sd_jwt_leaf())
    pins = [
        bytes([kind]) + bytes.fromhex(registry.address[2:]) + registry.code_hash
        for kind, registry in policy.registries.pinned()
    ]
    data = encode(policy)
    assert code(data.replace(pins[0] + pins[1], pins[1] + pins[0])) == "not_canonical"
    assert code(data.replace(pins[1], pins[0])) == "registry_missing"


def test_errors_name_the_place():
    with pytest.raises(InvalidInput) as error:
        decode(HEAD + node(0x02, b"\x02" + TIME + node(0x13, b"")))
    assert error.value.path == "allow.any[1]"


@pytest.mark.parametrize("length", [1024, 1025])
def test_byte_values_are_bounded(world, length):
    leaf = world.attribute_leaf(claims={"badge": {"equals": {"bytes": "0x" + "00" * length}}})
    if length == 1024:
        assert decode(encode(world.policy(leaf))) == world.policy(leaf)
    else:
        assert world.refusal(leaf)[0] == "text_too_long"


def test_policies_about_true_and_about_1_are_not_equal(world):
    def about(value):
        return world.policy(world.sd_jwt_leaf(claims={"x": {"equals": value}}))

    assert about(value=True) != about(value=1)
    assert about(value=1) == about(value=1)
    assert len({about(value=True), about(value=1), about(value=1)}) == 2
