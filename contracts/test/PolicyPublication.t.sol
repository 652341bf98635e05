// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {PolicyId, ResourceId} from "../src/types/Identifiers.sol";
import {PolicyFixture} from "./support/PolicyFixture.sol";

/// @notice publish, activate, cancel: a policy waits, then has 14 days, and names its base.
contract PolicyPublicationTest is PolicyFixture {
    function test_AFreshResourceAdmitsNoOne() public view {
        IPolicyRegistry.State memory state = _state();
        vm.assertEq(PolicyId.unwrap(state.active), bytes32(0), "active");
        vm.assertEq(state.activatedAt, 0, "activatedAt");
        vm.assertEq(state.epoch, 1, "epoch");
        vm.assertEq(state.pausedUntil, 0, "pausedUntil");
        vm.assertEq(state.delay, DELAY, "delay");
        vm.assertEq(state.owner, OWNER, "owner");
        vm.assertEq(state.guardian, GUARDIAN, "guardian");
        vm.assertEq(state.restrictions.length, 0, "restrictions");
        vm.assertEq(state.pendingFrom, 0, "pendingFrom");
        vm.assertEq(state.pendingUntil, 0, "pendingUntil");
        vm.assertEq(policies.historyLength(resource), 0, "history");
    }

    function test_PublishingSchedulesAndChangesNothingYet() public {
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.PolicyStored(_idOf(FIRST));
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.PolicyScheduled(
            resource, _idOf(FIRST), PolicyId.wrap(0), 0, START + DELAY, START + DELAY + WINDOW
        );
        PolicyId id = _publish(FIRST);

        IPolicyRegistry.State memory state = _state();
        _assertSame(id, _idOf(FIRST), "id");
        _assertSame(state.pending, id, "pending");
        _assertSame(state.active, PolicyId.wrap(0), "active");
        vm.assertEq(state.pendingFrom, START + DELAY, "from");
        vm.assertEq(state.pendingUntil, START + DELAY + WINDOW, "until");
        vm.assertEq(state.epoch, 1, "epoch");
        vm.assertEq(policies.policyBytes(id), FIRST, "bytes");
    }

    function test_WhatIsPendingNamesWhatItWasMadeAgainst() public {
        PolicyId base = _bringIntoForce(FIRST);
        _assertPending(PolicyId.wrap(0), PolicyId.wrap(0), 0, 0, 0);
        _restrict(SECOND);
        PolicyId id = _publish(THIRD);
        _restrict(hex"01a4");
        uint64 from = uint64(block.timestamp) + DELAY;
        _assertPending(id, base, 1, from, from + WINDOW);
        vm.warp(from);
        _activate(id);
        vm.assertEq(_state().restrictions.length, 1, "the later restriction survives");
        _assertPending(PolicyId.wrap(0), PolicyId.wrap(0), 0, 0, 0);
    }

    function _assertPending(
        PolicyId policy,
        PolicyId base,
        uint64 lifted,
        uint64 from,
        uint64 until
    ) private view {
        (PolicyId id, PolicyId replaced, uint64 ended, uint64 begin, uint64 end) =
            policies.pendingPolicy(resource);
        _assertSame(id, policy, "pending: policy");
        _assertSame(replaced, base, "pending: base");
        vm.assertEq(ended, lifted, "pending: lifted");
        vm.assertEq(begin, from, "pending: from");
        vm.assertEq(end, until, "pending: until");
    }

    function test_ActivationTakesEffectOnceTheDelayIsOver() public {
        PolicyId id = _publish(FIRST);
        vm.warp(START + DELAY);
        vm.roll(77);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.PolicyActivated(resource, id, 0, 2);
        _activate(id);

        IPolicyRegistry.State memory state = _state();
        _assertSame(state.active, id, "active");
        _assertSame(state.pending, PolicyId.wrap(0), "pending");
        vm.assertEq(state.pendingFrom, 0, "from");
        vm.assertEq(state.activatedAt, START + DELAY, "activatedAt");
        vm.assertEq(state.epoch, 2, "epoch");
        (PolicyId entry, uint64 activatedAt, uint64 blockNumber) = policies.historyAt(resource, 0);
        _assertSame(entry, id, "history: policy");
        vm.assertEq(activatedAt, START + DELAY, "history: time");
        vm.assertEq(blockNumber, 77, "history: block");
    }

    function test_ActivationIsStillPossibleInTheLastSecond() public {
        PolicyId id = _publish(FIRST);
        vm.warp(START + DELAY + WINDOW - 1);
        _activate(id);
        _assertSame(_state().active, id, "active");
    }

    function test_HistoryKeepsEachActivation() public {
        _bringIntoForce(FIRST);
        _bringIntoForce(SECOND);
        _bringIntoForce(FIRST);
        vm.assertEq(policies.historyLength(resource), 3, "length");
        (PolicyId second,,) = policies.historyAt(resource, 1);
        _assertSame(second, _idOf(SECOND), "second");
        _assertSame(_state().active, _idOf(FIRST), "active");
    }

    function test_WithoutADelayAPolicyIsActivatedInTheSameBlock() public {
        resource = _register("urn:dev", address(0), 0);
        _activate(_publish(FIRST));
        _assertSame(_state().active, _idOf(FIRST), "active");
    }

    function test_EditorsPublishAndActivate() public {
        vm.prank(EDITOR);
        PolicyId id = policies.publish(resource, FIRST, 1);
        vm.warp(START + DELAY);
        vm.prank(EDITOR);
        policies.activate(resource, id);
        _assertSame(_state().active, id, "active");
    }

    function test_APolicyIsStoredOnceForAllResources() public {
        _publish(FIRST);
        resource = _register("urn:other", address(0), 0);
        vm.expectEmit(address(policies), 0);
        emit IPolicyRegistry.PolicyStored(_idOf(FIRST));
        _publish(FIRST);
    }

    function test_CancellingWithdrawsTheScheduledPolicy() public {
        address[3] memory callers = [OWNER, EDITOR, GUARDIAN];
        for (uint256 i = 0; i < callers.length; ++i) {
            PolicyId id = _publish(FIRST);
            vm.expectEmit(address(policies));
            emit IPolicyRegistry.PolicyCancelled(resource, id);
            vm.prank(callers[i]);
            policies.cancel(resource);
            _assertSame(_state().pending, PolicyId.wrap(0), "pending");
            vm.assertEq(_state().epoch, 1, "nothing took effect");
        }
    }

    function test_ACancelledPolicyWaitsAnewWhenItIsPublishedAgain() public {
        _publish(FIRST);
        vm.warp(START + DELAY);
        vm.prank(GUARDIAN);
        policies.cancel(resource);
        _publish(FIRST);
        vm.assertEq(_state().pendingFrom, START + 2 * DELAY, "from");
    }

    function test_ALapsedPolicyGivesWay() public {
        PolicyId lapsed = _publish(FIRST);
        vm.warp(START + DELAY + WINDOW);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.PolicyCancelled(resource, lapsed);
        _publish(SECOND);
        _assertSame(_state().pending, _idOf(SECOND), "pending");
    }

    function test_ALongerDelayDoesNotMoveWhatIsScheduled() public {
        _publish(FIRST);
        vm.prank(OWNER);
        policies.setDelay(resource, DELAY * 2);
        vm.assertEq(_state().pendingFrom, START + DELAY, "from");
    }

    function testFuzz_BytesComeBackAsTheyWerePublished(bytes memory policy) public {
        vm.assertEq(
            policies.policyBytes(_publish(bytes.concat(hex"01", policy))),
            bytes.concat(hex"01", policy),
            "bytes"
        );
    }

    function test_TheLongestPolicyFits() public {
        bytes memory policy = new bytes(16_384);
        vm.assertEq(policies.policyBytes(_publish(policy)), policy, "bytes");
    }

    function test_NotAuthorized_PublishByOthers() public {
        address[2] memory callers = [GUARDIAN, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotAuthorized(callers[i]);
            policies.publish(resource, FIRST, 1);
        }
    }

    function test_NotAuthorized_ActivateByOthers() public {
        PolicyId id = _publish(FIRST);
        vm.warp(START + DELAY);
        address[2] memory callers = [GUARDIAN, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotAuthorized(callers[i]);
            policies.activate(resource, id);
        }
    }

    function test_NotAuthorized_CancelByAStranger() public {
        _publish(FIRST);
        _expectNotAuthorized(STRANGER);
        policies.cancel(resource);
    }

    function test_EpochChanged_WhenTheStateIsNotTheOneThatWasRead() public {
        uint64 epoch = _epoch();
        _restrict(SECOND);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyRegistry.EpochChanged.selector, resource, epoch, epoch + 1
            )
        );
        vm.prank(OWNER);
        policies.publish(resource, FIRST, epoch);
    }

    function test_InvalidPolicyLength_Empty() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.InvalidPolicyLength.selector, 0, 16_384)
        );
        vm.prank(OWNER);
        policies.publish(resource, "", 1);
    }

    function test_InvalidPolicyLength_TooLong() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.InvalidPolicyLength.selector, 16_385, 16_384)
        );
        vm.prank(OWNER);
        policies.publish(resource, new bytes(16_385), 1);
    }

    function test_PolicyPending_UntilTheScheduledOneLapses() public {
        PolicyId pending = _publish(FIRST);
        vm.warp(START + DELAY + WINDOW - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.PolicyPending.selector, resource, pending)
        );
        vm.prank(OWNER);
        policies.publish(resource, SECOND, 1);
    }

    function test_TooEarly_OneSecondBeforeTheDelayIsOver() public {
        PolicyId id = _publish(FIRST);
        vm.warp(START + DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.TooEarly.selector, resource, START + DELAY)
        );
        vm.prank(OWNER);
        policies.activate(resource, id);
    }

    function test_Lapsed_FourteenDaysAfterItBecamePossible() public {
        PolicyId id = _publish(FIRST);
        uint64 until = START + DELAY + WINDOW;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.Lapsed.selector, resource, until));
        vm.prank(OWNER);
        policies.activate(resource, id);
    }

    function test_NothingPending_Activate() public {
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.NothingPending.selector, resource));
        vm.prank(OWNER);
        policies.activate(resource, _idOf(FIRST));
    }

    function test_NothingPending_ActivateTwice() public {
        PolicyId id = _bringIntoForce(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.NothingPending.selector, resource));
        vm.prank(OWNER);
        policies.activate(resource, id);
    }

    function test_NothingPending_Cancel() public {
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.NothingPending.selector, resource));
        vm.prank(OWNER);
        policies.cancel(resource);
    }

    function test_PendingMismatch_WhenAnotherPolicyIsScheduled() public {
        _publish(FIRST);
        vm.warp(START + DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyRegistry.PendingMismatch.selector, resource, _idOf(SECOND), _idOf(FIRST)
            )
        );
        vm.prank(OWNER);
        policies.activate(resource, _idOf(SECOND));
    }

    function test_UnknownResource() public {
        ResourceId unknown = ResourceId.wrap(keccak256("unknown"));
        bytes memory fault =
            abi.encodeWithSelector(IPolicyRegistry.UnknownResource.selector, unknown);
        vm.expectRevert(fault);
        policies.stateOf(unknown);
        vm.expectRevert(fault);
        policies.inForce(unknown);
        vm.expectRevert(fault);
        policies.publish(unknown, FIRST, 0);
        vm.expectRevert(fault);
        policies.pause(unknown);
        vm.expectRevert(fault);
        policies.setEditor(unknown, EDITOR, true);
        vm.expectRevert(fault);
        policies.historyLength(unknown);
    }

    function test_UnknownPolicy() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.UnknownPolicy.selector, _idOf(THIRD))
        );
        policies.policyBytes(_idOf(THIRD));
    }

    function test_UnknownHistoryEntry() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.UnknownHistoryEntry.selector, resource, 0)
        );
        policies.historyAt(resource, 0);
    }
}
