// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "../support/Fixture.sol";
import {PresentationHandler} from "./PresentationHandler.sol";

/// @notice What holds for presentations, whatever is shown by whomever in whatever order.
/// forge-config: default.invariant.runs = 8
/// forge-config: default.invariant.depth = 64
contract PresentationInvariants is Fixture {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    PresentationHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new PresentationHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev To prepare and to execute is what most calls shall do.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[13] memory actions = [
            handler.prepare.selector,
            handler.execute.selector,
            handler.execute.selector,
            handler.prepare.selector,
            handler.execute.selector,
            handler.execute.selector,
            handler.pause.selector,
            handler.unpause.selector,
            handler.bumpEpoch.selector,
            handler.restrict.selector,
            handler.admit.selector,
            handler.pin.selector,
            handler.pass.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), new bytes4[](actions.length));
        for (uint256 i = 0; i < actions.length; ++i) {
            targets[0].selectors[i] = actions[i];
        }
    }

    function invariant_EachStatementExecutesAtMostOnce() public view {
        vm.assertTrue(!handler.acceptedTwice(), "executed twice");
        vm.assertTrue(!handler.refusedAndSpent(), "spent without effect");
    }

    function invariant_NothingIsExecutedThatIsNotInForce() public view {
        vm.assertTrue(!handler.acceptedWhilePaused(), "while paused");
        vm.assertTrue(!handler.acceptedUnderAnotherEpoch(), "under another epoch");
        vm.assertTrue(!handler.acceptedWithoutAdmission(), "without admission");
    }

    function invariant_NothingIsExecutedTooLateOrByAnother() public view {
        vm.assertTrue(!handler.acceptedTooLate(), "after the deadline");
        vm.assertTrue(!handler.acceptedByAnother(), "by another than the consumer");
    }

    function invariant_NothingFalseIsAcceptedAndNothingTrueRefusedPinnedOrNot() public view {
        vm.assertTrue(!handler.acceptedWhatIsFalse(), "false, and accepted");
        vm.assertTrue(!handler.refusedWhatHolds(), "true, and refused");
    }

    function invariant_ASessionOutlivesNeitherLifetimeNorEpochNorPause() public view {
        vm.assertEq(handler.hasSession(), handler.expectsSession(), "session");
    }
}
