// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Kleene} from "../../src/libraries/policy/Kleene.sol";
import {PolicyEvaluator} from "../../src/libraries/policy/PolicyEvaluator.sol";
import {Case, Verdict} from "../../src/types/Judgement.sol";
import {World} from "../support/Fixture.sol";
import {PolicyBytes} from "../support/PolicyBytes.sol";

/// @notice A token by which a leaf is judged as it was told: true, false, or unknown by reverting.
contract Oracle {
    error Silent();

    Verdict private _verdict;

    function tell(Verdict verdict) external {
        _verdict = verdict;
    }

    function balanceOf(address) external view returns (uint256) {
        if (_verdict == Verdict.UNKNOWN) revert Silent();
        return _verdict == Verdict.TRUE ? 1 : 0;
    }
}

/// @notice Proved for whatever three leaves say, and for every moment: the evaluator decides, without
/// reverting, and decides what the logic says.
contract PolicyEvaluationProofs is World {
    Oracle[3] private oracles;
    bytes[3] private leaves;

    function setUp() public {
        for (uint256 i = 0; i < 3; ++i) {
            oracles[i] = new Oracle();
            leaves[i] = PolicyBytes.token(1, address(oracles[i]), 0, 1);
        }
    }

    function check_AllOfOneAndAnyOfOthers(Verdict a, Verdict b, Verdict c) public {
        bytes memory others = PolicyBytes.any(leaves[1], leaves[2]);
        Verdict verdict = _evaluate(PolicyBytes.all(0, leaves[0], others), a, b, c);
        assert(verdict == _lesser(a, Kleene.greater(b, c)));
    }

    function check_AnyOfOneAndAllOfOthersNegated(Verdict a, Verdict b, Verdict c) public {
        bytes memory others = PolicyBytes.all(0, leaves[1], PolicyBytes.not(leaves[2]));
        Verdict verdict = _evaluate(PolicyBytes.any(leaves[0], others), a, b, c);
        assert(verdict == Kleene.greater(a, _lesser(b, Kleene.not(c))));
    }

    function check_TwoOfThree(Verdict a, Verdict b, Verdict c) public {
        bytes memory tree = PolicyBytes.atLeast(0, 2, leaves[0], leaves[1], leaves[2]);
        Verdict verdict = _evaluate(tree, a, b, c);
        assert(verdict == _middle(a, b, c));
    }

    /// @notice It does not matter which leaf comes first.
    function check_TheOrderOfLeavesDoesNotMatter(Verdict a, Verdict b) public {
        bytes memory tree = PolicyBytes.all(0, leaves[0], leaves[1]);
        bytes memory turned = PolicyBytes.all(0, leaves[1], leaves[0]);
        Verdict verdict = _evaluate(tree, a, b, Verdict.FALSE);
        assert(verdict == _evaluate(turned, a, b, Verdict.FALSE));
    }

    function check_AWindowOfTime(uint64 start, uint64 end, uint64 moment) public view {
        Case memory facts;
        facts.moment = moment;
        bytes memory tree = PolicyBytes.time(start, end);
        (Verdict verdict, bool isCarried) =
            PolicyEvaluator.evaluate(PolicyBytes.policy("", tree), facts);
        bool holds = start <= moment && moment < end;
        assert(verdict == (holds ? Verdict.TRUE : Verdict.FALSE));
        assert(!isCarried);
    }

    /// @notice Token balances carry nothing, and an unknown is never taken for true.
    function _evaluate(bytes memory tree, Verdict a, Verdict b, Verdict c)
        private
        returns (Verdict verdict)
    {
        oracles[0].tell(a);
        oracles[1].tell(b);
        oracles[2].tell(c);
        Case memory facts;
        facts.account = STRANGER;
        bool isCarried;
        (verdict, isCarried) = PolicyEvaluator.evaluate(PolicyBytes.policy("", tree), facts);
        assert(!isCarried);
    }

    function _middle(Verdict a, Verdict b, Verdict c) private pure returns (Verdict) {
        return Kleene.greater(_lesser(a, b), _lesser(Kleene.greater(a, b), c));
    }

    function _lesser(Verdict a, Verdict b) private pure returns (Verdict) {
        return a < b ? a : b;
    }
}
