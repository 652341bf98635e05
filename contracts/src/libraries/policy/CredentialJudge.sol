// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IIssuerRegistry} from "../../interfaces/IIssuerRegistry.sol";
import {IStatusRegistry} from "../../interfaces/IStatusRegistry.sol";
import {IssuerId, KeyId, TypeId} from "../../types/Identifiers.sol";
import {Verdict} from "../../types/Judgement.sol";
import {Operator, Registry} from "../../types/PolicyFormat.sol";
import {Claim, Form, ShownCredential} from "../../types/Presented.sol";
import {Evaluation} from "./CaseReader.sol";
import {ChainReads} from "./ChainReads.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";
import {PolicyValues} from "./PolicyValues.sol";

/// @title Is this credential what the leaf asks for?
/// @dev What can be told without the registries is told first: one false is enough. Off chain an
/// issuer's DID document may vouch for the key of an SD-JWT; a contract has the registry alone, so
/// it asks accreditation and a registered key of every credential.
library CredentialJudge {
    /// @dev Judges the credential that was shown for the leaf at the cursor, which has a number. The
    /// leaf is read by memory addresses, for there is much to read; that none lies behind its end is
    /// seen to before anything is said.
    function judge(Evaluation memory evaluation, uint256 leaf) internal view returns (Verdict) {
        ShownCredential[] memory credentials = evaluation.facts.credentials;
        uint256 index;
        while (index < credentials.length && credentials[index].leaf != leaf) ++index;
        if (index == credentials.length) return Verdict.FALSE;
        ShownCredential memory shown = credentials[index];
        if (evaluation.isSame && !_isHeldBy(shown, evaluation.holder)) return Verdict.FALSE;
        Cursor memory cursor = evaluation.cursor;
        if (!_isOfKind(cursor, shown)) return Verdict.FALSE;
        uint256 ages = PolicyReader.load(cursor.take(8));
        uint256 maxAge = (ages >> 192) & type(uint32).max;
        uint256 moment = evaluation.facts.moment;
        if (moment >= shown.validUntil) return Verdict.FALSE;
        if (maxAge != 0 && moment >= shown.freshSince + maxAge) return Verdict.FALSE;
        if (!_areMet(cursor, shown.claims)) return Verdict.FALSE;
        return _judgeByRegistries(evaluation, shown, moment, ages >> 224);
    }

    function _isHeldBy(ShownCredential memory shown, bytes32 holder) private pure returns (bool) {
        return holder != 0 && shown.holderKey == holder;
    }

    /// @dev Whether a credential is of the type that the leaf asks for, and from an issuer that it
    /// names, if it names any.
    function _isOfKind(Cursor memory cursor, ShownCredential memory shown)
        private
        pure
        returns (bool isOfKind)
    {
        unchecked {
            uint256 place = cursor.position;
            uint256 form = PolicyReader.load(place) >> 248;
            bytes32 typeId = bytes32(PolicyReader.load(place + 1));
            place += 33;
            if (form != uint8(Form.ATTRIBUTE)) {
                uint256 length = uint256(typeId) >> 240;
                typeId = PolicyReader.hash(place - 30, length);
                place += length - 30;
            }
            bytes32 issuer = IssuerId.unwrap(shown.issuerId);
            uint256 count = PolicyReader.load(place++) >> 248;
            isOfKind = count == 0;
            for (; count != 0; --count) {
                uint256 length = PolicyReader.load(place) >> 240;
                if (PolicyReader.hash(place + 2, length) == issuer) isOfKind = true;
                place += 2 + length;
            }
            cursor.seek(place);
            isOfKind =
                isOfKind && form == uint8(shown.form) && typeId == TypeId.unwrap(shown.typeId);
        }
    }

    function _areMet(Cursor memory cursor, Claim[] memory claims)
        private
        pure
        returns (bool areMet)
    {
        unchecked {
            uint256 place = cursor.take(1);
            uint256 count = PolicyReader.load(place++) >> 248;
            areMet = true;
            for (uint256 i = 0; i < count && areMet; ++i) {
                (areMet, place) = _isMet(place, claims, i);
            }
            cursor.seek(place);
        }
    }

    /// @dev Whether the condition at a memory address is met: whether the claim that it names was
    /// shown, is of the type of the operands, and as the operator demands.
    /// @param likely Index of the claim that it is likely about.
    function _isMet(uint256 place, Claim[] memory claims, uint256 likely)
        private
        pure
        returns (bool isMet, uint256 next)
    {
        uint256 typeCode;
        uint256 value;
        (typeCode, value, place) = _find(place, claims, likely);
        uint256 head = PolicyReader.load(place);
        uint256 kind;
        uint256 operand;
        unchecked {
            (kind, operand, next) = PolicyValues.read(place + 2);
        }
        uint256 operator = head >> 248;
        if (kind != typeCode) return (false, next);
        if (operator >= Operator.AT_LEAST) {
            // What equals an operand is in range as that is.
            if (!PolicyValues.isInRange(kind, value)) return (false, next);
            if (operator == Operator.AT_MOST) return (value <= operand, next);
        }
        isMet = operator <= Operator.IN ? value == operand : value >= operand;
        for (uint256 count = (head >> 240) & 0xff; count > 1; --count) {
            (, operand, next) = PolicyValues.read(next);
            if (operator == Operator.IN) isMet = isMet || value == operand;
            else isMet = isMet && value <= operand;
        }
    }

    /// @dev Finds the claim that the condition at a memory address names; of type 0, which no operand
    /// has, where it was not shown. The search begins at the likely place, for claims and conditions
    /// mostly stand in the same order. Returns as well where the condition goes on.
    function _find(uint256 place, Claim[] memory claims, uint256 likely)
        private
        pure
        returns (uint256 typeCode, uint256 value, uint256 next)
    {
        assembly ("memory-safe") {
            let length := byte(0, mload(place))
            let name := keccak256(add(place, 1), length)
            next := add(add(place, 1), length)
            let first := add(claims, 0x20)
            let end := add(first, shl(5, mload(claims)))
            let entry := add(first, shl(5, likely))
            for { let left := mload(claims) } left { left := sub(left, 1) } {
                if iszero(lt(entry, end)) { entry := first }
                let claim := mload(entry)
                if eq(mload(claim), name) {
                    typeCode := mload(add(claim, 0x20))
                    value := mload(add(claim, 0x40))
                    break
                }
                entry := add(entry, 0x20)
            }
        }
    }

    function _judgeByRegistries(
        Evaluation memory evaluation,
        ShownCredential memory shown,
        uint256 moment,
        uint256 minAge
    ) private view returns (Verdict verdict) {
        (address status, bool isVerified) = evaluation.registry(Registry.STATUS);
        verdict = isVerified ? _judgeStatus(status, shown) : Verdict.UNKNOWN;
        if (verdict == Verdict.FALSE) return verdict;
        bool isUnread = verdict == Verdict.UNKNOWN;
        if (shown.form == Form.ATTRIBUTE) {
            (, isVerified) = evaluation.registry(Registry.SCHEMAS);
            isUnread = isUnread || !isVerified;
        }
        address issuers;
        (issuers, isVerified) = evaluation.registry(Registry.ISSUERS);
        if (!isVerified) return Verdict.UNKNOWN;
        verdict = _judgeStanding(issuers, shown, moment, minAge);
        if (verdict == Verdict.FALSE) return verdict;
        isUnread = isUnread || verdict == Verdict.UNKNOWN;
        verdict = _judgeKey(issuers, shown, moment, minAge);
        if (isUnread && verdict == Verdict.TRUE) return Verdict.UNKNOWN;
    }

    function _judgeStatus(address status, ShownCredential memory shown)
        private
        view
        returns (Verdict)
    {
        if (!shown.hasStatus) return Verdict.TRUE;
        bytes32 list =
            Hashes.efficientKeccak256(IssuerId.unwrap(shown.issuerId), TypeId.unwrap(shown.typeId));
        (uint256 size, uint256 answer) = ChainReads.ask(
            status, IStatusRegistry.isRevoked.selector, uint256(list), shown.statusIndex, 1
        );
        uint256 isRevoked = PolicyReader.load(answer);
        if (size != 32 || isRevoked > 1) return Verdict.UNKNOWN;
        return isRevoked == 0 ? Verdict.TRUE : Verdict.FALSE;
    }

    function _judgeStanding(
        address issuers,
        ShownCredential memory shown,
        uint256 moment,
        uint256 minAge
    ) private view returns (Verdict) {
        (uint256 size, uint256 answer) = ChainReads.ask(
            issuers,
            IIssuerRegistry.standing.selector,
            uint256(IssuerId.unwrap(shown.issuerId)),
            uint256(TypeId.unwrap(shown.typeId)),
            3
        );
        uint256 isKnown;
        uint256 suspendedUntil;
        uint256 accreditedAt;
        assembly ("memory-safe") {
            isKnown := mload(answer)
            suspendedUntil := mload(add(answer, 32))
            accreditedAt := mload(add(answer, 64))
        }
        if (size != 96 || isKnown > 1) return Verdict.UNKNOWN;
        if ((suspendedUntil | accreditedAt) >> 64 != 0) return Verdict.UNKNOWN;
        unchecked {
            bool counts = isKnown == 1 && moment >= suspendedUntil && accreditedAt != 0
                && moment >= accreditedAt + minAge;
            return counts ? Verdict.TRUE : Verdict.FALSE;
        }
    }

    function _judgeKey(
        address issuers,
        ShownCredential memory shown,
        uint256 moment,
        uint256 minAge
    ) private view returns (Verdict) {
        (uint256 size, uint256 answer) = ChainReads.ask(
            issuers, IIssuerRegistry.keyRecord.selector, uint256(KeyId.unwrap(shown.keyId)), 5
        );
        bytes32 owner;
        uint256 kind;
        uint256 state;
        uint256 addedAt;
        uint256 acceptedUntil;
        assembly ("memory-safe") {
            owner := mload(answer)
            kind := mload(add(answer, 32))
            state := mload(add(answer, 64))
            addedAt := mload(add(answer, 96))
            acceptedUntil := mload(add(answer, 128))
        }
        if (size != 160 || (kind | state) >> 8 != 0) return Verdict.UNKNOWN;
        if ((addedAt | acceptedUntil) >> 64 != 0) return Verdict.UNKNOWN;
        if (state > uint8(IIssuerRegistry.KeyState.COMPROMISED)) return Verdict.UNKNOWN;
        bool isAccepted = state == uint8(IIssuerRegistry.KeyState.ACTIVE)
            || (state == uint8(IIssuerRegistry.KeyState.RETIRED) && moment < acceptedUntil);
        unchecked {
            // Forms and kinds of keys are numbered alike: BBS for attributes, P-256 for SD-JWT.
            bool counts = isAccepted && kind == uint8(shown.form)
                && owner == IssuerId.unwrap(shown.issuerId) && moment >= addedAt + minAge;
            return counts ? Verdict.TRUE : Verdict.FALSE;
        }
    }
}
