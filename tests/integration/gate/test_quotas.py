"""Quotas and pseudonyms: what a holder shows besides gets nobody a second one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from gate_actors import Caller
from gate_world import ALICE, World, badge

from didgate.credentials import identifiers
from didgate.errors import AccessDenied
from didgate.gate import Gate, Grant
from didgate.holder import Wallet
from didgate.issuer import IssuanceRecords, SDJWTIssuer
from didgate.keys import KeyAlgorithm
from didgate.stores import open_engine

MAIL = "https://university.example/newsletter"
ONCE = {"limit": 1, "period": 86400}
PAST = {"time": {"until": "2025-01-01T00:00:00Z"}}
NEWSLETTER = {"credential": {"vct": MAIL, "issuers": "accredited"}}


class Newsletter:
    """Issues to anyone, as often as they like."""

    def __init__(self, world: World) -> None:
        issuers = world.issuers
        type_id = identifiers.vct_type_id(MAIL)
        controller = world.keys.controller.address
        accredit = world.contracts.issuers.accredit(issuers.did, type_id, controller)
        world.send(world.root, accredit)
        self._issuer = SDJWTIssuer(
            issuers.did,
            world.keys.p256,
            MAIL,
            key_id=issuers.key_id,
            lifetime=timedelta(days=30),
            records=IssuanceRecords(open_engine("sqlite://")),
            clock=world.clock,
        )
        self._number = 0

    def subscribe(self, wallet: Wallet) -> str:
        """Put a fresh credential for a fresh key into a wallet."""
        self._number += 1
        key = wallet.keys.create(KeyAlgorithm.P256)
        issued = self._issuer.issue(str(self._number), {"email": f"{self._number}@x"}, key)
        return wallet.add(issued).id


@pytest.fixture
def newsletter(world: World) -> Newsletter:
    return Newsletter(world)


def use(world: World, gate: Gate, wallet: Wallet, resource: bytes) -> Grant:
    caller = Caller(world, gate)
    return caller.use(caller.enter(wallet, resource).token or "", resource)


def outcomes(world: World, allow: Any, newsletter: Newsletter) -> list[str]:
    """Have one badge used twice, each time beside another newsletter."""
    gate, resource = world.gate(), world.resource(allow, quota=ONCE)
    world.refresh()
    wallet, found = world.badge_holder(), []
    for _ in range(2):
        fresh = newsletter.subscribe(wallet)
        try:
            use(world, gate, wallet, resource)
        except AccessDenied as error:
            found.append(error.code)
        else:
            found.append("used")
        wallet.remove(fresh)
    return found


def test_a_credential_in_a_branch_that_fails_gets_no_second_quota(
    world: World, newsletter: Newsletter
) -> None:
    allow = {"any": [{"all": [NEWSLETTER, PAST]}, badge()]}
    assert outcomes(world, allow, newsletter) == ["used", "quota_exceeded"]


def test_a_credential_that_is_easy_to_come_by_gets_no_second_quota(
    world: World, newsletter: Newsletter
) -> None:
    allow = {"all": [NEWSLETTER, badge()], "holder": "any"}
    assert outcomes(world, allow, newsletter) == ["used", "quota_exceeded"]


def test_each_key_that_is_needed_is_counted(world: World, newsletter: Newsletter) -> None:
    gate = world.gate()
    resource = world.resource({"all": [NEWSLETTER, badge()], "holder": "any"}, quota=ONCE)
    world.refresh()
    wallet = world.badge_holder()
    newsletter.subscribe(wallet)
    grant = use(world, gate, wallet, resource)
    assert len(set(grant.counted)) == 2
    assert grant.subject in grant.counted
    # Another badge beside the same newsletter is no other holder either.
    for credential in wallet.list():
        if credential.type != MAIL:
            wallet.remove(credential.id)
    key = wallet.keys.create(KeyAlgorithm.P256)
    wallet.add(world.issuers.badges.issue("again", ALICE, key))
    with pytest.raises(AccessDenied) as error:
        use(world, gate, wallet, resource)
    assert error.value.code == "quota_exceeded"


def test_one_key_for_two_credentials_is_counted_once(world: World, newsletter: Newsletter) -> None:
    gate = world.gate()
    resource = world.resource({"any": [NEWSLETTER, badge()]}, quota={"limit": 2, "period": 3600})
    world.refresh()
    wallet = world.badge_holder()
    for _ in range(2):
        assert len(use(world, gate, wallet, resource).counted) == 1


def test_an_account_that_is_needed_is_counted_too(world: World) -> None:
    gate = world.gate()
    listed = {"address": {"list": "0x" + world.list_id.hex()}}
    resource = world.resource({"all": [listed, badge()]}, quota=ONCE)
    member = world.member()
    for subject, refused in (("one", False), ("two", True)):
        key = member.keys.create(KeyAlgorithm.P256)
        held = member.add(world.issuers.badges.issue(subject, ALICE, key)).id
        if refused:
            with pytest.raises(AccessDenied) as error:
                use(world, gate, member, resource)
            assert error.value.code == "quota_exceeded"
        else:
            assert len(use(world, gate, member, resource).counted) == 2
        member.remove(held)
