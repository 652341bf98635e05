"""A second, short implementation of policies, which shares no code with the package.

``independent_policy_bytes`` decodes, this evaluates. To check ``policy.json``:

    PYTHONPATH=tests python -m vectors.independent_policy
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

from vectors.independent_policy_bytes import EPOCH, HALF, Bad, decode, keccak256

FALSE, UNKNOWN, TRUE = 0, 1, 2
NAMES = ["false", "unknown", "true"]


class Case:
    """One policy on one presentation, facts and clock, all in JSON."""

    def __init__(self, policy: Any, presentation: Any, facts: Any, now: datetime) -> None:
        self.facts = {"tokens": {}, "attestations": {}, "contractSignatures": {}} | facts
        self.times = (facts["block"]["timestamp"], int(now.timestamp() // 1))
        pins = policy.get("registries", {})
        self.unverified = {
            kind
            for kind, pin in pins.items()
            if facts["codeHashes"].get(pin["address"]) != pin["codeHash"][2:]
        }
        hidden = {"status": ("revoked",), "addressLists": ("listEntries",)}
        hidden["attestations"] = ("attestations",)
        hidden["issuers"] = ("issuers", "accreditations", "keys")
        for kind in self.unverified:
            self.facts |= {name: {} for name in hidden.get(kind, ())}
        self.shown = {c["leaf"]: c for c in presentation["credentials"]}
        proved = [(address, None) for address in presentation["addresses"]]
        asked = [
            (each["address"], f"{each['address']}/{each['digest']}/{each['signature']}")
            for each in presentation.get("contractAccounts", ())
        ]
        self.accounts = proved + asked or [(None, None)]
        self.members = {(m["root"], m["address"]) for m in presentation.get("memberships", ())}
        self.named = presentation.get("attestations", ())
        self.service = pins.get("attestations", {}).get("address")
        self.tree = policy["allow"]

    def run(self) -> tuple[int, list[int]]:
        return max(self.ways(), key=itemgetter(0))

    def ways(self) -> list[tuple[int, list[int]]]:
        """Return for each account that takes part the verdict, and those of the leaves."""
        return [self.judge(self.tree, 0, account, None) for account in self.accounts]

    def judge(self, tree: Any, number: int, account: Any, key: Any) -> tuple[int, list[int]]:
        """Return the verdict of a node whose first credential has the given number."""
        kind = next(k for k in ("all", "any", "atLeast", "not", *self.LEAVES) if k in tree)
        body = tree[kind]
        if kind in self.LEAVES:
            verdict = self.LEAVES[kind](self, body, f"c{number}", account, key)
            return verdict, [verdict]
        below = {"atLeast": lambda: body["of"], "not": lambda: [body]}.get(kind, lambda: body)()
        rule = body.get("holder") if kind == "atLeast" else tree.get("holder")
        keys = [key]
        if rule == "same" and key is None:
            leaves = range(number, number + count(tree))
            keys = [self.shown[f"c{n}"]["holderKey"] for n in leaves if f"c{n}" in self.shown]
            keys = [k for k in keys if k] + ["nobody"]
        runs = [self.combine(kind, body, below, number, account, k) for k in keys]
        return max(runs, key=itemgetter(0))

    def combine(
        self, kind: str, body: Any, below: Any, number: int, account: Any, key: Any
    ) -> tuple[int, list[int]]:
        results = []
        for child in below:
            results.append(self.judge(child, number, account, key))
            number += count(child)
        verdicts = sorted((verdict for verdict, _ in results), reverse=True)
        needed = {"any": 1, "atLeast": kind == "atLeast" and body["n"]}.get(kind, len(verdicts))
        verdict = 2 - verdicts[0] if kind == "not" else verdicts[needed - 1]
        return verdict, [leaf for _, leaves in results for leaf in leaves]

    def within(self, start: int, end: float) -> int:
        inside = {start <= t < end for t in self.times}
        return UNKNOWN if len(inside) == 2 else TRUE * inside.pop()

    def time(self, body: Any, _name: str, _account: Any, _key: Any) -> int:
        start = seconds(body["from"]) if "from" in body else 0
        return self.within(start, seconds(body["until"]) if "until" in body else float("inf"))

    def control(self, account: Any) -> int:
        address, asked = account
        if address is None:
            return FALSE
        if asked is None:
            return TRUE
        answer = self.facts["contractSignatures"].get(asked)
        return UNKNOWN if answer is None else TRUE * answer

    def address(self, body: Any, _name: str, account: Any, _key: Any) -> int:
        if self.control(account) != TRUE:
            return self.control(account)
        if "root" in body:
            return TRUE * ((body["root"][2:], account[0]) in self.members)
        added = self.facts["listEntries"].get(f"{body['list'][2:]}/{account[0]}", "unread")
        if added == "unread":
            return UNKNOWN
        return FALSE if added is None else self.within(added + body["minAge"], float("inf"))

    def token(self, body: Any, _name: str, account: Any, _key: Any) -> int:
        if self.control(account) != TRUE:
            return self.control(account)
        name = body["standard"] + (" id" if body["standard"] == "ERC-721" and "id" in body else "")
        standard = ("ERC-20", "ERC-721", "ERC-721 id", "ERC-1155", "ERC-4907").index(name) + 1
        asked = f"{standard}/{body['contract']}/{body.get('id', 0)}/{account[0]}"
        held = self.facts["tokens"].get(asked)
        return UNKNOWN if held is None else TRUE * (int(held) >= int(body.get("atLeast", 1)))

    def attestation(self, body: Any, _name: str, account: Any, _key: Any) -> int:
        if self.control(account) != TRUE:
            return self.control(account)
        if "attestations" in self.unverified:
            return UNKNOWN
        return max((self.attested(body, uid, account[0]) for uid in self.named), default=FALSE)

    def attested(self, body: Any, uid: str, address: str) -> int:
        fact = self.facts["attestations"].get(f"{self.service}/{uid}", "unread")
        if fact == "unread" or fact is None:
            return UNKNOWN if fact else FALSE
        late = max(self.times)
        fits = (
            fact["schema"] == body["schema"][2:]
            and fact["recipient"] == address
            and fact["attester"] in body["attesters"]
            and fact["revocation"] == 0
            and (fact["expiration"] == 0 or late < fact["expiration"])
            and ("maxAge" not in body or late < fact["time"] + body["maxAge"])
        )
        return self.within(fact["time"] + body["minAge"], float("inf")) if fits else FALSE

    def credential(self, body: Any, name: str, _account: Any, key: Any) -> int:
        shown = self.shown.get(name)
        if shown is None or (key is not None and shown["holderKey"] != key):
            return FALSE
        form = "dc+sd-jwt" if "vct" in body else "didgate-bbs-attr-2026"
        type_id = keccak256(body["vct"].encode()).hex() if "vct" in body else body["schema"][2:]
        if (shown["form"], shown["typeId"]) != (form, type_id):
            return FALSE
        used = {"issuers", "status"} | ({"schemas"} if "schema" in body else set())
        return min(
            UNKNOWN if used & self.unverified else TRUE,
            self.valid(body, shown),
            self.issuer(body, shown, type_id),
            TRUE * all(meets(shown["claims"], *item) for item in body.get("claims", {}).items()),
        )

    def valid(self, body: Any, shown: Any) -> int:
        late, fresh = max(self.times), shown["freshSince"]
        if late >= seconds(shown["validUntil"]):
            return FALSE
        if "maxAge" in body and (fresh is None or late >= seconds(fresh) + body["maxAge"]):
            return FALSE
        if (status := shown["status"]) is None:
            return TRUE
        key = f"{status['list']}/{status['index']}"
        return {True: FALSE, False: TRUE, None: UNKNOWN}[self.facts["revoked"].get(key)]

    def issuer(self, body: Any, shown: Any, type_id: str) -> int:
        """Judge standing, accreditation and key; the worst of them counts."""
        early, late = min(self.times), max(self.times)
        ident = keccak256(shown["issuer"].encode()).hex()
        named, age = body["issuers"] != "accredited", body["minAge"]
        vouched = named and "vct" in body  # by the DID document
        verdicts = [TRUE if not named or shown["issuer"] in body["issuers"] else FALSE]
        record = self.facts["issuers"].get(ident, "unread")
        if record is None or record == "unread":
            verdicts.append(UNKNOWN if record else TRUE if vouched else FALSE)
        else:
            verdicts.append(FALSE if early < record["suspendedUntil"] else TRUE)
        if not vouched:
            added = self.facts["accreditations"].get(f"{ident}/{type_id}", "unread")
            old = isinstance(added, int) and early >= added + age
            verdicts.append(UNKNOWN if added == "unread" else TRUE * old)
        key = self.facts["keys"].get(shown["keyId"], "unread") if shown["keyId"] else None
        if key is None:
            verdicts.append(TRUE * (shown["form"] == "dc+sd-jwt" and age == 0))
        elif key == "unread":
            verdicts.append(UNKNOWN)
        else:
            kind = 2 if shown["form"] == "dc+sd-jwt" else 1
            lasting = key["state"] == 1 or (key["state"] == 2 and late < key["acceptedUntil"])
            own = (key["issuer"], key["kind"]) == (ident, kind)
            verdicts.append(TRUE * (own and lasting and early >= key["addedAt"] + age))
        return min(verdicts)

    LEAVES = {  # noqa: RUF012
        "credential": credential,
        "address": address,
        "token": token,
        "attestation": attestation,
        "time": time,
    }


def count(tree: Any) -> int:  # of credential leaves
    if "credential" in tree:
        return 1
    return sum(
        map(count, tree.get("all") or tree.get("any") or tree.get("atLeast", {}).get("of", ()))
    )


def seconds(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(seconds=1)


def meets(claims: Any, name: str, condition: Any) -> bool:
    parts = name[1:].split("/") if name.startswith("/") else []
    path = [part.replace("~1", "/").replace("~0", "~") for part in parts] or [name]
    found = claims
    for part in path:
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    ((operator, wanted),) = condition.items()
    many = wanted if operator in {"in", "between"} else [wanted]
    if type(found) is not type(many[0]) or (type(found) is int and abs(found) >= HALF):
        return False
    if isinstance(found, dict) and found.keys() != many[0].keys():
        return False
    if operator in {"equals", "in"}:
        return found in many
    # ISO 8601 texts of the years 1 to 9999 have the order of the dates that they name.
    key = (lambda v: next(iter(v.values()))) if isinstance(found, dict) else (lambda v: v)
    low = many[0] if operator != "atMost" else found
    high = many[-1] if operator != "atLeast" else found
    return bool(key(low) <= key(found) <= key(high))


def check(vectors: Any) -> int:
    """Hold this implementation against the vectors and return how many there were."""
    policies = {}
    for case in vectors["policies"]:
        data = bytes.fromhex(case["bytes"])
        policies[case["name"]] = decode(data)
        assert policies[case["name"]] == case["json"], case["name"]
        assert keccak256(data).hex() == case["policyId"], case["name"]
    for case in vectors["invalidBytes"]:
        try:
            decode(bytes.fromhex(case["bytes"]))
        except Bad:
            continue
        raise AssertionError(f"accepted: {case['name']}")
    for case in vectors["evaluations"]:
        now = datetime.fromisoformat(case["now"])
        policy = policies[case["policy"]]
        verdict, leaves = Case(policy, case["presentation"], case["facts"], now).run()
        assert NAMES[verdict] == case["verdict"], case["name"]
        expected = [leaf["verdict"] for leaf in case["leaves"]]
        assert [NAMES[leaf] for leaf in leaves] == expected, case["name"]
    return sum(len(vectors[name]) for name in ("policies", "invalidBytes", "evaluations"))


if __name__ == "__main__":
    path = Path(__file__).with_name("policy.json")
    print(f"{check(json.loads(path.read_text()))} vectors agree")
