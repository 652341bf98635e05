// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {PolicyRegistry} from "../src/PolicyRegistry.sol";
import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {PolicyId, ResourceId} from "../src/types/Identifiers.sol";
import {PolicyFixture} from "./support/PolicyFixture.sol";

/// @notice What a transfer of the resource's token ends, and what it leaves.
contract PolicyHandoverTest is PolicyFixture {
    address private constant BUYER = address(0x0e);

    function test_ATransferCancelsAllThatIsPending() public {
        PolicyId id = _publish(FIRST);
        vm.prank(OWNER);
        policies.setDelay(resource, 1);
        vm.prank(OWNER);
        policies.setGuardian(resource, address(0));

        vm.expectEmit(address(policies));
        emit IPolicyRegistry.PolicyCancelled(resource, id);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.DelayCancelled(resource, 1);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.GuardianCancelled(resource, address(0));
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.ResourceHandedOver(resource, OWNER, BUYER, 2);
        _transfer(BUYER);

        vm.assertEq(_state().pendingFrom, 0, "policy");
        (, uint64 delayFrom,) = policies.pendingDelay(resource);
        (, uint64 guardianFrom,) = policies.pendingGuardian(resource);
        vm.assertEq(delayFrom, 0, "delay");
        vm.assertEq(guardianFrom, 0, "guardian");
    }

    function test_ATransferKeepsPolicyRestrictionsDelayAndGuardian() public {
        PolicyId id = _bringIntoForce(FIRST);
        _restrict(SECOND);
        uint64 epoch = _epoch();
        _transfer(BUYER);
        IPolicyRegistry.State memory state = _state();
        _assertSame(state.active, id, "active");
        vm.assertEq(state.restrictions.length, 1, "restrictions");
        vm.assertEq(state.delay, DELAY, "delay");
        vm.assertEq(state.guardian, GUARDIAN, "guardian");
        vm.assertEq(state.pausedUntil, 0, "pausedUntil");
        vm.assertEq(state.epoch, epoch + 1, "epoch");
        vm.assertEq(state.owner, BUYER, "owner");
    }

    function test_ATransferDismissesEditors() public {
        _transfer(BUYER);
        vm.assertTrue(!policies.isEditor(resource, EDITOR), "editor");
        _expectNotAuthorized(EDITOR);
        policies.pause(resource);
    }

    function test_EditorsDoNotComeBackWithAFormerOwner() public {
        _transfer(BUYER);
        _transfer(OWNER);
        vm.assertTrue(!policies.isEditor(resource, EDITOR), "editor");
        vm.assertEq(_epoch(), 3, "epoch");
    }

    function test_ATransferToOneselfIsATransfer() public {
        _publish(FIRST);
        _transfer(OWNER);
        vm.assertEq(_state().pendingFrom, 0, "policy");
        vm.assertTrue(!policies.isEditor(resource, EDITOR), "editor");
        vm.assertEq(_epoch(), 2, "epoch");
    }

    function test_ATransferStopsTheEndOfAPauseThatWasSet() public {
        vm.prank(OWNER);
        policies.pause(resource);
        vm.prank(OWNER);
        policies.unpause(resource);
        vm.warp(START + DELAY - 1);
        _transfer(BUYER);
        vm.assertEq(_state().pausedUntil, WITHOUT_END, "pausedUntil");
    }

    function test_ATransferDoesNotReviveAPauseThatEnded() public {
        vm.prank(OWNER);
        policies.pause(resource);
        vm.prank(OWNER);
        policies.unpause(resource);
        vm.warp(START + DELAY);
        _transfer(BUYER);
        vm.assertEq(_state().pausedUntil, START + DELAY, "pausedUntil");
    }

    function test_RightsGoWithTheToken() public {
        _transfer(BUYER);
        _expectNotAuthorized(OWNER);
        policies.publish(resource, FIRST, 2);
        vm.prank(BUYER);
        policies.publish(resource, FIRST, 2);
    }

    function test_NotAuthorized_ApprovedOperatorsHaveNoRights() public {
        vm.prank(OWNER);
        resources.approve(STRANGER, _token());
        vm.prank(OWNER);
        resources.setApprovalForAll(STRANGER, true);
        _expectNotAuthorized(STRANGER);
        policies.publish(resource, FIRST, 1);
        _expectNotAuthorized(STRANGER);
        policies.pause(resource);
        _expectNotAuthorized(STRANGER);
        policies.setEditor(resource, STRANGER, true);
        _expectNotAuthorized(STRANGER);
        policies.setGuardian(resource, STRANGER);
    }

    function test_AReceiverThatPublishesWhileItReceivesStillWaits() public {
        EagerReceiver receiver = new EagerReceiver(policies, resource);
        vm.prank(OWNER);
        resources.safeTransferFrom(OWNER, address(receiver), _token());
        IPolicyRegistry.State memory state = _state();
        _assertSame(state.pending, _idOf(FIRST), "pending");
        vm.assertEq(state.pendingFrom, START + DELAY, "from");
        vm.assertEq(state.owner, address(receiver), "owner");
    }

    function test_NotResourceRegistry() public {
        bytes memory fault =
            abi.encodeWithSelector(IPolicyRegistry.NotResourceRegistry.selector, OWNER);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.resourceRegistered(resource, OWNER, 0);
        vm.expectRevert(fault);
        vm.prank(OWNER);
        policies.resourceTransferred(resource, OWNER, BUYER);
    }

    function test_TheRegistriesKnowEachOther() public view {
        vm.assertEq(address(resources.policies()), address(policies), "policies");
    }
}

/// @notice A new owner that publishes from within the transfer.
contract EagerReceiver is IERC721Receiver {
    PolicyRegistry private immutable _policies;
    ResourceId private immutable _resource;

    constructor(PolicyRegistry policies, ResourceId resource) {
        _policies = policies;
        _resource = resource;
    }

    function onERC721Received(address, address, uint256, bytes calldata)
        external
        override
        returns (bytes4)
    {
        _policies.publish(_resource, hex"01a1", _policies.stateOf(_resource).epoch);
        return IERC721Receiver.onERC721Received.selector;
    }
}
