"""Reads canonical policy bytes from front to back and never past their end.

>>> cursor = Cursor(bytes.fromhex("0003616263"))
>>> cursor.text(cursor.u16()), cursor.exhausted
('abc', True)
"""

from __future__ import annotations

from didgate.errors import InvalidInput


class Cursor:
    """A position in a byte string.

    Args:
        data: the bytes to read.
        path: where in the policy they stand, for errors.
    """

    __slots__ = ("_data", "_position", "path")

    def __init__(self, data: bytes, path: str = "") -> None:
        self._data = data
        self._position = 0
        self.path = path

    @property
    def exhausted(self) -> bool:
        """Whether every byte has been read."""
        return self._position == len(self._data)

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes, or raise ``truncated``."""
        end = self._position + count
        if end > len(self._data):
            raise self.error("truncated", "the bytes end too early")
        piece = self._data[self._position : end]
        self._position = end
        return piece

    def u8(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def u16(self) -> int:
        """Return the next two bytes as a big-endian integer."""
        return int.from_bytes(self.take(2))

    def u32(self) -> int:
        """Return the next four bytes as a big-endian integer."""
        return int.from_bytes(self.take(4))

    def u64(self) -> int:
        """Return the next eight bytes as a big-endian integer."""
        return int.from_bytes(self.take(8))

    def u256(self) -> int:
        """Return the next 32 bytes as a big-endian integer."""
        return int.from_bytes(self.take(32))

    def text(self, count: int) -> str:
        """Return the next ``count`` bytes as UTF-8, or raise ``invalid_utf8``."""
        try:
            return self.take(count).decode()
        except UnicodeDecodeError as error:
            raise self.error("invalid_utf8", "the bytes are not UTF-8") from error

    def finish(self) -> None:
        """Raise ``trailing_bytes`` unless every byte has been read."""
        if not self.exhausted:
            raise self.error("trailing_bytes", "bytes follow after the end")

    def error(self, code: str, message: str) -> InvalidInput:
        """Return an error that names where the cursor stands."""
        return InvalidInput(code, message, path=self.path or None)
