// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../../interfaces/IPolicyRegistry.sol";
import {PolicyId, ResourceId} from "../../types/Identifiers.sol";

/// @title What the policy registry keeps for one resource
/// @notice A scheduled change takes effect within [from, until); `from` is 0 where there is none.
library PolicyRecord {
    struct PendingPolicy {
        PolicyId policy;
        uint64 from;
        uint64 lifted;
    }

    struct PendingDelay {
        uint64 delay;
        uint64 from;
    }

    struct PendingGuardian {
        address guardian;
        uint64 from;
    }

    struct Activation {
        PolicyId policy;
        uint64 activatedAt;
        uint64 blockNumber;
    }

    /// @dev The first word is all that a pause touches; its epoch is 0 until the resource is
    /// registered. `tenure` counts transfers of the token: editors are kept per tenure, so that a
    /// transfer dismisses them all. The last activation is the active policy.
    struct Record {
        uint64 epoch;
        uint64 pausedUntil;
        uint64 delay;
        uint64 tenure;
        address guardian;
        PendingPolicy pendingPolicy;
        PendingDelay pendingDelay;
        PendingGuardian pendingGuardian;
        PolicyId[] restrictions;
        Activation[] history;
        mapping(uint64 tenure => mapping(address account => bool)) editors;
    }

    uint64 internal constant ACTIVATION_WINDOW = 14 days;

    /// @notice Voids all grants; returns the new epoch.
    function raiseEpoch(Record storage self) internal returns (uint64) {
        return ++self.epoch;
    }

    /// @notice Withdraws the scheduled policy, if there is one.
    function cancelPolicy(Record storage self, ResourceId resource) internal {
        if (self.pendingPolicy.from == 0) return;
        emit IPolicyRegistry.PolicyCancelled(resource, self.pendingPolicy.policy);
        delete self.pendingPolicy;
    }

    /// @notice Withdraws the scheduled delay, if there is one.
    function cancelDelay(Record storage self, ResourceId resource) internal {
        if (self.pendingDelay.from == 0) return;
        emit IPolicyRegistry.DelayCancelled(resource, self.pendingDelay.delay);
        delete self.pendingDelay;
    }

    /// @notice Withdraws the scheduled guardian, if there is one.
    function cancelGuardian(Record storage self, ResourceId resource) internal {
        if (self.pendingGuardian.from == 0) return;
        emit IPolicyRegistry.GuardianCancelled(resource, self.pendingGuardian.guardian);
        delete self.pendingGuardian;
    }

    /// @notice Removes the oldest restrictions and keeps the others in their order.
    function lift(Record storage self, uint256 count) internal {
        PolicyId[] storage restrictions = self.restrictions;
        uint256 length = restrictions.length;
        for (uint256 i = count; i < length; ++i) {
            restrictions[i - count] = restrictions[i];
        }
        for (uint256 i = 0; i < count; ++i) {
            restrictions.pop();
        }
    }

    /// @notice The active policy; all zero before the first activation.
    function active(Record storage self) internal view returns (Activation memory activation) {
        uint256 length = self.history.length;
        if (length != 0) activation = self.history[length - 1];
    }

    /// @notice Whether a policy is in force for good: the active one or a restriction, and not to be
    /// replaced or lifted by what is scheduled.
    function isInForce(Record storage self, PolicyId policy) internal view returns (bool) {
        bool scheduled = self.pendingPolicy.from != 0;
        if (!scheduled && active(self).policy == policy) return true;
        uint256 length = self.restrictions.length;
        for (uint256 i = scheduled ? self.pendingPolicy.lifted : 0; i < length; ++i) {
            if (self.restrictions[i] == policy) return true;
        }
        return false;
    }

    /// @notice Whether an account is an editor under the present owner.
    function isEditor(Record storage self, address account) internal view returns (bool) {
        return self.editors[self.tenure][account];
    }

    /// @notice Demands that a change scheduled for `from` can take effect now.
    function requireInWindow(ResourceId resource, uint64 from) internal view {
        if (from == 0) revert IPolicyRegistry.NothingPending(resource);
        if (block.timestamp < from) revert IPolicyRegistry.TooEarly(resource, from);
        uint64 until = lapse(from);
        if (block.timestamp >= until) revert IPolicyRegistry.Lapsed(resource, until);
    }

    /// @notice When a change scheduled for `from` lapses; 0 if there is none.
    function lapse(uint64 from) internal pure returns (uint64) {
        return from == 0 ? 0 : from + ACTIVATION_WINDOW;
    }
}
