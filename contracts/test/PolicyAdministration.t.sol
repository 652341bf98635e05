// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {PolicyFixture} from "./support/PolicyFixture.sol";

/// @notice Editors, delay, guardian: who may name them, and what has to wait.
contract PolicyAdministrationTest is PolicyFixture {
    address private constant SUCCESSOR = address(0x0e);

    function test_TheOwnerNamesAndDismissesEditors() public {
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.EditorSet(resource, STRANGER, true);
        vm.prank(OWNER);
        policies.setEditor(resource, STRANGER, true);
        vm.assertTrue(policies.isEditor(resource, STRANGER), "editor");
        vm.prank(OWNER);
        policies.setEditor(resource, STRANGER, false);
        vm.assertTrue(!policies.isEditor(resource, STRANGER), "no editor");
    }

    function test_ALongerDelayHoldsAtOnce() public {
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.DelayChanged(resource, DELAY, DELAY + 1);
        _setDelay(DELAY + 1);
        vm.assertEq(_state().delay, DELAY + 1, "delay");
    }

    function test_AShorterDelayWaitsForThePresentOne() public {
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.DelayScheduled(resource, 0, START + DELAY, START + DELAY + WINDOW);
        _setDelay(0);
        vm.assertEq(_state().delay, DELAY, "not yet");
        (uint64 delay, uint64 from, uint64 until) = policies.pendingDelay(resource);
        vm.assertEq(delay, 0, "pending");
        vm.assertEq(from, START + DELAY, "from");
        vm.assertEq(until, START + DELAY + WINDOW, "until");

        vm.warp(from);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.DelayChanged(resource, DELAY, 0);
        vm.prank(OWNER);
        policies.activateDelay(resource);
        vm.assertEq(_state().delay, 0, "delay");
        (, from,) = policies.pendingDelay(resource);
        vm.assertEq(from, 0, "nothing is pending");
    }

    function test_AScheduledShorterDelayShortensNothingYet() public {
        _setDelay(0);
        vm.warp(START + DELAY);
        _publish(FIRST);
        vm.assertEq(_state().pendingFrom, START + 2 * DELAY, "from");
    }

    function test_SteppingDownTwiceWaitsTwice() public {
        _setDelay(2 days);
        vm.warp(START + 1 days);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.DelayCancelled(resource, 2 days);
        _setDelay(1 days);
        (uint64 delay, uint64 from,) = policies.pendingDelay(resource);
        vm.assertEq(delay, 1 days, "delay");
        vm.assertEq(from, START + 1 days + DELAY, "from");
    }

    function test_ALongerDelayCancelsTheShorterOneThatWaits() public {
        _setDelay(0);
        _setDelay(DELAY + 1);
        (, uint64 from,) = policies.pendingDelay(resource);
        vm.assertEq(from, 0, "nothing is pending");
        vm.assertEq(_state().delay, DELAY + 1, "delay");
    }

    function test_OwnerAndGuardianCancelAShorterDelay() public {
        address[2] memory callers = [OWNER, GUARDIAN];
        for (uint256 i = 0; i < callers.length; ++i) {
            _setDelay(1);
            vm.expectEmit(address(policies));
            emit IPolicyRegistry.DelayCancelled(resource, 1);
            vm.prank(callers[i]);
            policies.cancelDelay(resource);
            (, uint64 from,) = policies.pendingDelay(resource);
            vm.assertEq(from, 0, "nothing is pending");
        }
    }

    function test_AnotherGuardianWaitsForTheDelayAndTheOldOneStaysUntilThen() public {
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.GuardianScheduled(
            resource, SUCCESSOR, START + DELAY, START + DELAY + WINDOW
        );
        _setGuardian(SUCCESSOR);
        (address guardian, uint64 from, uint64 until) = policies.pendingGuardian(resource);
        vm.assertEq(guardian, SUCCESSOR, "pending");
        vm.assertEq(from, START + DELAY, "from");
        vm.assertEq(until, START + DELAY + WINDOW, "until");
        vm.prank(GUARDIAN);
        policies.pause(resource);

        vm.warp(from);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.GuardianChanged(resource, GUARDIAN, SUCCESSOR);
        vm.prank(OWNER);
        policies.activateGuardian(resource);
        vm.assertEq(_state().guardian, SUCCESSOR, "guardian");
        _expectNotAuthorized(GUARDIAN);
        policies.bumpEpoch(resource);
    }

    function test_TheGuardianCanBeRemoved() public {
        _setGuardian(address(0));
        vm.warp(START + DELAY);
        vm.prank(OWNER);
        policies.activateGuardian(resource);
        vm.assertEq(_state().guardian, address(0), "guardian");
    }

    function test_TheOwnerCancelsAndReplacesAScheduledGuardian() public {
        _setGuardian(address(0));
        vm.warp(START + 1);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.GuardianCancelled(resource, address(0));
        _setGuardian(SUCCESSOR);
        (, uint64 from,) = policies.pendingGuardian(resource);
        vm.assertEq(from, START + 1 + DELAY, "from");
        vm.prank(OWNER);
        policies.cancelGuardian(resource);
        (, from,) = policies.pendingGuardian(resource);
        vm.assertEq(from, 0, "nothing is pending");
    }

    function test_NotAuthorized_TheGuardianCannotCancelItsOwnRemoval() public {
        _setGuardian(address(0));
        _expectNotAuthorized(GUARDIAN);
        policies.cancelGuardian(resource);
    }

    function test_NotAuthorized_OnlyTheOwnerAdministers() public {
        _setDelay(0);
        _setGuardian(SUCCESSOR);
        vm.warp(START + DELAY);
        address[3] memory callers = [EDITOR, GUARDIAN, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotAuthorized(callers[i]);
            policies.setEditor(resource, STRANGER, true);
            _expectNotAuthorized(callers[i]);
            policies.setDelay(resource, DELAY + 1);
            _expectNotAuthorized(callers[i]);
            policies.activateDelay(resource);
            _expectNotAuthorized(callers[i]);
            policies.setGuardian(resource, STRANGER);
            _expectNotAuthorized(callers[i]);
            policies.activateGuardian(resource);
        }
    }

    function test_NotAuthorized_CancelDelayByOthers() public {
        _setDelay(0);
        address[2] memory callers = [EDITOR, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotAuthorized(callers[i]);
            policies.cancelDelay(resource);
        }
    }

    function test_InvalidEditor_TheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.InvalidEditor.selector));
        vm.prank(OWNER);
        policies.setEditor(resource, address(0), true);
    }

    function test_EditorUnchanged() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.EditorUnchanged.selector, resource, EDITOR)
        );
        vm.prank(OWNER);
        policies.setEditor(resource, EDITOR, true);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.EditorUnchanged.selector, resource, STRANGER)
        );
        vm.prank(OWNER);
        policies.setEditor(resource, STRANGER, false);
    }

    function test_DelayTooLong() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.DelayTooLong.selector, MAX_DELAY + 1, MAX_DELAY)
        );
        _setDelay(MAX_DELAY + 1);
    }

    function test_DelayTooLong_AtRegistration() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.DelayTooLong.selector, MAX_DELAY + 1, MAX_DELAY)
        );
        _register("urn:slow", GUARDIAN, MAX_DELAY + 1);
    }

    function test_DelayUnchanged() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.DelayUnchanged.selector, resource, DELAY)
        );
        _setDelay(DELAY);
    }

    function test_GuardianUnchanged() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.GuardianUnchanged.selector, resource, GUARDIAN)
        );
        _setGuardian(GUARDIAN);
    }

    function test_TooEarly_DelayAndGuardian() public {
        _setDelay(0);
        _setGuardian(SUCCESSOR);
        vm.warp(START + DELAY - 1);
        bytes memory fault =
            abi.encodeWithSelector(IPolicyRegistry.TooEarly.selector, resource, START + DELAY);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.activateDelay(resource);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.activateGuardian(resource);
    }

    function test_Lapsed_DelayAndGuardian() public {
        _setDelay(0);
        _setGuardian(SUCCESSOR);
        vm.warp(START + DELAY + WINDOW);
        bytes memory fault = abi.encodeWithSelector(
            IPolicyRegistry.Lapsed.selector, resource, START + DELAY + WINDOW
        );
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.activateDelay(resource);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.activateGuardian(resource);
    }

    function test_NothingPending_DelayAndGuardian() public {
        bytes memory fault =
            abi.encodeWithSelector(IPolicyRegistry.NothingPending.selector, resource);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.activateDelay(resource);
        vm.expectRevert(fault);
        vm.prank(GUARDIAN);
        policies.cancelDelay(resource);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.activateGuardian(resource);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.cancelGuardian(resource);
    }

    function _setDelay(uint64 delay) private {
        vm.prank(OWNER);
        policies.setDelay(resource, delay);
    }

    function _setGuardian(address guardian) private {
        vm.prank(OWNER);
        policies.setGuardian(resource, guardian);
    }
}
