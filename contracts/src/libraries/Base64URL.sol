// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Slice, slice} from "../types/Slice.sol";
import {Lanes} from "./Lanes.sol";
import {Memory} from "./Memory.sol";

/// @title Base64url without padding (RFC 4648 section 5), in its one canonical form
/// @dev 32 characters at a time, each in a lane of a word.
library Base64URL {
    /// @notice Not base64url. `position` is that of the first character outside of the alphabet, or
    /// the length where the last character is one that no encoder writes there.
    error InvalidBase64URL(uint256 position);

    /// @dev 'A', which stands for six bits of zero, in each lane.
    uint256 private constant ZEROS = (2 ** 256 - 1) / 0xff * 0x41;

    /// @dev Added to characters, these set the top bit of each lane that is not below the bound.
    uint256 private constant FROM_HYPHEN = (2 ** 256 - 1) / 0xff * (0x80 - 0x2d);
    uint256 private constant BEHIND_HYPHEN = (2 ** 256 - 1) / 0xff * (0x80 - 0x2e);
    uint256 private constant FROM_DIGITS = (2 ** 256 - 1) / 0xff * (0x80 - 0x30);
    uint256 private constant BEHIND_DIGITS = (2 ** 256 - 1) / 0xff * (0x80 - 0x3a);
    uint256 private constant FROM_CAPITALS = (2 ** 256 - 1) / 0xff * (0x80 - 0x41);
    uint256 private constant BEHIND_CAPITALS = (2 ** 256 - 1) / 0xff * (0x80 - 0x5b);
    uint256 private constant FROM_UNDERSCORE = (2 ** 256 - 1) / 0xff * (0x80 - 0x5f);
    uint256 private constant BEHIND_UNDERSCORE = (2 ** 256 - 1) / 0xff * (0x80 - 0x60);
    uint256 private constant FROM_SMALL = (2 ** 256 - 1) / 0xff * (0x80 - 0x61);
    uint256 private constant BEHIND_SMALL = (2 ** 256 - 1) / 0xff * (0x80 - 0x7b);

    /// @dev The same for the values that characters stand for.
    uint256 private constant FROM_26 = (2 ** 256 - 1) / 0xff * (0x80 - 26);
    uint256 private constant FROM_52 = (2 ** 256 - 1) / 0xff * (0x80 - 52);
    uint256 private constant FROM_62 = (2 ** 256 - 1) / 0xff * (0x80 - 62);
    uint256 private constant FROM_63 = (2 ** 256 - 1) / 0xff * (0x80 - 63);

    /// @notice Returns the bytes that a text encodes; at least 32 bytes of zero stand behind them.
    function decode(Slice text) internal pure returns (Slice) {
        unchecked {
            uint256 length = text.length();
            uint256 size = length * 3 / 4;
            uint256 from = Memory.allocate(size + 64);
            (uint256 surplus, uint256 foreign) = _decode(text, from, from + size);
            // The last character's bits beyond the last byte are zero, or a second text would
            // encode the same bytes.
            if (surplus | foreign != 0 || length % 4 == 1) _refuse(text);
            return slice(from, from + size);
        }
    }

    /// @notice Returns keccak256 of the 43 characters that encode 32 bytes.
    function hashOfEncoded(bytes32 data) internal pure returns (bytes32) {
        uint256 high = _characters(_spread(uint256(data) >> 64));
        uint256 low = _characters(_spread(uint256(uint64(uint256(data))) << 128));
        return keccak256(abi.encodePacked(high, bytes11(bytes32(low))));
    }

    /// @dev Returns what stands in the last word beyond the last byte, and the lanes of characters
    /// outside of the alphabet.
    function _decode(Slice text, uint256 to, uint256 end)
        private
        pure
        returns (uint256 surplus, uint256 foreign)
    {
        unchecked {
            uint256 place = text.start();
            uint256 rest = text.length();
            uint256 word;
            while (rest != 0) {
                word = Memory.word(place);
                if (rest < 32) {
                    uint256 behind = type(uint256).max >> rest * 8;
                    word = word & ~behind | ZEROS & behind;
                    rest = 32;
                }
                uint256 misfits;
                (word, misfits) = _sextets(word);
                foreign |= misfits;
                word = _pack(word);
                Memory.store(to, word);
                (place, to, rest) = (place + 32, to + 24, rest - 32);
            }
            surplus = word << (end + 24 - to) * 8;
            Memory.store(end, 0);
        }
    }

    /// @dev Returns the values of 32 characters, each in its lane, and the lanes of characters
    /// outside of the alphabet; where there are any, the values mean nothing.
    function _sextets(uint256 word) private pure returns (uint256 values, uint256 foreign) {
        unchecked {
            uint256 hyphen = word + FROM_HYPHEN;
            uint256 digit = word + FROM_DIGITS;
            uint256 capital = word + FROM_CAPITALS;
            uint256 underscore = word + FROM_UNDERSCORE;
            uint256 small = word + FROM_SMALL;
            // Inside of one of the five ranges an odd number of the ten bounds is reached.
            foreign = hyphen ^ digit ^ capital ^ underscore ^ small ^ word + BEHIND_HYPHEN
                ^ word + BEHIND_DIGITS ^ word + BEHIND_CAPITALS ^ word + BEHIND_UNDERSCORE
                ^ word + BEHIND_SMALL;
            foreign = (~foreign | word) & Lanes.TOPS;
            // '-' is 62, digits begin at 52, capitals at 0, '_' is 63, small letters begin at 26:
            // c + 17, c + 4, c - 65, c - 32, c - 71. The sum of lanes is a sum of words.
            values = word + _bits(hyphen) * 17 - _bits(digit) * 13 - _bits(capital) * 69
                + _bits(underscore) * 33 - _bits(small) * 39;
        }
    }

    /// @dev Turns the top bit of each lane into its number, 0 or 1.
    function _bits(uint256 word) private pure returns (uint256) {
        return word >> 7 & Lanes.ONES;
    }

    /// @dev Moves 32 values of six bits together, into the first 24 bytes of a word.
    function _pack(uint256 x) private pure returns (uint256) {
        x = (x & (2 ** 256 - 1) / (2 ** 16 - 1) * 0x3f00) >> 2 | x
            & (2 ** 256 - 1) / (2 ** 16 - 1) * 0x3f;
        x = (x & (2 ** 256 - 1) / (2 ** 32 - 1) * 0x0fff0000) >> 4 | x
            & (2 ** 256 - 1) / (2 ** 32 - 1) * 0x0fff;
        x = (x & (2 ** 256 - 1) / (2 ** 64 - 1) * 0xffffff00000000) >> 8 | x
            & (2 ** 256 - 1) / (2 ** 64 - 1) * 0xffffff;
        x = (x & (2 ** 256 - 1) / (2 ** 128 - 1) * 0xffffffffffff0000000000000000) >> 16 | x
            & (2 ** 256 - 1) / (2 ** 128 - 1) * 0xffffffffffff;
        return (x >> 128 << 96 | x & type(uint96).max) << 64;
    }

    /// @dev The reverse of `_pack`, from the low 24 bytes of a word.
    function _spread(uint256 x) private pure returns (uint256) {
        x = x >> 96 << 128 | x & type(uint96).max;
        x = (x & (2 ** 256 - 1) / (2 ** 128 - 1) * 0xffffffffffff000000000000) << 16 | x
            & (2 ** 256 - 1) / (2 ** 128 - 1) * 0xffffffffffff;
        x = (x & (2 ** 256 - 1) / (2 ** 64 - 1) * 0xffffff000000) << 8 | x
            & (2 ** 256 - 1) / (2 ** 64 - 1) * 0xffffff;
        x = (x & (2 ** 256 - 1) / (2 ** 32 - 1) * 0xfff000) << 4 | x
            & (2 ** 256 - 1) / (2 ** 32 - 1) * 0xfff;
        return (x & (2 ** 256 - 1) / (2 ** 16 - 1) * 0xfc0) << 2 | x
            & (2 ** 256 - 1) / (2 ** 16 - 1) * 0x3f;
    }

    /// @dev The reverse of `_sextets`.
    function _characters(uint256 values) private pure returns (uint256) {
        unchecked {
            return values + ZEROS + _bits(values + FROM_26) * 6 - _bits(values + FROM_52) * 75
                - _bits(values + FROM_62) * 13 + _bits(values + FROM_63) * 49;
        }
    }

    /// @dev Finds out what to say about a text that does not decode.
    function _refuse(Slice text) private pure {
        uint256 position;
        for (; position < text.length(); ++position) {
            (, uint256 foreign) =
                _sextets(Memory.byteAt(text.start() + position) << 248 | ZEROS >> 8);
            if (foreign != 0) break;
        }
        revert InvalidBase64URL(position);
    }
}
