"""Comparison of policies: what is said of whom."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from didgate.bbs.typed import SlotType
from didgate.credentials.schema import Attribute, AttributeSchema, StatusMode
from didgate.credentials.verified import Address
from didgate.policy import Policy, effective, parse_policy
from didgate.policy.compare import Conclusion, PolicyDiff, compare

PERSON = "https://id.example/person"
LIST, OTHER_LIST = ("0x" + fill * 32 for fill in ("aa", "bb"))
TOKEN = Address.of(bytes([7] * 20)).text


def pinned(fill: str) -> dict[str, str]:
    return {"address": Address.of(bytes.fromhex(fill * 20)).text, "codeHash": "0x" + fill * 32}


KINDS = {
    "credential": ("issuers", "status"),
    "address": ("addressLists",),
    "attestation": ("attestations",),
}


def kinds_in(node: Any) -> set[str]:
    match node:
        case dict():
            own = {kind for name in node for kind in KINDS.get(name, ())}
            if "root" in node.get("address", {}):
                own.discard("addressLists")
            return own.union(*map(kinds_in, node.values()))
        case list():
            return set().union(*map(kinds_in, node))
        case _:
            return set()


def policy(allow: dict[str, Any], *, fill: str = "11", **rest: Any) -> Policy:
    registries = {kind: pinned(fill) for kind in sorted(kinds_in(allow))}
    document = {"didgate": 1, "allow": allow, "grant": {"lifetime": 60}} | rest
    return parse_policy(document | ({"registries": registries} if registries else {}))


def person(**members: Any) -> dict[str, Any]:
    return {"credential": {"vct": PERSON, "issuers": ["did:web:a.example"]} | members}


def with_claims(**claims: Any) -> dict[str, Any]:
    return person(claims=claims)


def account(**members: Any) -> dict[str, Any]:
    return {"address": {"list": LIST} | members}


def diff(old: dict[str, Any], new: dict[str, Any]) -> PolicyDiff:
    return compare(policy(old), policy(new))


def texts(found: PolicyDiff) -> str:
    return "\n".join(found.lines())


LEVEL_2, LEVEL_3 = (with_claims(level={"atLeast": n}) for n in (2, 3))


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        (LEVEL_3, LEVEL_2, '"level" is at least 2 (was: "level" is at least 3)'),
        (LEVEL_3, person(), 'no longer demanded: "level" is at least 3'),
        (
            with_claims(level={"between": [3, 4]}),
            with_claims(level={"between": [3, 5]}),
            '"level" is from 3 to 5, both included',
        ),
        (
            with_claims(country={"equals": "NL"}),
            with_claims(country={"in": ["NL", "BE"]}),
            '"country" is "BE" or "NL" (was: "country" is "NL")',
        ),
        (
            person(),
            person(issuers=["did:web:a.example", "did:web:b.example"]),
            "issuer did:web:b.example is accepted as well",
        ),
        (
            person(issuers="accredited", minAge=86400),
            person(issuers="accredited"),
            (
                "accreditation and key count at once (was: after 1 day): "
                "the registry's owner can admit anyone at once"
            ),
        ),
        (
            person(maxAge=60),
            person(maxAge=3600),
            "it counts for 1 hour after it is issued or refreshed (was: for 1 minute after",
        ),
        (person(maxAge=60), person(), "it counts at any age (was: for 1 minute after"),
        (
            account(minAge=3600),
            account(),
            "counts at once (was: after 1 hour): the registry's owner can admit anyone at once",
        ),
        (
            {"all": [account(), {"not": {"address": {"list": OTHER_LIST}}}]},
            account(),
            f"no longer kept out is an account on address list {OTHER_LIST}",
        ),
        (
            {"all": [account(), {"not": {"address": {"list": OTHER_LIST}}}]},
            {"all": [account(), {"not": {"address": {"list": OTHER_LIST, "minAge": 60}}}]},
            f"no longer kept out is an account on address list {OTHER_LIST}",
        ),
        (
            {"all": [account(), person()]},
            account(),
            f"a credential of {PERSON} is no longer asked for",
        ),
        (
            {"token": {"standard": "ERC-20", "contract": TOKEN, "atLeast": "5"}},
            {"token": {"standard": "ERC-20", "contract": TOKEN, "atLeast": "4"}},
            f"at least 4 smallest units of the ERC-20 token {TOKEN} (was: 5)",
        ),
        (
            {"attestation": {"schema": LIST, "attesters": [TOKEN], "minAge": 60}},
            {"attestation": {"schema": LIST, "attesters": [TOKEN]}},
            (
                "an attestation counts at once (was: after 1 minute): "
                "the attester can admit anyone at once"
            ),
        ),
        (
            {"time": {"until": "2027-01-01T00:00:00Z"}},
            {"time": {"from": "2026-01-01T00:00:00Z"}},
            None,
        ),
    ],
)
def test_a_wider_condition_is_a_gain_and_a_loss_the_other_way(
    old: dict[str, Any], new: dict[str, Any], detail: str | None
) -> None:
    there, back = diff(old, new), diff(new, old)
    if detail is None:
        assert there.conclusion is back.conclusion is Conclusion.BOTH
        return
    assert there.conclusion is Conclusion.WIDENS
    assert back.conclusion is Conclusion.NARROWS
    assert detail in texts(there)
    assert [change.code for change in (*there.gains, *back.losses)] == ["wider_way", "narrower_way"]


def test_equal_policies_change_nothing() -> None:
    assert diff(LEVEL_2, LEVEL_2) == PolicyDiff()
    assert texts(PolicyDiff()) == "Equal: nobody gains or loses access."


def test_policies_of_one_meaning_are_equal() -> None:
    split = {"any": [with_claims(country={"equals": name}) for name in ("NL", "BE")]}
    assert diff(split, with_claims(country={"in": ["BE", "NL"]})).conclusion is Conclusion.EQUAL
    halves = {
        "any": [with_claims(level={"atMost": 3}), with_claims(level={"atLeast": 4})],
    }
    every = with_claims(level={"atLeast": -(2**53) + 1})
    assert diff(halves, every).conclusion is Conclusion.EQUAL
    by_one = {"any": [person(issuers=[f"did:web:{name}.example"]) for name in "ab"]}
    both = person(issuers=["did:web:a.example", "did:web:b.example"])
    assert diff(by_one, both).conclusion is Conclusion.EQUAL
    attested = [
        {"attestation": {"schema": LIST, "attesters": sorted(who)}}
        for who in ([TOKEN], [Address.of(bytes([8] * 20)).text])
    ]
    together = [each["attestation"]["attesters"][0] for each in attested]
    one = {"attestation": {"schema": LIST, "attesters": together}}
    assert diff({"any": attested}, one).conclusion is Conclusion.EQUAL


def test_a_gap_between_two_ranges_is_a_gain() -> None:
    halves = {"any": [with_claims(level={"atMost": 3}), with_claims(level={"atLeast": 5})]}
    every = with_claims(level={"atLeast": -(2**53) + 1})
    found = diff(halves, every)
    assert found.conclusion is Conclusion.WIDENS


def test_windows_that_meet_do_not_cover_clocks_that_disagree() -> None:
    """Around the seam both windows are unknown, where one window is true."""
    seam = "2027-01-01T00:00:00Z"
    two = {
        "any": [
            {"all": [account(), {"time": {"until": seam}}]},
            {"all": [account(), {"time": {"from": seam}}]},
        ]
    }
    assert diff(two, account()).conclusion is Conclusion.WIDENS


def test_a_new_way_in_is_named_with_what_to_mind() -> None:
    found = diff(LEVEL_3, {"any": [LEVEL_3, account()]})
    assert found.conclusion is Conclusion.WIDENS
    (gain,) = found.gains
    assert gain.code == "new_way"
    assert gain.sentence == f"a new way in: an account on address list {LIST}"
    assert "the registry's owner can admit anyone at once" in gain.details[0]
    back = diff({"any": [LEVEL_3, account()]}, LEVEL_3)
    assert [change.code for change in back.losses] == ["lost_way"]


def test_a_condition_besides_narrows() -> None:
    both = {"all": [person(), account()]}
    assert diff(person(), both).conclusion is Conclusion.NARROWS
    assert "the account must be one on address list" in texts(diff(person(), both))


def test_another_condition_is_both() -> None:
    found = diff(with_claims(country={"equals": "NL"}), with_claims(country={"equals": "BE"}))
    assert found.conclusion is Conclusion.BOTH
    assert texts(found).startswith("Both: some may gain access and some may lose it.")


def test_named_issuers_of_sd_jwts_need_no_accreditation() -> None:
    found = diff(person(), person(issuers="accredited"))
    assert found.conclusion is Conclusion.BOTH
    assert "accepted is whoever is accredited for it (was: did:web:a.example)" in texts(found)


def test_another_registry_is_a_widening() -> None:
    found = compare(policy(person()), policy(person(), fill="22"))
    assert found.conclusion is Conclusion.BOTH
    assert {change.code for change in found.gains} == {"other_registry"}
    assert "the registry of issuers is another contract" in texts(found)
    assert "now 0x2222222222222222222222222222222222222222 with code 0x2222" in texts(found)


def test_grants_and_quotas() -> None:
    old = policy(person(), grant={"lifetime": 60}, quota={"limit": 5, "period": 60})
    new = policy(person(), grant={"lifetime": 120}, quota={"limit": 5, "period": 30})
    assert compare(old, new).conclusion is Conclusion.WIDENS
    assert compare(new, old).conclusion is Conclusion.NARROWS
    assert [change.code for change in compare(old, new).gains] == ["longer_grant", "looser_quota"]
    assert "a grant lasts 2 minutes (was: 1 minute)" in texts(compare(old, new))
    without = policy(person(), grant={"lifetime": 60})
    assert "no quota (was: a quota of 5 uses per 1 minute" in texts(compare(old, without))
    fewer_faster = policy(person(), grant={"lifetime": 60}, quota={"limit": 4, "period": 30})
    assert compare(old, fewer_faster).conclusion is Conclusion.BOTH


def test_holder_same_is_narrower_than_any() -> None:
    leaves = [person(), {"credential": {"vct": "urn:b", "issuers": ["did:web:b.example"]}}]
    any_, same = ({"all": leaves, "holder": holder} for holder in ("any", "same"))
    found = diff(any_, same)
    assert found.conclusion is Conclusion.NARROWS
    assert "it must be under the same key as another" in texts(found)
    assert "it need not be under the same key as another" in texts(diff(same, any_))


def test_nobody_before_or_nobody_after() -> None:
    one = policy(person())
    opened, closed = compare(None, one), compare(one, None)
    assert (opened.conclusion, closed.conclusion) == (Conclusion.WIDENS, Conclusion.NARROWS)
    assert f"a way in: a credential of {PERSON}" in texts(opened)
    unread = compare(None, policy({"atLeast": {"n": 10, "of": lists(20)}}))
    assert unread.gains[0].details == ()
    assert compare(None, None).conclusion is Conclusion.EQUAL


def lists(count: int) -> list[dict[str, Any]]:
    return [{"address": {"list": f"0x{n:064x}"}} for n in range(count)]


def test_too_many_ways_in_to_compare() -> None:
    many = {"atLeast": {"n": 10, "of": lists(20)}}
    assert diff(many, {"atLeast": {"n": 9, "of": lists(20)}}).conclusion is Conclusion.WIDENS
    assert diff(many, {"all": [many, person()]}).conclusion is Conclusion.NARROWS
    found = diff(many, {"all": [person(), {"atLeast": {"n": 9, "of": lists(20)}}]})
    assert found.conclusion is Conclusion.CANNOT_TELL
    assert texts(found).startswith("Cannot tell: somebody may gain access.")
    assert found.to_dict()["unclear"][0]["code"] == "too_many_ways"


def test_a_way_in_with_too_much_in_it() -> None:
    values = [f"v{n}" for n in range(40)]

    def both(**claims: Any) -> dict[str, Any]:
        return with_claims(**claims)

    new = both(a={"in": values}, b={"in": values})
    old = [both(a={"equals": a}, b={"equals": b}) for a, b in pairwise(values)]
    found = diff({"any": old[:32]}, new)
    assert found.conclusion is Conclusion.CANNOT_TELL
    assert "too much stands in one way in" in texts(found)


def test_types_are_named_by_their_schemas() -> None:
    schema = AttributeSchema(
        type="https://id.example/badge",
        status_mode=StatusMode.EPOCH,
        granularity_days=7,
        lifetime_days=28,
        attributes=(Attribute("role", SlotType.TEXT),),
    )
    leaf = {"credential": {"schema": "0x" + schema.schema_id.hex(), "issuers": "accredited"}}
    registries = {kind: pinned("11") for kind in ("issuers", "schemas", "status")}
    new = parse_policy(
        {"didgate": 1, "registries": registries, "allow": leaf, "grant": {"lifetime": 60}}
    )
    found = compare(policy(account()), new, schemas={schema.schema_id: schema})
    assert "a credential of https://id.example/badge" in texts(found)


def test_a_restriction_in_force_is_taken_into_account() -> None:
    old = effective(policy(LEVEL_2), [policy(account())])
    assert compare(old, policy(LEVEL_2)).conclusion is Conclusion.WIDENS
    kept = effective(policy(LEVEL_3), [policy(account())])
    assert compare(old, kept).conclusion is Conclusion.NARROWS
