// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Disclosed} from "../../types/Statement.sol";
import {Scalars} from "./Scalars.sol";

/// @title The messages that a proof discloses
library DisclosedMessages {
    /// @notice What is said to be disclosed cannot be: a slot that does not exist, twice or out of
    /// order, more or fewer messages than slots, or a message outside [1, r - 1].
    /// @param slots The slots in question, as a bitmap.
    error DisclosureMalformed(uint256 slots);

    /// @notice The bitmap of disclosed slots that the draft's disclosed_indexes stand for.
    /// @param indexes Strictly ascending.
    /// @param count Number of signed messages.
    function slotsOf(uint256[] memory indexes, uint256 count)
        internal
        pure
        returns (uint256 slots)
    {
        for (uint256 i = 0; i < indexes.length; ++i) {
            // forge-lint: disable-next-line(incorrect-shift)
            uint256 slot = 1 << indexes[i];
            // A shift beyond the word gives 0. A bitmap is less than a bit above all its bits.
            if (slot <= slots || indexes[i] >= count) revert DisclosureMalformed(slots);
            slots |= slot;
        }
    }

    /// @notice All that is disclosed, in one list by ascending slot.
    /// @dev Checks the slots, and that there is a message for each. Whether the messages are scalars is
    /// for whoever goes through them.
    /// @param pinned Messages that are part of the statement.
    /// @param shown Messages beside them. None may be pinned too.
    /// @param count Number of signed messages.
    function merge(Disclosed memory pinned, Disclosed memory shown, uint256 count)
        internal
        pure
        returns (Disclosed memory)
    {
        checkSlots(shown, count);
        if (pinned.slots == 0) return shown;
        checkSlots(pinned, count);
        if (pinned.slots & shown.slots != 0) {
            revert DisclosureMalformed(pinned.slots & shown.slots);
        }
        uint256 slots = pinned.slots | shown.slots;
        return Disclosed(slots, _merge(pinned.messages, shown.messages, pinned.slots, slots));
    }

    /// @dev One message for each slot, from either list: see decision record 0015.
    function _merge(
        uint256[] memory pinned,
        uint256[] memory shown,
        uint256 pinnedSlots,
        uint256 slots
    ) private pure returns (uint256[] memory all) {
        all = new uint256[](pinned.length + shown.length);
        assembly ("memory-safe") {
            let target := add(all, 0x20)
            for {} slots { slots := shr(1, slots) } {
                if and(slots, 1) {
                    switch and(pinnedSlots, 1)
                    case 0 {
                        shown := add(shown, 0x20)
                        mstore(target, mload(shown))
                    }
                    default {
                        pinned := add(pinned, 0x20)
                        mstore(target, mload(pinned))
                    }
                    target := add(target, 0x20)
                }
                pinnedSlots := shr(1, pinnedSlots)
            }
        }
    }

    /// @notice Checks that the slots exist, and that there is a message for each.
    /// @param count Number of signed messages, at most 255.
    function checkSlots(Disclosed memory disclosed, uint256 count) internal pure {
        uint256 slots = disclosed.slots;
        if (slots >> count != 0 || _population(slots) != disclosed.messages.length) {
            revert DisclosureMalformed(slots);
        }
    }

    /// @dev How many bits are set, of which there are 255 at most: in pairs, then in fours, then in
    /// eights, then summed by a multiplication.
    function _population(uint256 bits) private pure returns (uint256) {
        unchecked {
            bits -= bits >> 1 & type(uint256).max / 3;
            bits = (bits & type(uint256).max / 5) + (bits >> 2 & type(uint256).max / 5);
            bits = bits + (bits >> 4) & type(uint256).max / 17;
            return bits * (type(uint256).max / 255) >> 248;
        }
    }
}
