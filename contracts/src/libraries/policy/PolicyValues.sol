// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../interfaces/IPolicyChecker.sol";
import {ValueType} from "../../types/PolicyFormat.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";
import {PolicyText} from "./PolicyText.sol";

/// @title The values that conditions compare with
library PolicyValues {
    /// @dev The bits of the types that have an order: integer, date, datetime.
    uint256 private constant ORDERED = 0x68;
    uint256 private constant MAX_TEXT_LENGTH = 1024;
    uint256 private constant LAST_INTEGER = 2 ** 54 - 1;
    /// @dev 0001-01-01 to 9999-12-31, in days and in seconds since 1970.
    uint256 private constant FIRST_DAY = 2 ** 53 - 719_162;
    uint256 private constant LAST_DAY = 2 ** 53 + 2_932_896;
    uint256 private constant FIRST_SECOND = 2 ** 53 - 62_135_596_800;
    uint256 private constant LAST_SECOND = 2 ** 53 + 253_402_300_799;

    /// @dev Whether values of a type have an order: integers, dates and datetimes do.
    function isOrdered(uint256 kind) internal pure returns (bool) {
        return ORDERED >> kind & 1 == 1;
    }

    /// @dev Whether there is such a value of an ordered type. The scalar of an absent attribute, a
    /// huge number, is none.
    function isInRange(uint256 kind, uint256 value) internal pure returns (bool) {
        unchecked {
            // One comparison for two: what lies below the first value wraps around.
            if (kind == ValueType.INTEGER) return value - 1 < LAST_INTEGER;
            if (kind == ValueType.DATE) return value - FIRST_DAY <= LAST_DAY - FIRST_DAY;
            return value - FIRST_SECOND <= LAST_SECOND - FIRST_SECOND;
        }
    }

    /// @dev Reads the value at a memory address as a claim holds it: of text and bytes the hash,
    /// else the number. Where it ends is for the caller to compare with where it may.
    function read(uint256 place) internal pure returns (uint256 kind, uint256 value, uint256 next) {
        unchecked {
            uint256 head = PolicyReader.load(place);
            kind = head >> 248;
            if (isOrdered(kind)) return (kind, (head << 8) >> 192, place + 9);
            if (kind == ValueType.TEXT || kind == ValueType.BYTES) {
                uint256 length = (head << 8) >> 240;
                return (kind, uint256(PolicyReader.hash(place + 3, length)), place + 3 + length);
            }
            if (kind == ValueType.BOOLEAN) return (kind, (head << 8) >> 248, place + 2);
            if (kind == ValueType.ADDRESS) return (kind, (head << 8) >> 96, place + 21);
            revert IPolicyChecker.UnknownValueType(kind);
        }
    }

    /// @dev Reads a value and reverts unless it is in canonical form and in the range of its type.
    function check(Cursor memory cursor) internal pure returns (uint256) {
        uint256 place = cursor.offset();
        (uint256 kind, uint256 value, uint256 next) = read(cursor.position);
        uint256 length = next - cursor.position;
        cursor.seek(next);
        if (kind <= ValueType.BYTES) {
            length -= 3;
            if (length > MAX_TEXT_LENGTH) revert IPolicyChecker.TextTooLong(place);
            bool isText = kind == ValueType.BYTES || PolicyText.isUTF8(next - length, length);
            if (!isText) revert IPolicyChecker.InvalidUtf8(place);
        } else if (kind == ValueType.BOOLEAN) {
            if (value > 1) revert IPolicyChecker.NotCanonical(place);
        } else if (kind != ValueType.ADDRESS && !isInRange(kind, value)) {
            if (kind == ValueType.INTEGER) revert IPolicyChecker.IntegerOutOfRange(place);
            if (kind == ValueType.DATE) revert IPolicyChecker.InvalidDate(place);
            revert IPolicyChecker.InvalidDatetime(place);
        }
        return kind;
    }
}
