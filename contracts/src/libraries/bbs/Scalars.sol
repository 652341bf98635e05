// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ExpandMessage} from "./ExpandMessage.sol";

/// @title Scalars of BLS12-381: integers modulo the order of its groups
library Scalars {
    /// @notice r, the order of G1 and G2.
    uint256 internal constant ORDER =
        0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;

    /// @notice Whether a number is a scalar as BBS transmits them: from 1 to r - 1.
    function isValid(uint256 number) internal pure returns (bool) {
        unchecked {
            // Zero wraps to the largest number.
            return number - 1 < ORDER - 1;
        }
    }

    /// @notice hash_to_scalar of BBS: 48 uniform bytes modulo r.
    /// @param domainTag At most 255 bytes.
    function hash(bytes memory message, bytes memory domainTag) internal view returns (uint256) {
        bytes32[] memory uniform = ExpandMessage.expand(message, domainTag, 48);
        // The 48 bytes are the first block and the upper half of the second.
        uint256 high = mulmod(uint256(uniform[0]), 1 << 128, ORDER);
        return addmod(high, uint256(uniform[1]) >> 128, ORDER);
    }
}
