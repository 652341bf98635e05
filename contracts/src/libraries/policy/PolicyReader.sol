// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../interfaces/IPolicyChecker.sol";

/// @notice A position in bytes that lie in memory, and where reading has to end.
/// @param base Memory address of the first byte.
/// @param position Memory address of the next byte to read.
/// @param end Memory address behind the last byte that may be read.
struct Cursor {
    uint256 base;
    uint256 position;
    uint256 end;
}

using PolicyReader for Cursor global;

/// @title Reads canonical policy bytes from front to back and never past their end
/// @dev In assembly are only the reads of a word at any memory address and the hash of a range,
/// neither of which Solidity can say without copying (docs/decisions/0017).
library PolicyReader {
    /// @dev A cursor over all of `data`, at its first byte.
    function open(bytes memory data) internal pure returns (Cursor memory) {
        uint256 start;
        uint256 end;
        assembly ("memory-safe") {
            start := add(data, 0x20)
            end := add(start, mload(data))
        }
        return Cursor(start, start, end);
    }

    /// @dev Passes over the next `count` bytes, fewer than 2^32, and returns where they stand.
    function take(Cursor memory cursor, uint256 count) internal pure returns (uint256 place) {
        uint256 next;
        unchecked {
            place = cursor.position;
            next = place + count;
        }
        if (next > cursor.end) revert IPolicyChecker.Truncated(cursor.offset());
        cursor.position = next;
    }

    /// @dev Puts the cursor at a memory address, which must not lie behind the end.
    function seek(Cursor memory cursor, uint256 place) internal pure {
        if (place > cursor.end) revert IPolicyChecker.Truncated(cursor.offset());
        cursor.position = place;
    }

    function u8(Cursor memory cursor) internal pure returns (uint256) {
        return load(cursor.take(1)) >> 248;
    }

    function u16(Cursor memory cursor) internal pure returns (uint256) {
        return load(cursor.take(2)) >> 240;
    }

    function u32(Cursor memory cursor) internal pure returns (uint256) {
        return load(cursor.take(4)) >> 224;
    }

    function u64(Cursor memory cursor) internal pure returns (uint256) {
        return load(cursor.take(8)) >> 192;
    }

    function account(Cursor memory cursor) internal pure returns (address) {
        return address(uint160(load(cursor.take(20)) >> 96));
    }

    function word(Cursor memory cursor) internal pure returns (bytes32) {
        return bytes32(load(cursor.take(32)));
    }

    /// @dev The hash of the next `length` bytes.
    function digest(Cursor memory cursor, uint256 length) internal pure returns (bytes32) {
        return hash(cursor.take(length), length);
    }

    /// @dev A copy of the next `length` bytes.
    function copy(Cursor memory cursor, uint256 length) internal pure returns (bytes memory data) {
        uint256 place = cursor.take(length);
        data = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(data, 0x20), place, length)
        }
    }

    /// @dev Where the cursor stands, counted from the first byte.
    function offset(Cursor memory cursor) internal pure returns (uint256) {
        return cursor.position - cursor.base;
    }

    /// @dev Reverts unless every byte was read.
    function finish(Cursor memory cursor) internal pure {
        if (cursor.position != cursor.end) revert IPolicyChecker.TrailingBytes(cursor.offset());
    }

    /// @dev Narrows the cursor to the node that begins here, behind its tag and length. The caller
    /// sets `end` back to what it was when it has read the node.
    function enter(Cursor memory cursor) internal pure returns (uint256 tag) {
        unchecked {
            uint256 start = cursor.position + 3;
            uint256 head = load(start - 3);
            uint256 end = start + ((head >> 232) & 0xffff);
            if (end > cursor.end) revert IPolicyChecker.Truncated(cursor.offset());
            cursor.position = start;
            cursor.end = end;
            tag = head >> 248;
        }
    }

    /// @dev The 32 bytes at a memory address.
    function load(uint256 place) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(place)
        }
    }

    /// @dev The hash of `length` bytes at a memory address.
    function hash(uint256 place, uint256 length) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := keccak256(place, length)
        }
    }

    /// @dev Compares two ranges of memory as byte strings: -1, 0 or 1. A string stands behind its
    /// own beginnings.
    function compare(uint256 a, uint256 lengthA, uint256 b, uint256 lengthB)
        internal
        pure
        returns (int256)
    {
        uint256 common = lengthA < lengthB ? lengthA : lengthB;
        unchecked {
            for (uint256 i = 0; i < common; i += 32) {
                uint256 left = load(a + i);
                uint256 right = load(b + i);
                if (left == right) continue;
                if (common - i < 32) {
                    uint256 surplus = 256 - 8 * (common - i);
                    left >>= surplus;
                    right >>= surplus;
                    if (left == right) break;
                }
                return left < right ? -1 : int256(1);
            }
        }
        if (lengthA == lengthB) return 0;
        return lengthA < lengthB ? -1 : int256(1);
    }
}
