// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Lanes} from "./Lanes.sol";

/// @title Bytes as lower-case hexadecimal text
library HexText {
    /// @dev '0' in each lane.
    uint256 private constant DIGITS = (2 ** 256 - 1) / 0xff * 0x30;
    /// @dev Sets the top bit of each lane that is 10 or more.
    uint256 private constant FROM_TEN = (2 ** 256 - 1) / 0xff * (0x80 - 10);

    /// @notice Returns the 64 digits of 32 bytes, without a prefix.
    function digits(bytes32 data) internal pure returns (bytes32 high, bytes32 low) {
        return (_digits(uint256(data) >> 128), _digits(uint128(uint256(data))));
    }

    /// @notice Returns keccak256 of the text `0x…` of 32 bytes.
    function hashOfPrefixed(bytes32 data) internal pure returns (bytes32) {
        (bytes32 high, bytes32 low) = digits(data);
        return keccak256(abi.encodePacked("0x", high, low));
    }

    /// @dev The 32 digits of 16 bytes: each half byte moves into a lane, then becomes a digit.
    function _digits(uint256 x) private pure returns (bytes32) {
        unchecked {
            x = (x << 64 | x) & (2 ** 256 - 1) / (2 ** 128 - 1) * (2 ** 64 - 1);
            x = (x << 32 | x) & (2 ** 256 - 1) / (2 ** 64 - 1) * (2 ** 32 - 1);
            x = (x << 16 | x) & (2 ** 256 - 1) / (2 ** 32 - 1) * (2 ** 16 - 1);
            x = (x << 8 | x) & (2 ** 256 - 1) / (2 ** 16 - 1) * (2 ** 8 - 1);
            x = (x << 4 | x) & (2 ** 256 - 1) / 0xff * 0x0f;
            uint256 letters = x + FROM_TEN >> 7 & Lanes.ONES;
            return bytes32(x + DIGITS + letters * 0x27);
        }
    }
}
