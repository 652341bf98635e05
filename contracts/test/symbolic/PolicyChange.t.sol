// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../../src/interfaces/IPolicyRegistry.sol";
import {PolicyId} from "../../src/types/Identifiers.sol";
import {PolicyFixture} from "../support/PolicyFixture.sol";

/// @notice Proved for each function that changes the state, for every caller, every argument and
/// every moment: while all that could widen access is pending, and before the delay has passed, no
/// call widens it, and no call makes anything that is pending take effect sooner, or sooner than the
/// delay from now. The second is what makes the first hold for any number of calls.
contract PolicyChangeProofs is PolicyFixture {
    PolicyId private first;
    PolicyId private second;
    uint64 private pausedUntil;

    /// @dev A policy is in force with a restriction, and paused. Its owner has asked for everything
    /// that widens: another policy that lifts the restriction, the end of the pause, no delay and
    /// no guardian.
    function setUp() public override {
        super.setUp();
        first = _publish(FIRST);
        vm.warp(START + DELAY);
        _activate(first);
        second = _restrict(SECOND);
        vm.prank(GUARDIAN);
        policies.pause(resource);
        _publish(THIRD);
        vm.prank(OWNER);
        policies.setDelay(resource, 0);
        vm.prank(OWNER);
        policies.setGuardian(resource, address(0));
        vm.prank(OWNER);
        policies.unpause(resource);
        pausedUntil = START + 2 * DELAY;
    }

    modifier byAnyone(address caller, uint64 elapsed) {
        vm.assume(caller != address(resources));
        vm.assume(elapsed < DELAY);
        vm.warp(START + DELAY + elapsed);
        vm.prank(caller);
        _;
        _assertAsNarrow();
    }

    function check_Publish(address caller, uint64 elapsed, uint64 epoch)
        public
        byAnyone(caller, elapsed)
    {
        try policies.publish(resource, hex"04", epoch) {} catch {}
    }

    function check_Activate(address caller, uint64 elapsed, PolicyId policy)
        public
        byAnyone(caller, elapsed)
    {
        try policies.activate(resource, policy) {} catch {}
    }

    function check_Cancel(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.cancel(resource) {} catch {}
    }

    function check_Restrict(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.restrict(resource, hex"04") {} catch {}
    }

    function check_Pause(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.pause(resource) {} catch {}
    }

    function check_Unpause(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.unpause(resource) {} catch {}
    }

    function check_BumpEpoch(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.bumpEpoch(resource) {} catch {}
    }

    function check_SetEditor(address caller, uint64 elapsed, address editor, bool allowed)
        public
        byAnyone(caller, elapsed)
    {
        try policies.setEditor(resource, editor, allowed) {} catch {}
    }

    function check_SetDelay(address caller, uint64 elapsed, uint64 delay)
        public
        byAnyone(caller, elapsed)
    {
        try policies.setDelay(resource, delay) {} catch {}
    }

    function check_ActivateDelay(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.activateDelay(resource) {} catch {}
    }

    function check_CancelDelay(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.cancelDelay(resource) {} catch {}
    }

    function check_SetGuardian(address caller, uint64 elapsed, address guardian)
        public
        byAnyone(caller, elapsed)
    {
        try policies.setGuardian(resource, guardian) {} catch {}
    }

    function check_ActivateGuardian(address caller, uint64 elapsed)
        public
        byAnyone(caller, elapsed)
    {
        try policies.activateGuardian(resource) {} catch {}
    }

    function check_CancelGuardian(address caller, uint64 elapsed) public byAnyone(caller, elapsed) {
        try policies.cancelGuardian(resource) {} catch {}
    }

    function check_ResourceRegistered(
        address caller,
        uint64 elapsed,
        address guardian,
        uint64 delay
    ) public byAnyone(caller, elapsed) {
        try policies.resourceRegistered(resource, guardian, delay) {} catch {}
    }

    function check_ResourceTransferred(address caller, uint64 elapsed, address from, address to)
        public
        byAnyone(caller, elapsed)
    {
        try policies.resourceTransferred(resource, from, to) {} catch {}
    }

    /// @notice A pause without end ends no sooner than the delay after somebody asked for it.
    function check_TheEndOfAPauseWaits(address caller, uint64 elapsed) public {
        vm.prank(GUARDIAN);
        policies.pause(resource);
        vm.assume(elapsed < MAX_DELAY);
        vm.warp(START + DELAY + elapsed);
        vm.prank(caller);
        try policies.unpause(resource) {} catch {}
        assert(policies.stateOf(resource).pausedUntil >= block.timestamp + DELAY);
    }

    /// @notice A transfer of the token makes nothing wider either.
    function check_TransferFrom(address caller, uint64 elapsed, address to, uint256 token)
        public
        byAnyone(caller, elapsed)
    {
        try resources.transferFrom(OWNER, to, token) {} catch {}
    }

    function _assertAsNarrow() private view {
        IPolicyRegistry.State memory state = policies.stateOf(resource);
        assert(PolicyId.unwrap(state.active) == PolicyId.unwrap(first));
        assert(state.restrictions.length >= 1);
        assert(PolicyId.unwrap(state.restrictions[0]) == PolicyId.unwrap(second));
        assert(state.pausedUntil >= pausedUntil);
        assert(state.delay >= DELAY);
        assert(state.guardian == GUARDIAN);
        _assertWaits(state.pendingFrom);
        (, uint64 from,) = policies.pendingDelay(resource);
        _assertWaits(from);
        (, from,) = policies.pendingGuardian(resource);
        _assertWaits(from);
    }

    /// @dev Nothing pending, or what was pending before, or what waits for the delay from now.
    function _assertWaits(uint64 from) private view {
        assert(from == 0 || from == pausedUntil || from >= block.timestamp + DELAY);
    }
}
