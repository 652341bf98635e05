// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {PolicyId} from "../src/types/Identifiers.sol";
import {PolicyFixture} from "./support/PolicyFixture.sol";

/// @notice restrict: at once, bounded, lifted only by an activation that knew of it.
contract PolicyRestrictionTest is PolicyFixture {
    function test_ARestrictionHoldsAtOnceWhoeverOfTheThreeMakesIt() public {
        _bringIntoForce(FIRST);
        address[3] memory callers = [OWNER, EDITOR, GUARDIAN];
        for (uint8 i = 0; i < 3; ++i) {
            bytes memory policy = bytes.concat(hex"01", bytes1(i));
            uint64 epoch = _epoch();
            vm.expectEmit(address(policies));
            emit IPolicyRegistry.PolicyRestricted(resource, _idOf(policy), epoch + 1);
            vm.prank(callers[i]);
            policies.restrict(resource, policy);
            _assertSame(_state().restrictions[i], _idOf(policy), "restriction");
            vm.assertEq(_epoch(), epoch + 1, "epoch");
            vm.assertEq(policies.policyBytes(_idOf(policy)), policy, "bytes");
        }
        _assertSame(_state().active, _idOf(FIRST), "active");
    }

    function test_ARestrictionCanBeMadeBeforeTheFirstPolicyAndSurvivesIt() public {
        PolicyId first = _publish(FIRST);
        _restrict(SECOND);
        vm.warp(START + DELAY);
        _activate(first);
        vm.assertEq(_state().restrictions.length, 1, "restrictions");
        _assertSame(_state().restrictions[0], _idOf(SECOND), "restriction");
    }

    function test_ActivationLiftsTheRestrictionsItWasMadeAgainst() public {
        _bringIntoForce(FIRST);
        _restrict(SECOND);
        PolicyId third = _publish(THIRD);
        vm.assertEq(_state().restrictions.length, 1, "it holds while the other waits");
        vm.warp(_state().pendingFrom);
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.PolicyActivated(resource, third, 1, _epoch() + 1);
        _activate(third);
        vm.assertEq(_state().restrictions.length, 0, "restrictions");
    }

    function test_PublishingTheActivePolicyAgainLiftsRestrictionsAfterTheDelay() public {
        PolicyId first = _bringIntoForce(FIRST);
        _restrict(SECOND);
        _bringIntoForce(FIRST);
        _assertSame(_state().active, first, "active");
        vm.assertEq(_state().restrictions.length, 0, "restrictions");
    }

    function test_CancellingKeepsRestrictions() public {
        _restrict(SECOND);
        _publish(FIRST);
        vm.prank(GUARDIAN);
        policies.cancel(resource);
        vm.assertEq(_state().restrictions.length, 1, "restrictions");
    }

    function test_RestrictionsThatACancelledPolicyDidNotKnowAreKnownToTheNext() public {
        _publish(FIRST);
        _restrict(SECOND);
        vm.prank(OWNER);
        policies.cancel(resource);
        _bringIntoForce(FIRST);
        vm.assertEq(_state().restrictions.length, 0, "restrictions");
    }

    function testFuzz_ExactlyTheRestrictionsMadeAfterSchedulingSurvive(uint8 a, uint8 b) public {
        uint256 before = _bound(a, 0, 8);
        uint256 later = _bound(b, 0, 8 - before);
        for (uint256 i = 0; i < before; ++i) {
            _restrict(abi.encode("before", i));
        }
        PolicyId id = _publish(FIRST);
        for (uint256 i = 0; i < later; ++i) {
            _restrict(abi.encode("later", i));
        }
        vm.warp(_state().pendingFrom);
        _activate(id);

        PolicyId[] memory left = _state().restrictions;
        vm.assertEq(left.length, later, "count");
        for (uint256 i = 0; i < later; ++i) {
            _assertSame(left[i], _idOf(abi.encode("later", i)), "order");
        }
    }

    function test_NotAuthorized_RestrictByAStranger() public {
        _expectNotAuthorized(STRANGER);
        policies.restrict(resource, FIRST);
    }

    function test_TooManyRestrictions_TheNinth() public {
        for (uint256 i = 0; i < 8; ++i) {
            _restrict(abi.encode(i));
        }
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.TooManyRestrictions.selector, resource, 8)
        );
        vm.prank(GUARDIAN);
        policies.restrict(resource, FIRST);
    }

    function test_AlreadyInForce_TheActivePolicy() public {
        PolicyId id = _bringIntoForce(FIRST);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.AlreadyInForce.selector, resource, id)
        );
        vm.prank(GUARDIAN);
        policies.restrict(resource, FIRST);
    }

    function test_AlreadyInForce_TheSameRestriction() public {
        PolicyId id = _restrict(FIRST);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.AlreadyInForce.selector, resource, id)
        );
        vm.prank(GUARDIAN);
        policies.restrict(resource, FIRST);
    }

    function test_InvalidPolicyLength_AnEmptyRestriction() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.InvalidPolicyLength.selector, 0, 16_384)
        );
        vm.prank(GUARDIAN);
        policies.restrict(resource, "");
    }

    function test_WhatAScheduledPolicyWouldLiftIsKeptByRestrictingAnew() public {
        _bringIntoForce(FIRST);
        PolicyId kept = _restrict(SECOND);
        PolicyId wider = _publish(THIRD);
        _restrict(SECOND);
        vm.warp(_state().pendingFrom);
        _activate(wider);
        vm.assertEq(_state().restrictions.length, 1, "lifted all the same");
        _assertSame(_state().restrictions[0], kept, "kept");
    }

    function test_TheActivePolicyIsKeptAsAConditionOfTheScheduledOne() public {
        PolicyId base = _bringIntoForce(FIRST);
        PolicyId next = _publish(SECOND);
        _restrict(FIRST);
        vm.warp(_state().pendingFrom);
        _activate(next);
        _assertSame(_state().active, next, "active");
        _assertSame(_state().restrictions[0], base, "kept");
    }

    function test_AlreadyInForce_ARestrictionThatTheScheduledPolicyKeeps() public {
        _bringIntoForce(FIRST);
        _publish(SECOND);
        PolicyId id = _restrict(THIRD);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.AlreadyInForce.selector, resource, id)
        );
        vm.prank(GUARDIAN);
        policies.restrict(resource, THIRD);
    }
}
