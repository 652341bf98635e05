// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISchemaRegistry} from "./interfaces/ISchemaRegistry.sol";
import {ContentStore} from "./libraries/registry/ContentStore.sol";
import {TypeId} from "./types/Identifiers.sol";

/// @title Attribute schemas under their hash
/// @dev What each function does stands in ISchemaRegistry.
contract SchemaRegistry is ISchemaRegistry {
    using ContentStore for ContentStore.Contents;

    uint256 private constant MAX_SCHEMA_LENGTH = 16_384;
    /// @dev A credential has at most 32 slots, and three of them are not attributes.
    uint256 private constant MAX_ATTRIBUTES = 29;
    uint8 private constant MAX_STATUS_MODE = 1;
    uint8 private constant MAX_NYM_MODE = 0;
    uint8 private constant MIN_TYPE = 1;
    uint8 private constant MAX_TYPE = 7;
    bytes18 private constant MARK = "didgate-schema-v1";

    ContentStore.Contents private _schemas;

    /// @inheritdoc ISchemaRegistry
    function register(bytes calldata encoded) external returns (TypeId schemaId) {
        schemaId = TypeId.wrap(keccak256(encoded));
        if (exists(schemaId)) return schemaId;
        _check(encoded);
        _schemas.put(encoded);
        emit SchemaRegistered(schemaId, msg.sender);
    }

    /// @inheritdoc ISchemaRegistry
    function schemaBytes(TypeId schemaId) external view returns (bytes memory) {
        if (!exists(schemaId)) revert UnknownSchema(schemaId);
        return _schemas.get(TypeId.unwrap(schemaId));
    }

    /// @inheritdoc ISchemaRegistry
    function exists(TypeId schemaId) public view returns (bool) {
        return _schemas.has(TypeId.unwrap(schemaId));
    }

    function _check(bytes calldata encoded) private pure {
        if (encoded.length > MAX_SCHEMA_LENGTH) {
            revert SchemaTooLong(encoded.length, MAX_SCHEMA_LENGTH);
        }
        if (bytes18(_field(encoded, 0, 18)) != MARK) revert NotASchema();
        uint256 uriLength = uint16(bytes2(_field(encoded, 18, 2)));
        if (uriLength == 0) revert MissingTypeURI();
        _field(encoded, 20, uriLength);
        _checkModes(_field(encoded, 20 + uriLength, 6));
        _checkAttributes(encoded, 26 + uriLength);
    }

    function _checkModes(bytes calldata modes) private pure {
        uint8 statusMode = uint8(modes[0]);
        uint8 nymMode = uint8(modes[1]);
        uint16 granularityDays = uint16(bytes2(modes[2:4]));
        uint16 lifetimeDays = uint16(bytes2(modes[4:6]));
        if (statusMode > MAX_STATUS_MODE) revert UnknownStatusMode(statusMode);
        if (nymMode > MAX_NYM_MODE) revert UnknownNymMode(nymMode);
        if (granularityDays == 0 || lifetimeDays < granularityDays) {
            revert InvalidValidity(granularityDays, lifetimeDays);
        }
    }

    function _checkAttributes(bytes calldata encoded, uint256 offset) private pure {
        uint256 count = uint8(_field(encoded, offset, 1)[0]);
        if (count == 0 || count > MAX_ATTRIBUTES) {
            revert InvalidAttributeCount(count, MAX_ATTRIBUTES);
        }
        ++offset;
        bytes32[] memory names = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            (names[i], offset) = _checkAttribute(encoded, offset, i);
            for (uint256 j = 0; j < i; ++j) {
                if (names[i] == names[j]) revert DuplicateAttributeName(i);
            }
        }
        if (offset != encoded.length) revert TrailingBytes(offset);
    }

    /// @dev Returns the hash of the attribute's name and the offset behind it.
    function _checkAttribute(bytes calldata encoded, uint256 offset, uint256 attribute)
        private
        pure
        returns (bytes32 name, uint256 end)
    {
        bytes calldata head = _field(encoded, offset, 3);
        uint8 code = uint8(head[0]);
        uint8 optional = uint8(head[1]);
        uint256 length = uint8(head[2]);
        if (code < MIN_TYPE || code > MAX_TYPE) revert UnknownAttributeType(attribute, code);
        if (optional > 1) revert InvalidOptionalFlag(attribute, optional);
        if (length == 0) revert MissingAttributeName(attribute);
        name = keccak256(_field(encoded, offset + 3, length));
        end = offset + 3 + length;
    }

    function _field(bytes calldata encoded, uint256 offset, uint256 length)
        private
        pure
        returns (bytes calldata)
    {
        if (offset + length > encoded.length) revert SchemaTruncated(offset);
        return encoded[offset:offset + length];
    }
}
