// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Kleene} from "../../src/libraries/Kleene.sol";
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

    function check_AndAndOrHaveTheirTables(Verdict a, Verdict b) public pure {
        bool isTrue = a == Verdict.TRUE && b == Verdict.TRUE;
        bool isFalse = a == Verdict.FALSE || b == Verdict.FALSE;
        assert((Kleene.lesser(a, b) == Verdict.TRUE) == isTrue);
        assert((Kleene.lesser(a, b) == Verdict.FALSE) == isFalse);
        assert((Kleene.greater(a, b) == Verdict.TRUE) == (a == Verdict.TRUE || b == Verdict.TRUE));
        assert(
            (Kleene.greater(a, b) == Verdict.FALSE) == (a == Verdict.FALSE && b == Verdict.FALSE)
        );
    }

    function check_DeMorgan(Verdict a, Verdict b) public pure {
        assert(Kleene.not(Kleene.lesser(a, b)) == Kleene.greater(Kleene.not(a), Kleene.not(b)));
        assert(Kleene.not(Kleene.greater(a, b)) == Kleene.lesser(Kleene.not(a), Kleene.not(b)));
    }

    /// @notice `all` and `any` of two are "and" and "or".
    function check_AtLeastIsAndAndOr(Verdict a, Verdict b) public pure {
        uint256 trues = _count(a, Verdict.TRUE) + _count(b, Verdict.TRUE);
        uint256 unknowns = _count(a, Verdict.UNKNOWN) + _count(b, Verdict.UNKNOWN);
        assert(Kleene.atLeast(2, trues, unknowns) == Kleene.lesser(a, b));
        assert(Kleene.atLeast(1, trues, unknowns) == Kleene.greater(a, b));
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

    function _count(Verdict a, Verdict wanted) private pure returns (uint256) {
        return a == wanted ? 1 : 0;
    }
}
