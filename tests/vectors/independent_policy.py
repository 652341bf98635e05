"""A second, short implementation of policies, which shares no code with the package.

It decodes canonical bytes strictly and evaluates; run by itself, it checks ``policy.json``.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from Crypto.Hash import keccak

FALSE, UNKNOWN, TRUE = 0, 1, 2
NAMES = ["false", "unknown", "true"]
HALF = 2**53
KINDS = {1: "issuers", 2: "schemas", 3: "status", 4: "addressLists"}
OPERATORS = {1: "equals", 2: "in", 3: "atLeast", 4: "atMost", 5: "between"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Bad(Exception):
    """The bytes are no policy."""


def need(condition: object) -> None:
    if not condition:
        raise Bad


def keccak256(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


class Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        need(len(piece) == count)
        self.at += count
        return piece

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def text(self, size: int) -> str:
        data = self.take(self.number(size))
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise Bad from error
        need(unicodedata.normalize("NFC", text) == text)
        return text

    def many(self, read: Any, key: Any = lambda raw, _: raw) -> list[Any]:
        """Read a count and so many items in strictly ascending order of their key."""
        items, keys = [], []
        for _ in range(self.number(1)):
            start = self.at
            items.append(read())
            keys.append(key(self.data[start : self.at], items[-1]))
        need(all(a < b for a, b in pairwise(keys)))
        return items

    def end(self) -> None:
        need(self.at == len(self.data))


def decode(data: bytes) -> dict[str, Any]:
    """Return the JSON form of a policy."""
    need(len(data) <= 16384)
    reader = Reader(data)
    need(reader.number(1) == 1)
    lifetime, limit, period = struct.unpack(">HII", reader.take(10))
    need(1 <= lifetime <= 300 and (limit == 0) == (period == 0) and reader.number(1) == 0)
    pins = dict(reader.many(lambda: pin(reader), key=lambda raw, _: raw[0]))
    tree = node(reader, 8)
    reader.end()
    document: dict[str, Any] = {"didgate": 1, "allow": tree, "grant": {"lifetime": lifetime}}
    document |= {"registries": pins} if pins else {}
    return document | ({"quota": {"limit": limit, "period": period}} if limit else {})


def pin(reader: Reader) -> tuple[str, dict[str, str]]:
    need(kind := KINDS.get(reader.number(1)))
    address, code = reader.take(20), reader.take(32)
    need(any(address) and any(code))
    return str(kind), {"address": checksum(address), "codeHash": "0x" + code.hex()}


def checksum(address: bytes) -> str:
    digits = address.hex()
    mask = keccak256(digits.encode()).hex()
    return "0x" + "".join(d.upper() if m > "7" else d for d, m in zip(digits, mask, strict=False))


def node(outer: Reader, levels: int) -> dict[str, Any]:
    need(levels > 0)
    tag = outer.number(1)
    reader = Reader(outer.take(outer.number(2)))
    need(tag in READERS)
    result: dict[str, Any] = READERS[tag](reader, levels)
    reader.end()
    return result


def children(reader: Reader, levels: int, least: int) -> list[Any]:
    found = reader.many(lambda: node(reader, levels - 1))
    need(least <= len(found) <= 32)
    return found


def holder(reader: Reader) -> dict[str, str]:
    number = reader.number(1)
    need(number < 3)
    return {"holder": ("same", "any")[number - 1]} if number else {}


def read_all(reader: Reader, levels: int) -> dict[str, Any]:
    rule = holder(reader)
    return {"all": children(reader, levels, 2)} | rule


def read_at_least(reader: Reader, levels: int) -> dict[str, Any]:
    rule, count = holder(reader), reader.number(1)
    of = children(reader, levels, 1)
    need(1 <= count <= len(of))
    return {"atLeast": {"n": count, "of": of} | rule}


def read_credential(reader: Reader, _levels: int) -> dict[str, Any]:
    form = reader.number(1)
    need(form in {1, 2})
    leaf: dict[str, Any] = (
        {"schema": "0x" + reader.take(32).hex()} if form == 1 else {"vct": reader.text(2)}
    )
    issuers = reader.many(lambda: reader.text(2), key=lambda _, did: did.encode())
    leaf["issuers"] = issuers or "accredited"
    leaf["minAge"], max_age = reader.number(4), reader.number(4)
    leaf |= {"maxAge": max_age} if max_age else {}
    claims = reader.many(lambda: claim(reader, form), key=lambda _, item: item[0].encode())
    return {"credential": leaf | ({"claims": dict(claims)} if claims else {})}


def claim(reader: Reader, form: int) -> tuple[str, Any]:
    name, operator = reader.text(1), OPERATORS.get(reader.number(1))
    need(name and operator)
    kind = reader.data[reader.at + 1 : reader.at + 2]
    if operator == "in":
        values = reader.many(lambda: value(reader, form))
    else:
        values = [value(reader, form) for _ in range(reader.number(1))]
    need(
        len(values) >= 2 if operator == "in" else len(values) == (2 if operator == "between" else 1)
    )
    need(operator in {"equals", "in"} or kind in {b"\x03", b"\x05", b"\x06"})
    return name, {str(operator): values if operator in {"in", "between"} else values[0]}


def value(reader: Reader, form: int) -> Any:
    kind = reader.number(1)
    need(form == 1 or kind in {1, 3, 4})
    if kind == 1:
        return reader.text(2)
    if kind == 2:
        return {"bytes": "0x" + reader.take(reader.number(2)).hex()}
    if kind == 4:
        number = reader.number(1)
        need(number < 2)
        return bool(number)
    if kind == 7:
        return {"address": checksum(reader.take(20))}
    need(kind in {3, 5, 6})
    number = reader.number(8) - HALF
    need(abs(number) < HALF)
    if kind == 3:
        return number
    return {"date": moment(86400 * number)[:10]} if kind == 5 else {"datetime": moment(number)}


def moment(seconds: int) -> str:
    need(-62135596800 <= seconds < 253402300800)  # the years 1 to 9999
    return (EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat() + "Z"


def read_time(reader: Reader, _levels: int) -> dict[str, Any]:
    start, end = reader.number(8), reader.number(8)
    need((start or end != 2**64 - 1) and start < end)
    window = {} if start == 0 else {"from": moment(start)}
    return {"time": window if end == 2**64 - 1 else window | {"until": moment(end)}}


READERS: dict[int, Any] = {
    0x01: read_all,
    0x02: lambda reader, levels: {"any": children(reader, levels, 2)},
    0x03: read_at_least,
    0x04: lambda reader, levels: {"not": node(reader, levels - 1)},
    0x10: read_credential,
    0x11: lambda reader, _: {
        "address": {"list": "0x" + reader.take(32).hex(), "minAge": reader.number(4)}
    },
    0x14: read_time,
}


class Case:
    """One policy on one presentation, facts and clock, all in JSON."""

    def __init__(self, policy: Any, presentation: Any, facts: Any, now: datetime) -> None:
        self.facts = dict(facts)
        self.times = (facts["block"]["timestamp"], int(now.timestamp() // 1))
        pins = policy.get("registries", {})
        self.unverified = {
            kind
            for kind, pin in pins.items()
            if facts["codeHashes"].get(pin["address"]) != pin["codeHash"][2:]
        }
        hidden = {"status": ("revoked",), "addressLists": ("listEntries",)}
        hidden["issuers"] = ("issuers", "accreditations", "keys")
        for kind in self.unverified:
            self.facts |= {name: {} for name in hidden.get(kind, ())}
        self.shown = {c["leaf"]: c for c in presentation["credentials"]}
        self.accounts = presentation["addresses"] or [None]
        self.tree = policy["allow"]

    def run(self) -> tuple[int, list[int]]:
        return max((self.judge(self.tree, 0, a, None) for a in self.accounts), key=itemgetter(0))

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

    def address(self, body: Any, _name: str, account: Any, _key: Any) -> int:
        if account is None:
            return FALSE
        added = self.facts["listEntries"].get(f"{body['list'][2:]}/{account}", "unread")
        if added == "unread":
            return UNKNOWN
        return FALSE if added is None else self.within(added + body["minAge"], float("inf"))

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

    LEAVES = {"credential": credential, "address": address, "time": time}  # noqa: RUF012


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
