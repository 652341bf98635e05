"""Canonical policy bytes into JSON, strictly: half of a second implementation."""

from __future__ import annotations

import struct
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from Crypto.Hash import keccak

HALF = 2**53
KINDS = {1: "issuers", 2: "schemas", 3: "status", 4: "addressLists", 5: "attestations"}
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
    need(form == 1 or all("!" <= letter <= "~" for letter in leaf["vct"]))
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


def read_token(reader: Reader, _levels: int) -> dict[str, Any]:
    standard, contract = reader.number(1), reader.take(20)
    number, amount = reader.number(32), reader.number(32)
    need(1 <= standard <= 5 and any(contract) and amount)
    need(standard in {3, 4, 5} or number == 0)
    need(standard in {1, 2, 4} or amount == 1)
    name = ("ERC-20", "ERC-721", "ERC-721", "ERC-1155", "ERC-4907")[standard - 1]
    leaf = {"standard": name, "contract": checksum(contract)}
    leaf |= {"id": str(number)} if standard in {3, 4, 5} else {}
    return {"token": leaf | ({"atLeast": str(amount)} if standard in {1, 2, 4} else {})}


def read_attestation(reader: Reader, _levels: int) -> dict[str, Any]:
    leaf: dict[str, Any] = {"schema": "0x" + reader.take(32).hex()}
    attesters = reader.many(lambda: reader.take(20))
    need(1 <= len(attesters) <= 32 and any(attesters[0]))
    leaf |= {"attesters": [checksum(raw) for raw in attesters], "minAge": reader.number(4)}
    max_age = reader.number(4)
    return {"attestation": leaf | ({"maxAge": max_age} if max_age else {})}


READERS: dict[int, Any] = {
    0x01: read_all,
    0x02: lambda reader, levels: {"any": children(reader, levels, 2)},
    0x03: read_at_least,
    0x04: lambda reader, levels: {"not": node(reader, levels - 1)},
    0x10: read_credential,
    0x11: lambda reader, _: {
        "address": {"list": "0x" + reader.take(32).hex(), "minAge": reader.number(4)}
    },
    0x12: read_token,
    0x14: read_time,
    0x15: read_attestation,
    0x16: lambda reader, _: {"address": {"root": "0x" + reader.take(32).hex()}},
}
