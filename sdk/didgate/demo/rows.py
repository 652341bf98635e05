"""One row of the table: what was expected, what came of it, and what the gate learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx2

from didgate.client import RefusedByGate
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import CredentialForm
from didgate.demo.issuing import CLEARANCE
from didgate.holder import Wallet
from didgate.holder.plan import DisclosurePlan


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one scene.

    Args:
        name: what happened, in few words.
        expected: what should come of it.
        got: what came of it.
        ok: whether that is as expected.
        saw: what the gate got to see.
        unseen: what it did not.
        words: the reason that the gate gave.
    """

    name: str
    expected: str
    got: str
    ok: bool
    saw: str
    unseen: str
    words: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return {"name": self.name, "expected": self.expected, "got": self.got, "ok": self.ok}


def compared(name: str, expected: str, got: str, *, saw: str, unseen: str, words: str = "") -> Step:
    """Return the row of a scene that is to come out as expected to the letter."""
    return Step(name, expected, got, got == expected, saw, unseen, words)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a gate refused.

    Args:
        status: HTTP status code.
        problem: the body, a problem by RFC 9457.

    >>> reasons = [{"code": "claim_mismatch"}, {"code": "address_missing"}]
    >>> print(Refusal(403, {"code": "policy_not_satisfied", "reasons": reasons}))
    403 policy_not_satisfied: claim_mismatch
    """

    status: int
    problem: Mapping[str, Any]

    @classmethod
    def of(cls, answer: httpx2.Response | RefusedByGate) -> Self:
        """Return the refusal that an answer is."""
        if isinstance(answer, RefusedByGate):
            return cls(answer.status, answer.problem)
        return cls(answer.status_code, answer.json())

    def __str__(self) -> str:
        told = ", ".join(reason["code"] for reason in self._told())
        return f"{self.status} {self.problem['code']}" + (f": {told}" if told else "")

    @property
    def words(self) -> str:
        """The reason in words."""
        told = [str(reason["message"]) for reason in self._told()]
        return "; ".join(told) or str(self.problem["detail"])

    def _told(self) -> list[Mapping[str, Any]]:
        """Return the leaves of the policy that were answered, and did not hold."""
        reasons = self.problem.get("reasons", [])
        return [reason for reason in reasons if not reason["code"].endswith("_missing")]


def outcome(response: httpx2.Response) -> str:
    """Return what came of a request: ``"200"``, or the refusal."""
    return "200" if response.is_success else str(Refusal.of(response))


def seen_of(wallet: Wallet, plan: DisclosurePlan[Any] | None) -> tuple[str, str]:
    """Return what a plan disclosed, and what of the same credentials it kept hidden."""
    if plan is None:
        return "nothing", "everything"
    shown = [f"account {account[:8]}…" for account in plan.accounts]
    hidden: list[str] = []
    for each in plan.disclosures:
        linkable, unlinkable = _TRACES[each.form]
        claims = wallet.show(each.credential).claims
        shown += [*each.claims, "issuer", "expiry", *linkable]
        hidden += [*(name for name in claims if name not in each.claims), *unlinkable]
    return ", ".join(shown), ", ".join(hidden) or "any credential"


def seen_in(presentation: Presentation) -> tuple[str, str]:
    """Return what a presentation of one clearance shows, and what it does not."""
    (document,) = presentation.credentials.values()
    linkable, unlinkable = _TRACES[CredentialForm.ATTRIBUTE]
    names = [attribute.name for attribute in CLEARANCE.attributes]
    shown = [name for name in names if name in document["credentialSubject"]]
    hidden = [name for name in names if name not in shown]
    return (
        ", ".join([*shown, "issuer", "expiry", *linkable]),
        ", ".join([*hidden, *unlinkable]),
    )


# What else a form shows, or hides: by which its holder is recognised, or cannot be.
_TRACES = {
    CredentialForm.ATTRIBUTE: ((), ("which credential",)),
    CredentialForm.SD_JWT: (("holder's key", "status index"), ()),
}
