"""What happens before contracts: the chain verifies what the gate verified, and replays fail.

A statement says who gets what, by whom, once, until when. Nobody can do more with it than it says:
each scene that cheats changes one thing, and is refused by an error with that very name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from didgate.chain.calls import Transaction
from didgate.chain.presentation_verifier import SESSION, PresentationVerifier, UsePass
from didgate.chain.revert import Reverted
from didgate.demo.passes import Act, Shown, Site, deploy_passes
from didgate.demo.rows import Step, compared, seen_of
from didgate.keys.ethereum import EthereumAccount

_MINTED = "a pass for Ada"
_ANOTHER_URI = "https://models.example/handwritten-letters"


def minted_pass(act: Act) -> Step:
    """With the credential that opened the gate, Ada has a contract mint a pass."""
    passes, shown = act.site.passes, _for_a_pass(act)
    before = act.site.client.read(passes.balance_of(act.ada.address))
    receipt = act.site.send(act.ada, passes.mint(shown.access, shown.presentation))
    minted = act.site.client.read(passes.balance_of(act.ada.address)) - before
    got = _MINTED if minted == 1 else f"{minted} passes for Ada"
    return _row(act, "same credential, to a contract", _MINTED, got, shown, gas=receipt.gas_used)


def relayed_pass(act: Act) -> Step:
    """Another account sends what Ada signed, and pays; the pass is hers all the same."""
    before = act.site.client.balance(act.ada.address)
    shown = _for_a_pass(act)
    got = _mint(act, act.relay, shown)
    paid = before - act.site.client.balance(act.ada.address)
    expected = f"{_MINTED}, who pays 0"
    return _row(act, "to a contract, by a relay", expected, f"{got}, who pays {paid}", shown)


def same_statement_again(act: Act) -> Step:
    """What was executed once is sent once more."""
    shown = _for_a_pass(act)
    got = f"{_mint(act, act.relay, shown)}, then {_mint(act, act.relay, shown)}"
    return _row(act, "same statement again", f"{_MINTED}, then StatementSpent", got, shown)


def another_contract(act: Act) -> Step:
    """A second contract that mints passes for the same model uses a statement for the first."""
    site = act.site
    twin = deploy_passes(site.administration, act.publisher, site.administration.resource)
    shown = _for_a_pass(act)
    copied = _try(site, act.relay, twin.mint(shown.access, shown.presentation))
    readdressed = replace(shown.access, consumer=twin.address)
    changed = _try(site, act.relay, twin.mint(readdressed, shown.presentation))
    expected = "NotConsumer; readdressed, ProofInvalid"
    return _row(act, "another contract", expected, f"{copied}; readdressed, {changed}", shown)


def another_chain(act: Act) -> Step:
    """On a chain where all is at the same address, only what was stated for it counts."""
    shown = _for_a_pass(act)
    with act.second_chain() as there:
        assert there.passes.address == act.site.passes.address, "it is the same but for its number"
        copied = _mint(act, act.relay, shown, site=there)
        of_its_own = act.shown(there.passes.address, UsePass.MINT, site=there)
        good = _mint(act, act.relay, of_its_own, site=there)
    got = f"{copied}, though stated for it {good}; here {_mint(act, act.relay, shown)}"
    expected = f"ProofInvalid, though stated for it {_MINTED}; here {_MINTED}"
    return _row(act, "another chain", expected, got, shown)


def another_sender(act: Act) -> Step:
    """Ada opens a session for her account; a thief sends her transaction first."""
    verifier = _verifier(act)
    shown = act.shown(act.ada.address, SESSION)
    copied = _try(act.site, act.thief, verifier.consume(shown.access, shown.presentation))
    own = replace(shown.access, account=act.thief.address, consumer=act.thief.address)
    changed = _try(act.site, act.thief, verifier.consume(own, shown.presentation))
    act.site.send(act.ada, verifier.consume(shown.access, shown.presentation))
    got = f"{copied}; as his own, {changed}; {_sessions(act)}"
    expected = "NotConsumer; as his own, ProofInvalid; session for: Ada"
    return _row(act, "another sender", expected, got, shown)


def another_account(act: Act) -> Step:
    """The thief has the pass of Ada's statement minted to his account."""
    shown = _for_a_pass(act)
    diverted = replace(shown.access, account=act.thief.address)
    transaction = act.site.passes.mint(diverted, shown.presentation)
    got = _try(act.site, act.thief, transaction)
    return _row(act, "another account", "ProofInvalid", got, shown)


def another_resource(act: Act) -> Step:
    """A model with the very same policy, and a contract that mints passes for that."""
    administration, site = act.site.administration, act.site
    other = administration.register(_ANOTHER_URI)
    policy_id, _ = site.client.read(_verifier(act).effective_policy(administration.resource))
    content = site.client.read(_verifier(act).policy_bytes(policy_id))
    administration.bring_into_force(other, content)
    site.send(act.publisher, _verifier(act).admit(other))
    theirs = deploy_passes(administration, act.publisher, other)
    shown = act.shown(theirs.address, UsePass.MINT)
    copied = _try(site, act.relay, theirs.mint(shown.access, shown.presentation))
    restated = replace(shown.access, resource=other)
    changed = _try(site, act.relay, theirs.mint(restated, shown.presentation))
    expected = "WrongResource; restated, ProofInvalid"
    return _row(act, "another resource", expected, f"{copied}; restated, {changed}", shown)


SCENES: Sequence[Callable[[Act], Step]] = (
    minted_pass,
    relayed_pass,
    same_statement_again,
    another_contract,
    another_chain,
    another_sender,
    another_account,
    another_resource,
)


def _verifier(act: Act) -> PresentationVerifier:
    return act.site.administration.deployment.verifier


def _for_a_pass(act: Act) -> Shown:
    return act.shown(act.site.passes.address, UsePass.MINT)


def _mint(act: Act, by: EthereumAccount, shown: Shown, *, site: Site | None = None) -> str:
    """Have a pass minted, and say what came of it."""
    place = site or act.site
    count = place.passes.balance_of(act.ada.address)
    before = place.client.read(count)
    refused = _try(place, by, place.passes.mint(shown.access, shown.presentation))
    return _MINTED if place.client.read(count) == before + 1 else refused


def _try(site: Site, by: EthereumAccount, transaction: Transaction) -> str:
    """Send a transaction, and return the name of the error by which it is refused."""
    try:
        site.send(by, transaction)
    except Reverted as error:
        return error.reason or error.message
    return "carried out"


def _sessions(act: Act) -> str:
    """Say who has a session."""
    resource = act.site.administration.resource
    whose = [
        name
        for name, account in {"Ada": act.ada, "the thief": act.thief}.items()
        if act.site.client.read(_verifier(act).has_session(resource, account.address))
    ]
    return f"session for: {', '.join(whose)}"


def _row(
    act: Act, name: str, expected: str, got: str, shown: Shown, *, gas: int | None = None
) -> Step:
    seen, unseen = seen_of(act.wallet, shown.plan)
    return compared(
        name,
        expected,
        got,
        saw=f"everyone: {seen}, for account {act.ada.address[:8]}…",
        unseen=unseen,
        words="" if gas is None else f"{gas:,} gas",
    )
