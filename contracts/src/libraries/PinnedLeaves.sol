// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerId, TypeId} from "../types/Identifiers.sol";
import {Statement} from "../types/Statement.sol";
import {AskedSlot, AttributeLeaf, AttributeLeaves} from "./AttributeLeaves.sol";
import {BBSGenerators} from "./BBSGenerators.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";
import {TypedMessages} from "./TypedMessages.sol";

/// @title Pinned leaves as bytes: what was opened once, without the generators
/// @notice schema ‖ issuer ‖ u16 granularity ‖ u16 lifetime ‖ u8 status ‖ u8 number of slots ‖ public
/// key (256) ‖ domain ‖ base (128) ‖ u8 n ‖ n × (u8 slot ‖ u8 type ‖ name ‖ u8 fixed ‖ if fixed:
/// message ‖ value).
library PinnedLeaves {
    uint256 private constant KEY_LENGTH = 256;
    uint256 private constant POINT_LENGTH = 128;

    /// @dev The bytes of a leaf whose statement is pinned.
    function encode(AttributeLeaf memory leaf) internal pure returns (bytes memory pinned) {
        Statement memory statement = leaf.statement;
        // Safe: there are at most 32 slots.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint8 slotCount = uint8(statement.generators.length / POINT_LENGTH - 1);
        pinned = abi.encodePacked(
            leaf.schemaId,
            leaf.issuerId,
            leaf.granularityDays,
            leaf.lifetimeDays,
            leaf.hasStatus,
            slotCount,
            statement.publicKey,
            statement.domain,
            statement.base,
            // forge-lint: disable-next-line(unsafe-typecast)
            uint8(leaf.slots.length)
        );
        for (uint256 i = 0; i < leaf.slots.length; ++i) {
            AskedSlot memory asked = leaf.slots[i];
            pinned = bytes.concat(
                pinned,
                abi.encodePacked(asked.slot, asked.typeCode, asked.name, asked.isFixed),
                asked.isFixed ? abi.encodePacked(asked.message, asked.value) : bytes("")
            );
        }
    }

    /// @dev The leaf that `encode` was given.
    /// @param pinned The code of a ContentHolder: a zero byte, then what `encode` returned.
    /// @param generators The account that holds the suite's generators.
    function decode(bytes memory pinned, address generators)
        internal
        view
        returns (AttributeLeaf memory leaf)
    {
        Cursor memory cursor = PolicyReader.open(pinned);
        cursor.take(1);
        leaf.schemaId = TypeId.wrap(cursor.word());
        leaf.issuerId = IssuerId.wrap(cursor.word());
        // Safe: each was read from two bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        (leaf.granularityDays, leaf.lifetimeDays) = (uint16(cursor.u16()), uint16(cursor.u16()));
        leaf.hasStatus = cursor.u8() == 1;
        Statement memory statement = leaf.statement;
        statement.generators = BBSGenerators.readPoints(generators, cursor.u8());
        statement.hashTag = TypedMessages.HASH_TAG;
        statement.publicKey = cursor.copy(KEY_LENGTH);
        statement.domain = uint256(cursor.word());
        statement.base = cursor.copy(POINT_LENGTH);
        leaf.slots = new AskedSlot[](cursor.u8());
        for (uint256 i = 0; i < leaf.slots.length; ++i) {
            leaf.slots[i] = _readSlot(cursor);
        }
        statement.pinned = AttributeLeaves.fixedMessages(leaf);
    }

    function _readSlot(Cursor memory cursor) private pure returns (AskedSlot memory asked) {
        // Safe: each was read from one byte.
        // forge-lint: disable-next-line(unsafe-typecast)
        (asked.slot, asked.typeCode) = (uint8(cursor.u8()), uint8(cursor.u8()));
        asked.name = cursor.word();
        asked.isFixed = cursor.u8() == 1;
        if (asked.isFixed) {
            (asked.message, asked.value) = (uint256(cursor.word()), uint256(cursor.word()));
        }
    }
}
