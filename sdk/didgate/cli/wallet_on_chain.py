"""``didgate wallet present-on-chain``: show a contract what its policy asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import typer

from didgate.chain.calls import Transaction
from didgate.chain.presentation_verifier import (
    SESSION,
    ChainPresentation,
    UsePass,
    consumer_arguments,
    consumer_call,
)
from didgate.cli import inputs
from didgate.cli.options import AsJSON, Disclose, Resource
from didgate.cli.output import hexadecimal, print_json, print_record, say, time_text
from didgate.cli.signing import Signing
from didgate.cli.transactions import Deed, confirm, send
from didgate.cli.wallet_session import open_wallet
from didgate.cli.workspace import Workspace
from didgate.credentials.chain_access import ChainAccess
from didgate.errors import InvalidInput
from didgate.holder import KeyAccount
from didgate.holder.on_chain import ChainPlan, ChainRequest, Contracts

app = typer.Typer()
_ACTIONS: Final = {"session": SESSION, "mint": UsePass.MINT}
_FUNCTIONS: Final = {UsePass.MINT: "mint"}

Consumer = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="The contract that asks; not for a session, which is the account's."
    ),
]
Action = Annotated[
    str,
    typer.Option(
        metavar="ACTION",
        help="What the contract is to do: session, mint, or 0x and 64 digits that it documents.",
    ),
]
Account = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Key of the account that gets what the contract gives, instead of DIDGATE_ACCOUNT; "
        "with --send it pays as well.",
    ),
]
Function = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The contract's function that takes a statement and a presentation; known for mint.",
    ),
]
Validity = Annotated[
    str, typer.Option(metavar="DURATION", help="How long it can be executed; at most 1h.")
]
Send = Annotated[bool, typer.Option("--send", help="Send the transaction, instead of printing it.")]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to happen, as the command says.

    Args:
        action: what the consumer is to do.
        consumer: address of the contract; the account itself where there is none.
        function: the contract's function to call, if it is known.
        validity: how long it can be executed.
    """

    action: bytes
    consumer: str | None
    function: str | None
    validity: timedelta

    @classmethod
    def of(cls, action: str, consumer: str | None, function: str | None, validity: str) -> _Wish:
        """Read the options.

        Raises:
            InvalidInput: ``consumer_missing``, ``conflicting_options``, or what is malformed.
        """
        wanted = _ACTIONS.get(action) or inputs.bytes32(action)
        if wanted == SESSION and (consumer or function):
            message = "a session is the account's own: leave --consumer and --function out"
            raise InvalidInput("conflicting_options", message)
        if wanted != SESSION and consumer is None:
            raise InvalidInput("consumer_missing", "which contract asks? name it by --consumer")
        return cls(
            wanted,
            None if consumer is None else inputs.address(consumer),
            function or _FUNCTIONS.get(wanted),
            timedelta(seconds=inputs.seconds(validity)),
        )

    def request(self, workspace: Workspace, resource: bytes) -> ChainRequest:
        """Make a statement under the policy in force."""
        at, account = workspace.deployment, workspace.account_address
        return Contracts(workspace.chain, at.policies, at.resources, at.verifier).request(
            resource,
            account=account,
            consumer=self.consumer or account,
            action=self.action,
            now=datetime.now(UTC),
            validity=self.validity,
        )

    def transaction(
        self, workspace: Workspace, access: ChainAccess, presentation: ChainPresentation
    ) -> Transaction | None:
        """Return what has the statement executed, if the function is known."""
        if self.consumer is None:
            return workspace.deployment.verifier.consume(access, presentation)
        if self.function is None:
            return None
        return consumer_call(self.consumer, self.function, access, presentation)


@app.command("present-on-chain")
def present_on_chain(
    resource: Resource,
    *,
    consumer: Consumer = None,
    action: Action,
    account: Account = None,
    function: Function = None,
    valid_for: Validity = "10m",
    send_it: Send = False,
    yes: Disclose = False,
    as_json: AsJSON = False,
) -> None:
    """Show a contract what its policy asks for: say what all would learn, print or send it."""
    wish = _Wish.of(action, consumer, function, valid_for)
    if send_it and wish.consumer and not wish.function:
        message = "which function of the contract takes it? name it by --function"
        raise InvalidInput("function_missing", message)
    with Workspace.from_environment(account) as workspace:
        request = wish.request(workspace, inputs.resource(workspace, resource))
        own = KeyAccount(workspace.account_signer)
        with open_wallet(workspace, own) as wallet:
            plan = wallet.match_statement(request)
            _agree(plan, action, yes=yes, as_json=as_json)
            presentation = wallet.present_statement(plan)
        transaction = wish.transaction(workspace, request.access, presentation)
        if not send_it or transaction is None:
            print_json(_described(request, presentation, transaction))
            return
        what = f"Have {wish.consumer or 'the verifier'} execute it ({action}) for {resource}"
        # What matters was agreed to just now: that everyone gets to see it.
        sent = send(workspace, transaction, Deed(what), Signing(account=account, yes=True))
    print_record(_statement(request.access) | sent, as_json=as_json)


def _agree(plan: ChainPlan, action: str, *, yes: bool, as_json: bool) -> None:
    """Say what everyone would learn for ever, and let a person agree; ends the command if not.

    Raises:
        InvalidInput: ``confirmation_needed`` where nobody is there to agree.
    """
    if not (yes and as_json):
        for line in _in_words(plan, action):
            say(line)
    if not yes:
        confirm("Disclose it to everyone, for ever?")


def _in_words(plan: ChainPlan, action: str) -> Iterator[str]:
    access = plan.challenge.access
    yield from plan.in_words().splitlines()
    yield "Everyone would learn it, for ever: nothing that is sent to a chain can be taken back."
    yield f"It would stay tied to the account {access.account}, and to all that account ever does."
    yield f"To be executed once, until {time_text(access.deadline)}: {action}"


def _statement(access: ChainAccess) -> dict[str, Any]:
    return {
        "resource": hexadecimal(access.resource),
        "epoch": access.epoch,
        "account": access.account,
        "consumer": access.consumer,
        "action": hexadecimal(access.action),
        "nonce": hexadecimal(access.nonce),
        "deadline": access.deadline,
    }


def _described(
    request: ChainRequest, presentation: ChainPresentation, transaction: Transaction | None
) -> dict[str, Any]:
    """Return a presentation as JSON; with it, anyone may have the statement executed, once."""
    return {
        "chainId": request.domain.chain_id,
        "verifier": request.domain.contract,
        "policyId": hexadecimal(request.access.policy_id),
        "statement": _statement(request.access),
        "arguments": hexadecimal(consumer_arguments(request.access, presentation)),
        "transaction": transaction
        and {"to": transaction.to, "data": hexadecimal(transaction.data), "value": "0"},
    }
