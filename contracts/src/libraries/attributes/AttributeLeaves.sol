// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIssuerRegistry} from "../../interfaces/IIssuerRegistry.sol";
import {IAttributeVerifier} from "../../interfaces/IAttributeVerifier.sol";
import {ISchemaRegistry} from "../../interfaces/ISchemaRegistry.sol";
import {IssuerId, KeyId, TypeId} from "../../types/Identifiers.sol";
import {Registry} from "../../types/PolicyFormat.sol";
import {Form} from "../../types/Presented.sol";
import {Disclosed, Statement} from "../../types/Statement.sol";
import {BBSGenerators} from "../bbs/BBSGenerators.sol";
import {BBSStatement} from "../bbs/BBSStatement.sol";
import {Condition, CredentialLeaf, CredentialLeaves} from "../policy/CredentialLeaves.sol";
import {Cursor, PolicyReader} from "../policy/PolicyReader.sol";
import {TypedMessages} from "./TypedMessages.sol";

/// @notice A slot that a leaf asks for.
/// @param slot Its number.
/// @param typeCode Its type in the schema.
/// @param isFixed Whether the policy leaves it one value.
/// @param name keccak256 of the attribute's name.
/// @param message The BBS message of that value.
/// @param value That value as a claim has it.
struct AskedSlot {
    uint8 slot;
    uint8 typeCode;
    bool isFixed;
    bytes32 name;
    uint256 message;
    uint256 value;
}

/// @notice All that a leaf of a policy, its schema and an issuer's key determine.
/// @param disclosed Bitmap of all slots that are disclosed.
/// @param slots The attributes asked for, by ascending slot.
/// @param statement What BBS proofs are verified for.
struct AttributeLeaf {
    TypeId schemaId;
    IssuerId issuerId;
    uint16 granularityDays;
    uint16 lifetimeDays;
    bool hasStatus;
    uint256 disclosed;
    AskedSlot[] slots;
    Statement statement;
}

/// @title Leaves that an attribute credential answers
/// @notice docs/formats.md, "Attribute credential". What is disclosed follows from the leaf and the
/// schema: validity, status where there is an index, and the attributes that have conditions.
library AttributeLeaves {
    uint256 private constant VALIDITY_SLOT = 1;
    uint256 private constant STATUS_SLOT = 2;
    uint256 private constant FIRST_ATTRIBUTE_SLOT = 3;
    uint256 private constant MARK_LENGTH = 18;

    /// @dev Opens a leaf with what the pinned registries hold of its schema and an issuer's key.
    /// @param policy Policy bytes that were checked.
    /// @param number Number of the leaf.
    /// @param keyId The issuer's key.
    /// @param generators The account that holds the suite's generators.
    function open(bytes memory policy, uint8 number, KeyId keyId, address generators)
        internal
        view
        returns (AttributeLeaf memory leaf)
    {
        CredentialLeaf memory asked = CredentialLeaves.find(policy, number);
        if (asked.form != Form.ATTRIBUTE) revert IAttributeVerifier.NotAnAttributeLeaf(number);
        address issuers = CredentialLeaves.registry(policy, Registry.ISSUERS);
        bytes memory publicKey;
        (leaf.issuerId,,,,, publicKey) = IIssuerRegistry(issuers).key(keyId);
        if (publicKey.length == 0) {
            revert IAttributeVerifier.UnknownContent(issuers, KeyId.unwrap(keyId));
        }
        leaf.schemaId = asked.typeId;
        address schemas = CredentialLeaves.registry(policy, Registry.SCHEMAS);
        bytes memory schema = _schemaBytes(schemas, leaf.schemaId);
        uint256 slotCount = _readSchema(leaf, schema, asked.conditions, number);
        bytes memory header = abi.encodePacked(bytes1(0x01), leaf.schemaId, leaf.issuerId);
        leaf.statement = BBSStatement.statementOf(
            TypedMessages.API_ID, BBSGenerators.read(generators, slotCount), publicKey, header
        );
    }

    /// @dev Makes what the policy fixes a part of the statement.
    function pin(AttributeLeaf memory leaf) internal view {
        Disclosed memory pinned;
        pinned.messages = new uint256[](leaf.slots.length);
        uint256 count;
        for (uint256 i = 0; i < leaf.slots.length; ++i) {
            AskedSlot memory asked = leaf.slots[i];
            if (!asked.isFixed) continue;
            // forge-lint: disable-next-line(incorrect-shift)
            pinned.slots |= 1 << asked.slot;
            pinned.messages[count++] = asked.message;
        }
        uint256[] memory messages = pinned.messages;
        assembly ("memory-safe") {
            mstore(messages, count) // Solidity cannot shorten an array in place
        }
        BBSStatement.pin(leaf.statement, pinned);
    }

    /// @dev A schema is named by its hash: whoever holds it need not be trusted with it.
    function _schemaBytes(address schemas, TypeId schemaId)
        private
        view
        returns (bytes memory schema)
    {
        schema = ISchemaRegistry(schemas).schemaBytes(schemaId);
        if (keccak256(schema) != TypeId.unwrap(schemaId)) {
            revert IAttributeVerifier.UnknownContent(schemas, TypeId.unwrap(schemaId));
        }
    }

    /// @dev Reads what a schema says of validity and status, and of the attributes asked for.
    /// @return slotCount Number of slots of a credential.
    function _readSchema(
        AttributeLeaf memory leaf,
        bytes memory schema,
        Condition[] memory conditions,
        uint256 number
    ) private view returns (uint256 slotCount) {
        Cursor memory cursor = PolicyReader.open(schema);
        cursor.take(MARK_LENGTH);
        cursor.take(cursor.u16());
        leaf.hasStatus = cursor.u8() == 1;
        cursor.u8(); // the mode of pseudonyms
        // Safe: each was read from two bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        (leaf.granularityDays, leaf.lifetimeDays) = (uint16(cursor.u16()), uint16(cursor.u16()));
        slotCount = FIRST_ATTRIBUTE_SLOT + cursor.u8();
        // forge-lint: disable-next-line(incorrect-shift)
        leaf.disclosed = 1 << VALIDITY_SLOT;
        // forge-lint: disable-next-line(incorrect-shift)
        if (leaf.hasStatus) leaf.disclosed |= 1 << STATUS_SLOT;
        leaf.slots = new AskedSlot[](conditions.length);
        uint256 found;
        for (uint256 slot = FIRST_ATTRIBUTE_SLOT; slot < slotCount; ++slot) {
            uint256 typeCode = cursor.u8();
            cursor.u8(); // whether it is optional
            bytes32 name = cursor.digest(cursor.u8());
            for (uint256 i = 0; i < conditions.length; ++i) {
                if (keccak256(bytes(conditions[i].name)) != name) continue;
                leaf.slots[found++] = _ask(slot, typeCode, name, conditions[i]);
                // forge-lint: disable-next-line(incorrect-shift)
                leaf.disclosed |= 1 << slot;
            }
        }
        if (found != conditions.length) revert IAttributeVerifier.UnknownAttribute(number);
    }

    /// @dev A value of another type than the slot's is no value of the slot: it fixes nothing, and the
    /// condition will be false of whatever is disclosed.
    function _ask(uint256 slot, uint256 typeCode, bytes32 name, Condition memory condition)
        private
        view
        returns (AskedSlot memory asked)
    {
        // Safe: both are at most 255.
        // forge-lint: disable-next-line(unsafe-typecast)
        (asked.slot, asked.typeCode) = (uint8(slot), uint8(typeCode));
        asked.name = name;
        if (condition.typeCode != typeCode) return asked;
        asked.isFixed = true;
        (asked.message, asked.value) = TypedMessages.mapTyped(condition.typeCode, condition.value);
    }
}
