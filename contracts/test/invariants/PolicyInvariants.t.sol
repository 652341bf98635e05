// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyRegistry} from "../../src/PolicyRegistry.sol";
import {IPolicyRegistry} from "../../src/interfaces/IPolicyRegistry.sol";
import {Fixture} from "../support/Fixture.sol";
import {PolicyHandler} from "./PolicyHandler.sol";

/// @notice What holds for a resource whatever anyone does in whatever order.
contract PolicyInvariants is Fixture {
    PolicyHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new PolicyHandler(new PolicyRegistry());
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_NothingThatCouldLetMorePeopleInTakesEffectBeforeTheDelay() public view {
        vm.assertTrue(!handler.widenedTooEarly(), "a widening took effect before its delay");
    }

    function invariant_NothingTakesEffectAfterItLapsed() public view {
        vm.assertTrue(!handler.widenedTooLate(), "a lapsed change took effect");
    }

    function invariant_OnlyTheScheduledPolicyBecomesActive() public view {
        vm.assertTrue(!handler.unscheduledPolicy(), "another policy became active");
    }

    function invariant_RestrictionsSurviveWhatDidNotKnowOfThem() public view {
        vm.assertTrue(!handler.restrictionLost(), "a restriction was lost");
    }

    function invariant_TheEpochNeverDecreases() public view {
        vm.assertTrue(!handler.epochDecreased(), "the epoch decreased");
    }

    function invariant_EachEffectiveChangeRaisesTheEpoch() public view {
        vm.assertTrue(!handler.changedWithoutNewEpoch(), "a change kept the epoch");
    }

    function invariant_TheGuardianNeverWidens() public view {
        vm.assertTrue(!handler.guardianWidened(), "the guardian widened");
    }

    function invariant_StrangersHaveNoEffect() public view {
        vm.assertTrue(!handler.strangerHadEffect(), "a stranger's call went through");
    }

    function invariant_RestrictionsAreBounded() public view {
        IPolicyRegistry.State memory state = handler.policies().stateOf(handler.resource());
        vm.assertTrue(state.restrictions.length <= 8, "more than eight restrictions");
    }
}
