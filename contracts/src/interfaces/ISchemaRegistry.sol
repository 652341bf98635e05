// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TypeId} from "../types/Identifiers.sol";

/// @title Immutable attribute schemas, stored under their hash
/// @notice A schema's encoding, all integers big-endian: "didgate-schema-v1" ‖ 00 ‖ u16 length ‖
/// type URI ‖ u8 statusMode (0 epoch, 1 index) ‖ u8 nymMode (0) ‖ u16 granularityDays ‖
/// u16 lifetimeDays ‖ u8 n ‖ n × (u8 type (1 text, 2 bytes, 3 integer, 4 boolean, 5 date,
/// 6 datetime, 7 address) ‖ u8 optional (0, 1) ‖ u8 length ‖ name). Its keccak256 is the schema's id.
/// @dev Anyone may register: a schema means nothing until an issuer is accredited for it.
interface ISchemaRegistry {
    /// @notice A schema was stored.
    event SchemaRegistered(TypeId indexed schemaId, address indexed by);

    /// @notice A schema has at most `maximum` bytes.
    error SchemaTooLong(uint256 length, uint256 maximum);

    /// @notice The encoding ends too early: the field at this offset is cut off.
    error SchemaTruncated(uint256 offset);

    /// @notice The encoding goes on after its last attribute.
    error TrailingBytes(uint256 offset);

    /// @notice The encoding does not start with the mark of a schema.
    error NotASchema();

    /// @notice The type URI is empty.
    error MissingTypeURI();

    /// @notice There is no such status mode.
    error UnknownStatusMode(uint8 mode);

    /// @notice There is no such pseudonym mode.
    error UnknownNymMode(uint8 mode);

    /// @notice Granularity and lifetime are at least one day, and the lifetime is not the shorter.
    error InvalidValidity(uint16 granularityDays, uint16 lifetimeDays);

    /// @notice A schema has from 1 to `maximum` attributes.
    error InvalidAttributeCount(uint256 count, uint256 maximum);

    /// @notice There is no such attribute type.
    error UnknownAttributeType(uint256 attribute, uint8 code);

    /// @notice An attribute is optional (1) or not (0).
    error InvalidOptionalFlag(uint256 attribute, uint8 flag);

    /// @notice An attribute has no name.
    error MissingAttributeName(uint256 attribute);

    /// @notice Two attributes have the same name.
    error DuplicateAttributeName(uint256 attribute);

    /// @notice No such schema was registered.
    error UnknownSchema(TypeId schemaId);

    /// @notice Stores a schema; without effect if it is there already.
    /// @param encoded Encoding of the schema.
    /// @return schemaId keccak256 of the encoding.
    function register(bytes calldata encoded) external returns (TypeId schemaId);

    /// @notice Whether a schema was registered.
    function exists(TypeId schemaId) external view returns (bool);

    /// @notice Encoding of a schema.
    function schemaBytes(TypeId schemaId) external view returns (bytes memory);
}
