"""What a decision saw comes back from its JSON, whatever it was."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didgate.chain.facts import Facts, PolicyState
from didgate.encoding import canonicalize
from didgate.gate.evidence_json import from_json, to_json
from didgate.policy import Evaluation


@pytest.mark.parametrize("kind", [Facts, PolicyState, Evaluation])
@settings(deadline=None)  # the first example makes strategies and reads type hints
@given(data=st.data())
def test_recorded_data_comes_back(kind: Any, data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    written = to_json(value)
    canonicalize(written)
    again = from_json(kind, json.loads(json.dumps(written)))
    assert again == value
    assert to_json(again) == written


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_to_the_microsecond(moment: Any) -> None:
    assert from_json(type(moment), to_json(moment)) == moment
