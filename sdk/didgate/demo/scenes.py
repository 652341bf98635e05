"""What happens at the gate: who gets in, who does not, and why. Each scene is one row.

Those who are let in go by their wallet (``people``); those who cheat put their answers together
by hand (``bare``). A refusal is as expected only if it has that very code.
"""

from __future__ import annotations

import dataclasses

from didgate.client import RefusedByGate
from didgate.credentials.challenge import ACCESS_PATH
from didgate.demo.bare import BareClient, disclose, tamper
from didgate.demo.model import PREDICT
from didgate.demo.people import Holder
from didgate.demo.rows import Refusal, Step, compared, outcome, seen_in, seen_of
from didgate.demo.world import World
from didgate.errors import InvalidInput

_ASKED = ("role", "clearance")
_RIGHT = 0.9


def cleared_researcher(world: World) -> Step:
    """Ada shows role and clearance, hides the rest, and cannot be recognised when she returns."""
    return _let_in(world, "cleared researcher", world.holders["ada"])


def cleared_auditor(world: World) -> Step:
    """Boris does so with an SD-JWT: the policy takes either form."""
    return _let_in(world, "cleared auditor, by SD-JWT", world.holders["boris"])


def listed_address(world: World) -> Step:
    """Chen has no credential at all, but controls an account on the list."""
    return _let_in(world, "address on the list", world.holders["chen"])


def low_clearance(world: World) -> Step:
    """Dora's wallet says that it has nothing that will do; she shows it all the same."""
    try:
        wallet = f"200: {world.holders['dora'].predict(world.url, world.images)}"
    except InvalidInput as error:
        wallet = error.code
    refused, saw, unseen = _show_by_hand(world, "dora")
    return compared(
        "clearance too low",
        "cannot_satisfy; 403 policy_not_satisfied: claim_mismatch",
        f"{wallet}; {refused}",
        saw=saw,
        unseen=unseen,
        words=refused.words,
    )


def expired_credential(world: World) -> Step:
    """Farah's clearance ended a month ago, without anyone revoking it."""
    refused, saw, unseen = _show_by_hand(world, "farah")
    return compared(
        "expired credential",
        "403 credential_expired",
        str(refused),
        saw=saw,
        unseen=unseen,
        words=refused.words,
    )


def outsider(world: World) -> Step:
    """Emil has an account as Chen does, only not on the list."""
    emil, expected = world.holders["emil"], "403 policy_not_satisfied: address_not_listed"
    try:
        got, words = f"200: {emil.predict(world.url, world.images)}", ""
    except RefusedByGate as error:
        refused = Refusal.of(error)
        got, words = str(refused), refused.words
    saw, unseen = seen_of(emil.wallet, emil.last_plan)
    return compared("outsider", expected, got, saw=saw, unseen=unseen, words=words)


def replayed_presentation(world: World) -> Step:
    """What Ada has answered is sent a second time, by her own client even."""
    client = BareClient(world.url)
    challenge = client.challenge()
    wallet = world.holders["ada"].wallet
    presentation = wallet.present(wallet.match(challenge, client.contact), client.contact)
    first = outcome(client.answer(challenge, presentation))
    second = outcome(client.answer(challenge, presentation))
    return compared(
        "replayed presentation",
        "200, then 403 nonce_unknown",
        f"{first}, then {second}",
        saw="a nonce that is used up",
        unseen="the rest: it is not read",
    )


def tampered_claim(world: World) -> Step:
    """Dora writes another clearance into what she shows."""
    client = BareClient(world.url)
    challenge = client.challenge()
    presentation = disclose(challenge, world.clearances["dora"], _ASKED)
    response = client.answer(challenge, tamper(presentation, {"clearance": 5}))
    saw, unseen = seen_in(presentation)
    return compared(
        "tampered claim", "403 proof_invalid", outcome(response), saw=saw, unseen=unseen
    )


def stolen_grant(world: World) -> Step:
    """Somebody has got hold of Ada's grant, but not of the key that it is bound to."""
    grant = world.holders["ada"].grant(world.url)
    assert grant is not None, "she was let in before"
    thief = BareClient(world.url)
    thief.challenge()  # which brings the server's nonce
    body = {"images": [world.images[0].pixels]}
    response = thief.post(world.url + PREDICT, body, token=grant.token)
    return compared(
        "stolen grant",
        "401 grant_key",
        outcome(response),
        saw="the grant, and another key",
        unseen="who has either",
    )


def wrong_audience(world: World) -> Step:
    """A site that Boris trusts passes on to him, as its own, a challenge that it got here."""
    relay, victim = BareClient(world.url), BareClient("https://relay.example")
    challenge = relay.challenge()
    passed_on = dataclasses.replace(
        challenge,
        audience=victim.url,
        response_uri=victim.url + ACCESS_PATH,
        jkt=victim.proofs.thumbprint,
    )
    wallet = world.holders["boris"].wallet
    plan = wallet.match(passed_on, victim.contact)
    got = outcome(relay.answer(challenge, wallet.present(plan, victim.contact)))
    saw, unseen = seen_of(wallet, plan)
    return compared("wrong audience", "403 audience_mismatch", got, saw=saw, unseen=unseen)


def _let_in(world: World, name: str, holder: Holder) -> Step:
    """Have the service read the images, and compare what it says with the truth."""
    count, enough = len(world.images), int(_RIGHT * len(world.images))
    expected = f"200, {enough} of {count} digits right, or more"
    try:
        digits = holder.predict(world.url, world.images)
    except RefusedByGate as error:
        return compared(name, expected, str(Refusal.of(error)), saw="–", unseen="–")
    pairs = zip(digits, world.images, strict=True)
    right = sum(digit == image.digit for digit, image in pairs)
    saw, unseen = seen_of(holder.wallet, holder.last_plan)
    return Step(
        name, expected, f"200, {right} of {count} digits right", right >= enough, saw, unseen
    )


def _show_by_hand(world: World, who: str) -> tuple[Refusal, str, str]:
    """Show a clearance that no wallet would show; return the refusal, what was seen, and not."""
    client = BareClient(world.url)
    challenge = client.challenge()
    presentation = disclose(challenge, world.clearances[who], _ASKED)
    return Refusal.of(client.answer(challenge, presentation)), *seen_in(presentation)
