"""``didgate demo``: the whole main job, shown."""

from __future__ import annotations

from importlib.util import find_spec

import typer

from didgate.cli.options import AsJSON
from didgate.errors import InvalidInput

_NEEDED = ("fastapi", "sklearn", "uvicorn")


def demo(*, as_json: AsJSON = False) -> None:
    """Train a small model, gate it, and show who gets in, who does not, and why."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        message = f"the demo needs {', '.join(missing)}: pip install 'didgate[demo]'"
        raise InvalidInput("demo_not_installed", message)
    from didgate.demo.show import run

    raise typer.Exit(run(as_json=as_json))
