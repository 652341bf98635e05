"""The format of a keystore file, version 1: one JSON object.

``{"format": "didgate-keystore", "version": 1, "kdf": {…}, "check": …, "entries": {name: {…}}}``.
``kdf`` holds salt and cost of Argon2id. ``check`` is nothing at all, sealed, and tells a wrong
passphrase from a damaged entry. An entry names its ``kind`` and, of a key, ``algorithm`` and
``publicKey`` (Multikey), so that keys can be listed without the passphrase; ``sealed`` is nonce and
ciphertext. The associated data of an entry is the JCS form of its name and all its other members:
no member can be changed, and no entry renamed, unnoticed. Bytes are written in base64url.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from didgate.encoding import b64url_decode, b64url_encode, canonicalize, strict_json
from didgate.errors import InvalidInput
from didgate.keys import atomic_file
from didgate.keys.algorithm import KeyAlgorithm
from didgate.keys.sealing import SALT_BYTES, Argon2Cost

FORMAT = "didgate-keystore"
VERSION = 1
KEY_KIND = "key"
_MAX_FILE_BYTES = 4 << 20
_MAX_NAME_LENGTH = 128


@dataclass(frozen=True, slots=True)
class KeystoreEntry:
    """What can be seen of an entry without the passphrase.

    Args:
        kind: ``"key"``, or the application's word for another secret.
        algorithm: of a key; None for other secrets.
        public_key: Multikey text of a key; None for other secrets.
        sealed: nonce and ciphertext.
    """

    kind: str
    algorithm: KeyAlgorithm | None
    public_key: str | None
    sealed: bytes = field(repr=False)

    def associated_data(self, name: str) -> bytes:
        """Return what the secret is bound to when it is sealed as ``name``."""
        label = {"format": FORMAT, "version": VERSION, "name": name, **self._members()}
        return canonicalize(label)

    def _members(self) -> dict[str, str]:
        members = {"kind": self.kind}
        if self.algorithm is not None and self.public_key is not None:
            members |= {"algorithm": str(self.algorithm), "publicKey": self.public_key}
        return members

    def to_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {**self._members(), "sealed": b64url_encode(self.sealed)}

    @classmethod
    def from_dict(cls, members: Any) -> Self:
        """Return the entry of a JSON form; ``invalid_keystore`` if it is none."""
        is_key = isinstance(members, dict) and members.get("kind") == KEY_KIND
        names = ("kind", "sealed", *(("algorithm", "publicKey") if is_key else ()))
        _check_members(members, dict.fromkeys(names, str))
        try:
            algorithm = KeyAlgorithm(members["algorithm"]) if is_key else None
        except ValueError as error:
            raise _invalid("an entry is for an unknown kind of key") from error
        sealed = b64url_decode(members["sealed"])
        return cls(members["kind"], algorithm, members.get("publicKey"), sealed)


@dataclass(frozen=True, slots=True)
class KeystoreFile:
    """The content of a keystore file."""

    salt: bytes
    cost: Argon2Cost
    check: bytes = field(repr=False)
    entries: Mapping[str, KeystoreEntry]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the content of the file at ``path``.

        Raises:
            InvalidInput: ``keystore_not_found``, or ``invalid_keystore`` for anything but a
                keystore of version 1 with a bearable cost.
        """
        try:
            with path.open("rb") as file:
                data = file.read(_MAX_FILE_BYTES + 1)
        except OSError as error:
            raise InvalidInput("keystore_not_found", "the keystore cannot be read") from error
        try:
            return cls._from_dict(strict_json.loads(data, max_bytes=_MAX_FILE_BYTES))
        except InvalidInput as error:
            raise _invalid(error.message) from error

    @classmethod
    def _from_dict(cls, members: Any) -> Self:
        _check_members(
            members, {"format": str, "version": int, "kdf": dict, "check": str, "entries": dict}
        )
        if (members["format"], members["version"]) != (FORMAT, VERSION):
            raise _invalid("another format or version")
        kdf = members["kdf"]
        _check_members(kdf, {"algorithm": str, "salt": str, "operations": int, "memory": int})
        salt = b64url_decode(kdf["salt"])
        if kdf["algorithm"] != "argon2id" or len(salt) != SALT_BYTES:
            raise _invalid("another key derivation")
        entries = {
            check_name(name): KeystoreEntry.from_dict(entry)
            for name, entry in members["entries"].items()
        }
        cost = Argon2Cost(kdf["operations"], kdf["memory"])
        return cls(salt, cost, b64url_decode(members["check"]), entries)

    def write(self, path: Path) -> None:
        """Replace the file at ``path``, durably and at once, readable by its owner only.

        Raises:
            InvalidInput: ``keystore_full`` if the file would be too large to be read again.
        """
        content = json.dumps(self._to_dict(), ensure_ascii=False, indent=2).encode("utf-8") + b"\n"
        if len(content) > _MAX_FILE_BYTES:
            raise InvalidInput("keystore_full", "the keystore would grow too large")
        atomic_file.replace(path, content)

    def _to_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "kdf": {
                "algorithm": "argon2id",
                "salt": b64url_encode(self.salt),
                "operations": self.cost.operations,
                "memory": self.cost.memory,
            },
            "check": b64url_encode(self.check),
            "entries": {name: entry.to_dict() for name, entry in sorted(self.entries.items())},
        }


def check_name(name: str) -> str:
    """Return ``name`` if an entry may be called so, else raise ``invalid_name``."""
    if not 0 < len(name) <= _MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidInput("invalid_name", "a name has 1 to 128 printable characters")
    return name


def _check_members(value: Any, types: Mapping[str, type]) -> None:
    # bool is a kind of int in Python, so types are compared, not instances.
    if not isinstance(value, dict) or {k: type(v) for k, v in value.items()} != types:
        raise _invalid("a member is missing, unknown or of the wrong type")


def _invalid(reason: str) -> InvalidInput:
    return InvalidInput("invalid_keystore", f"not a keystore: {reason}")
