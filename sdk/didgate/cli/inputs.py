"""What people write on the command line and in files, read strictly."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from didgate.chain.resource_registry import resource_id
from didgate.cli.workspace import Workspace
from didgate.credentials.identifiers import vct_type_id
from didgate.credentials.vcdm import is_url
from didgate.credentials.verified import DateTime
from didgate.encoding import checksum_address, parse_address, strict_json
from didgate.errors import InvalidInput
from didgate.policy.yaml_source import load_yaml

MAX_FILE_BYTES = 1 << 20
_ID = re.compile(r"0x[0-9a-fA-F]{64}")
_DURATION = re.compile(r"([0-9]{1,9})([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_STDIN = Path("-")


def read_bytes(path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Return what a file holds, or what comes on standard input for ``-``.

    Raises:
        InvalidInput: ``unreadable_file`` or ``file_too_large``.
    """
    try:
        if path == _STDIN:
            content = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with path.open("rb") as file:
                content = file.read(max_bytes + 1)
    except OSError as error:
        raise InvalidInput("unreadable_file", f"{path} cannot be read") from error
    if len(content) > max_bytes:
        raise InvalidInput("file_too_large", f"{path} holds more than {max_bytes} bytes")
    return content


def read_text(path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> str:
    """Return the text that a file holds, or that comes on standard input for ``-``.

    Raises:
        InvalidInput: as ``read_bytes``, or ``unreadable_file`` if it is not UTF-8.
    """
    try:
        return read_bytes(path, max_bytes=max_bytes).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("unreadable_file", f"{path} holds no text") from error


def is_yaml(path: Path) -> bool:
    """Tell by its name whether a file holds YAML."""
    return path.suffix in {".yaml", ".yml"}


def read_document(path: Path) -> Any:
    """Return the JSON value, or the YAML value if the file is named so, that a file holds.

    Raises:
        InvalidInput: as ``read_bytes``, or what is wrong with the text.
    """
    return parse_document(path, read_bytes(path))


def parse_document(path: Path, content: bytes | str) -> Any:
    """Return the value that the content of a file stands for: YAML if it is named so, else JSON.

    Raises:
        InvalidInput: what is wrong with the text.
    """
    load = load_yaml if is_yaml(path) else strict_json.loads
    return load(content, max_bytes=MAX_FILE_BYTES)


def is_id(text: str) -> bool:
    """Tell whether a text is ``0x`` and 64 hexadecimal digits."""
    return _ID.fullmatch(text) is not None


def bytes32(text: str) -> bytes:
    """Return the 32 bytes that ``0x`` and 64 hexadecimal digits stand for.

    Raises:
        InvalidInput: ``invalid_id``.
    """
    if not is_id(text):
        raise InvalidInput("invalid_id", "an id is 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


def address(text: str) -> str:
    """Return an address in EIP-55 spelling.

    Raises:
        InvalidInput: ``invalid_address``.
    """
    return checksum_address(parse_address(text))


def type_id(text: str) -> bytes:
    """Return the id of a credential type: a schema id, or what names an SD-JWT's ``vct``.

    Raises:
        InvalidInput: ``invalid_type``.
    """
    if is_id(text):
        return bytes32(text)
    if not is_url(text):
        raise InvalidInput("invalid_type", "a type is a schema id, or the URL of an SD-JWT's vct")
    return vct_type_id(text)


def sender(workspace: Workspace, text: str | None) -> str:
    """Return the address that will send a transaction: as given, or the account's.

    Raises:
        InvalidInput: ``invalid_address`` or ``account_missing``.
    """
    return workspace.account_address if text is None else address(text)


def resource(workspace: Workspace, text: str) -> bytes:
    """Return the id of a resource: as given, or of the URI that the account registered.

    Raises:
        InvalidInput: ``account_missing``.
    """
    if is_id(text):
        return bytes32(text)
    return resource_id(workspace.account_address, text)


def seconds(text: str) -> int:
    """Return a duration in seconds.

    >>> seconds("90"), seconds("15m"), seconds("2d")
    (90, 900, 172800)

    Raises:
        InvalidInput: ``invalid_duration``.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidInput("invalid_duration", "a duration is a number and s, m, h or d, e.g. 2d")
    return int(match[1]) * _UNITS[match[2]]


def moment(text: str) -> int:
    """Return a moment, written ``YYYY-MM-DDThh:mm:ssZ``, in Unix seconds.

    Raises:
        InvalidInput: ``invalid_datetime``.
    """
    return DateTime.parse(text).seconds
