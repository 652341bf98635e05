// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Octet strings put together in place
/// @notice What is hashed, and what precompiles are called with, is written once and not copied again
/// with each part that is added: see decision record 0015.
/// @dev Capacity is not checked: whoever allocates appends no more than that.
library Octets {
    /// @notice Room for octets; there are none yet.
    function allocate(uint256 capacity) internal pure returns (bytes memory octets) {
        assembly ("memory-safe") {
            octets := mload(0x40)
            mstore(octets, 0)
            // The length, the octets, and a word more, since numbers are written as whole words.
            mstore(0x40, add(octets, and(add(capacity, 0x5f), not(0x1f))))
        }
    }

    /// @notice Appends other octets.
    function append(bytes memory octets, bytes memory part) internal pure {
        assembly ("memory-safe") {
            let end := mload(octets)
            let length := mload(part)
            mcopy(add(add(octets, 0x20), end), add(part, 0x20), length)
            mstore(octets, add(end, length))
        }
    }

    /// @notice Appends the first octets of call data; zeros for what is beyond all call data.
    function appendCalldata(bytes memory octets, bytes calldata source, uint256 length)
        internal
        pure
    {
        assembly ("memory-safe") {
            let end := mload(octets)
            calldatacopy(add(add(octets, 0x20), end), source.offset, length)
            mstore(octets, add(end, length))
        }
    }

    /// @notice Appends a number in a given length: I2OSP.
    /// @param length 1 to 32; the value fits.
    function appendNumber(bytes memory octets, uint256 value, uint256 length) internal pure {
        assembly ("memory-safe") {
            let end := mload(octets)
            mstore(add(add(octets, 0x20), end), shl(sub(256, shl(3, length)), value))
            mstore(octets, add(end, length))
        }
    }
}
