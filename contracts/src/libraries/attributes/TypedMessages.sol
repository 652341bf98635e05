// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scalars} from "../bbs/Scalars.sol";

/// @title The suite of attribute credentials: how one typed value becomes one BBS message
/// @notice docs/formats.md, "Typed messages". Values are given as policies have them: text and bytes
/// as they are, integers, dates and datetimes as u64 of the value plus 2^53, booleans as u8,
/// addresses as 20 bytes, absent as nothing.
/// @dev That text is UTF-8 in normal form C is not checked here: issuers sign no other.
library TypedMessages {
    /// @notice No value of this type has these bytes.
    error DisclosedValueInvalid(uint8 typeCode);

    /// @notice Identifier of the interface; every tag and generator derives from it.
    bytes internal constant API_ID = "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_";

    /// @notice Domain separation tag of the messages that are hashed.
    bytes internal constant MAP_TAG =
        "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_MAP_TYPED_TO_SCALAR_AS_HASH_";

    /// @notice Domain separation tag of domain and challenge.
    bytes internal constant HASH_TAG = "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_H2S_";

    /// @notice The message of an empty slot: hash_to_scalar of one zero byte under MAP_TAG.
    uint256 internal constant ABSENT_MESSAGE =
        0x115295cc85db7124f8bd90f1ff17abb11413e90a2fbadc2632aec26eb00f5bc0;

    uint8 internal constant ABSENT = 0;
    uint8 internal constant TEXT = 1;
    uint8 internal constant BYTES = 2;
    uint8 internal constant INTEGER = 3;
    uint8 internal constant BOOLEAN = 4;
    uint8 internal constant DATE = 5;
    uint8 internal constant DATETIME = 6;
    uint8 internal constant ADDRESS = 7;

    /// @notice Added to whatever can be ordered.
    uint256 internal constant ORDER_OFFSET = 1 << 53;

    uint256 private constant ADDRESS_OFFSET = 1 << 160;
    uint256 private constant MAX_TEXT_LENGTH = 1024;
    uint256 private constant MAX_BYTES_LENGTH = 65_535;
    /// @dev The years 1 to 9999, in days and seconds before and since 1970.
    uint256 private constant DAYS_BEFORE = 719_162;
    uint256 private constant DAYS_SINCE = 2_932_896;
    uint256 private constant SECONDS_BEFORE = 62_135_596_800;
    uint256 private constant SECONDS_SINCE = 253_402_300_799;

    /// @notice The message and the claim of a typed value.
    /// @param typeCode 0 absent, 1 text … 7 address.
    /// @param data The value.
    /// @return message The scalar that is signed.
    /// @return value What stands in a Claim (types/Presented.sol): of text and bytes keccak256, else
    /// the number.
    function mapTyped(uint8 typeCode, bytes memory data)
        internal
        view
        returns (uint256 message, uint256 value)
    {
        if (typeCode == TEXT || typeCode == BYTES) return _hashed(typeCode, data);
        if (typeCode == ABSENT && data.length == 0) return (ABSENT_MESSAGE, 0);
        if (data.length != _width(typeCode)) revert DisclosedValueInvalid(typeCode);
        // At most 20 bytes: nothing is cut off.
        // forge-lint: disable-next-line(unsafe-typecast)
        value = uint256(bytes32(data)) >> (256 - 8 * data.length);
        (uint256 lowest, uint256 highest) = _range(typeCode);
        if (value < lowest || value > highest) revert DisclosedValueInvalid(typeCode);
        if (typeCode == BOOLEAN) return (ORDER_OFFSET + value, value);
        if (typeCode == ADDRESS) return (ADDRESS_OFFSET + value, value);
        return (value, value);
    }

    function _hashed(uint8 typeCode, bytes memory data) private view returns (uint256, uint256) {
        uint256 longest = typeCode == TEXT ? MAX_TEXT_LENGTH : MAX_BYTES_LENGTH;
        if (data.length > longest) revert DisclosedValueInvalid(typeCode);
        bytes memory octets = bytes.concat(bytes1(typeCode), data);
        return (Scalars.hash(octets, MAP_TAG), uint256(keccak256(data)));
    }

    /// @dev Length of a number in bytes.
    function _width(uint8 typeCode) private pure returns (uint256) {
        if (typeCode == BOOLEAN) return 1;
        if (typeCode == ADDRESS) return 20;
        if (typeCode >= INTEGER && typeCode <= DATETIME) return 8;
        revert DisclosedValueInvalid(typeCode);
    }

    /// @dev Least and greatest number, offset included.
    function _range(uint8 typeCode) private pure returns (uint256, uint256) {
        if (typeCode == INTEGER) return (1, 2 * ORDER_OFFSET - 1);
        if (typeCode == DATE) return (ORDER_OFFSET - DAYS_BEFORE, ORDER_OFFSET + DAYS_SINCE);
        if (typeCode == DATETIME) {
            return (ORDER_OFFSET - SECONDS_BEFORE, ORDER_OFFSET + SECONDS_SINCE);
        }
        return (0, typeCode == BOOLEAN ? 1 : type(uint160).max);
    }
}
