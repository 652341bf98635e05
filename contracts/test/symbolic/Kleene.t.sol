// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Kleene} from "../../src/libraries/policy/Kleene.sol";
import {Verdict} from "../../src/types/Judgement.sol";
import {World} from "../support/Fixture.sol";

/// @notice Proved for all verdicts and all counts that a policy can have: the laws of Kleene's logic.
contract KleeneProofs is World {
    uint256 private constant MAX_CHILDREN = 255;

    function check_NotIsAnInvolution(Verdict a) public pure {
        assert(Kleene.not(Kleene.not(a)) == a);
        assert((Kleene.not(a) == Verdict.UNKNOWN) == (a == Verdict.UNKNOWN));
        assert((Kleene.not(a) == Verdict.TRUE) == (a == Verdict.FALSE));
    }

    /// @notice `all` of two is "and".
    function check_AllHasItsTable(Verdict a, Verdict b) public pure {
        Verdict verdict = _atLeast(2, a, b);
        bool isTrue = a == Verdict.TRUE && b == Verdict.TRUE;
        bool isFalse = a == Verdict.FALSE || b == Verdict.FALSE;
        assert((verdict == Verdict.TRUE) == isTrue);
        assert((verdict == Verdict.FALSE) == isFalse);
    }

    /// @notice `any` of two is "or", and so is the better of two verdicts.
    function check_AnyHasItsTable(Verdict a, Verdict b) public pure {
        Verdict verdict = _atLeast(1, a, b);
        bool isTrue = a == Verdict.TRUE || b == Verdict.TRUE;
        bool isFalse = a == Verdict.FALSE && b == Verdict.FALSE;
        assert((verdict == Verdict.TRUE) == isTrue);
        assert((verdict == Verdict.FALSE) == isFalse);
        assert(verdict == Kleene.greater(a, b));
    }

    function check_DeMorgan(Verdict a, Verdict b) public pure {
        Verdict notA = Kleene.not(a);
        Verdict notB = Kleene.not(b);
        assert(Kleene.not(_atLeast(2, a, b)) == _atLeast(1, notA, notB));
        assert(Kleene.not(_atLeast(1, a, b)) == _atLeast(2, notA, notB));
    }

    /// @notice True with some children known means true whatever the others turn out to be; false
    /// likewise; and unknown means that both are possible.
    function check_AtLeastIsWhatItsUnknownsLeaveOpen(uint256 need, uint256 trues, uint256 unknowns)
        public
        pure
    {
        vm.assume(need <= MAX_CHILDREN && trues <= MAX_CHILDREN && unknowns <= MAX_CHILDREN);
        Verdict verdict = Kleene.atLeast(need, trues, unknowns);
        bool atWorst = trues >= need;
        bool atBest = trues + unknowns >= need;
        assert((verdict == Verdict.TRUE) == atWorst);
        assert((verdict == Verdict.FALSE) == !atBest);
    }

    /// @notice A child that becomes truer never makes the whole less true.
    function check_AtLeastIsMonotone(
        uint256 need,
        uint256 trues,
        uint256 unknowns,
        uint256 moreTrues,
        uint256 moreUnknowns
    ) public pure {
        vm.assume(need <= MAX_CHILDREN && moreTrues <= MAX_CHILDREN);
        vm.assume(moreUnknowns <= MAX_CHILDREN && trues <= moreTrues);
        vm.assume(unknowns <= MAX_CHILDREN && trues + unknowns <= moreTrues + moreUnknowns);
        Verdict before = Kleene.atLeast(need, trues, unknowns);
        Verdict later = Kleene.atLeast(need, moreTrues, moreUnknowns);
        assert(later >= before);
    }

    function _atLeast(uint256 need, Verdict a, Verdict b) private pure returns (Verdict) {
        uint256 trues = _count(a, Verdict.TRUE) + _count(b, Verdict.TRUE);
        uint256 unknowns = _count(a, Verdict.UNKNOWN) + _count(b, Verdict.UNKNOWN);
        return Kleene.atLeast(need, trues, unknowns);
    }

    function _count(Verdict a, Verdict wanted) private pure returns (uint256) {
        return a == wanted ? 1 : 0;
    }
}
