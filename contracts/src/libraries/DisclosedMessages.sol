// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Disclosed} from "../types/Statement.sol";
import {Scalars} from "./Scalars.sol";

/// @title The messages that a proof discloses
library DisclosedMessages {
    /// @notice What is said to be disclosed cannot be: a slot that does not exist, twice or out of
    /// order, more or fewer messages than slots, or a message outside [1, r - 1].
    /// @param slots The slots in question, as a bitmap.
    error DisclosureMalformed(uint256 slots);

    /// @notice The bitmap of disclosed slots that the draft's disclosed_indexes stand for.
    /// @param indexes Strictly ascending.
    /// @param count Number of signed messages; of more than 256, only the first 256 can be disclosed.
    function slotsOf(uint256[] memory indexes, uint256 count)
        internal
        pure
        returns (uint256 slots)
    {
        for (uint256 i = 0; i < indexes.length; ++i) {
            uint256 slot = 1 << indexes[i];
            // A shift beyond the word gives 0. A bitmap is less than a bit above all its bits.
            if (slot <= slots || indexes[i] >= count) revert DisclosureMalformed(slots);
            slots |= slot;
        }
    }

    /// @notice Checks messages by themselves.
    /// @param count Number of signed messages.
    function check(Disclosed memory disclosed, uint256 count) internal pure {
        uint256 slots = disclosed.slots;
        uint256[] memory messages = disclosed.messages;
        bool valid = slots >> count == 0;
        unchecked {
            for (uint256 i = 0; i < messages.length; ++i) {
                valid = valid && slots != 0 && Scalars.isValid(messages[i]);
                // One message, one slot: this removes the lowest of them.
                slots &= slots - 1;
            }
        }
        if (!valid || slots != 0) revert DisclosureMalformed(disclosed.slots);
    }

    /// @notice All that is disclosed, in one list by ascending slot, checked.
    /// @param pinned Messages that are part of the statement.
    /// @param shown Messages beside them. None may be pinned too.
    function merge(Disclosed memory pinned, Disclosed memory shown, uint256 count)
        internal
        pure
        returns (Disclosed memory all)
    {
        check(shown, count);
        if (pinned.slots == 0) return shown;
        check(pinned, count);
        if (pinned.slots & shown.slots != 0) {
            revert DisclosureMalformed(pinned.slots & shown.slots);
        }
        all.slots = pinned.slots | shown.slots;
        all.messages = new uint256[](pinned.messages.length + shown.messages.length);
        uint256 fromPinned;
        uint256 fromShown;
        for (uint256 slot = 0; fromPinned + fromShown < all.messages.length; ++slot) {
            if (pinned.slots >> slot & 1 != 0) {
                all.messages[fromPinned + fromShown] = pinned.messages[fromPinned];
                ++fromPinned;
            } else if (shown.slots >> slot & 1 != 0) {
                all.messages[fromPinned + fromShown] = shown.messages[fromShown];
                ++fromShown;
            }
        }
    }

    /// @notice Appends all that is disclosed as the challenge has it: for each message 8 bytes of its
    /// index and 32 of its scalar: see decision record 0015.
    /// @param disclosed Checked: as many messages as slots.
    function appendTo(bytes memory octets, Disclosed memory disclosed) internal pure {
        uint256[] memory messages = disclosed.messages;
        uint256 slots = disclosed.slots;
        assembly ("memory-safe") {
            let target := add(add(octets, 0x20), mload(octets))
            let message := add(messages, 0x20)
            for { let index := 0 } slots { index := add(index, 1) } {
                if and(slots, 1) {
                    mstore(target, shl(192, index))
                    mstore(add(target, 8), mload(message))
                    target := add(target, 40)
                    message := add(message, 0x20)
                }
                slots := shr(1, slots)
            }
            mstore(octets, sub(target, add(octets, 0x20)))
        }
    }
}
