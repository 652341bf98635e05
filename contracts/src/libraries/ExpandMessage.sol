// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title expand_message_xmd of RFC 9380 5.3.1 with SHA-256
library ExpandMessage {
    /// @notice A domain separation tag has at most 255 bytes (RFC 9380 5.3.3 is for longer ones).
    error DomainTagTooLong(uint256 length);

    /// @notice Uniform bytes from a message, under a domain separation tag.
    /// @param length How many bytes are asked for, 1 to 8160. It goes into the hash.
    /// @return blocks The bytes. Where the length is no multiple of 32, the last block holds more of
    /// them than were asked for.
    function expand(bytes memory message, bytes memory domainTag, uint16 length)
        internal
        pure
        returns (bytes32[] memory blocks)
    {
        if (domainTag.length > 255) revert DomainTagTooLong(domainTag.length);
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes memory dstPrime = bytes.concat(domainTag, bytes1(uint8(domainTag.length)));
        bytes32 b0 =
            sha256(bytes.concat(new bytes(64), message, bytes2(length), bytes1(0), dstPrime));
        bytes32 previous;
        blocks = new bytes32[]((uint256(length) + 31) / 32);
        for (uint8 i = 0; i < blocks.length; ++i) {
            previous = sha256(bytes.concat(b0 ^ previous, bytes1(i + 1), dstPrime));
            blocks[i] = previous;
        }
    }
}
