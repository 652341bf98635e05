"""What the guides quote is what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMENT = re.compile(r"^[ ]*//.*\n", re.MULTILINE)


def test_the_contract_in_the_guide_is_the_one_that_is_compiled() -> None:
    guide = (ROOT / "docs/how-to/verify-on-chain.md").read_text(encoding="utf-8")
    source = (ROOT / "contracts/src/consumers/UsePass.sol").read_text(encoding="utf-8")
    (quoted,) = re.findall(r"^```solidity\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    contract = COMMENT.sub("", source[source.index("/// @title") :])
    assert contract == quoted
