// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerRegistry} from "../src/IssuerRegistry.sol";
import {IIssuerRegistry} from "../src/interfaces/IIssuerRegistry.sol";
import {IssuerId, TypeId} from "../src/types/Identifiers.sol";
import {IssuerFixture} from "./support/IssuerFixture.sol";

/// @notice Root, delegates, issuers, controllers, suspension.
contract IssuerAccreditationTest is IssuerFixture {
    function test_AccreditationNamesTheIssuerAndItsAge() public {
        IssuerId id = IssuerId.wrap(keccak256("did:key:z6Mk"));
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.IssuerAdded(id, "did:key:z6Mk", CONTROLLER);
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.IssuerAccredited(id, TYPE, ROOT);
        _accredit("did:key:z6Mk", TYPE, CONTROLLER);

        (string memory did, address controller, uint64 suspendedUntil) = issuers.issuer(id);
        vm.assertEq(did, "did:key:z6Mk", "did");
        vm.assertEq(controller, CONTROLLER, "controller");
        vm.assertEq(issuers.controllerOf(id), CONTROLLER, "controllerOf");
        vm.assertEq(suspendedUntil, 0, "suspendedUntil");
        vm.assertEq(issuers.accreditation(id, TYPE), START, "addedAt");
        vm.assertEq(issuers.accreditation(id, OTHER_TYPE), 0, "another type");
    }

    function test_AnUnknownIssuerIsNothing() public view {
        IssuerId unknown = IssuerId.wrap(keccak256("did:web:unknown"));
        (string memory did, address controller, uint64 suspendedUntil) = issuers.issuer(unknown);
        vm.assertEq(bytes(did).length, 0, "did");
        vm.assertEq(controller, address(0), "controller");
        vm.assertEq(suspendedUntil, 0, "suspendedUntil");
        vm.assertEq(issuers.accreditation(unknown, TYPE), 0, "accreditation");
    }

    function test_ADelegateAccreditsForItsTypeOnly() public {
        _setDelegate(DELEGATE, OTHER_TYPE, true);
        vm.assertTrue(issuers.isDelegate(DELEGATE, OTHER_TYPE), "delegate");
        vm.prank(DELEGATE);
        issuers.accredit(DID, OTHER_TYPE, CONTROLLER);
        vm.assertEq(issuers.accreditation(issuerId, OTHER_TYPE), START, "addedAt");

        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.NotAccreditor.selector, DELEGATE, TYPE)
        );
        vm.prank(DELEGATE);
        issuers.accredit("did:web:b", TYPE, CONTROLLER);
    }

    function test_WhatADelegateAccreditedOutlastsIt() public {
        _setDelegate(DELEGATE, OTHER_TYPE, true);
        vm.prank(DELEGATE);
        issuers.accredit(DID, OTHER_TYPE, CONTROLLER);
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.DelegateSet(DELEGATE, OTHER_TYPE, false);
        _setDelegate(DELEGATE, OTHER_TYPE, false);
        vm.assertEq(issuers.accreditation(issuerId, OTHER_TYPE), START, "addedAt");
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.NotAccreditor.selector, DELEGATE, OTHER_TYPE)
        );
        vm.prank(DELEGATE);
        issuers.withdrawAccreditation(issuerId, OTHER_TYPE);
    }

    function test_WithdrawingEndsAnAccreditationAndANewOneIsYoung() public {
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.AccreditationWithdrawn(issuerId, TYPE, ROOT);
        vm.prank(ROOT);
        issuers.withdrawAccreditation(issuerId, TYPE);
        vm.assertEq(issuers.accreditation(issuerId, TYPE), 0, "withdrawn");
        vm.warp(START + 9);
        _accredit(DID, TYPE, CONTROLLER);
        vm.assertEq(issuers.accreditation(issuerId, TYPE), START + 9, "addedAt");
    }

    function test_TheRootAssignsAnotherController() public {
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.ControllerChanged(issuerId, CONTROLLER, SUCCESSOR);
        vm.prank(ROOT);
        issuers.assignController(issuerId, SUCCESSOR);
        vm.assertEq(_controllerOf(), SUCCESSOR, "controller");
    }

    function test_ControlIsHandedOverInTwoSteps() public {
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.ControlOffered(issuerId, SUCCESSOR);
        vm.prank(CONTROLLER);
        issuers.offerControl(issuerId, SUCCESSOR);
        vm.assertEq(_controllerOf(), CONTROLLER, "not yet");
        vm.assertEq(issuers.offeredTo(issuerId), SUCCESSOR, "offered");
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.ControllerChanged(issuerId, CONTROLLER, SUCCESSOR);
        vm.prank(SUCCESSOR);
        issuers.acceptControl(issuerId);
        vm.assertEq(_controllerOf(), SUCCESSOR, "controller");
        vm.assertEq(issuers.offeredTo(issuerId), address(0), "offer is used up");
    }

    function test_SuspensionHoldsAtOnceAndEndsTheDelayAfterItIsLifted() public {
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.IssuerSuspended(issuerId);
        _suspend();
        vm.assertEq(_suspendedUntil(), WITHOUT_END, "suspended");
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.SuspensionLiftScheduled(issuerId, START + SUSPENSION_DELAY);
        vm.prank(ROOT);
        issuers.liftSuspension(issuerId);
        vm.assertEq(_suspendedUntil(), START + SUSPENSION_DELAY, "until");
    }

    function test_SuspendingAgainStopsTheEndThatWasSet() public {
        _suspend();
        vm.prank(ROOT);
        issuers.liftSuspension(issuerId);
        vm.warp(START + SUSPENSION_DELAY - 1);
        _suspend();
        vm.assertEq(_suspendedUntil(), WITHOUT_END, "suspended");
    }

    function test_SuspensionOutlastsANewAccreditationAndANewController() public {
        _suspend();
        _accredit(DID, OTHER_TYPE, CONTROLLER);
        vm.prank(ROOT);
        issuers.assignController(issuerId, SUCCESSOR);
        vm.assertEq(_suspendedUntil(), WITHOUT_END, "suspended");
    }

    function test_TheRootHandsOverInTwoSteps() public {
        vm.prank(ROOT);
        issuers.transferOwnership(SUCCESSOR);
        vm.assertEq(issuers.owner(), ROOT, "not yet");
        vm.prank(SUCCESSOR);
        issuers.acceptOwnership();
        vm.assertEq(issuers.owner(), SUCCESSOR, "root");
    }

    function test_OnlyTheRootDoesWhatIsTheRoots() public {
        address[2] memory callers = [CONTROLLER, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotRoot(callers[i]);
            issuers.setDelegate(callers[i], TYPE, true);
            _expectNotRoot(callers[i]);
            issuers.assignController(issuerId, callers[i]);
            _expectNotRoot(callers[i]);
            issuers.suspend(issuerId);
            _expectNotRoot(callers[i]);
            issuers.liftSuspension(issuerId);
        }
    }

    function test_NotAccreditor() public {
        bytes memory fault =
            abi.encodeWithSelector(IIssuerRegistry.NotAccreditor.selector, CONTROLLER, TYPE);
        vm.expectRevert(fault);
        vm.prank(CONTROLLER);
        issuers.accredit("did:web:b", TYPE, CONTROLLER);
        vm.expectRevert(fault);
        vm.prank(CONTROLLER);
        issuers.withdrawAccreditation(issuerId, TYPE);
    }

    function test_ControllerMismatch_ADelegateCannotTakeAnIssuerOver() public {
        _setDelegate(DELEGATE, OTHER_TYPE, true);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIssuerRegistry.ControllerMismatch.selector, issuerId, DELEGATE, CONTROLLER
            )
        );
        vm.prank(DELEGATE);
        issuers.accredit(DID, OTHER_TYPE, DELEGATE);
    }

    function test_AlreadyAccredited() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.AlreadyAccredited.selector, issuerId, TYPE)
        );
        _accredit(DID, TYPE, CONTROLLER);
    }

    function test_NotAccredited() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.NotAccredited.selector, issuerId, OTHER_TYPE)
        );
        vm.prank(ROOT);
        issuers.withdrawAccreditation(issuerId, OTHER_TYPE);
    }

    function test_InvalidDID() public {
        string[4] memory dids =
            ["", "did", "web:issuer", string(bytes.concat("did:", new bytes(1021)))];
        for (uint256 i = 0; i < dids.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IIssuerRegistry.InvalidDID.selector, bytes(dids[i]).length, 1024
                )
            );
            _accredit(dids[i], TYPE, CONTROLLER);
        }
    }

    function test_InvalidController() public {
        bytes memory fault = abi.encodeWithSelector(IIssuerRegistry.InvalidController.selector);
        vm.expectRevert(fault);
        _accredit("did:web:b", TYPE, address(0));
        vm.expectRevert(fault);
        vm.prank(ROOT);
        issuers.assignController(issuerId, address(0));
    }

    function test_DelegateUnchanged() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.DelegateUnchanged.selector, DELEGATE, TYPE)
        );
        _setDelegate(DELEGATE, TYPE, false);
    }

    function test_UnknownIssuer() public {
        IssuerId unknown = IssuerId.wrap(keccak256("did:web:unknown"));
        bytes memory fault = abi.encodeWithSelector(IIssuerRegistry.UnknownIssuer.selector, unknown);
        vm.expectRevert(fault);
        vm.prank(ROOT);
        issuers.assignController(unknown, CONTROLLER);
        vm.expectRevert(fault);
        vm.prank(ROOT);
        issuers.suspend(unknown);
    }

    function test_NotController_OfferControl() public {
        _expectNotController(ROOT);
        issuers.offerControl(issuerId, ROOT);
        vm.prank(ROOT);
        issuers.assignController(issuerId, SUCCESSOR);
        _expectNotController(CONTROLLER);
        issuers.offerControl(issuerId, CONTROLLER);
    }

    function test_ControlNotOffered() public {
        bytes memory fault =
            abi.encodeWithSelector(IIssuerRegistry.ControlNotOffered.selector, issuerId, SUCCESSOR);
        vm.expectRevert(fault);
        vm.prank(SUCCESSOR);
        issuers.acceptControl(issuerId);

        vm.prank(CONTROLLER);
        issuers.offerControl(issuerId, SUCCESSOR);
        vm.prank(CONTROLLER);
        issuers.offerControl(issuerId, address(0));
        vm.expectRevert(fault);
        vm.prank(SUCCESSOR);
        issuers.acceptControl(issuerId);
    }

    function test_ControlNotOffered_AnOfferEndsWhenTheRootAssignsAController() public {
        vm.prank(CONTROLLER);
        issuers.offerControl(issuerId, STRANGER);
        vm.prank(ROOT);
        issuers.assignController(issuerId, SUCCESSOR);
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.ControlNotOffered.selector, issuerId, STRANGER)
        );
        vm.prank(STRANGER);
        issuers.acceptControl(issuerId);
    }

    function test_AlreadySuspended() public {
        _suspend();
        vm.expectRevert(abi.encodeWithSelector(IIssuerRegistry.AlreadySuspended.selector, issuerId));
        _suspend();
    }

    function test_NotSuspendedIndefinitely() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.NotSuspendedIndefinitely.selector, issuerId, 0)
        );
        vm.prank(ROOT);
        issuers.liftSuspension(issuerId);
        _suspend();
        vm.prank(ROOT);
        issuers.liftSuspension(issuerId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIssuerRegistry.NotSuspendedIndefinitely.selector,
                issuerId,
                START + SUSPENSION_DELAY
            )
        );
        vm.prank(ROOT);
        issuers.liftSuspension(issuerId);
    }

    function test_RootCannotRenounce() public {
        vm.expectRevert(abi.encodeWithSelector(IIssuerRegistry.RootCannotRenounce.selector));
        vm.prank(ROOT);
        issuers.renounceOwnership();
    }

    function test_DelayTooLong() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IIssuerRegistry.DelayTooLong.selector, 90 days + 1, uint64(90 days)
            )
        );
        new IssuerRegistry(ROOT, 90 days + 1);
    }

    function _setDelegate(address delegate, TypeId typeId, bool allowed) private {
        vm.prank(ROOT);
        issuers.setDelegate(delegate, typeId, allowed);
    }

    function _suspend() private {
        vm.prank(ROOT);
        issuers.suspend(issuerId);
    }

    function _assertStanding(TypeId typeId, uint64 suspendedUntil, uint64 accreditedAt)
        private
        view
    {
        (bool known, uint64 until, uint64 since) = issuers.standing(issuerId, typeId);
        vm.assertTrue(known, "known");
        vm.assertEq(until, suspendedUntil, "suspendedUntil");
        vm.assertEq(since, accreditedAt, "accreditedAt");
    }

    function test_StandingIsWhatAContractNeedsToKnowOfAnIssuer() public {
        _assertStanding(TYPE, 0, START);
        _assertStanding(OTHER_TYPE, 0, 0);
        vm.prank(ROOT);
        issuers.suspend(issuerId);
        _assertStanding(TYPE, WITHOUT_END, START);
        vm.prank(ROOT);
        issuers.withdrawAccreditation(issuerId, TYPE);
        _assertStanding(TYPE, WITHOUT_END, 0);
    }

    function test_StandingOfAnUnknownIssuerIsZero() public view {
        (bool known, uint64 until, uint64 since) = issuers.standing(IssuerId.wrap(0), TYPE);
        vm.assertTrue(!known, "known");
        vm.assertEq(until, 0, "suspendedUntil");
        vm.assertEq(since, 0, "accreditedAt");
    }
}
