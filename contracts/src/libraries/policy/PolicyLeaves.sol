// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../interfaces/IPolicyChecker.sol";
import {Operator, TokenStandard, ValueType} from "../../types/PolicyFormat.sol";
import {Form} from "../../types/Presented.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";
import {PolicyText} from "./PolicyText.sol";
import {PolicyValues} from "./PolicyValues.sol";

/// @notice What tells the credentials of one leaf from those of another.
/// @param form How they are secured.
/// @param typeId Schema id, or keccak256 of the vct.
/// @param issuers Hashes of the DIDs named, ascending; none where every accredited issuer counts.
struct CredentialShape {
    uint256 form;
    bytes32 typeId;
    bytes32[] issuers;
}

/// @title Which leaves compile, each by itself
/// @dev Each function reads the body of one leaf; that it ends there is for the caller to see.
library PolicyLeaves {
    uint256 private constant MAX_ISSUERS = 32;
    uint256 private constant MAX_CLAIMS = 32;
    uint256 private constant MAX_ATTESTERS = 32;
    uint256 private constant LAST_SECOND = 253_402_300_799;

    function checkCredential(Cursor memory cursor)
        internal
        pure
        returns (CredentialShape memory shape)
    {
        uint256 place = cursor.offset();
        shape.form = cursor.u8();
        if (shape.form == uint8(Form.ATTRIBUTE)) {
            shape.typeId = cursor.word();
        } else if (shape.form == uint8(Form.SD_JWT)) {
            uint256 length = cursor.u16();
            uint256 vct = cursor.take(length);
            if (!PolicyText.isVct(vct, length)) revert IPolicyChecker.InvalidVct(place);
            shape.typeId = PolicyReader.hash(vct, length);
        } else {
            revert IPolicyChecker.UnknownForm(place);
        }
        shape.issuers = _checkIssuers(cursor);
        cursor.take(8); // minAge and maxAge may be any
        _checkClaims(cursor, shape.form);
    }

    function checkList(Cursor memory cursor) internal pure {
        cursor.take(36); // list id and minAge may be any
    }

    function checkMember(Cursor memory cursor) internal pure {
        cursor.word(); // a root may be any
    }

    function checkTime(Cursor memory cursor) internal pure {
        uint256 place = cursor.offset();
        uint256 start = cursor.u64();
        uint256 end = cursor.u64();
        bool isOpen = end == type(uint64).max;
        if (start > LAST_SECOND || (!isOpen && end > LAST_SECOND)) {
            revert IPolicyChecker.InvalidDatetime(place);
        }
        if (start == 0 && isOpen) revert IPolicyChecker.EmptyTime(place);
        if (end == 0) revert IPolicyChecker.OutOfRange(place);
        if (start >= end) revert IPolicyChecker.EmptyRange(place);
    }

    function checkToken(Cursor memory cursor) internal pure {
        uint256 place = cursor.offset();
        uint256 standard = cursor.u8();
        if (standard < TokenStandard.ERC20_BALANCE || standard > TokenStandard.ERC4907_USER) {
            revert IPolicyChecker.UnknownStandard(place);
        }
        if (cursor.account() == address(0)) revert IPolicyChecker.InvalidAddress(place);
        bool hasId = cursor.word() != 0;
        uint256 amount = uint256(cursor.word());
        if (amount == 0) revert IPolicyChecker.OutOfRange(place);
        if (hasId && standard <= TokenStandard.ERC721_BALANCE) {
            revert IPolicyChecker.IdSuperfluous(place);
        }
        bool isOne =
            standard == TokenStandard.ERC721_OWNER || standard == TokenStandard.ERC4907_USER;
        if (isOne && amount != 1) revert IPolicyChecker.AmountSuperfluous(place);
    }

    function checkAttestation(Cursor memory cursor) internal pure {
        cursor.word(); // the schema's UID may be any
        uint256 place = cursor.offset();
        uint256 count = cursor.u8();
        if (count == 0) revert IPolicyChecker.EmptyAttesters(place);
        if (count > MAX_ATTESTERS) revert IPolicyChecker.TooManyAttesters(place);
        address previous;
        for (uint256 i = 0; i < count; ++i) {
            place = cursor.offset();
            address attester = cursor.account();
            if (attester == address(0)) revert IPolicyChecker.InvalidAddress(place);
            if (attester == previous) revert IPolicyChecker.DuplicateAttester(place);
            if (attester < previous) revert IPolicyChecker.NotCanonical(place);
            previous = attester;
        }
        cursor.take(8); // minAge and maxAge may be any
    }

    /// @dev Returns the hashes of the DIDs in ascending order, so that lists can be compared.
    function _checkIssuers(Cursor memory cursor) private pure returns (bytes32[] memory issuers) {
        uint256 place = cursor.offset();
        uint256 count = cursor.u8();
        if (count > MAX_ISSUERS) revert IPolicyChecker.TooManyIssuers(place);
        issuers = new bytes32[](count);
        uint256 previous;
        uint256 previousLength;
        for (uint256 i = 0; i < count; ++i) {
            place = cursor.offset();
            uint256 length = cursor.u16();
            uint256 did = cursor.take(length);
            if (!PolicyText.isDID(did, length)) revert IPolicyChecker.InvalidDid(place);
            int256 order = PolicyReader.compare(previous, previousLength, did, length);
            if (order == 0) revert IPolicyChecker.DuplicateIssuer(place);
            if (order > 0) revert IPolicyChecker.NotCanonical(place);
            _insert(issuers, i, PolicyReader.hash(did, length));
            (previous, previousLength) = (did, length);
        }
    }

    /// @dev Puts a hash in its place among the first `count` of a list, which ascend. In assembly, for
    /// a policy at its limits has more than a thousand of them.
    function _insert(bytes32[] memory list, uint256 count, bytes32 item) private pure {
        assembly ("memory-safe") {
            let place := add(list, shl(5, count))
            for {} gt(place, list) { place := sub(place, 0x20) } {
                let previous := mload(place)
                if lt(previous, item) { break }
                mstore(add(place, 0x20), previous)
            }
            mstore(add(place, 0x20), item)
        }
    }

    function _checkClaims(Cursor memory cursor, uint256 form) private pure {
        uint256 place = cursor.offset();
        uint256 count = cursor.u8();
        if (count > MAX_CLAIMS) revert IPolicyChecker.TooManyClaims(place);
        uint256 previous;
        uint256 previousLength;
        for (uint256 i = 0; i < count; ++i) {
            place = cursor.offset();
            uint256 length = cursor.u8();
            uint256 name = cursor.take(length);
            _checkName(name, length, form, place);
            int256 order = PolicyReader.compare(previous, previousLength, name, length);
            if (order == 0) revert IPolicyChecker.DuplicateClaim(place);
            if (order > 0) revert IPolicyChecker.NotCanonical(place);
            (previous, previousLength) = (name, length);
            _checkOperands(cursor, form);
        }
    }

    function _checkName(uint256 name, uint256 length, uint256 form, uint256 place) private pure {
        if (form == uint8(Form.ATTRIBUTE)) {
            if (!PolicyText.isAttributeName(name, length)) revert IPolicyChecker.ClaimName(place);
            return;
        }
        if (!PolicyText.isUTF8(name, length)) revert IPolicyChecker.InvalidUtf8(place);
        (bool isName, bytes32 first) = PolicyText.claimName(name, length);
        if (!isName) revert IPolicyChecker.ClaimName(place);
        if (PolicyText.isRegistered(first)) revert IPolicyChecker.RegisteredClaim(place);
    }

    function _checkOperands(Cursor memory cursor, uint256 form) private pure {
        uint256 place = cursor.offset();
        uint256 operator = cursor.u8();
        if (operator < Operator.EQUALS || operator > Operator.BETWEEN) {
            revert IPolicyChecker.UnknownOperator(place);
        }
        uint256 count = cursor.u8();
        if (count == 0) revert IPolicyChecker.EmptyOperands(place);
        if (operator == Operator.IN) {
            if (count == 1) revert IPolicyChecker.TooFewValues(place);
        } else if (count != (operator == Operator.BETWEEN ? 2 : 1)) {
            revert IPolicyChecker.OperandCount(place);
        }
        uint256 kind = _checkValues(cursor, operator, count);
        if (operator >= Operator.AT_LEAST && !PolicyValues.isOrdered(kind)) {
            revert IPolicyChecker.OperatorType(place);
        }
        bool isNative =
            kind == ValueType.TEXT || kind == ValueType.INTEGER || kind == ValueType.BOOLEAN;
        if (form == uint8(Form.SD_JWT) && !isNative) {
            revert IPolicyChecker.OperandNotInSdJwt(place);
        }
    }

    /// @dev The values of `in` ascend by their bytes, those of `between` by what they are, which for
    /// ordered types is the same.
    function _checkValues(Cursor memory cursor, uint256 operator, uint256 count)
        private
        pure
        returns (uint256 kind)
    {
        uint256 previous = cursor.position;
        kind = PolicyValues.check(cursor);
        for (uint256 i = 1; i < count; ++i) {
            uint256 place = cursor.offset();
            uint256 start = cursor.position;
            if (PolicyValues.check(cursor) != kind) revert IPolicyChecker.MixedTypes(place);
            int256 order =
                PolicyReader.compare(previous, start - previous, start, cursor.position - start);
            if (operator == Operator.BETWEEN) {
                if (order >= 0) revert IPolicyChecker.EmptyRange(place);
            } else {
                if (order == 0) revert IPolicyChecker.DuplicateValue(place);
                if (order > 0) revert IPolicyChecker.NotCanonical(place);
            }
            previous = start;
        }
    }
}
