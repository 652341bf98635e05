"""Private keys and other secrets in one file, sealed under a passphrase.

A stolen file gives away the names, kinds and public keys in it, and a guess at the passphrase costs
Argon2id each time. Whoever can write the file can delete entries or put back an older file, but
cannot alter, swap or rename one. Python cannot wipe memory: an open keystore holds its key until
the process ends. The format is that of :mod:`didgate.keys.keystore_file`.

>>> import tempfile
>>> from didgate.keys import KeyAlgorithm
>>> path = Path(tempfile.mkdtemp()) / "keys.json"
>>> keystore = Keystore.create(path, "correct horse battery staple", cost=INTERACTIVE)
>>> keystore.add("issuer", SoftwareSigner.generate(KeyAlgorithm.P256))
>>> Keystore.open(path, "correct horse battery staple").signer("issuer").sign(b"")[:0]
b''
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from didgate.errors import InvalidInput
from didgate.keys import atomic_file
from didgate.keys.algorithm import KeyAlgorithm
from didgate.keys.keystore_file import (
    FORMAT,
    KEY_KIND,
    VERSION,
    KeystoreEntry,
    KeystoreFile,
    check_name,
)
from didgate.keys.sealing import (
    INTERACTIVE,
    MODERATE,
    SALT_BYTES,
    Argon2Cost,
    derive_key,
    seal,
    unseal,
)
from didgate.keys.signer import SoftwareBBSSigner, SoftwareSigner

__all__ = ["INTERACTIVE", "MODERATE", "Argon2Cost", "Keystore", "KeystoreEntry"]

_CHECK_LABEL = f"{FORMAT} {VERSION} check".encode()


class Keystore:
    """An open keystore file. Each call reads the file anew, so several processes may share it.

    Made by :meth:`create`, :meth:`open` or :meth:`open_or_create`.
    """

    __slots__ = ("_key", "_path", "_salt")

    def __init__(self, path: Path, salt: bytes, key: bytes) -> None:
        self._path = path
        self._salt = salt
        self._key = key

    def __repr__(self) -> str:
        return f"Keystore({str(self._path)!r})"

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], passphrase: str, *, cost: Argon2Cost = MODERATE
    ) -> Self:
        """Make an empty keystore file.

        Args:
            path: where; its folder must exist.
            passphrase: any text but the empty one.
            cost: what each try at the passphrase costs. The default suits passphrases that people
                choose, and takes nearly a second.

        Raises:
            InvalidInput: ``keystore_exists``, ``keystore_not_found`` if the folder does not exist,
                or ``invalid_passphrase``.
        """
        path = Path(path).resolve()
        if not path.parent.is_dir():
            raise InvalidInput("keystore_not_found", "the folder for the keystore does not exist")
        content, key = _empty(passphrase, cost)
        with atomic_file.exclusive(path):
            if path.exists():
                raise InvalidInput("keystore_exists", "there is a file already")
            content.write(path)
        return cls(path, content.salt, key)

    @classmethod
    def open(cls, path: str | os.PathLike[str], passphrase: str) -> Self:
        """Open a keystore file.

        Raises:
            InvalidInput: ``wrong_passphrase``, ``keystore_not_found`` or ``invalid_keystore``.
        """
        path = Path(path).resolve()
        content = KeystoreFile.read(path)
        key = derive_key(passphrase, content.salt, content.cost)
        try:
            unseal(key, content.check, _CHECK_LABEL)
        except InvalidInput as error:
            raise InvalidInput("wrong_passphrase", "the passphrase is wrong") from error
        return cls(path, content.salt, key)

    @classmethod
    def open_or_create(cls, path: str | os.PathLike[str], passphrase: str) -> Self:
        """Open a keystore file, or make an empty one where there is none.

        Raises:
            InvalidInput: as :meth:`open` and :meth:`create`.
        """
        return cls.open(path, passphrase) if Path(path).exists() else cls.create(path, passphrase)

    @staticmethod
    def peek(path: str | os.PathLike[str]) -> Mapping[str, KeystoreEntry]:
        """Return what anyone who can read the file sees: its entries by name, unverified.

        Raises:
            InvalidInput: ``keystore_not_found`` or ``invalid_keystore``.
        """
        return KeystoreFile.read(Path(path)).entries

    def names(self) -> Mapping[str, KeystoreEntry]:
        """Return the entries by name, with the algorithm and public key of each key."""
        return self._read().entries

    def add(self, name: str, signer: SoftwareSigner | SoftwareBBSSigner) -> None:
        """Seal a private key as ``name``.

        Raises:
            InvalidInput: ``name_taken`` or ``invalid_name``.
        """
        public_key = signer.public_key
        entry = KeystoreEntry(KEY_KIND, public_key.algorithm, public_key.to_multikey(), b"")
        self._put(name, entry, signer.unsafe_private_bytes())

    def signer(self, name: str) -> SoftwareSigner:
        """Return the signer of the Ed25519, P-256 or secp256k1 key called ``name``.

        Raises:
            InvalidInput: ``unknown_name``, ``wrong_kind`` for a BLS12-381 key or another secret,
                or ``unseal_failed`` if the entry was tampered with.
        """
        entry = self._entry(name)
        if entry.algorithm is None or entry.algorithm is KeyAlgorithm.BLS12_381:
            raise InvalidInput("wrong_kind", "the entry is no key that signs messages")
        return SoftwareSigner.from_private_bytes(entry.algorithm, self._open_entry(name, entry))

    def bbs_signer(self, name: str) -> SoftwareBBSSigner:
        """Return the signer of the BLS12-381 key called ``name``.

        Raises:
            InvalidInput: as :meth:`signer`.
        """
        entry = self._entry(name)
        if entry.algorithm is not KeyAlgorithm.BLS12_381:
            raise InvalidInput("wrong_kind", "the entry is no BLS12-381 key")
        return SoftwareBBSSigner.from_private_bytes(self._open_entry(name, entry))

    def seal(self, name: str, secret: bytes, kind: str) -> None:
        """Seal any other secret, e.g. the key of a database, as ``name``.

        Args:
            name: 1 to 128 printable characters.
            secret: the bytes to keep.
            kind: the application's word for what it is; shown to all, demanded by :meth:`unseal`.

        Raises:
            InvalidInput: ``name_taken``, ``invalid_name``, or ``wrong_kind`` for ``"key"``.
        """
        if kind == KEY_KIND:
            raise InvalidInput("wrong_kind", "keys are added, not sealed")
        self._put(name, KeystoreEntry(check_name(kind), None, None, b""), secret)

    def unseal(self, name: str, kind: str) -> bytes:
        """Return the secret that was sealed as ``name`` and ``kind``.

        Raises:
            InvalidInput: ``unknown_name``, ``wrong_kind`` or ``unseal_failed``.
        """
        entry = self._entry(name)
        if entry.kind != kind or kind == KEY_KIND:
            raise InvalidInput("wrong_kind", "the entry is of another kind")
        return self._open_entry(name, entry)

    def remove(self, name: str) -> None:
        """Delete the entry called ``name``; ``unknown_name`` if there is none."""
        with self._changing() as entries:
            if entries.pop(name, None) is None:
                raise InvalidInput("unknown_name", "the keystore has no such entry")

    def change_passphrase(self, passphrase: str, *, cost: Argon2Cost = MODERATE) -> None:
        """Seal everything anew under another passphrase; other open keystores of it go stale.

        Raises:
            InvalidInput: ``invalid_passphrase``, or ``unseal_failed`` for a damaged entry.
        """
        with atomic_file.exclusive(self._path):
            old = self._read().entries
            content, key = _empty(passphrase, cost)
            entries = {
                name: _sealed(key, name, entry, self._open_entry(name, entry))
                for name, entry in old.items()
            }
            replace(content, entries=entries).write(self._path)
        self._salt, self._key = content.salt, key

    def _read(self) -> KeystoreFile:
        content = KeystoreFile.read(self._path)
        if content.salt != self._salt:
            raise InvalidInput(
                "wrong_passphrase", "the passphrase was changed after the keystore was opened"
            )
        return content

    def _entry(self, name: str) -> KeystoreEntry:
        entry = self._read().entries.get(name)
        if entry is None:
            raise InvalidInput("unknown_name", "the keystore has no such entry")
        return entry

    def _open_entry(self, name: str, entry: KeystoreEntry) -> bytes:
        return unseal(self._key, entry.sealed, entry.associated_data(name))

    def _put(self, name: str, entry: KeystoreEntry, secret: bytes) -> None:
        check_name(name)
        with self._changing() as entries:
            if name in entries:
                raise InvalidInput("name_taken", "the keystore has an entry of that name")
            entries[name] = _sealed(self._key, name, entry, secret)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, KeystoreEntry]]:
        # Reading again under the lock keeps what another process added meanwhile.
        with atomic_file.exclusive(self._path):
            content = self._read()
            entries = dict(content.entries)
            yield entries
            replace(content, entries=entries).write(self._path)


def _empty(passphrase: str, cost: Argon2Cost) -> tuple[KeystoreFile, bytes]:
    salt = secrets.token_bytes(SALT_BYTES)
    key = derive_key(passphrase, salt, cost)
    return KeystoreFile(salt, cost, seal(key, b"", _CHECK_LABEL), {}), key


def _sealed(key: bytes, name: str, entry: KeystoreEntry, secret: bytes) -> KeystoreEntry:
    return replace(entry, sealed=seal(key, secret, entry.associated_data(name)))
