"""What changes at once: a revocation, a suspension, a pause; and what a restart leaves as it was.

A change counts from the block that it stands in. The gate follows the chain's head, so whoever got
in before tries again until refused, which has to be before the next block but one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from didgate.chain.calls import Transaction
from didgate.chain.policy_registry import PolicyRegistry
from didgate.client import RefusedByGate
from didgate.credentials.identifiers import issuer_id
from didgate.demo.people import Holder, http_client
from didgate.demo.rows import Refusal, Step, compared, seen_of
from didgate.demo.world import PEOPLE, World
from didgate.encoding import b64url_decode, b64url_encode
from didgate.errors import VerificationError
from didgate.gate import PREFIX, verify_receipt
from didgate.stores import SQLReceiptStore, open_engine

_BETWEEN_TRIES = 0.2
_IN_TIME = "within a block"


def revoked_credential(world: World) -> Step:
    """Boris' badge, with which he got in, is revoked on chain."""
    boris, refused = world.holders["boris"], "403 policy_not_satisfied: credential_revoked"
    world.university.badges(world.records, world.administration).revoke("boris")
    got = _until(world, refused, lambda: _come_again(world, boris))
    saw, unseen = seen_of(boris.wallet, boris.last_plan)
    return compared("revoked credential", f"{refused}, {_IN_TIME}", got, saw=saw, unseen=unseen)


def suspended_issuer(world: World) -> Step:
    """Ines gets in with a clearance by the institute, until the institute is suspended."""
    ines, refused = world.holders["ines"], "403 policy_not_satisfied: issuer_suspended"
    before = _come_again(world, ines)
    administration = world.administration
    suspension = administration.deployment.issuers.suspend(issuer_id(world.institute.did))
    administration.client.send(administration.registrar, suspension)
    after = _until(world, refused, lambda: _come_again(world, ines))
    saw, unseen = seen_of(ines.wallet, ines.last_plan)
    return compared(
        "suspended issuer",
        f"200, then {refused}, {_IN_TIME}",
        f"{before}, then {after}",
        saw=saw,
        unseen=unseen,
    )


def grant_after_pause(world: World) -> Step:
    """The owner pauses the model while Ada has a grant that would last for a while."""
    ada, refused = world.holders["ada"], "403 paused"
    assert ada.grant(world.url), "she was let in before"
    _administer(world, PolicyRegistry.pause)
    got = _until(world, refused, lambda: _try(world, ada))
    saw, unseen = "a grant in order", "who has it"
    return compared("grant after a pause", f"{refused}, {_IN_TIME}", got, saw=saw, unseen=unseen)


def newcomer_after_pause(world: World) -> Step:
    """Chen, who is on the list, is not even told what to prove."""
    got = _come_again(world, world.holders["chen"])
    saw, unseen = "a fresh key", "everything else"
    return compared("newcomer after a pause", "403 paused", got, saw=saw, unseen=unseen)


def restart(world: World) -> Step:
    """Service and chain stop and go on from their files, still paused; then the pause is lifted."""
    ada = world.holders["ada"]
    policy, signed = _policy(world), receipts(world)
    world.stage.stop()
    world.stage.start_again()
    world.connect()
    kept = len([receipt for receipt in receipts(world) if receipt in signed])
    still = f"policy {_policy(world)}, {kept} receipts, {_come_again(world, ada)}"
    _administer(world, PolicyRegistry.unpause)
    unpaused = _until(world, "200", lambda: _come_again(world, ada))
    saw, unseen = seen_of(ada.wallet, ada.last_plan)
    return compared(
        "restart of everything",
        f"policy {policy}, {len(signed)} receipts, 403 paused; unpaused, 200, {_IN_TIME}",
        f"{still}; unpaused, {unpaused}",
        saw=saw,
        unseen=unseen,
    )


def receipts_offline(world: World) -> Step:
    """Everything is stopped; what the gate signed can still be checked, and names nobody."""
    key_set = http_client().get(f"{world.url}{PREFIX}/jwks.json").json()
    world.stage.stop()
    signed = receipts(world)
    verified = [verify_receipt(receipt, key_set).to_dict() for receipt in signed]
    named = sum(word in json.dumps(verified) for word in _names(world))
    forged = sum(_holds(_changed(receipt), key_set) for receipt in signed)
    return compared(
        "receipts, offline",
        f"{len(signed)} verify, 0 of them changed; 0 names",
        f"{len(verified)} verify, {forged} of them changed; {named} names",
        saw="commitments to all of the above",
        unseen="any claim",
    )


def receipts(world: World) -> list[str]:
    """Return all receipts that the gate has kept, the oldest first."""
    engine = open_engine(world.stage.home.gate)
    try:
        return [receipt.jws for receipt in SQLReceiptStore(engine).iterate()]
    finally:
        engine.dispose()


def _come_again(world: World, holder: Holder) -> str:
    """Have someone come back with nothing but their wallet, and return what comes of it."""
    holder.start_afresh()
    return _try(world, holder)


def _try(world: World, holder: Holder) -> str:
    try:
        holder.predict(world.url, world.images)
    except RefusedByGate as error:
        return str(Refusal.of(error))
    return "200"


def _until(world: World, wanted: str, action: Callable[[], str]) -> str:
    """Try until it comes to what is wanted, and say whether that took more than a block."""
    changed_at = _height(world)
    while (got := action()) != wanted:
        if _height(world) > changed_at + 1:
            return f"{got}, after a block"
        time.sleep(_BETWEEN_TRIES)
    return f"{got}, {_IN_TIME}"


def _height(world: World) -> int:
    return world.administration.client.header().block.number


def _policy(world: World) -> str:
    """Return the beginning of the id of the policy in force."""
    administration = world.administration
    state = administration.deployment.policies.state_of(administration.resource)
    return f"0x{(administration.client.read(state).active or b'').hex()[:8]}"


def _administer(world: World, change: Callable[[PolicyRegistry, bytes], Transaction]) -> None:
    """Have the model's owner change who may use it."""
    administration = world.administration
    transaction = change(administration.deployment.policies, administration.resource)
    administration.client.send(administration.provider, transaction)


def _changed(receipt: str) -> str:
    """Return a receipt that says the opposite, under the old signature."""
    header, payload, signature = receipt.split(".")
    said, other = b'"decision":"allow"', b'"decision":"deny"'
    text = b64url_decode(payload)
    turned = text.replace(said, other) if said in text else text.replace(other, said)
    return ".".join((header, b64url_encode(turned), signature))


def _names(world: World) -> list[str]:
    """Return what would give somebody away."""
    claims = [claim for person in PEOPLE for claim in (person.name, person.role)]
    return claims + [
        address for holder in world.holders.values() for address in holder.wallet.keys.addresses()
    ]


def _holds(receipt: str, key_set: Mapping[str, Any]) -> bool:
    try:
        verify_receipt(receipt, key_set)
    except VerificationError:
        return False
    return True
