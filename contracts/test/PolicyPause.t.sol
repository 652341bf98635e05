// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {PolicyId} from "../src/types/Identifiers.sol";
import {PolicyFixture} from "./support/PolicyFixture.sol";

/// @notice pause, unpause, bumpEpoch: stopping is immediate, going on waits.
contract PolicyPauseTest is PolicyFixture {
    function test_APauseHoldsAtOnceWhoeverOfTheThreeMakesIt() public {
        address[3] memory callers = [OWNER, EDITOR, GUARDIAN];
        for (uint256 i = 0; i < callers.length; ++i) {
            resource = _register(vm.toString(i), GUARDIAN, DELAY);
            vm.prank(OWNER);
            policies.setEditor(resource, EDITOR, true);
            vm.expectEmit(address(policies));
            emit IPolicyRegistry.Paused(resource, callers[i], 2);
            vm.prank(callers[i]);
            policies.pause(resource);
            vm.assertEq(_state().pausedUntil, WITHOUT_END, "pausedUntil");
            vm.assertEq(_epoch(), 2, "epoch");
        }
    }

    function test_APauseEndsTheDelayAfterUnpause() public {
        _pause();
        uint64 epoch = _epoch();
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.UnpauseScheduled(resource, START + DELAY);
        vm.prank(EDITOR);
        policies.unpause(resource);
        vm.assertEq(_state().pausedUntil, START + DELAY, "pausedUntil");
        vm.assertEq(_epoch(), epoch, "a widening voids nothing");
    }

    function test_PausingAgainStopsTheEndThatWasSet() public {
        _pause();
        vm.prank(OWNER);
        policies.unpause(resource);
        vm.warp(START + DELAY - 1);
        _pause();
        vm.assertEq(_state().pausedUntil, WITHOUT_END, "pausedUntil");
    }

    function test_AnEndedPauseCanBeMadeAnew() public {
        _pause();
        vm.prank(OWNER);
        policies.unpause(resource);
        vm.warp(START + DELAY);
        _pause();
        vm.assertEq(_state().pausedUntil, WITHOUT_END, "pausedUntil");
    }

    function test_APauseOutlastsAnActivation() public {
        PolicyId id = _publish(FIRST);
        _pause();
        vm.warp(START + DELAY);
        _activate(id);
        vm.assertEq(_state().pausedUntil, WITHOUT_END, "pausedUntil");
    }

    function test_AShorterDelayDoesNotBringTheEndOfAPauseForward() public {
        vm.prank(OWNER);
        policies.setDelay(resource, 0);
        vm.warp(START + DELAY - 1);
        _pause();
        vm.prank(OWNER);
        policies.unpause(resource);
        vm.warp(START + DELAY);
        vm.prank(OWNER);
        policies.activateDelay(resource);
        vm.assertEq(_state().pausedUntil, START + 2 * DELAY - 1, "pausedUntil");
    }

    function test_BumpingTheEpochVoidsGrantsWhoeverOfTheThreeDoesIt() public {
        address[3] memory callers = [OWNER, EDITOR, GUARDIAN];
        for (uint64 i = 0; i < 3; ++i) {
            vm.expectEmit(address(policies));
            emit IPolicyRegistry.EpochRaised(resource, i + 2);
            vm.prank(callers[i]);
            policies.bumpEpoch(resource);
            vm.assertEq(_epoch(), i + 2, "epoch");
        }
    }

    function test_NotAuthorized_PauseByAStranger() public {
        _expectNotAuthorized(STRANGER);
        policies.pause(resource);
    }

    function test_NotAuthorized_UnpauseByTheGuardian() public {
        _pause();
        _expectNotAuthorized(GUARDIAN);
        policies.unpause(resource);
    }

    function test_NotAuthorized_BumpEpochByAStranger() public {
        _expectNotAuthorized(STRANGER);
        policies.bumpEpoch(resource);
    }

    function test_AlreadyPaused() public {
        _pause();
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.AlreadyPaused.selector, resource));
        vm.prank(GUARDIAN);
        policies.pause(resource);
    }

    function test_NotPausedIndefinitely_WhenNotPaused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.NotPausedIndefinitely.selector, resource, 0)
        );
        vm.prank(OWNER);
        policies.unpause(resource);
    }

    function test_NotPausedIndefinitely_WhenTheEndIsSetAlready() public {
        _pause();
        vm.prank(OWNER);
        policies.unpause(resource);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyRegistry.NotPausedIndefinitely.selector, resource, START + DELAY
            )
        );
        vm.prank(OWNER);
        policies.unpause(resource);
    }

    function _pause() private {
        vm.prank(GUARDIAN);
        policies.pause(resource);
    }
}
