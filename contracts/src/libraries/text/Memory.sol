// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Slice} from "../../types/Slice.sol";

/// @title Memory read, written and hashed in place
/// @dev The assembly that parsing text takes, and no other (decision record 0018): Solidity would
/// copy what it hashes, and check an index for each byte.
library Memory {
    address private constant SHA256 = address(0x02);

    /// @notice The 32 bytes from `place` on.
    function word(uint256 place) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(place)
        }
    }

    /// @notice The byte at `place`.
    function byteAt(uint256 place) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(place))
        }
    }

    /// @notice Writes the 32 bytes from `place` on, which the caller has allocated.
    function store(uint256 place, uint256 value) internal pure {
        assembly ("memory-safe") {
            mstore(place, value)
        }
    }

    /// @notice Takes a number of bytes, whatever they hold; returns where they start.
    function allocate(uint256 size) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            mstore(0x40, and(add(add(place, size), 31), not(31)))
        }
    }

    /// @notice Copies text from call data to `place`, which the caller has allocated.
    /// @return The end of the copy.
    function copy(string calldata text, uint256 place) internal pure returns (uint256) {
        assembly ("memory-safe") {
            calldatacopy(place, text.offset, text.length)
        }
        unchecked {
            return place + bytes(text).length;
        }
    }

    /// @notice keccak256 of a slice.
    function keccak(Slice data) internal pure returns (bytes32 value) {
        (uint256 place, uint256 size) = (data.start(), data.length());
        assembly ("memory-safe") {
            value := keccak256(place, size)
        }
    }

    /// @notice SHA-256 of a slice.
    function sha2(Slice data) internal view returns (bytes32 value) {
        (uint256 place, uint256 size) = (data.start(), data.length());
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 2, place, size, 0, 32)
            ok := and(ok, eq(returndatasize(), 32))
            value := mload(0)
        }
        if (!ok) revert Errors.MissingPrecompile(SHA256);
    }
}
