// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIssuerRegistry} from "../interfaces/IIssuerRegistry.sol";
import {IStatusRegistry} from "../interfaces/IStatusRegistry.sol";
import {IssuerId, StatusListId, TypeId} from "../types/Identifiers.sol";
import {Verdict} from "../types/Judgement.sol";
import {Operator, Registry} from "../types/PolicyFormat.sol";
import {Claim, Form, ShownCredential} from "../types/Presented.sol";
import {Evaluation} from "./CaseReader.sol";
import {ChainReads} from "./ChainReads.sol";
import {Kleene} from "./Kleene.sol";
import {Cursor} from "./PolicyReader.sol";
import {PolicyValues} from "./PolicyValues.sol";

/// @title Is this credential what the leaf asks for?
/// @dev What can be told without the registries is told first: one false is enough. Off chain an
/// issuer's DID document may vouch for the key of an SD-JWT; a contract has the registry alone, so
/// it asks accreditation and a registered key of every credential.
library CredentialJudge {
    /// @dev Judges the credential that was shown for the leaf at the cursor.
    function judge(Evaluation memory evaluation, uint256 leaf) internal view returns (Verdict) {
        ShownCredential memory shown = evaluation.shownFor(leaf);
        if (shown.form == Form.NONE) return Verdict.FALSE;
        if (evaluation.isSame) {
            bool isHeld = shown.holderKey != 0 && shown.holderKey == evaluation.holder;
            if (!isHeld) return Verdict.FALSE;
        }
        Cursor memory cursor = evaluation.cursor;
        if (!_isOfType(cursor, shown) || !_isFromNamed(cursor, shown)) return Verdict.FALSE;
        uint256 minAge = cursor.u32();
        uint256 maxAge = cursor.u32();
        uint256 moment = evaluation.facts.moment;
        if (moment >= shown.validUntil) return Verdict.FALSE;
        if (maxAge != 0 && moment >= shown.freshSince + maxAge) return Verdict.FALSE;
        if (!_areMet(cursor, shown.claims)) return Verdict.FALSE;
        return _judgeByRegistries(evaluation, shown, minAge);
    }

    function _isOfType(Cursor memory cursor, ShownCredential memory shown)
        private
        pure
        returns (bool)
    {
        uint256 form = cursor.u8();
        bytes32 typeId = form == uint8(Form.ATTRIBUTE) ? cursor.word() : cursor.digest(cursor.u16());
        return form == uint8(shown.form) && typeId == TypeId.unwrap(shown.typeId);
    }

    /// @dev No names: whoever is accredited.
    function _isFromNamed(Cursor memory cursor, ShownCredential memory shown)
        private
        pure
        returns (bool isNamed)
    {
        uint256 count = cursor.u8();
        isNamed = count == 0;
        for (uint256 i = 0; i < count; ++i) {
            if (cursor.digest(cursor.u16()) == IssuerId.unwrap(shown.issuerId)) isNamed = true;
        }
    }

    function _areMet(Cursor memory cursor, Claim[] memory claims) private pure returns (bool) {
        uint256 count = cursor.u8();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 name = cursor.digest(cursor.u8());
            if (!_isMet(cursor, _find(claims, name))) return false;
        }
        return true;
    }

    /// @dev The claim of a name; of type 0 where it was not shown.
    function _find(Claim[] memory claims, bytes32 name) private pure returns (Claim memory claim) {
        for (uint256 i = 0; i < claims.length; ++i) {
            if (claims[i].name == name) return claims[i];
        }
    }

    /// @dev Whether a claim is of the type of the operands, and as the operator demands.
    function _isMet(Cursor memory cursor, Claim memory claim) private pure returns (bool isMet) {
        uint256 operator = cursor.u8();
        uint256 count = cursor.u8();
        (uint256 kind, uint256 operand) = PolicyValues.read(cursor);
        uint256 value = claim.value;
        if (kind != claim.typeCode) return false;
        if (PolicyValues.isOrdered(kind) && !PolicyValues.isInRange(kind, value)) return false;
        if (operator == Operator.AT_LEAST) return value >= operand;
        if (operator == Operator.AT_MOST) return value <= operand;
        isMet = operator == Operator.BETWEEN ? value >= operand : value == operand;
        for (uint256 i = 1; i < count; ++i) {
            (, operand) = PolicyValues.read(cursor);
            if (operator == Operator.BETWEEN) isMet = isMet && value <= operand;
            else isMet = isMet || value == operand;
        }
    }

    function _judgeByRegistries(
        Evaluation memory evaluation,
        ShownCredential memory shown,
        uint256 minAge
    ) private view returns (Verdict verdict) {
        verdict = _judgeStatus(evaluation, shown);
        if (verdict == Verdict.FALSE) return verdict;
        if (shown.form == Form.ATTRIBUTE) {
            (, bool isVerified) = evaluation.registry(Registry.SCHEMAS);
            if (!isVerified) verdict = Verdict.UNKNOWN;
        }
        (address issuers, bool areVerified) = evaluation.registry(Registry.ISSUERS);
        if (!areVerified) return Verdict.UNKNOWN;
        uint256 moment = evaluation.facts.moment;
        verdict = Kleene.lesser(verdict, _judgeStanding(issuers, shown, moment, minAge));
        if (verdict == Verdict.FALSE) return verdict;
        return Kleene.lesser(verdict, _judgeKey(issuers, shown, moment, minAge));
    }

    function _judgeStatus(Evaluation memory evaluation, ShownCredential memory shown)
        private
        view
        returns (Verdict)
    {
        (address status, bool isVerified) = evaluation.registry(Registry.STATUS);
        if (!isVerified) return Verdict.UNKNOWN;
        if (!shown.hasStatus) return Verdict.TRUE;
        StatusListId list = StatusListId.wrap(keccak256(abi.encode(shown.issuerId, shown.typeId)));
        (bool isRead, uint256 isRevoked) = ChainReads.askNumber(
            status, abi.encodeCall(IStatusRegistry.isRevoked, (list, shown.statusIndex))
        );
        if (!isRead || isRevoked > 1) return Verdict.UNKNOWN;
        return isRevoked == 0 ? Verdict.TRUE : Verdict.FALSE;
    }

    function _judgeStanding(
        address issuers,
        ShownCredential memory shown,
        uint256 moment,
        uint256 minAge
    ) private view returns (Verdict) {
        ChainReads.Answer memory answer = ChainReads.ask(
            issuers, abi.encodeCall(IIssuerRegistry.standing, (shown.issuerId, shown.typeId)), 3
        );
        uint256[] memory words = answer.words;
        bool isRead = ChainReads.isWhole(answer) && words[0] <= 1
            && (words[1] | words[2]) <= type(uint64).max;
        if (!isRead) return Verdict.UNKNOWN;
        bool isKnown = words[0] == 1;
        bool isSuspended = moment < words[1];
        bool isAccredited = words[2] != 0 && moment >= words[2] + minAge;
        return isKnown && !isSuspended && isAccredited ? Verdict.TRUE : Verdict.FALSE;
    }

    function _judgeKey(
        address issuers,
        ShownCredential memory shown,
        uint256 moment,
        uint256 minAge
    ) private view returns (Verdict) {
        ChainReads.Answer memory answer = ChainReads.ask(
            issuers, abi.encodeCall(IIssuerRegistry.keyRecord, (shown.keyId)), 5
        );
        uint256[] memory words = answer.words;
        bool isRead = ChainReads.isWhole(answer) && words[1] <= type(uint8).max
            && words[2] <= uint8(IIssuerRegistry.KeyState.COMPROMISED)
            && (words[3] | words[4]) <= type(uint64).max;
        if (!isRead) return Verdict.UNKNOWN;
        bool isOwned = bytes32(words[0]) == IssuerId.unwrap(shown.issuerId);
        // Forms and kinds of keys are numbered alike: BBS for attributes, P-256 for SD-JWT.
        bool isOfKind = words[1] == uint8(shown.form);
        bool isAccepted = words[2] == uint8(IIssuerRegistry.KeyState.ACTIVE)
            || (words[2] == uint8(IIssuerRegistry.KeyState.RETIRED) && moment < words[4]);
        bool isOld = moment >= words[3] + minAge;
        return isOwned && isOfKind && isAccepted && isOld ? Verdict.TRUE : Verdict.FALSE;
    }
}
