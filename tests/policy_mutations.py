"""Bytes that nearly are a policy: changed bytes, and changed trees whose lengths are right.

A changed byte mostly breaks a length or a tag. To reach the rules behind those (order, duplicates,
``not``, holders, disjointness, registries), trees are taken apart, changed, and put together again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

_ALL, _ANY, _AT_LEAST, _NOT, _CREDENTIAL = 1, 2, 3, 4, 0x10
_HEADS = {_ALL: 1, _ANY: 0, _AT_LEAST: 2}
_PIN = 53


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Return bytes that were a policy, with a few random changes, most of them small."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if not changed:
            break
        place, kind = rng.randrange(len(changed)), rng.randrange(7)
        if kind == 0:
            changed[place] = rng.randrange(256)
        elif kind == 1:
            changed[place] ^= 1 << rng.randrange(8)
        elif kind == 2:
            changed[place] = (changed[place] + rng.choice((-1, 1))) % 256
        elif kind == 3:
            del changed[place : place + rng.choice((1, 1, 8, 40))]
        elif kind == 4:
            changed[place:place] = rng.randbytes(rng.choice((1, 4)))
        elif kind == 5:
            other = rng.randrange(len(changed))
            changed[place], changed[other] = changed[other], changed[place]
        else:
            del changed[place:]
    return bytes(changed)


@dataclass
class Node:
    """A node of a tree, taken apart; of a leaf only the body is set."""

    tag: int
    head: bytearray = field(default_factory=bytearray)
    children: list[Node] = field(default_factory=list)
    body: bytes = b""

    @classmethod
    def read(cls, data: bytes) -> Node:
        """Take the bytes of a node apart."""
        tag, body = data[0], data[3 : 3 + int.from_bytes(data[1:3])]
        if tag == _NOT:
            return cls(tag, children=[cls.read(body)])
        if tag not in _HEADS:
            return cls(tag, body=body)
        head, rest = body[: _HEADS[tag]], body[_HEADS[tag] + 1 :]
        children = []
        while rest:
            size = 3 + int.from_bytes(rest[1:3])
            children.append(cls.read(rest[:size]))
            rest = rest[size:]
        return cls(tag, bytearray(head), children)

    def write(self) -> bytes:
        """Put the bytes together again, as far as lengths can say how long they are."""
        body = self.body
        if self.children or self.tag in _HEADS:
            count = b"" if self.tag == _NOT else bytes([len(self.children) % 256])
            body = bytes(self.head) + count + b"".join(child.write() for child in self.children)
        return bytes([self.tag]) + (len(body) % 65536).to_bytes(2) + body

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def restructured(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Return bytes whose tree was changed, and whose lengths are right.

    Args:
        rng: a generator of random numbers.
        data: a policy.
        other: another one, of which parts may be put in.
    """
    start = 13 + data[12] * _PIN
    root, spare = Node.read(data[start:]), Node.read(other[13 + other[12] * _PIN :])
    for _ in range(rng.choice((1, 1, 2))):
        root = _changed(rng, root, spare)
    head = bytearray(data[:start])
    if rng.random() < 0.1:
        head = _other_head(rng, head, other)
    return bytes(head) + root.write()


def _changed(rng: random.Random, root: Node, spare: Node) -> Node:
    parents = [node for node in root.walk() if node.tag in _HEADS and node.children]
    kind = rng.randrange(8)
    if not parents or kind == 0:
        return _wrapped(rng, root, spare)
    parent = rng.choice(parents)
    place = rng.randrange(len(parent.children))
    if kind == 1:
        rng.shuffle(parent.children)
    elif kind == 2:
        parent.children.insert(place, deepcopy(parent.children[place]))
    elif kind == 3:
        del parent.children[place]
    elif kind == 4:
        parent.children[place] = Node(_NOT, children=[parent.children[place]])
    elif kind == 5 and parent.head:
        parent.head[rng.randrange(len(parent.head))] = rng.choice((0, 1, 2, 2, 3))
    elif kind == 6:
        added = deepcopy(rng.choice(list(spare.walk())))
        parent.children = sorted([*parent.children, added], key=Node.write)
    else:
        leaf = rng.choice([node for node in root.walk() if not node.children])
        if leaf.tag == _CREDENTIAL:
            leaf.body = _changed_credential(rng, leaf.body)
    return root


def _wrapped(rng: random.Random, root: Node, spare: Node) -> Node:
    kind = rng.randrange(4)
    if kind == 0:
        return Node(_NOT, children=[root])
    if kind == 1:
        for _ in range(rng.randint(4, 9)):
            root = Node(_AT_LEAST, bytearray([0, 1]), [root])
        return root
    if kind == 2:
        copies = [Node(0x14, body=(n + 1).to_bytes(8) + bytes([255] * 8)) for n in range(64)]
        halves = (copies[: rng.randint(30, 33)], copies[32:])
        return Node(_ANY, children=[Node(_ANY, children=half) for half in halves])
    children = sorted([root, deepcopy(spare)], key=Node.write)
    return Node(
        rng.choice((_ALL, _AT_LEAST)), bytearray(rng.choice((b"\0", b"\2", b"\2\2"))), children
    )


def _other_head(rng: random.Random, head: bytearray, other: bytes) -> bytearray:
    """Return a head with other registries, fewer ones, shuffled ones, or a quota."""
    pins = [bytes(head[at : at + _PIN]) for at in range(13, len(head), _PIN)]
    kind = rng.randrange(4)
    if kind == 0:
        return head[:12] + bytearray(other[12 : 13 + other[12] * _PIN])
    if kind == 1 and pins:
        pins.pop(rng.randrange(len(pins)))
    elif kind == 2:
        rng.shuffle(pins)
    else:
        head[3:11] = bytes(3) + bytes([rng.randrange(2)]) + bytes(3) + bytes([rng.randrange(3)])
    return bytearray(head[:12] + bytes([len(pins)]) + b"".join(pins))


def _changed_credential(rng: random.Random, body: bytes) -> bytes:
    """Return a credential leaf with its issuers, or its claims, in another order or number."""
    form = body[0]
    at = 33 if form == 1 else 3 + int.from_bytes(body[1:3])
    issuers, end = _items(body, at + 1, body[at])
    if issuers and rng.random() < 0.7:
        issuers = _disarranged(rng, issuers)
        return body[:at] + bytes([len(issuers)]) + b"".join(issuers) + body[end:]
    # A claim is found again by its bytes only if it is alone: double it, or leave it out.
    claims, count = body[end + 9 :], body[end + 8]
    times = rng.choice((0, 2))
    return body[: end + 8] + bytes([count * times % 256]) + claims * times


def _items(body: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    """Return items that begin with their length in two bytes, and where they end."""
    items = []
    for _ in range(count):
        size = 2 + int.from_bytes(body[at : at + 2])
        items.append(body[at : at + size])
        at += size
    return items, at


def _disarranged(rng: random.Random, items: list[bytes]) -> list[bytes]:
    kind = rng.randrange(3)
    if kind == 0:
        return items[::-1]
    if kind == 1:
        return [*items, items[-1]]
    return [item[:-1] + rng.choice((b":", b"%", b" ", b"z")) for item in items]
