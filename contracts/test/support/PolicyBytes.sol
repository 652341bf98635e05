// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Writes policies as canonical bytes, or as what nearly is: nothing is checked here.
library PolicyBytes {
    bytes internal constant NO_QUOTA = hex"0000000000000000";

    function policy(bytes memory pins, bytes memory tree) internal pure returns (bytes memory) {
        return policy(300, NO_QUOTA, pins, tree);
    }

    /// @param pins Pins made by `pin`, put together in ascending order.
    function policy(uint16 lifetime, bytes memory quota, bytes memory pins, bytes memory tree)
        internal
        pure
        returns (bytes memory)
    {
        return
            abi.encodePacked(
                uint8(1), lifetime, quota, uint8(0), uint8(pins.length / 53), pins, tree
            );
    }

    function pin(uint8 kind, address registry) internal view returns (bytes memory) {
        return pin(kind, registry, registry.codehash);
    }

    function pin(uint8 kind, address registry, bytes32 codeHash)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(kind, registry, codeHash);
    }

    function node(uint8 tag, bytes memory body) internal pure returns (bytes memory) {
        return abi.encodePacked(tag, uint16(body.length), body);
    }

    function all(uint8 holder, bytes memory a, bytes memory b)
        internal
        pure
        returns (bytes memory)
    {
        return node(0x01, abi.encodePacked(holder, uint8(2), a, b));
    }

    function any(bytes memory a, bytes memory b) internal pure returns (bytes memory) {
        return node(0x02, abi.encodePacked(uint8(2), a, b));
    }

    function atLeast(uint8 holder, uint8 need, bytes memory a, bytes memory b)
        internal
        pure
        returns (bytes memory)
    {
        return node(0x03, abi.encodePacked(holder, need, uint8(2), a, b));
    }

    function atLeast(uint8 holder, uint8 need, bytes memory a, bytes memory b, bytes memory c)
        internal
        pure
        returns (bytes memory)
    {
        return node(0x03, abi.encodePacked(holder, need, uint8(3), a, b, c));
    }

    function not(bytes memory child) internal pure returns (bytes memory) {
        return node(0x04, child);
    }

    /// @param issuers DIDs made by `text16`, with their number before them; likewise `claims`.
    function attribute(
        bytes32 schema,
        bytes memory issuers,
        uint32 minAge,
        uint32 maxAge,
        bytes memory claims
    ) internal pure returns (bytes memory) {
        return node(0x10, abi.encodePacked(uint8(1), schema, issuers, minAge, maxAge, claims));
    }

    function sdJwt(
        string memory vct,
        bytes memory issuers,
        uint32 minAge,
        uint32 maxAge,
        bytes memory claims
    ) internal pure returns (bytes memory) {
        return node(0x10, abi.encodePacked(uint8(2), text16(vct), issuers, minAge, maxAge, claims));
    }

    /// @dev An SD-JWT that any accredited issuer may have issued, whatever it claims.
    function sdJwt(string memory vct) internal pure returns (bytes memory) {
        return sdJwt(vct, hex"00", 0, 0, hex"00");
    }

    /// @dev An attribute credential that any accredited issuer may have issued.
    function attribute(bytes32 schema) internal pure returns (bytes memory) {
        return attribute(schema, hex"00", 0, 0, hex"00");
    }

    /// @param values Values, one behind the other.
    function claim(string memory name, uint8 operator, uint8 count, bytes memory values)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(uint8(bytes(name).length), name, operator, count, values);
    }

    function text16(string memory content) internal pure returns (bytes memory) {
        return abi.encodePacked(uint16(bytes(content).length), content);
    }

    function text(string memory value) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(1), text16(value));
    }

    /// @param kind Type code of integers, dates or datetimes.
    function number(uint8 kind, int256 value) internal pure returns (bytes memory) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return abi.encodePacked(kind, uint64(uint256(value + 2 ** 53)));
    }

    function list(bytes32 id, uint32 minAge) internal pure returns (bytes memory) {
        return node(0x11, abi.encodePacked(id, minAge));
    }

    function token(uint8 standard, address contract_, uint256 id, uint256 amount)
        internal
        pure
        returns (bytes memory)
    {
        return node(0x12, abi.encodePacked(standard, contract_, id, amount));
    }

    function time(uint64 start, uint64 end) internal pure returns (bytes memory) {
        return node(0x14, abi.encodePacked(start, end));
    }

    /// @param attesters Addresses of 20 bytes each.
    function attestation(bytes32 schema, bytes memory attesters, uint32 minAge, uint32 maxAge)
        internal
        pure
        returns (bytes memory)
    {
        return node(
            0x15, abi.encodePacked(schema, uint8(attesters.length / 20), attesters, minAge, maxAge)
        );
    }

    function member(bytes32 root) internal pure returns (bytes memory) {
        return node(0x16, abi.encodePacked(root));
    }
}
