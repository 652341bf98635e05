// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerId, TypeId} from "../../types/Identifiers.sol";
import {Statement} from "../../types/Statement.sol";
import {AskedSlot, AttributeLeaf} from "./AttributeLeaves.sol";
import {BBSGenerators} from "../bbs/BBSGenerators.sol";
import {TypedMessages} from "./TypedMessages.sol";

/// @title Pinned leaves as bytes: what was opened once, without the generators
/// @notice schema ‖ issuer ‖ domain ‖ numbers (32) ‖ public key (256) ‖ base (128) ‖ n × slot. The
/// numbers are, from the right: u16 granularity, u16 lifetime, u8 status, u8 number of slots of a
/// credential, u8 n, u32 bitmap of what is disclosed, u32 bitmap of what is pinned. A slot is u8
/// number ‖ u8 type ‖ u8 fixed ‖ name (32) ‖ message (32) ‖ value (32); what is not fixed has zeros.
/// @dev Nobody writes such bytes but the contract that reads them, so that reading checks nothing.
library PinnedLeaves {
    uint256 private constant KEY_LENGTH = 256;
    uint256 private constant POINT_LENGTH = 128;
    uint256 private constant HEAD_LENGTH = 128;
    uint256 private constant SLOT_LENGTH = 99;

    /// @dev The bytes of a leaf whose statement is pinned.
    function encode(AttributeLeaf memory leaf) internal pure returns (bytes memory pinned) {
        Statement memory statement = leaf.statement;
        uint256 slotCount = statement.generators.length / POINT_LENGTH - 1;
        uint256 numbers = leaf.granularityDays | uint256(leaf.lifetimeDays) << 16;
        numbers |= (leaf.hasStatus ? 1 : 0) << 32 | slotCount << 40 | leaf.slots.length << 48;
        numbers |= leaf.disclosed << 56 | statement.pinned.slots << 88;
        pinned = abi.encodePacked(
            leaf.schemaId,
            leaf.issuerId,
            statement.domain,
            numbers,
            statement.publicKey,
            statement.base
        );
        for (uint256 i = 0; i < leaf.slots.length; ++i) {
            AskedSlot memory asked = leaf.slots[i];
            pinned = bytes.concat(
                pinned,
                abi.encodePacked(asked.slot, asked.typeCode, asked.isFixed, asked.name),
                abi.encodePacked(asked.message, asked.value)
            );
        }
    }

    // Safe: each number is cut to the length in which `encode` wrote it.
    // forge-lint: disable-next-item(unsafe-typecast)

    /// @dev The leaf that `encode` was given.
    /// @param pinned The code of a ContentHolder: a zero byte, then what `encode` returned.
    /// @param generators The account that holds the suite's generators.
    function decode(bytes memory pinned, address generators)
        internal
        view
        returns (AttributeLeaf memory leaf)
    {
        uint256 place;
        assembly ("memory-safe") {
            place := add(pinned, 0x21)
        }
        unchecked {
            uint256 numbers = _load(place + 96);
            leaf.schemaId = TypeId.wrap(bytes32(_load(place)));
            leaf.issuerId = IssuerId.wrap(bytes32(_load(place + 32)));
            leaf.granularityDays = uint16(numbers);
            leaf.lifetimeDays = uint16(numbers >> 16);
            leaf.hasStatus = uint8(numbers >> 32) == 1;
            leaf.disclosed = uint32(numbers >> 56);
            Statement memory statement = leaf.statement;
            statement.generators = BBSGenerators.readPoints(generators, uint8(numbers >> 40));
            statement.hashTag = TypedMessages.HASH_TAG;
            statement.domain = _load(place + 64);
            statement.publicKey = _copy(place + HEAD_LENGTH, KEY_LENGTH);
            statement.base = _copy(place + HEAD_LENGTH + KEY_LENGTH, POINT_LENGTH);
            statement.pinned.slots = uint32(numbers >> 88);
            place += HEAD_LENGTH + KEY_LENGTH + POINT_LENGTH;
            _readSlots(leaf, place, uint8(numbers >> 48));
        }
    }

    // Safe: each is one byte.
    // forge-lint: disable-next-item(unsafe-typecast)

    /// @dev Reads the slots, and of those that are fixed the messages.
    function _readSlots(AttributeLeaf memory leaf, uint256 place, uint256 count) private pure {
        AskedSlot[] memory slots = new AskedSlot[](count);
        uint256[] memory messages = new uint256[](count);
        uint256 fixedCount;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                AskedSlot memory asked = slots[i];
                uint256 numbers = _load(place);
                asked.slot = uint8(numbers >> 248);
                asked.typeCode = uint8(numbers >> 240);
                asked.name = bytes32(_load(place + 3));
                if (uint8(numbers >> 232) == 1) {
                    asked.isFixed = true;
                    asked.message = _load(place + 35);
                    asked.value = _load(place + 67);
                    messages[fixedCount++] = asked.message;
                }
                place += SLOT_LENGTH;
            }
        }
        assembly ("memory-safe") {
            mstore(messages, fixedCount) // Solidity cannot shorten an array in place
        }
        leaf.slots = slots;
        leaf.statement.pinned.messages = messages;
    }

    function _copy(uint256 place, uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(data, 0x20), place, length)
        }
    }

    function _load(uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(place)
        }
    }
}
