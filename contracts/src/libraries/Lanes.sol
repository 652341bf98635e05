// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The 32 bytes of a word, handled side by side
/// @dev A set of lanes is a word that has the top bit of each byte in the set, and no other bit.
/// Nothing here carries from one byte into the next (decision record 0018).
library Lanes {
    /// @dev 1 in each byte. Multiples of it are written out like this, since only an expression of
    /// literals is worked out by the compiler.
    uint256 internal constant ONES = (2 ** 256 - 1) / 0xff;
    /// @dev The top bit of each byte.
    uint256 internal constant TOPS = (2 ** 256 - 1) / 0xff * 0x80;
    /// @dev The other bits of each byte.
    uint256 internal constant LOWS = (2 ** 256 - 1) / 0xff * 0x7f;

    /// @notice The bytes of a word that are those of `pattern`, in the same places.
    function equal(uint256 word, uint256 pattern) internal pure returns (uint256) {
        unchecked {
            uint256 difference = word ^ pattern;
            return ~((difference & LOWS) + LOWS | difference) & TOPS;
        }
    }

    /// @notice The index of the first byte of a set that is not empty, from 0.
    function first(uint256 set) internal pure returns (uint256 index) {
        unchecked {
            // Halves the part that holds the first byte until one byte is left.
            if (set >> 128 == 0) index = 16;
            if ((set << index * 8) >> 192 == 0) index += 8;
            if ((set << index * 8) >> 224 == 0) index += 4;
            if ((set << index * 8) >> 240 == 0) index += 2;
            if ((set << index * 8) >> 248 == 0) ++index;
        }
    }
}
