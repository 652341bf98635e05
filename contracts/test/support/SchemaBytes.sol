// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Writes attribute schemas as bytes.
library SchemaBytes {
    /// @param attributes Made by `attribute`, one behind the other.
    function schema(
        string memory uri,
        uint8 statusMode,
        uint16 granularityDays,
        uint16 lifetimeDays,
        uint8 count,
        bytes memory attributes
    ) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked("didgate-schema-v1\x00", uint16(bytes(uri).length), uri, statusMode),
            abi.encodePacked(uint8(0), granularityDays, lifetimeDays, count, attributes)
        );
    }

    function attribute(uint8 kind, string memory name) internal pure returns (bytes memory) {
        return abi.encodePacked(kind, uint8(1), uint8(bytes(name).length), name);
    }
}
