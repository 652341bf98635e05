// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Enum} from "@safe-global/safe-contracts/contracts/common/Enum.sol";
import {Safe} from "@safe-global/safe-contracts/contracts/Safe.sol";
import {
    CompatibilityFallbackHandler
} from "@safe-global/safe-contracts/contracts/handler/CompatibilityFallbackHandler.sol";
import {SafeProxyFactory} from "@safe-global/safe-contracts/contracts/proxies/SafeProxyFactory.sol";
import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {PolicyId} from "../src/types/Identifiers.sol";
import {PolicyFixture} from "./support/PolicyFixture.sol";

/// @notice A resource whose token belongs to a timelock: two delays, one after the other.
contract PolicyTimelockTest is PolicyFixture {
    uint256 private constant NOTICE = 2 days;
    address private constant PROPOSER = address(0xa1);
    address private constant BUYER = address(0x0e);

    TimelockController private _timelock;

    function setUp() public override {
        super.setUp();
        address[] memory proposers = new address[](1);
        proposers[0] = PROPOSER;
        _timelock = new TimelockController(NOTICE, proposers, new address[](1), address(0));
        vm.prank(OWNER);
        resources.safeTransferFrom(OWNER, address(_timelock), _token());
    }

    function test_PublishDelayActivate_ThroughATimelock() public {
        _through(_publication(FIRST, _epoch()));
        IPolicyRegistry.State memory state = _state();
        _assertSame(state.pending, _idOf(FIRST), "pending");
        vm.assertEq(state.pendingFrom, block.timestamp + DELAY, "from");

        bytes memory activation = abi.encodeCall(policies.activate, (resource, _idOf(FIRST)));
        _schedule(activation);
        vm.warp(state.pendingFrom);
        _execute(activation);
        _assertSame(_state().active, _idOf(FIRST), "active");
    }

    function test_NotAuthorized_ProposersHaveNoRightsOfTheirOwn() public {
        uint64 epoch = _epoch();
        _expectNotAuthorized(PROPOSER);
        policies.publish(resource, FIRST, epoch);
        _expectNotAuthorized(OWNER);
        policies.pause(resource);
    }

    function test_TooEarly_TheTimelocksDelayDoesNotStandInForTheResources() public {
        _through(_publication(FIRST, _epoch()));
        uint64 from = _state().pendingFrom;
        bytes memory activation = abi.encodeCall(policies.activate, (resource, _idOf(FIRST)));
        _schedule(activation);
        vm.warp(block.timestamp + NOTICE);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.TooEarly.selector, resource, from));
        _execute(activation);
    }

    function test_EpochChanged_WhatWasProposedBeforeARestrictionDoesNotGoThrough() public {
        uint64 epoch = _epoch();
        bytes memory publication = _publication(FIRST, epoch);
        _schedule(publication);
        _restrict(SECOND);
        vm.warp(block.timestamp + NOTICE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyRegistry.EpochChanged.selector, resource, epoch, epoch + 1
            )
        );
        _execute(publication);
    }

    function test_TheGuardianCancelsWhatATimelockScheduled() public {
        _through(_publication(FIRST, _epoch()));
        vm.prank(GUARDIAN);
        policies.cancel(resource);
        vm.warp(block.timestamp + DELAY);
        bytes memory activation = abi.encodeCall(policies.activate, (resource, _idOf(FIRST)));
        _schedule(activation);
        vm.warp(block.timestamp + NOTICE);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.NothingPending.selector, resource));
        _execute(activation);
    }

    function test_TheGuardianPausesAtOnceAndTheTimelockLiftsIt() public {
        vm.prank(GUARDIAN);
        policies.pause(resource);
        vm.assertEq(_state().pausedUntil, WITHOUT_END, "paused");
        _through(abi.encodeCall(policies.unpause, (resource)));
        vm.assertEq(_state().pausedUntil, block.timestamp + DELAY, "pausedUntil");
    }

    function test_ATransferByTheTimelockClears() public {
        _through(_publication(FIRST, _epoch()));
        uint64 epoch = _epoch();
        bytes memory transfer =
            abi.encodeCall(resources.transferFrom, (address(_timelock), BUYER, _token()));
        vm.prank(PROPOSER);
        _timelock.schedule(address(resources), 0, transfer, 0, 0, NOTICE);
        vm.warp(block.timestamp + NOTICE);
        _timelock.execute(address(resources), 0, transfer, 0, 0);
        IPolicyRegistry.State memory state = _state();
        vm.assertEq(state.owner, BUYER, "owner");
        vm.assertEq(state.pendingFrom, 0, "pending");
        vm.assertEq(state.epoch, epoch + 1, "epoch");
    }

    function _publication(bytes memory policy, uint64 epoch) private view returns (bytes memory) {
        return abi.encodeCall(policies.publish, (resource, policy, epoch));
    }

    function _through(bytes memory data) private {
        _schedule(data);
        vm.warp(block.timestamp + NOTICE);
        _execute(data);
    }

    function _schedule(bytes memory data) private {
        vm.prank(PROPOSER);
        _timelock.schedule(address(policies), 0, data, 0, 0, NOTICE);
    }

    function _execute(bytes memory data) private {
        _timelock.execute(address(policies), 0, data, 0, 0);
    }
}

/// @notice A resource whose token belongs to a multisig of two out of three.
contract PolicyMultisigTest is PolicyFixture {
    address private constant FIRST_SIGNER = address(0xb1);
    address private constant SECOND_SIGNER = address(0xb2);
    address private constant THIRD_SIGNER = address(0xb3);
    address private constant BUYER = address(0x0e);

    Safe private _safe;

    function setUp() public override {
        super.setUp();
        address[] memory signers = new address[](3);
        (signers[0], signers[1], signers[2]) = (FIRST_SIGNER, SECOND_SIGNER, THIRD_SIGNER);
        address handler = address(new CompatibilityFallbackHandler());
        bytes memory setup = abi.encodeCall(
            Safe.setup, (signers, 2, address(0), "", handler, address(0), 0, payable(address(0)))
        );
        SafeProxyFactory factory = new SafeProxyFactory();
        _safe = Safe(payable(address(factory.createProxyWithNonce(address(new Safe()), setup, 0))));
        vm.prank(OWNER);
        resources.safeTransferFrom(OWNER, address(_safe), _token());
    }

    function test_PublishDelayActivate_ThroughAMultisig() public {
        _through(abi.encodeCall(policies.publish, (resource, FIRST, _epoch())));
        vm.warp(_state().pendingFrom);
        _through(abi.encodeCall(policies.activate, (resource, _idOf(FIRST))));
        _assertSame(_state().active, _idOf(FIRST), "active");
    }

    function test_OneSignerAloneCannot() public {
        bytes memory data = abi.encodeCall(policies.pause, (resource));
        vm.expectRevert(bytes("GS020"));
        vm.prank(FIRST_SIGNER);
        _exec(address(policies), data, _approval(FIRST_SIGNER));
        _expectNotAuthorized(FIRST_SIGNER);
        policies.pause(resource);
    }

    function test_TheGuardianCancelsWhatAMultisigScheduled() public {
        _through(abi.encodeCall(policies.publish, (resource, FIRST, _epoch())));
        vm.prank(GUARDIAN);
        policies.cancel(resource);
        vm.assertEq(_state().pendingFrom, 0, "pending");
    }

    function test_ATransferByTheMultisigClears() public {
        _through(abi.encodeCall(policies.publish, (resource, FIRST, _epoch())));
        _through(abi.encodeCall(policies.setEditor, (resource, EDITOR, true)));
        uint64 epoch = _epoch();
        _throughTo(
            address(resources),
            abi.encodeCall(resources.transferFrom, (address(_safe), BUYER, _token()))
        );
        vm.assertEq(_state().owner, BUYER, "owner");
        vm.assertEq(_state().pendingFrom, 0, "pending");
        vm.assertTrue(!policies.isEditor(resource, EDITOR), "editor");
        vm.assertEq(_epoch(), epoch + 1, "epoch");
    }

    function _through(bytes memory data) private {
        _throughTo(address(policies), data);
    }

    /// @dev The second signer approves by its own transaction, the first by sending.
    function _throughTo(address to, bytes memory data) private {
        bytes32 digest = _safe.getTransactionHash(
            to, 0, data, Enum.Operation.Call, 0, 0, 0, address(0), address(0), _safe.nonce()
        );
        vm.prank(SECOND_SIGNER);
        _safe.approveHash(digest);
        bytes memory signatures =
            abi.encodePacked(_approval(FIRST_SIGNER), _approval(SECOND_SIGNER));
        vm.prank(FIRST_SIGNER);
        _exec(to, data, signatures);
    }

    function _exec(address to, bytes memory data, bytes memory signatures) private {
        _safe.execTransaction(
            to, 0, data, Enum.Operation.Call, 0, 0, 0, address(0), payable(address(0)), signatures
        );
    }

    function _approval(address signer) private pure returns (bytes memory) {
        return abi.encodePacked(bytes32(uint256(uint160(signer))), bytes32(0), uint8(1));
    }
}
