"""``didgate wallet request``: use what is behind a gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from didgate.cli import inputs
from didgate.cli.options import AsJSON, Contract, Disclose, Holding
from didgate.cli.output import print_json, print_text, say
from didgate.cli.wallet_session import Showing, agree, open_wallet
from didgate.cli.workspace import Workspace
from didgate.client import GateClient, RefusedByGate
from didgate.encoding import strict_json
from didgate.errors import InvalidInput, ResolutionError
from didgate.holder import Plan

app = typer.Typer()
_SECONDS = 60.0
_FILE = "@"


@app.command()
def request(
    url: Annotated[str, typer.Argument(metavar="URL", help="What to use.")],
    *,
    method: Annotated[
        str | None, typer.Option("--method", "-X", help="By default POST with --data, else GET.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", "-d", metavar="JSON|@FILE", help="What to send.")
    ] = None,
    account: Holding = None,
    contract: Contract = None,
    yes: Disclose = False,
    as_json: AsJSON = False,
) -> None:
    """Use what is behind a gate: say what it would learn, disclose it, print its answer."""
    target, content = _parsed(url), None if data is None else _content(data)

    def approve(plan: Plan) -> bool:
        agree(plan, yes=yes, as_json=as_json)
        return True

    with Workspace.from_environment(account) as workspace:
        shown = Showing(account, contract).account(workspace)
        address = None if shown is None else shown.address
        with open_wallet(workspace, shown) as wallet, httpx2.Client(timeout=_SECONDS) as http:
            origin = f"{target.scheme}://{target.netloc.decode()}"
            client = GateClient(wallet, http, [origin], approve=approve, account=address)
            response = _send(client, method or ("POST" if data else "GET"), url, content)
    _show(response, as_json=as_json)


def _parsed(url: str) -> httpx2.URL:
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise InvalidInput("invalid_url", "this is no URL") from error
    if target.scheme not in {"http", "https"} or not target.host:
        raise InvalidInput("invalid_url", "a URL of http or https is needed")
    return target


def _content(data: str) -> bytes:
    """Return the JSON to send, as given, or out of a file."""
    content = inputs.read_bytes(Path(data[1:])) if data.startswith(_FILE) else data.encode()
    strict_json.loads(content, max_bytes=inputs.MAX_FILE_BYTES)
    return content


def _send(client: GateClient, method: str, url: str, content: bytes | None) -> httpx2.Response:
    headers = {} if content is None else {"Content-Type": "application/json"}
    try:
        return client.request(method, url, headers=headers, content=content)
    except RefusedByGate as refused:
        for line in _reasons(refused.problem):
            say(line)
        raise
    except httpx2.HTTPError as error:
        raise ResolutionError("unreachable", "the service does not answer") from error


def _reasons(problem: Mapping[str, Any]) -> Iterator[str]:
    """Yield why the gate refused, leaf by leaf, of a body that may hold anything."""
    reasons = problem.get("reasons")
    for reason in reasons if isinstance(reasons, list) else []:
        if isinstance(reason, Mapping):
            yield f"{reason.get('path')}: {reason.get('message')}"


def _show(response: httpx2.Response, *, as_json: bool) -> None:
    """Print what the service answered; ends with an error if its status is one."""
    if as_json:
        print_json({"status": response.status_code, "body": _body(response)})
    else:
        say(f"{response.status_code} {response.reason_phrase}")
        print_text(response.text)
    if response.is_error:
        raise typer.Exit(1)


def _body(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text
