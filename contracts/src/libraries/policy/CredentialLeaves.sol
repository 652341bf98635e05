// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeVerifier} from "../../interfaces/IAttributeVerifier.sol";
import {TypeId} from "../../types/Identifiers.sol";
import {HEAD_LENGTH, Operator, PIN_LENGTH, Tag, ValueType} from "../../types/PolicyFormat.sol";
import {Form} from "../../types/Presented.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";

/// @notice What one claim of a credential must be, as far as a presentation has to know it.
/// @param name Name of the claim, as the policy spells it.
/// @param typeCode Type of the one value that the condition allows; 0 where it leaves a choice.
/// @param value That value, as policies encode it behind its type and length.
struct Condition {
    string name;
    uint8 typeCode;
    bytes value;
}

/// @notice A credential leaf of a policy.
struct CredentialLeaf {
    Form form;
    TypeId typeId;
    Condition[] conditions;
}

/// @title Finds what a presentation needs in policy bytes that were checked
library CredentialLeaves {
    /// @dev Seconds that what is given on the strength of a policy may last.
    function lifetime(bytes memory policy) internal pure returns (uint64) {
        Cursor memory cursor = PolicyReader.open(policy);
        cursor.take(1);
        // Safe: read from two bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(cursor.u16());
    }

    /// @dev Whether a policy limits how often a holder may use the resource.
    function hasQuota(bytes memory policy) internal pure returns (bool) {
        Cursor memory cursor = PolicyReader.open(policy);
        cursor.take(3);
        return cursor.u64() != 0;
    }

    /// @dev The registry of a kind that the policy pins. Reverts if other code stands there.
    function registry(bytes memory policy, uint256 kind) internal view returns (address pinned) {
        Cursor memory cursor = PolicyReader.open(policy);
        cursor.take(HEAD_LENGTH);
        for (uint256 left = cursor.u8(); left != 0; --left) {
            uint256 found = cursor.u8();
            address place = cursor.account();
            bytes32 codeHash = cursor.word();
            if (found != kind) continue;
            if (place.codehash != codeHash) {
                revert IAttributeVerifier.RegistryUnverified(place);
            }
            return place;
        }
        revert IAttributeVerifier.RegistryUnverified(address(0));
    }

    /// @dev The credential leaf with a number, counted in canonical pre-order from 0.
    function find(bytes memory policy, uint256 number)
        internal
        pure
        returns (CredentialLeaf memory)
    {
        return _read(_seek(policy, number));
    }

    /// @dev The form of credentials that a leaf asks for.
    function formOf(bytes memory policy, uint256 number) internal pure returns (Form) {
        return Form(_seek(policy, number).u8());
    }

    /// @dev A cursor at the body of the credential leaf with a number.
    function _seek(bytes memory policy, uint256 number)
        private
        pure
        returns (Cursor memory cursor)
    {
        cursor = PolicyReader.open(policy);
        cursor.take(HEAD_LENGTH);
        cursor.take(PIN_LENGTH * cursor.u8());
        uint256 left = number;
        // Nodes lie one after the other in pre-order: to go into a node is to read its head, to pass
        // a leaf is to skip its body.
        while (cursor.position != cursor.end) {
            uint256 tag = cursor.u8();
            uint256 length = cursor.u16();
            if (tag == Tag.CREDENTIAL) {
                if (left == 0) return cursor;
                --left;
                cursor.take(length);
            } else if (tag > Tag.CREDENTIAL) {
                cursor.take(length);
            } else if (tag != Tag.NOT) {
                cursor.take(tag == Tag.AT_LEAST ? 3 : tag == Tag.ALL ? 2 : 1);
            }
        }
        revert IAttributeVerifier.InvalidLeaf(number);
    }

    function _read(Cursor memory cursor) private pure returns (CredentialLeaf memory leaf) {
        leaf.form = Form(cursor.u8());
        bool isAttribute = leaf.form == Form.ATTRIBUTE;
        leaf.typeId = TypeId.wrap(isAttribute ? cursor.word() : cursor.digest(cursor.u16()));
        for (uint256 issuers = cursor.u8(); issuers != 0; --issuers) {
            cursor.take(cursor.u16());
        }
        cursor.take(8); // minAge and maxAge
        leaf.conditions = new Condition[](cursor.u8());
        for (uint256 i = 0; i < leaf.conditions.length; ++i) {
            leaf.conditions[i] = _readCondition(cursor);
        }
    }

    function _readCondition(Cursor memory cursor) private pure returns (Condition memory found) {
        found.name = string(cursor.copy(cursor.u8()));
        bool isFixed = cursor.u8() == Operator.EQUALS;
        for (uint256 values = cursor.u8(); values != 0; --values) {
            uint256 kind = cursor.u8();
            uint256 length = valueLength(cursor, kind);
            if (!isFixed) {
                cursor.take(length);
                continue;
            }
            // Safe: a type's code is one byte.
            // forge-lint: disable-next-line(unsafe-typecast)
            found.typeCode = uint8(kind);
            found.value = cursor.copy(length);
        }
    }

    /// @dev Length of a value whose type was read: reads the length where the value has one.
    function valueLength(Cursor memory cursor, uint256 kind) internal pure returns (uint256) {
        if (kind == ValueType.TEXT || kind == ValueType.BYTES) return cursor.u16();
        if (kind == ValueType.BOOLEAN) return 1;
        return kind == ValueType.ADDRESS ? 20 : 8;
    }
}
