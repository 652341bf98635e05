// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "./interfaces/IPolicyChecker.sol";
import {PolicyComposer} from "./libraries/policy/PolicyComposer.sol";
import {PolicyRules} from "./libraries/policy/PolicyRules.sol";

/// @title Whether bytes are a policy
/// @dev What each function does stands in IPolicyChecker.
contract PolicyChecker is IPolicyChecker {
    /// @inheritdoc IPolicyChecker
    function check(bytes calldata policy) external pure {
        PolicyRules.check(policy);
    }

    /// @inheritdoc IPolicyChecker
    function compose(bytes calldata active, bytes[] calldata restrictions)
        external
        pure
        returns (bytes memory)
    {
        bytes[] memory policies = new bytes[](restrictions.length + 1);
        policies[0] = active;
        for (uint256 i = 0; i < restrictions.length; ++i) {
            policies[i + 1] = restrictions[i];
        }
        return PolicyComposer.compose(policies);
    }
}
