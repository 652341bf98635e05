// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The 32 bytes of a word, handled side by side
/// @dev A set of lanes is a word that has the top bit of each byte in the set, and no other bit.
/// Nothing here carries from one byte into the next (decision record 0018).
library Lanes {
    /// @dev The top bit of each byte.
    uint256 internal constant TOPS =
        0x8080808080808080808080808080808080808080808080808080808080808080;
    /// @dev The other bits of each byte.
    uint256 internal constant LOWS =
        0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f;
    /// @dev 1 in each byte.
    uint256 internal constant ONES =
        0x0101010101010101010101010101010101010101010101010101010101010101;

    /// @notice The bytes of a word that are those of `pattern`, in the same places.
    function equal(uint256 word, uint256 pattern) internal pure returns (uint256) {
        unchecked {
            uint256 difference = word ^ pattern;
            return ~((difference & LOWS) + LOWS | difference) & TOPS;
        }
    }

    /// @notice The index of the first byte of a set that is not empty, from 0.
    function first(uint256 set) internal pure returns (uint256) {
        unchecked {
            // All bytes from the first one on join the set, and are counted.
            set |= set >> 8;
            set |= set >> 16;
            set |= set >> 32;
            set |= set >> 64;
            set |= set >> 128;
            return 32 - ((set >> 7) * ONES >> 248);
        }
    }
}
