// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

/// @title expand_message_xmd of RFC 9380 5.3.1 with SHA-256
library ExpandMessage {
    /// @notice A domain separation tag has at most 255 bytes (RFC 9380 5.3.3 is for longer ones).
    error DomainTagTooLong(uint256 length);

    address private constant SHA256 = address(0x02);

    /// @notice Uniform bytes from a message, under a domain separation tag.
    /// @dev Puts together what is hashed behind all allocated memory: see decision record 0015.
    /// @param length How many bytes are asked for, 1 to 8160. It goes into the hash.
    /// @return blocks The bytes. Where the length is no multiple of 32, the last block holds more of
    /// them than were asked for.
    function expand(bytes memory message, bytes memory domainTag, uint256 length)
        internal
        view
        returns (bytes32[] memory blocks)
    {
        if (domainTag.length > 255) revert DomainTagTooLong(domainTag.length);
        bool hashed;
        assembly ("memory-safe") {
            // Writes DST_prime = DST ‖ I2OSP(length of DST, 1); returns where it ends.
            function writeTag(target, tag) -> end {
                let tagLength := mload(tag)
                mcopy(target, add(tag, 0x20), tagLength)
                end := add(target, tagLength)
                mstore8(end, tagLength)
                end := add(end, 1)
            }
            // A network without the precompile takes the call and answers nothing.
            function hash(start, end, target) -> ok {
                ok := staticcall(gas(), 2, start, sub(end, start), target, 0x20)
                ok := and(ok, eq(returndatasize(), 0x20))
            }
            let count := shr(5, add(length, 31))
            blocks := mload(0x40)
            mstore(blocks, count)
            let input := add(blocks, shl(5, add(count, 1)))
            mstore(0x40, input)
            // b_0 = H(Z_pad ‖ message ‖ I2OSP(length, 2) ‖ I2OSP(0, 1) ‖ DST_prime)
            mstore(input, 0)
            mstore(add(input, 0x20), 0)
            let end := add(input, 0x40)
            mcopy(end, add(message, 0x20), mload(message))
            end := add(end, mload(message))
            mstore(end, shl(240, length))
            end := writeTag(add(end, 3), domainTag)
            hashed := hash(input, end, 0)
            let b0 := mload(0)
            // b_i = H((b_0 xor b_(i - 1)) ‖ I2OSP(i, 1) ‖ DST_prime), with zeros for b_0 in the first
            end := writeTag(add(input, 0x21), domainTag)
            let previous := 0
            for { let i := 1 } iszero(gt(i, count)) { i := add(i, 1) } {
                mstore(input, xor(b0, previous))
                mstore8(add(input, 0x20), i)
                let target := add(blocks, shl(5, i))
                hashed := and(hashed, hash(input, end, target))
                previous := mload(target)
            }
        }
        if (!hashed) revert Errors.MissingPrecompile(SHA256);
    }
}
