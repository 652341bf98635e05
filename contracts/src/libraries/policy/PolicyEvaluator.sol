// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../interfaces/IPolicyChecker.sol";
import {Case, Verdict} from "../../types/Judgement.sol";
import {HEAD_LENGTH, Holder, PIN_LENGTH, Tag, VERSION} from "../../types/PolicyFormat.sol";
import {ShownCredential} from "../../types/Presented.sol";
import {AccountJudge} from "./AccountJudge.sol";
import {Evaluation} from "./CaseReader.sol";
import {CredentialJudge} from "./CredentialJudge.sol";
import {Kleene} from "./Kleene.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";

/// @title Evaluates a policy in Kleene's three-valued logic: true, false or unknown
/// @notice Only true allows, and on chain only where it is carried: where it rests on something that
/// cannot be borrowed for one transaction, as a token balance can.
/// @dev Takes bytes that IPolicyChecker accepted, and decides on them as the SDK does. Of other bytes
/// it makes what it can, but reads none that are not there. It never reverts for what another
/// contract says or does: a fact that cannot be read, or cannot be relied upon, is unknown. Nothing
/// is judged that can change the result no more.
library PolicyEvaluator {
    /// @dev Children of a node: how many it takes, how many there are, and what became of them.
    struct Tally {
        uint256 need;
        uint256 left;
        uint256 trues;
        uint256 unknowns;
        bool isCarried;
    }

    /// @notice Evaluates a policy.
    /// @param policy Canonical bytes that were checked.
    /// @param facts What is known of the presenter, and the time to judge by.
    /// @return verdict Of the whole policy.
    /// @return isCarried Whether the verdict is true, and a true credential, list entry, Merkle proof
    /// or attestation is among what makes it so. Token balances and time alone carry nothing.
    function evaluate(bytes memory policy, Case memory facts)
        internal
        view
        returns (Verdict verdict, bool isCarried)
    {
        Cursor memory cursor = PolicyReader.open(policy);
        uint256 head = PolicyReader.load(cursor.take(HEAD_LENGTH + 1));
        if (head >> 248 != VERSION) revert IPolicyChecker.UnknownVersion(0);
        uint256 pins = cursor.take(PIN_LENGTH * ((head >> 152) & 0xff));
        (verdict, isCarried) = _judge(Evaluation(cursor, facts, pins, cursor.position, 0, false, 0));
        cursor.finish();
    }

    /// @dev Judges the node at the cursor, and leaves the cursor behind it.
    function _judge(Evaluation memory evaluation)
        private
        view
        returns (Verdict verdict, bool isCarried)
    {
        Cursor memory cursor = evaluation.cursor;
        uint256 outer = cursor.end;
        uint256 tag = cursor.enter();
        if (tag >= Tag.CREDENTIAL) {
            verdict = _judgeLeaf(evaluation, tag);
            isCarried = verdict == Verdict.TRUE && tag != Tag.TOKEN && tag != Tag.TIME;
        } else if (tag == Tag.NOT) {
            (verdict,) = _judge(evaluation);
            verdict = Kleene.not(verdict);
        } else {
            (verdict, isCarried) = _judgeFamily(evaluation, tag);
        }
        cursor.position = cursor.end;
        cursor.end = outer;
    }

    function _judgeLeaf(Evaluation memory evaluation, uint256 tag) private view returns (Verdict) {
        if (tag == Tag.CREDENTIAL) {
            return CredentialJudge.judge(evaluation, evaluation.nextCredential++);
        }
        if (tag == Tag.ADDRESS) return AccountJudge.judgeList(evaluation);
        if (tag == Tag.TOKEN) return AccountJudge.judgeToken(evaluation);
        if (tag == Tag.TIME) return _judgeTime(evaluation);
        if (tag == Tag.ATTESTATION) return AccountJudge.judgeAttestation(evaluation);
        if (tag == Tag.MEMBER) return AccountJudge.judgeMember(evaluation);
        revert IPolicyChecker.UnknownTag(evaluation.cursor.offset());
    }

    /// @dev An open end is the last number there is, which no moment reaches.
    function _judgeTime(Evaluation memory evaluation) private pure returns (Verdict) {
        uint256 start = evaluation.cursor.u64();
        uint256 end = evaluation.cursor.u64();
        uint256 moment = evaluation.facts.moment;
        return start <= moment && moment < end ? Verdict.TRUE : Verdict.FALSE;
    }

    function _judgeFamily(Evaluation memory evaluation, uint256 tag)
        private
        view
        returns (Verdict, bool)
    {
        Cursor memory cursor = evaluation.cursor;
        uint256 holder = tag == Tag.ANY ? Holder.ABSENT : cursor.u8();
        uint256 need = tag == Tag.AT_LEAST ? cursor.u8() : 1;
        uint256 count = cursor.u8();
        if (tag == Tag.ALL) need = count;
        else if (tag == 0 || tag > Tag.AT_LEAST) revert IPolicyChecker.UnknownTag(cursor.offset());
        if (holder == Holder.SAME && !evaluation.isSame) {
            return _judgeForBestHolder(evaluation, need, count);
        }
        return _judgeChildren(evaluation, need, count);
    }

    /// @dev Judges children once for each key that holds a credential shown below them. Whichever
    /// serves best is the presenter's choice.
    function _judgeForBestHolder(Evaluation memory evaluation, uint256 need, uint256 count)
        private
        view
        returns (Verdict best, bool isCarried)
    {
        Cursor memory cursor = evaluation.cursor;
        uint256 start = cursor.position;
        uint256 first = evaluation.nextCredential;
        _pass(evaluation, count);
        uint256 next = evaluation.nextCredential;
        ShownCredential[] memory credentials = evaluation.facts.credentials;
        evaluation.isSame = true;
        bool isTried;
        for (uint256 i = 0; i <= credentials.length && !isCarried; ++i) {
            evaluation.holder = 0;
            if (i < credentials.length) {
                uint256 leaf = credentials[i].leaf;
                evaluation.holder = credentials[i].holderKey;
                if (evaluation.holder == 0 || leaf < first || leaf >= next) continue;
            } else if (isTried) {
                break; // with no key no credential counts, which serves no better than any key
            }
            isTried = true;
            cursor.position = start;
            evaluation.nextCredential = first;
            (Verdict verdict, bool carries) = _judgeChildren(evaluation, need, count);
            best = Kleene.greater(best, verdict);
            isCarried = carries;
        }
        evaluation.isSame = false;
        evaluation.nextCredential = next;
    }

    /// @dev Judges as many children as it takes: at least `need` of `count` must hold.
    function _judgeChildren(Evaluation memory evaluation, uint256 need, uint256 count)
        private
        view
        returns (Verdict verdict, bool isCarried)
    {
        Tally memory tally = Tally(need, count, 0, 0, false);
        while (tally.left != 0 && !_isDecided(tally)) {
            (Verdict child, bool carries) = _judge(evaluation);
            --tally.left;
            if (child == Verdict.TRUE) ++tally.trues;
            else if (child == Verdict.UNKNOWN) ++tally.unknowns;
            tally.isCarried = tally.isCarried || carries;
        }
        _pass(evaluation, tally.left);
        verdict = Kleene.atLeast(need, tally.trues, tally.unknowns);
        isCarried = verdict == Verdict.TRUE && tally.isCarried;
    }

    /// @dev Whether the children that are left can change neither verdict nor whether it is carried.
    function _isDecided(Tally memory tally) private pure returns (bool) {
        if (tally.trues + tally.unknowns + tally.left < tally.need) return true;
        return tally.trues >= tally.need && tally.isCarried;
    }

    /// @dev Passes over nodes, counting their credential leaves.
    function _pass(Evaluation memory evaluation, uint256 count) private pure {
        Cursor memory cursor = evaluation.cursor;
        for (uint256 i = 0; i < count; ++i) {
            uint256 outer = cursor.end;
            uint256 tag = cursor.enter();
            if (tag == Tag.CREDENTIAL) {
                ++evaluation.nextCredential;
            } else if (tag == Tag.NOT) {
                _pass(evaluation, 1);
            } else if (tag < Tag.NOT) {
                if (tag != Tag.ANY) cursor.take(tag == Tag.ALL ? 1 : 2);
                _pass(evaluation, cursor.u8());
            }
            cursor.position = cursor.end;
            cursor.end = outer;
        }
    }
}
