// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../../types/Judgement.sol";

/// @title Kleene's three-valued logic: false, unknown, true
/// @dev Pure and total. Verdicts ascend from false to true, so "or" is the greater of two.
library Kleene {
    /// @dev Whether at least `need` of some children hold, of which `trues` are true and `unknowns`
    /// unknown. `all` of n is at least n, `any` is at least one.
    function atLeast(uint256 need, uint256 trues, uint256 unknowns)
        internal
        pure
        returns (Verdict)
    {
        if (trues >= need) return Verdict.TRUE;
        return trues + unknowns >= need ? Verdict.UNKNOWN : Verdict.FALSE;
    }

    function not(Verdict verdict) internal pure returns (Verdict) {
        return Verdict(2 - uint8(verdict));
    }

    function greater(Verdict a, Verdict b) internal pure returns (Verdict) {
        return a > b ? a : b;
    }
}
