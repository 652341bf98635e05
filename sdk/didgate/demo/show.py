"""Plays the scenes and shows what came of them: ``didgate demo``.

Everything happens in a temporary folder, which is removed at the end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from rich.console import Console
from rich.table import Table
from rich.text import Text

from didgate.demo import audit, changes, on_chain, scenes
from didgate.demo.issuing import CLEARANCE
from didgate.demo.passes import Act
from didgate.demo.rows import Step
from didgate.demo.world import PREPARATIONS, World, begin
from didgate.errors import DidgateError
from didgate.policy import explain


def _of_contracts(scene: Callable[[Act], Step]) -> Callable[[World], Step]:
    """Return a scene before contracts as one of the whole."""

    @wraps(scene)
    def play(world: World) -> Step:
        assert world.act is not None, "it was prepared"
        return scene(world.act)

    return play


SCENES: Sequence[Callable[[World], Step]] = (
    scenes.cleared_researcher,
    scenes.cleared_auditor,
    scenes.listed_address,
    scenes.low_clearance,
    scenes.outsider,
    scenes.replayed_presentation,
    scenes.tampered_claim,
    scenes.stolen_grant,
    scenes.wrong_audience,
    scenes.expired_credential,
    *map(_of_contracts, on_chain.SCENES),
    changes.revoked_credential,
    changes.suspended_issuer,
    changes.grant_after_pause,
    changes.newcomer_after_pause,
    changes.restart,
    audit.audit_trail,
    changes.receipts_offline,
)
_PLAIN_WIDTH = 160
_FAILURES = (DidgateError, httpx2.HTTPError, AssertionError)


def run(as_json: bool) -> int:  # noqa: FBT001  # what the command was told
    """Play everything, and print what came of it.

    Args:
        as_json: print one JSON object instead of a table.

    Returns:
        The exit code: 0 only if every scene came out as expected.
    """
    started = time.monotonic()
    # What is said on the way goes to standard error; standard output gets the result alone.
    aside = Console(stderr=True, quiet=as_json, highlight=False)
    with TemporaryDirectory(prefix="didgate-demo-", ignore_cleanup_errors=True) as folder:
        steps = play(Path(folder), aside)
    ok = all(step.ok for step in steps)
    if as_json:
        print(json.dumps({"ok": ok, "steps": [step.to_dict() for step in steps]}))
    else:
        show(steps, time.monotonic() - started)
    return 0 if ok else 1


def play(folder: Path, aside: Console) -> list[Step]:
    """Set the scene in a folder, and play everything in it.

    Args:
        folder: an empty folder, which becomes ``DIDGATE_HOME``.
        aside: where to say what is going on.
    """
    with aside.status("making a chain and deploying the contracts"):
        world = begin(folder)
    try:
        for task, prepare in PREPARATIONS.items():
            with aside.status(task):
                prepare(world)
            aside.print(Text.assemble(("✓ ", "green"), task))
        aside.print(f"\n{_policy_in_words(world)}\n", soft_wrap=True)
        return [_play(scene, world, aside) for scene in SCENES]
    finally:
        world.stage.stop()


def show(steps: Sequence[Step], seconds: float) -> None:
    """Print the table, and whether everything came out as expected."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PLAIN_WIDTH)
    table = Table(show_lines=True)
    for heading in ("", "scene", "expected", "got", "who asked saw", "it did not see"):
        table.add_column(heading, overflow="fold")
    for step in steps:
        mark = Text("✓", "green") if step.ok else Text("✗", "bold red")
        got = Text.assemble(step.got, (f"\n{step.words}" if step.words else "", "dim"))
        name, expected, saw, unseen = map(Text, (step.name, step.expected, step.saw, step.unseen))
        table.add_row(mark, name, expected, got, saw, unseen)
    console.print(table)
    right = sum(step.ok for step in steps)
    console.print(f"{right} of {len(steps)} as expected, in {seconds:.0f} s")


def _play(scene: Callable[[World], Step], world: World, aside: Console) -> Step:
    name = scene.__name__.replace("_", " ")
    with aside.status(name):
        try:
            return scene(world)
        except _FAILURES as error:
            got = f"{type(error).__name__}: {error}"
            return Step(name, "an answer", got, ok=False, saw="–", unseen="–")


def _policy_in_words(world: World) -> str:
    policy = world.administration.policy(CLEARANCE.schema_id)
    return explain(policy, schemas={CLEARANCE.schema_id: CLEARANCE}, delay=0)
