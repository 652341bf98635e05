// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NameSet} from "../../types/NameSet.sol";
import {Slice, slice} from "../../types/Slice.sol";
import {Base64URL} from "./Base64URL.sol";
import {Memory} from "./Memory.sol";
import {UTF8} from "./UTF8.sol";

/// @title A part of JSON (RFC 8259) that every parser reads alike
/// @notice No white space but spaces after commas and colons, no escapes, no fractions, no
/// exponents. Everything else is refused.
/// @dev Functions read from a place in memory and return the next one. A text ends with zero bytes,
/// which JSON never holds, so that nothing is read beyond it. Codes of scalars are those of claims in
/// `Presented.sol`.
// What stands at a place is recognised by its first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
library CompactJSON {
    /// @notice Something else must stand where these bytes stand: not JSON, or outside of the part.
    error UnexpectedJSON(bytes32 found);
    /// @notice An object has a member of this name already.
    error DuplicateMember(bytes32 found);
    /// @notice A text holds a backslash, and so characters that are written in more than one way.
    error EscapedText(bytes32 found);
    /// @notice An integer has more digits than any that counts.
    error LongInteger(bytes32 found);

    uint256 internal constant OPENING_BRACE = 0x7b;
    uint256 internal constant CLOSING_BRACE = 0x7d;
    uint256 internal constant OPENING_BRACKET = 0x5b;
    uint256 internal constant CLOSING_BRACKET = 0x5d;

    uint8 internal constant ABSENT = 0;
    uint8 internal constant TEXT = 1;
    uint8 internal constant INTEGER = 3;
    uint8 internal constant BOOLEAN = 4;

    /// @dev What is added to an integer's value; a magnitude from there on does not count.
    uint256 internal constant INTEGER_OFFSET = 2 ** 53;

    uint256 private constant COMMA = 0x2c;
    uint256 private constant COLON = 0x3a;
    uint256 private constant SPACE = 0x20;
    uint256 internal constant QUOTE = 0x22;
    uint256 private constant BACKSLASH = 0x5c;
    uint256 private constant MAX_DIGITS = 32;

    uint256 private constant QUOTES =
        0x2222222222222222222222222222222222222222222222222222222222222222;
    uint256 private constant BACKSLASHES =
        0x5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c;
    /// @dev Sets the top bit of each byte that is no control character.
    uint256 private constant FROM_SPACE =
        0x6060606060606060606060606060606060606060606060606060606060606060;

    /// @notice Decodes base64url of UTF-8, ready to be read.
    function decode(Slice encoded) internal pure returns (Slice decoded) {
        bool isASCII;
        (decoded, isASCII) = Base64URL.decode(encoded);
        if (!isASCII) UTF8.check(decoded);
    }

    /// @notice Whether a character stands at a place.
    function isAt(uint256 place, uint256 character) internal pure returns (bool) {
        return Memory.byteAt(place) == character;
    }

    /// @notice Reads one character.
    function expect(uint256 place, uint256 character) internal pure returns (uint256 next) {
        if (Memory.byteAt(place) != character) unexpected(place);
        unchecked {
            return place + 1;
        }
    }

    /// @notice Reads the beginning of an object or array; `more` says whether it has an element.
    function open(uint256 place, uint256 opening, uint256 closing)
        internal
        pure
        returns (bool more, uint256 next)
    {
        unchecked {
            next = expect(place, opening);
            more = Memory.byteAt(next) != closing;
            if (!more) ++next;
        }
    }

    /// @notice Reads what follows an element of an object or array.
    function proceed(uint256 place, uint256 closing)
        internal
        pure
        returns (bool more, uint256 next)
    {
        uint256 found;
        assembly ("memory-safe") {
            found := byte(0, mload(place))
            next := add(place, 1)
            more := eq(found, COMMA)
            if more {
                for {} eq(byte(0, mload(next)), SPACE) {} { next := add(next, 1) }
                found := closing
            }
        }
        if (found != closing) unexpected(place);
    }

    /// @notice Reads the comma between two elements of an array whose length is known.
    function comma(uint256 place) internal pure returns (uint256) {
        return skip(expect(place, COMMA), 0);
    }

    /// @notice Skips a name with its quotes and colon, which the caller has recognised there.
    /// @dev A name that is written otherwise than those that callers look for is another name: there
    /// are no escapes, and nothing stands between a name and its colon.
    function skip(uint256 place, uint256 size) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            next := add(place, size)
            for {} eq(byte(0, mload(next)), SPACE) {} { next := add(next, 1) }
        }
    }

    /// @notice Reads a member's name and colon, and adds the name's keccak256 to those of the object.
    function member(uint256 place, NameSet names)
        internal
        pure
        returns (bytes32 hash, NameSet all, uint256 next)
    {
        (uint256 from, uint256 end) = _text(place);
        bool isColon;
        bool isNew;
        assembly ("memory-safe") {
            hash := keccak256(from, sub(end, from))
            isColon := eq(byte(1, mload(end)), COLON)
        }
        if (!isColon) unexpected(end);
        (all, isNew) = names.add(hash);
        if (!isNew) duplicate(place);
        next = skip(end, 2);
    }

    /// @notice Reads a text of a known size; returns keccak256 of its bytes.
    /// @dev What the bytes are is not looked at: the caller must know what their hash is to be.
    function sized(uint256 place, uint256 size) internal pure returns (bytes32 hash, uint256 next) {
        bool isText;
        assembly ("memory-safe") {
            let end := add(add(place, 1), size)
            hash := keccak256(add(place, 1), size)
            next := add(end, 1)
            isText := and(eq(byte(0, mload(place)), QUOTE), eq(byte(0, mload(end)), QUOTE))
        }
        if (!isText) hash = 0;
    }

    /// @notice Reads a text; returns keccak256 of its bytes.
    function text(uint256 place) internal pure returns (bytes32 hash, uint256 next) {
        (uint256 from, uint256 end) = _text(place);
        assembly ("memory-safe") {
            hash := keccak256(from, sub(end, from))
            next := add(end, 1)
        }
    }

    /// @notice Reads a text; returns where its bytes stand.
    function quoted(uint256 place) internal pure returns (Slice content, uint256 next) {
        (uint256 from, uint256 end) = _text(place);
        unchecked {
            return (slice(from, end), end + 1);
        }
    }

    /// @notice Reads a text, an integer, `true`, `false` or `null`.
    /// @return code ABSENT for null, and for integers that not every parser can hold.
    /// @return value Of a text keccak256 of its bytes, of an integer its value + 2^53.
    /// @return next The place after it.
    function scalar(uint256 place) internal pure returns (uint8 code, uint256 value, uint256 next) {
        unchecked {
            uint256 word = Memory.word(place);
            if (word >> 248 == QUOTE) {
                bytes32 hash;
                (hash, next) = text(place);
                return (TEXT, uint256(hash), next);
            }
            if (bytes4(bytes32(word)) == "true") return (BOOLEAN, 1, place + 4);
            if (bytes5(bytes32(word)) == "false") return (BOOLEAN, 0, place + 5);
            if (bytes4(bytes32(word)) == "null") return (ABSENT, 0, place + 4);
            return integer(place);
        }
    }

    /// @notice Reads an integer: value + 2^53, or ABSENT where it is not between -2^53 and 2^53.
    function integer(uint256 place)
        internal
        pure
        returns (uint8 code, uint256 value, uint256 next)
    {
        unchecked {
            bool isNegative = Memory.byteAt(place) == 0x2d;
            uint256 from = isNegative ? place + 1 : place;
            uint256 magnitude;
            (magnitude, next) = _digits(from);
            // No zeros in front: they are not JSON.
            if (next == from || next > from + 1 && Memory.byteAt(from) == 0x30) unexpected(place);
            if (magnitude >= INTEGER_OFFSET) return (ABSENT, 0, next);
            value = isNegative ? INTEGER_OFFSET - magnitude : INTEGER_OFFSET + magnitude;
            code = INTEGER;
        }
    }

    /// @notice Refuses the name at a place, since the object has it already.
    function duplicate(uint256 place) internal pure {
        revert DuplicateMember(bytes32(Memory.word(place)));
    }

    /// @notice Refuses what stands at a place.
    function unexpected(uint256 place) internal pure {
        revert UnexpectedJSON(bytes32(Memory.word(place)));
    }

    function _digits(uint256 place) private pure returns (uint256 magnitude, uint256 next) {
        assembly ("memory-safe") {
            next := place
            for {} 1 { next := add(next, 1) } {
                let digit := sub(byte(0, mload(next)), 0x30)
                if gt(digit, 9) { break }
                magnitude := add(mul(magnitude, 10), digit)
            }
        }
        // So many digits do not overflow.
        if (next - place > MAX_DIGITS) revert LongInteger(bytes32(Memory.word(place)));
    }

    /// @dev Where the bytes of a text begin and end, between two quotes. Among them is no backslash
    /// and no control character, and so no byte of zero, which ends every text.
    function _text(uint256 place) private pure returns (uint256 from, uint256 end) {
        bool isText;
        assembly ("memory-safe") {
            from := add(place, 1)
            let ones := div(not(0), 0xff)
            let lows := mul(ones, 0x7f)
            let set := 0
            for { end := from } 1 { end := add(end, 32) } {
                let word := mload(end)
                // For each byte the top bit says that it is no control character, no quote and no
                // backslash; adding to the lower bits alone carries into no other byte.
                let quote := xor(word, QUOTES)
                let backslash := xor(word, BACKSLASHES)
                let plain := or(add(and(word, lows), FROM_SPACE), word)
                plain := and(plain, or(add(and(quote, lows), lows), quote))
                plain := and(plain, or(add(and(backslash, lows), lows), backslash))
                set := not(or(plain, lows))
                if set { break }
            }
            // All bytes from the first one of the set on join it, and are counted.
            let pairs := or(set, shr(8, set))
            let fours := or(pairs, shr(16, pairs))
            let eights := or(fours, shr(32, fours))
            let halves := or(eights, shr(64, eights))
            let all := or(halves, shr(128, halves))
            end := add(end, sub(32, shr(248, mul(shr(7, all), ones))))
            isText := and(eq(byte(0, mload(place)), QUOTE), eq(byte(0, mload(end)), QUOTE))
        }
        if (!isText) _refuseText(place, end);
    }

    function _refuseText(uint256 place, uint256 end) private pure {
        if (Memory.byteAt(place) != QUOTE) unexpected(place);
        if (Memory.byteAt(end) == BACKSLASH) revert EscapedText(bytes32(Memory.word(end)));
        unexpected(end);
    }
}
