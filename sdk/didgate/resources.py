"""What is protected: the name of a resource on chain, and the manifest of an artifact.

A manifest lists the files of a model or data set with their sizes and SHA-256 digests. Its digest
is the SHA-256 of its canonical JSON (RFC 8785) and stands in the ``ResourceRegistry``, so whoever
holds the files can tell whether they are the ones that were registered.

>>> manifest = Manifest("digits", "1", (File("model.bin", 3, "ab" * 32),))
>>> Manifest.from_dict(manifest.to_dict()) == manifest
True
>>> resource_id("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "urn:model:digits").hex()[:8]
'781fb52e'
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from didgate.chain.resource_registry import resource_id
from didgate.encoding import canonicalize
from didgate.errors import InvalidInput, VerificationError

__all__ = ["File", "Manifest", "resource_id"]

MANIFEST_TYPE = "didgate-manifest-v1"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_SIZE = 2**53 - 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, order=True)
class File:
    """One file of an artifact.

    Args:
        path: relative to the artifact's directory, with ``/`` between names.
        size: bytes.
        sha256: digest, 64 lower-case hexadecimal digits.

    Raises:
        InvalidInput: ``invalid_manifest``.
    """

    path: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        _require(_is_portable(self.path), "a path is relative and leads nowhere else", "path")
        whole = type(self.size) is int and 0 <= self.size <= _MAX_SIZE
        _require(whole, "a size is a number of bytes", "size")
        digest = isinstance(self.sha256, str) and _SHA256.fullmatch(self.sha256)
        _require(digest, "a digest is 64 lower-case hexadecimal digits", "sha256")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"path": self.path, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of one version of an artifact, in ascending order of their paths.

    Args:
        name: what it is called.
        version: which version of it this is.
        files: its files, in any order; one or more.

    Raises:
        InvalidInput: ``invalid_manifest``.
    """

    name: str
    version: str
    files: tuple[File, ...]

    def __post_init__(self) -> None:
        for member, text in (("name", self.name), ("version", self.version)):
            _require(isinstance(text, str) and text, "expected a text", member)
        _require(self.files, "a manifest lists one file or more", "files")
        paths = {file.path for file in self.files}
        _require(len(paths) == len(self.files), "a file is listed twice", "files")
        object.__setattr__(self, "files", tuple(sorted(self.files)))

    @classmethod
    def build(
        cls, name: str, version: str, directory: Path, paths: Iterable[Path] | None = None
    ) -> Manifest:
        """Return the manifest of files that are there.

        Args:
            name: what the artifact is called.
            version: which version of it this is.
            directory: where it stands.
            paths: its files below ``directory``; by default every file there.

        Raises:
            InvalidInput: ``invalid_manifest`` for no files, links, or files elsewhere;
                ``file_unreadable``.
        """
        chosen = _files_below(directory) if paths is None else paths
        return cls(name, version, tuple(_describe(directory, path) for path in chosen))

    def verify(self, directory: Path, *, allow_others: bool = False) -> None:
        """Check that a directory holds exactly the listed files, byte for byte.

        Args:
            directory: where the artifact stands.
            allow_others: whether files that are not listed may stand beside them.

        Raises:
            VerificationError: ``file_missing``, ``file_changed`` or ``file_unlisted``; the path
                names the file.
            InvalidInput: ``file_unreadable``, or ``invalid_manifest`` for a link.
        """
        for file in self.files:
            path = directory / file.path
            if not path.is_file():
                raise VerificationError("file_missing", "a listed file is missing", path=file.path)
            # The size first: it costs nothing, and a digest of gigabytes does.
            if path.stat().st_size != file.size or _describe(directory, path) != file:
                raise VerificationError("file_changed", "a file was changed", path=file.path)
        listed = {file.path for file in self.files}
        for path in [] if allow_others else _files_below(directory):
            if (extra := path.relative_to(directory).as_posix()) not in listed:
                raise VerificationError("file_unlisted", "a file is not listed", path=extra)

    @property
    def digest(self) -> bytes:
        """The 32 bytes that stand on chain: SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.to_bytes()).digest()

    def to_bytes(self) -> bytes:
        """Return the canonical JSON (RFC 8785)."""
        return canonicalize(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "type": MANIFEST_TYPE,
            "name": self.name,
            "version": self.version,
            "files": [file.to_dict() for file in self.files],
        }

    @classmethod
    def from_dict(cls, document: Any) -> Manifest:
        """Return the manifest that a JSON object describes.

        Raises:
            InvalidInput: ``invalid_manifest`` for anything but exactly the members written by
                ``to_dict``.
        """
        members = _members(document, {"type", "name", "version", "files"}, "")
        _require(members["type"] == MANIFEST_TYPE, f"expected {MANIFEST_TYPE}", "type")
        files = members["files"]
        _require(isinstance(files, list), "expected an array", "files")
        described = (_members(file, {"path", "size", "sha256"}, "files") for file in files)
        return cls(members["name"], members["version"], tuple(File(**file) for file in described))


def _require(condition: object, message: str, path: str) -> None:
    if not condition:
        raise InvalidInput("invalid_manifest", message, path=path or None)


def _members(document: Any, names: set[str], path: str) -> Mapping[str, Any]:
    _require(isinstance(document, Mapping), "expected an object", path)
    _require(set(document) == names, f"expected the members {', '.join(sorted(names))}", path)
    members: Mapping[str, Any] = document
    return members


def _is_portable(path: object) -> bool:
    if not isinstance(path, str) or not path or "\\" in path or "\0" in path:
        return False
    plain = PurePosixPath(path).as_posix() == path and not path.startswith("/")
    return plain and ".." not in path.split("/") and unicodedata.is_normalized("NFC", path)


def _files_below(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_symlink() or not path.is_dir())


def _describe(directory: Path, path: Path) -> File:
    _require(path.is_relative_to(directory), "the file lies elsewhere", str(path))
    name = path.relative_to(directory).as_posix()
    below = [part for part in (path, *path.parents) if part.is_relative_to(directory)]
    linked = any(part.is_symlink() for part in below if part != directory)
    _require(not linked and path.is_file(), "expected a regular file, not a link", name)
    size, digest = 0, hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                digest.update(chunk)
    except OSError as error:
        raise InvalidInput("file_unreadable", "a file cannot be read", path=name) from error
    return File(name, size, digest.hexdigest())
