// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyEvaluator} from "../../src/libraries/policy/PolicyEvaluator.sol";
import {Case, Verdict} from "../../src/types/Judgement.sol";

/// @notice A contract that evaluates policies, and nothing else: the evaluator's size is its size.
contract PolicyHarness {
    function evaluate(bytes calldata policy, Case calldata facts)
        external
        view
        returns (Verdict, bool)
    {
        return PolicyEvaluator.evaluate(policy, facts);
    }

    /// @notice What an evaluation costs, without the call data that goes into it.
    function gasOf(bytes memory policy, Case memory facts)
        external
        view
        returns (Verdict verdict, uint256 gas)
    {
        uint256 before = gasleft();
        (verdict,) = PolicyEvaluator.evaluate(policy, facts);
        gas = before - gasleft();
    }
}
