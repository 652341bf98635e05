// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../types/Slice.sol";
import {Lanes} from "./Lanes.sol";
import {Memory} from "./Memory.sol";

/// @title Whether bytes are UTF-8 (RFC 3629)
library UTF8 {
    /// @notice Not UTF-8; `found` are the bytes from where a character should begin.
    error InvalidUTF8(bytes32 found);

    /// @notice Refuses what is not UTF-8.
    /// @param text Behind it must stand 32 bytes of zero, which continue no character.
    function check(Slice text) internal pure {
        unchecked {
            (uint256 place, uint256 end) = (text.start(), text.end());
            while (place < end) {
                uint256 word = Memory.word(place);
                if (word & Lanes.TOPS == 0) place += 32;
                else place += _lengthOf(word);
            }
        }
    }

    /// @dev The number of bytes of the character that a word begins with (RFC 3629 section 4).
    function _lengthOf(uint256 word) private pure returns (uint256) {
        uint256 lead = word >> 248;
        uint256 second = word >> 240 & 0xff;
        if (lead < 0x80) return 1;
        if (lead >= 0xc2 && lead < 0xe0 && _continues(word, 1)) return 2;
        if (lead >= 0xe0 && lead < 0xf0 && _continues(word, 2)) {
            // Neither what two bytes can say, nor half of a surrogate pair.
            if ((lead > 0xe0 || second >= 0xa0) && (lead != 0xed || second < 0xa0)) return 3;
        }
        if (lead >= 0xf0 && lead < 0xf5 && _continues(word, 3)) {
            // Neither what three bytes can say, nor beyond U+10FFFF.
            if ((lead > 0xf0 || second >= 0x90) && (lead < 0xf4 || second < 0x90)) return 4;
        }
        revert InvalidUTF8(bytes32(word));
    }

    /// @dev Whether the bytes after the first one are continuation bytes, 10xxxxxx.
    function _continues(uint256 word, uint256 count) private pure returns (bool) {
        uint256 shift = 248 - count * 8;
        uint256 lanes = ((Lanes.ONES >> 8) >> shift) << shift;
        return word & lanes * 0xc0 == lanes * 0x80;
    }
}
