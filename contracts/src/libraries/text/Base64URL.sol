// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Slice, slice} from "../../types/Slice.sol";
import {Memory} from "./Memory.sol";

/// @title Base64url without padding (RFC 4648 section 5), in its one canonical form
/// @dev 32 characters at a time, each in a lane of a word.
library Base64URL {
    /// @notice Not base64url. `position` is that of the first character outside of the alphabet, or
    /// the length where the last character is one that no encoder writes there.
    error InvalidBase64URL(uint256 position);

    /// @dev 'A', which stands for six bits of zero, in each lane.
    uint256 private constant ZEROS =
        0x4141414141414141414141414141414141414141414141414141414141414141;

    /// @dev 0x80 less a bound in each lane: added to a character, it sets the top bit of each lane
    /// that is not below the bound.
    uint256 private constant FROM_HYPHEN =
        0x5353535353535353535353535353535353535353535353535353535353535353;
    uint256 private constant BEHIND_HYPHEN =
        0x5252525252525252525252525252525252525252525252525252525252525252;
    uint256 private constant FROM_DIGITS =
        0x5050505050505050505050505050505050505050505050505050505050505050;
    uint256 private constant BEHIND_DIGITS =
        0x4646464646464646464646464646464646464646464646464646464646464646;
    uint256 private constant FROM_CAPITALS =
        0x3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f;
    uint256 private constant BEHIND_CAPITALS =
        0x2525252525252525252525252525252525252525252525252525252525252525;
    uint256 private constant FROM_UNDERSCORE =
        0x2121212121212121212121212121212121212121212121212121212121212121;
    uint256 private constant BEHIND_UNDERSCORE =
        0x2020202020202020202020202020202020202020202020202020202020202020;
    uint256 private constant FROM_SMALL =
        0x1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f;
    uint256 private constant BEHIND_SMALL =
        0x0505050505050505050505050505050505050505050505050505050505050505;

    uint256 private constant SEVENTEEN =
        0x1111111111111111111111111111111111111111111111111111111111111111;

    /// @dev The same for the values that characters stand for.
    uint256 private constant FROM_26 =
        0x6666666666666666666666666666666666666666666666666666666666666666;
    uint256 private constant FROM_52 =
        0x4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c;
    uint256 private constant FROM_62 =
        0x4242424242424242424242424242424242424242424242424242424242424242;
    uint256 private constant FROM_63 =
        0x4141414141414141414141414141414141414141414141414141414141414141;

    /// @dev The top bit of each lane.
    uint256 private constant TOPS =
        0x8080808080808080808080808080808080808080808080808080808080808080;
    /// @dev 1 in each lane.
    uint256 private constant ONES =
        0x0101010101010101010101010101010101010101010101010101010101010101;
    /// @dev Every other group of so many bits, each in twice the room that it had before.
    uint256 private constant ODD_SIX =
        0x3f003f003f003f003f003f003f003f003f003f003f003f003f003f003f003f00;
    uint256 private constant EVEN_SIX =
        0x003f003f003f003f003f003f003f003f003f003f003f003f003f003f003f003f;
    uint256 private constant ODD_TWELVE =
        0x0fff00000fff00000fff00000fff00000fff00000fff00000fff00000fff0000;
    uint256 private constant EVEN_TWELVE =
        0x00000fff00000fff00000fff00000fff00000fff00000fff00000fff00000fff;
    uint256 private constant ODD_TWENTY_FOUR =
        0x00ffffff0000000000ffffff0000000000ffffff0000000000ffffff00000000;
    uint256 private constant EVEN_TWENTY_FOUR =
        0x0000000000ffffff0000000000ffffff0000000000ffffff0000000000ffffff;
    uint256 private constant ODD_FORTY_EIGHT =
        0x0000ffffffffffff00000000000000000000ffffffffffff0000000000000000;
    uint256 private constant EVEN_FORTY_EIGHT =
        0x00000000000000000000ffffffffffff00000000000000000000ffffffffffff;
    uint256 private constant LOW_NINETY_SIX = 0xffffffffffffffffffffffff;

    /// @notice Returns the bytes that a text encodes; at least 32 bytes of zero stand behind them.
    /// @param text Behind it stand 32 bytes of allocated memory.
    /// @return data The bytes.
    /// @return isASCII Whether each of them is below 0x80.
    function decode(Slice text) internal pure returns (Slice data, bool isASCII) {
        unchecked {
            (uint256 place, uint256 textEnd) = (text.start(), text.end());
            uint256 size = (textEnd - place) * 3 / 4;
            uint256 from = Memory.allocate(size + 64);
            // While it is decoded, the text goes on with zero bits.
            uint256 behind = Memory.word(textEnd);
            Memory.store(textEnd, ZEROS);
            (uint256 foreign, uint256 seen) = _decode(place, textEnd, from, from + size);
            Memory.store(textEnd, behind);
            if (foreign != 0 || (textEnd - place) % 4 == 1) _refuse(text);
            return (slice(from, from + size), seen == 0);
        }
    }

    /// @notice Returns keccak256 of the 43 characters that encode 32 bytes.
    function hashOfEncoded(bytes32 data) internal pure returns (bytes32) {
        uint256 high = _characters(_spread(uint256(data) >> 64));
        uint256 low = _characters(_spread(uint256(uint64(uint256(data))) << 128));
        // 43 characters: 32 and 11.
        // forge-lint: disable-next-line(unsafe-typecast)
        return keccak256(abi.encodePacked(high, bytes11(bytes32(low))));
    }

    /// @dev `foreign` is 0 if every character is in the alphabet and no bit lies beyond the last
    /// byte; `seen` is 0 if every byte is below 0x80. For a character c the value is c + 17 for '-',
    /// c + 4 for digits, c - 65 for capitals, c - 32 for '_' and c - 71 for small letters.
    function _decode(uint256 place, uint256 textEnd, uint256 to, uint256 end)
        private
        pure
        returns (uint256 foreign, uint256 seen)
    {
        assembly ("memory-safe") {
            let ones := div(not(0), 0xff)
            let last := 0
            for {} lt(place, textEnd) { place := add(place, 32) } {
                let x
                {
                    let word := mload(place)
                    let digit := add(word, FROM_DIGITS)
                    let capital := add(word, FROM_CAPITALS)
                    let underscore := add(word, FROM_UNDERSCORE)
                    let small := add(word, FROM_SMALL)
                    // Inside of one of the five ranges an odd number of the ten bounds is reached.
                    foreign := or(
                        or(foreign, word),
                        not(
                            xor(
                                xor(
                                    xor(add(word, FROM_HYPHEN), add(word, BEHIND_HYPHEN)),
                                    xor(digit, add(word, BEHIND_DIGITS))
                                ),
                                xor(
                                    xor(
                                        xor(capital, add(word, BEHIND_CAPITALS)),
                                        xor(underscore, add(word, BEHIND_UNDERSCORE))
                                    ),
                                    xor(small, add(word, BEHIND_SMALL))
                                )
                            )
                        )
                    )
                    // The top bits become 0 or 1; that of a hyphen or more is 1 in each lane that
                    // counts. A sum of lanes is a sum of words, whatever it borrows.
                    x := sub(
                        add(add(word, SEVENTEEN), mul(and(shr(7, underscore), ones), 33)),
                        add(
                            add(
                                mul(and(shr(7, digit), ones), 13),
                                mul(and(shr(7, capital), ones), 69)
                            ),
                            mul(and(shr(7, small), ones), 39)
                        )
                    )
                }
                // Groups of bits move together by pairs: six and six, twelve and twelve …
                let y := or(shr(2, and(x, ODD_SIX)), and(x, EVEN_SIX))
                let z := or(shr(4, and(y, ODD_TWELVE)), and(y, EVEN_TWELVE))
                y := or(shr(8, and(z, ODD_TWENTY_FOUR)), and(z, EVEN_TWENTY_FOUR))
                z := or(shr(16, and(y, ODD_FORTY_EIGHT)), and(y, EVEN_FORTY_EIGHT))
                last := or(shl(160, shr(128, z)), shl(64, and(z, LOW_NINETY_SIX)))
                mstore(to, last)
                seen := or(seen, last)
                to := add(to, 24)
            }
            // Of the last characters, what lies beyond the last byte.
            foreign := or(and(foreign, TOPS), shl(shl(3, sub(add(end, 24), to)), last))
            seen := and(seen, TOPS)
            mstore(end, 0)
        }
    }

    /// @dev Moves the 32 groups of six bits in the low 24 bytes apart, each into a lane.
    function _spread(uint256 x) private pure returns (uint256) {
        x = x >> 96 << 128 | x & LOW_NINETY_SIX;
        x = (x << 16) & ODD_FORTY_EIGHT | x & EVEN_FORTY_EIGHT;
        x = (x << 8) & ODD_TWENTY_FOUR | x & EVEN_TWENTY_FOUR;
        x = (x << 4) & ODD_TWELVE | x & EVEN_TWELVE;
        return (x << 2) & ODD_SIX | x & EVEN_SIX;
    }

    /// @dev Turns the values in lanes into characters.
    function _characters(uint256 values) private pure returns (uint256) {
        unchecked {
            return values + ZEROS + (values + FROM_26 >> 7 & ONES) * 6
                - (values + FROM_52 >> 7 & ONES) * 75 - (values + FROM_62 >> 7 & ONES) * 13
                + (values + FROM_63 >> 7 & ONES) * 49;
        }
    }

    /// @dev Finds out what to say about a text that does not decode.
    function _refuse(Slice text) private pure {
        uint256 position;
        for (; position < text.length(); ++position) {
            uint256 character = Memory.byteAt(text.start() + position);
            bool isLetter =
                character >= 0x41 && character <= 0x5a || character >= 0x61 && character <= 0x7a;
            bool isDigit = character >= 0x30 && character <= 0x39;
            if (!isLetter && !isDigit && character != 0x2d && character != 0x5f) break;
        }
        revert InvalidBase64URL(position);
    }
}
