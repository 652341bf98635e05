"""Binary data as text: base64url (RFC 4648), base58btc, multibase and multicodec prefixes.

Multibase ``z`` and ``u`` and the multicodec prefix are those of Controlled Identifiers 1.0 §2.4
and of the multiformats tables. Each decoder accepts exactly what its encoder writes.

>>> multibase_decode("z" + base58btc_encode(b"didgate")) == multibase_decode("uZGlkZ2F0ZQ")
True
>>> multicodec_unwrap(multicodec_wrap(0xED, b"key"))
(237, b'key')
"""

from __future__ import annotations

import base64

from didgate.errors import InvalidInput

_BASE58BTC = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58BTC_DIGITS = {character: digit for digit, character in enumerate(_BASE58BTC)}
# Conversion takes time quadratic in the length; the longest key or signature needs 150 characters.
_BASE58BTC_MAX_LENGTH = 1024
_VARINT_MAX_BYTES = 9


def b64url_encode(data: bytes) -> str:
    """Return ``data`` in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64url_decode(text: str) -> bytes:
    """Return the bytes that ``text`` encodes in base64url without padding.

    Raises:
        InvalidInput: ``invalid_base64url`` for padding, white space, characters outside the
            alphabet, an impossible length, or unused bits that are not zero.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise InvalidInput("invalid_base64url", "the text is not base64url") from error
    # The library's decoder is lenient; writing the result again shows whether that mattered.
    if b64url_encode(data) != text:
        raise InvalidInput("invalid_base64url", "the text is not unpadded, canonical base64url")
    return data


def base58btc_encode(data: bytes) -> str:
    """Return ``data`` in base 58 with the Bitcoin alphabet, one ``1`` per leading zero byte."""
    digits = []
    number = int.from_bytes(data)
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58BTC[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def base58btc_decode(text: str) -> bytes:
    """Return the bytes that ``text`` encodes in base 58 with the Bitcoin alphabet.

    Raises:
        InvalidInput: ``invalid_base58`` for a character outside the alphabet or more than 1024
            characters.
    """
    if len(text) > _BASE58BTC_MAX_LENGTH:
        raise InvalidInput("invalid_base58", "the base58 text is too long")
    number = 0
    try:
        for character in text:
            number = number * 58 + _BASE58BTC_DIGITS[character]
    except KeyError as error:
        raise InvalidInput("invalid_base58", "the text is not base58btc") from error
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def multibase_decode(text: str) -> bytes:
    """Return the bytes of a multibase value in base58btc (``z``) or base64url (``u``).

    Raises:
        InvalidInput: ``invalid_multibase`` for any other prefix, or the error of the base.
    """
    if text.startswith("z"):
        return base58btc_decode(text[1:])
    if text.startswith("u"):
        return b64url_decode(text[1:])
    raise InvalidInput("invalid_multibase", "the multibase prefix is neither z nor u")


def multicodec_wrap(code: int, data: bytes) -> bytes:
    """Return ``data`` behind the multicodec ``code``, an unsigned varint (LEB128).

    Raises:
        InvalidInput: ``invalid_multicodec`` when the code is not in 0…2⁶³-1.
    """
    if not 0 <= code < 1 << 7 * _VARINT_MAX_BYTES:
        raise InvalidInput("invalid_multicodec", "the multicodec code is out of range")
    prefix = bytearray()
    while code > 0x7F:
        prefix.append(code & 0x7F | 0x80)
        code >>= 7
    prefix.append(code)
    return bytes(prefix) + data


def multicodec_unwrap(data: bytes) -> tuple[int, bytes]:
    """Return the multicodec code in front of ``data`` and the bytes behind it.

    Raises:
        InvalidInput: ``invalid_multicodec`` when the varint is cut off, longer than nine bytes, or
            not the shortest that says the same.
    """
    code = 0
    for position, byte in enumerate(data[:_VARINT_MAX_BYTES]):
        code |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            if byte == 0 and position > 0:
                raise InvalidInput("invalid_multicodec", "the varint is not minimal")
            return code, data[position + 1 :]
    raise InvalidInput("invalid_multicodec", "the varint is cut off or too long")
