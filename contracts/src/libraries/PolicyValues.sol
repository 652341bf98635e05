// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../interfaces/IPolicyChecker.sol";
import {ValueType} from "../types/PolicyFormat.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";
import {PolicyText} from "./PolicyText.sol";

/// @title The values that conditions compare with
library PolicyValues {
    uint256 private constant MAX_TEXT_LENGTH = 1024;
    uint256 private constant OFFSET = 2 ** 53;
    /// @dev 0001-01-01 to 9999-12-31, in days and in seconds since 1970.
    uint256 private constant FIRST_DAY = OFFSET - 719_162;
    uint256 private constant LAST_DAY = OFFSET + 2_932_896;
    uint256 private constant FIRST_SECOND = OFFSET - 62_135_596_800;
    uint256 private constant LAST_SECOND = OFFSET + 253_402_300_799;

    /// @dev Whether values of a type have an order.
    function isOrdered(uint256 kind) internal pure returns (bool) {
        return kind == ValueType.INTEGER || kind == ValueType.DATE || kind == ValueType.DATETIME;
    }

    /// @dev Whether there is such a value of an ordered type. The scalar of an absent attribute, a
    /// huge number, is none.
    function isInRange(uint256 kind, uint256 value) internal pure returns (bool) {
        if (kind == ValueType.DATE) return value >= FIRST_DAY && value <= LAST_DAY;
        if (kind == ValueType.DATETIME) return value >= FIRST_SECOND && value <= LAST_SECOND;
        return value != 0 && value < 2 * OFFSET;
    }

    /// @dev Reads a value as a claim holds it: of text and bytes the hash, else the number.
    function read(Cursor memory cursor) internal pure returns (uint256 kind, uint256 value) {
        kind = cursor.u8();
        if (kind == ValueType.TEXT || kind == ValueType.BYTES) {
            value = uint256(cursor.digest(cursor.u16()));
        } else if (kind == ValueType.BOOLEAN) {
            value = cursor.u8();
        } else if (kind == ValueType.ADDRESS) {
            value = uint160(cursor.account());
        } else if (isOrdered(kind)) {
            value = cursor.u64();
        } else {
            revert IPolicyChecker.UnknownValueType(cursor.offset());
        }
    }

    /// @dev Reads a value and reverts unless it is in canonical form and in the range of its type.
    function check(Cursor memory cursor) internal pure returns (uint256 kind) {
        uint256 place = cursor.offset();
        uint256 value;
        (kind, value) = read(cursor);
        if (kind <= ValueType.BYTES) {
            uint256 length = cursor.offset() - place - 3;
            if (length > MAX_TEXT_LENGTH) revert IPolicyChecker.TextTooLong(place);
            bool isText =
                kind == ValueType.BYTES || PolicyText.isUTF8(cursor.position - length, length);
            if (!isText) revert IPolicyChecker.InvalidUtf8(place);
        } else if (kind == ValueType.BOOLEAN) {
            if (value > 1) revert IPolicyChecker.NotCanonical(place);
        } else if (kind != ValueType.ADDRESS && !isInRange(kind, value)) {
            if (kind == ValueType.INTEGER) revert IPolicyChecker.IntegerOutOfRange(place);
            if (kind == ValueType.DATE) revert IPolicyChecker.InvalidDate(place);
            revert IPolicyChecker.InvalidDatetime(place);
        }
    }
}
