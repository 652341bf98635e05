// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {CheckerFixture} from "./support/CheckerFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

/// @notice What several policies are together.
contract PolicyComposerTest is CheckerFixture {
    bytes private a = PolicyBytes.sdJwt("a");
    bytes private b = PolicyBytes.sdJwt("b");

    function _compose(bytes memory active) private view returns (bytes memory) {
        return checker.compose(active, new bytes[](0));
    }

    function _compose(bytes memory active, bytes memory restriction)
        private
        view
        returns (bytes memory)
    {
        bytes[] memory restrictions = new bytes[](1);
        restrictions[0] = restriction;
        return checker.compose(active, restrictions);
    }

    function _windows(uint256 count) private pure returns (bytes[] memory policies) {
        policies = new bytes[](count);
        for (uint64 i = 0; i < count; ++i) {
            policies[i] = PolicyBytes.policy("", PolicyBytes.time(i + 10, OPEN_END));
        }
    }

    function test_WithoutRestrictionsNothingChanges() public view {
        bytes memory policy =
            PolicyBytes.policy(7, hex"0000000200000003", _sdJwtPins(), PolicyBytes.all(2, a, b));
        vm.assertEq(_compose(policy), policy, "policy");
    }

    function test_EveryTreeMustHold() public view {
        bytes memory composed =
            _compose(PolicyBytes.policy("", LATER), PolicyBytes.policy("", TIME));
        vm.assertEq(composed, PolicyBytes.policy("", PolicyBytes.all(0, TIME, LATER)), "in order");
        composed = _compose(PolicyBytes.policy("", TIME), PolicyBytes.policy("", LATER));
        vm.assertEq(
            composed, PolicyBytes.policy("", PolicyBytes.all(0, TIME, LATER)), "whatever the order"
        );
    }

    function test_TheSameTreeCountsOnce() public view {
        bytes memory composed = _compose(
            PolicyBytes.policy("", TIME), PolicyBytes.policy(5, PolicyBytes.NO_QUOTA, "", TIME)
        );
        vm.assertEq(composed, PolicyBytes.policy(5, PolicyBytes.NO_QUOTA, "", TIME), "one tree");
    }

    function test_TreesAreSortedAmongMany() public view {
        bytes[] memory policies = _windows(3);
        bytes[] memory restrictions = new bytes[](3);
        (restrictions[0], restrictions[1], restrictions[2]) =
        (policies[2], policies[0], policies[2]);
        bytes memory composed = checker.compose(policies[1], restrictions);
        bytes memory children = bytes.concat(
            PolicyBytes.time(10, OPEN_END),
            PolicyBytes.time(11, OPEN_END),
            PolicyBytes.time(12, OPEN_END)
        );
        bytes memory tree = PolicyBytes.node(0x01, bytes.concat(hex"0003", children));
        vm.assertEq(composed, PolicyBytes.policy("", tree), "three trees");
    }

    function test_TwoCredentialsNeedNotBeOneHolders() public view {
        bytes memory composed =
            _compose(PolicyBytes.policy(_sdJwtPins(), a), PolicyBytes.policy(_sdJwtPins(), b));
        vm.assertEq(
            composed, PolicyBytes.policy(_sdJwtPins(), PolicyBytes.all(2, a, b)), "holder any"
        );
        composed = _compose(PolicyBytes.policy(_sdJwtPins(), a), PolicyBytes.policy("", TIME));
        vm.assertEq(
            composed,
            PolicyBytes.policy(_sdJwtPins(), PolicyBytes.all(0, a, TIME)),
            "one credential"
        );
    }

    function test_TheShortestLifetimeAndTheTightestQuotaHold() public view {
        bytes memory pins = _sdJwtPins();
        bytes memory tree = PolicyBytes.all(2, a, b);
        bytes memory one = PolicyBytes.policy(100, hex"0000000500000007", pins, a);
        bytes memory other = PolicyBytes.policy(200, hex"0000000600000009", pins, b);
        bytes memory none = PolicyBytes.policy(50, PolicyBytes.NO_QUOTA, pins, b);
        vm.assertEq(
            _compose(one, other),
            PolicyBytes.policy(100, hex"0000000500000009", pins, tree),
            "least limit, longest period"
        );
        vm.assertEq(
            _compose(other, one),
            PolicyBytes.policy(100, hex"0000000500000009", pins, tree),
            "whatever the order"
        );
        vm.assertEq(
            _compose(one, none),
            PolicyBytes.policy(50, hex"0000000500000007", pins, tree),
            "a restriction without a quota"
        );
        vm.assertEq(
            _compose(none, one),
            PolicyBytes.policy(50, hex"0000000500000007", pins, tree),
            "a restriction that has the only one"
        );
    }

    function test_AllRegistriesArePinned() public view {
        bytes memory listed = PolicyBytes.list(LIST, 0);
        bytes memory composed =
            _compose(PolicyBytes.policy(_listPins(), listed), PolicyBytes.policy(_sdJwtPins(), a));
        bytes memory pins = bytes.concat(_sdJwtPins(), _listPins());
        vm.assertEq(composed, PolicyBytes.policy(pins, PolicyBytes.all(0, a, listed)), "union");
    }

    function _expectConflict() private {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyChecker.ConflictingRegistries.selector, uint256(4))
        );
    }

    function test_ConflictingRegistries() public {
        bytes memory listed = PolicyBytes.list(LIST, 0);
        bytes memory policy = PolicyBytes.policy(_listPins(), listed);
        bytes memory pin = PolicyBytes.pin(4, OWNER, keccak256("code"));
        _expectConflict();
        _compose(policy, PolicyBytes.policy(pin, listed));
        pin = PolicyBytes.pin(4, REGISTRY, keccak256("other code"));
        _expectConflict();
        _compose(policy, PolicyBytes.policy(pin, listed));
    }

    function test_EveryPartMustBeAPolicy() public {
        bytes memory superfluous = PolicyBytes.policy(_listPins(), TIME);
        bytes memory listed = PolicyBytes.policy(_listPins(), PolicyBytes.list(LIST, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyChecker.RegistrySuperfluous.selector, uint256(4))
        );
        _compose(listed, superfluous);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyChecker.RegistrySuperfluous.selector, uint256(4))
        );
        _compose(superfluous, listed);
    }

    function test_WhatTheyAreTogetherMustBeAPolicy() public {
        bytes memory deep = TIME;
        for (uint256 i = 0; i < 7; ++i) {
            deep = PolicyBytes.not(deep);
        }
        vm.expectRevert();
        _compose(PolicyBytes.policy("", deep), PolicyBytes.policy("", TIME));
    }

    function test_TooManyTreesDoNotFit() public {
        bytes[] memory policies = _windows(32);
        bytes memory composed = checker.compose(policies[0], policies);
        _assertTaken(composed, "32 trees");
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyChecker.TooManyChildren.selector, uint256(33))
        );
        checker.compose(PolicyBytes.policy("", TIME), policies);
    }

    function test_TooLongTreesDoNotFit() public {
        bytes[] memory restrictions = new bytes[](1);
        restrictions[0] = _long("b");
        bytes memory long = _long("a");
        uint256 trees = long.length + restrictions[0].length - 2 * (13 + 2 * 53);
        vm.expectRevert(abi.encodeWithSelector(IPolicyChecker.PolicyTooLong.selector, trees));
        checker.compose(long, restrictions);
    }

    /// @dev A policy of more than half the bytes that one may have.
    function _long(string memory vct) private pure returns (bytes memory) {
        bytes memory claims = hex"09";
        bytes memory value = bytes.concat(hex"010400", new bytes(1024));
        for (uint256 i = 0; i < 9; ++i) {
            string memory name = string.concat("c", vm.toString(i));
            claims = bytes.concat(claims, PolicyBytes.claim(name, 1, 1, value));
        }
        bytes memory leaf = PolicyBytes.sdJwt(vct, hex"00", 0, 0, claims);
        return PolicyBytes.policy(_sdJwtPins(), leaf);
    }
}
