// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeVerifier} from "../../interfaces/IAttributeVerifier.sol";
import {KeyId} from "../../types/Identifiers.sol";
import {ValueType} from "../../types/PolicyFormat.sol";
import {Claim, Form, ShownCredential} from "../../types/Presented.sol";
import {Disclosed} from "../../types/Statement.sol";
import {AskedSlot, AttributeLeaf} from "./AttributeLeaves.sol";
import {CredentialLeaves} from "../policy/CredentialLeaves.sol";
import {Cursor, PolicyReader} from "../policy/PolicyReader.sol";
import {TypedMessages} from "./TypedMessages.sol";

/// @title What an attribute credential discloses: BBS messages to verify, claims to judge
/// @notice The values come in the order of the slots: validity, status where there is an index, then
/// each attribute that the policy leaves a choice. Each is u8 type ‖ value as in policies; a type of
/// 0, with nothing behind it, says that the attribute is absent.
library DisclosedAttributes {
    uint256 private constant VALIDITY_SLOT = 1;
    uint256 private constant STATUS_SLOT = 2;
    uint256 private constant CLOCK_SKEW = 1 minutes;

    /// @notice Values being read, and the messages that they have.
    struct Reading {
        Cursor cursor;
        Disclosed shown;
        uint256 next;
        uint256 leaf;
    }

    /// @dev Reads the values of a presentation.
    /// @param leaf What the policy, the schema and the key determine.
    /// @param values The values, unverified.
    /// @return shown The messages at slots that are not pinned, for BBS.verifyProof.
    /// @return credential What it shows once that proof holds.
    function read(AttributeLeaf memory leaf, uint8 number, KeyId keyId, bytes memory values)
        internal
        view
        returns (Disclosed memory shown, ShownCredential memory credential)
    {
        Reading memory reading;
        reading.cursor = PolicyReader.open(values);
        reading.leaf = number;
        reading.shown.messages = new uint256[](2 + leaf.slots.length);
        credential.leaf = number;
        credential.form = Form.ATTRIBUTE;
        credential.typeId = leaf.schemaId;
        credential.issuerId = leaf.issuerId;
        credential.keyId = keyId;
        _readValidity(reading, leaf, credential);
        if (leaf.hasStatus) _readStatus(reading, credential);
        credential.claims = _readClaims(reading, leaf);
        if (reading.cursor.position != reading.cursor.end) {
            revert IAttributeVerifier.InvalidValues(number);
        }
        shown = reading.shown;
        _shorten(shown.messages, reading.next);
    }

    function _readValidity(
        Reading memory reading,
        AttributeLeaf memory leaf,
        ShownCredential memory credential
    ) private view {
        uint256 day = _readNumber(reading, VALIDITY_SLOT, ValueType.DATE);
        if (day % leaf.granularityDays != 0 || day < leaf.lifetimeDays) {
            revert IAttributeVerifier.InvalidValues(reading.leaf);
        }
        // Safe: dates end with the year 9999.
        // forge-lint: disable-next-line(unsafe-typecast)
        credential.validUntil = uint64(day * 1 days);
        // forge-lint: disable-next-line(unsafe-typecast)
        credential.freshSince = uint64((day - leaf.lifetimeDays) * 1 days);
        if (block.timestamp + CLOCK_SKEW < credential.freshSince) {
            revert IAttributeVerifier.CredentialFromFuture(reading.leaf);
        }
    }

    function _readStatus(Reading memory reading, ShownCredential memory credential) private view {
        uint256 index = _readNumber(reading, STATUS_SLOT, ValueType.INTEGER);
        if (index > type(uint32).max) revert IAttributeVerifier.InvalidValues(reading.leaf);
        credential.hasStatus = true;
        // forge-lint: disable-next-line(unsafe-typecast)
        credential.statusIndex = uint32(index);
    }

    function _readClaims(Reading memory reading, AttributeLeaf memory leaf)
        private
        view
        returns (Claim[] memory claims)
    {
        bool isPinned = leaf.statement.base.length != 0;
        claims = new Claim[](leaf.slots.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            AskedSlot memory asked = leaf.slots[i];
            Claim memory claim = claims[i];
            claim.name = asked.name;
            if (!asked.isFixed) {
                (claim.typeCode, claim.value) = _readValue(reading, asked.slot, asked.typeCode);
                continue;
            }
            (claim.typeCode, claim.value) = (asked.typeCode, asked.value);
            if (!isPinned) _add(reading, asked.slot, asked.message);
        }
    }

    /// @dev Reads a number that must be there and not be negative.
    function _readNumber(Reading memory reading, uint256 slot, uint256 typeCode)
        private
        view
        returns (uint256)
    {
        (uint8 found, uint256 value) = _readValue(reading, slot, typeCode);
        if (found == TypedMessages.ABSENT || value < TypedMessages.ORDER_OFFSET) {
            revert IAttributeVerifier.InvalidValues(reading.leaf);
        }
        return value - TypedMessages.ORDER_OFFSET;
    }

    /// @dev Reads a value of a slot's type, or that there is none, and adds its message.
    function _readValue(Reading memory reading, uint256 slot, uint256 typeCode)
        private
        view
        returns (uint8 found, uint256 value)
    {
        Cursor memory cursor = reading.cursor;
        // Safe: read from one byte.
        // forge-lint: disable-next-line(unsafe-typecast)
        found = uint8(cursor.u8());
        bytes memory data;
        if (found == typeCode) {
            data = cursor.copy(CredentialLeaves.valueLength(cursor, typeCode));
        } else if (found != TypedMessages.ABSENT) {
            revert IAttributeVerifier.InvalidValues(reading.leaf);
        }
        uint256 message;
        (message, value) = TypedMessages.mapTyped(found, data);
        _add(reading, slot, message);
    }

    function _add(Reading memory reading, uint256 slot, uint256 message) private pure {
        // forge-lint: disable-next-line(incorrect-shift)
        reading.shown.slots |= 1 << slot;
        reading.shown.messages[reading.next++] = message;
    }

    /// @dev Solidity cannot shorten an array in place.
    function _shorten(uint256[] memory array, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(array, length)
        }
    }
}
