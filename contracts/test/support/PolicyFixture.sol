// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyRegistry} from "../../src/PolicyRegistry.sol";
import {IPolicyRegistry} from "../../src/interfaces/IPolicyRegistry.sol";
import {IResourceRegistry} from "../../src/interfaces/IResourceRegistry.sol";
import {PolicyId, ResourceId} from "../../src/types/Identifiers.sol";
import {Fixture} from "./Fixture.sol";

/// @notice One resource with an owner, an editor, a guardian and a delay; no policy yet.
abstract contract PolicyFixture is Fixture {
    uint64 internal constant DELAY = 3 days;
    uint64 internal constant WINDOW = 14 days;
    uint64 internal constant MAX_DELAY = 90 days;
    bytes internal constant FIRST = hex"01a1";
    bytes internal constant SECOND = hex"01a2";
    bytes internal constant THIRD = hex"01a3";

    PolicyRegistry internal policies;
    IResourceRegistry internal resources;
    ResourceId internal resource;

    function setUp() public virtual override {
        super.setUp();
        policies = new PolicyRegistry();
        resources = policies.resources();
        resource = _register("urn:model:digits", GUARDIAN, DELAY);
        vm.prank(OWNER);
        policies.setEditor(resource, EDITOR, true);
    }

    function _register(string memory uri, address guardian, uint64 delay)
        internal
        returns (ResourceId)
    {
        vm.prank(OWNER);
        return resources.register(uri, 0, "", guardian, delay, new ResourceId[](0));
    }

    function _publish(bytes memory policy) internal returns (PolicyId) {
        uint64 epoch = _epoch();
        vm.prank(OWNER);
        return policies.publish(resource, policy, epoch);
    }

    function _activate(PolicyId policy) internal {
        vm.prank(OWNER);
        policies.activate(resource, policy);
    }

    /// @notice Publishes a policy, waits for the delay, and activates it.
    function _bringIntoForce(bytes memory policy) internal returns (PolicyId id) {
        id = _publish(policy);
        vm.warp(_state().pendingFrom);
        _activate(id);
    }

    function _restrict(bytes memory policy) internal returns (PolicyId) {
        vm.prank(GUARDIAN);
        return policies.restrict(resource, policy);
    }

    function _transfer(address to) internal {
        address from = _state().owner;
        vm.prank(from);
        resources.transferFrom(from, to, _token());
    }

    /// @notice The state, which what is in force must agree with whenever a test looks.
    function _state() internal view returns (IPolicyRegistry.State memory state) {
        state = policies.stateOf(resource);
        (PolicyId active, uint64 epoch, uint64 pausedUntil, PolicyId[] memory restrictions) =
            policies.inForce(resource);
        _assertSame(active, state.active, "active in force");
        vm.assertEq(epoch, state.epoch, "epoch in force");
        vm.assertEq(pausedUntil, state.pausedUntil, "pause in force");
        vm.assertEq(
            keccak256(abi.encode(restrictions)),
            keccak256(abi.encode(state.restrictions)),
            "restrictions in force"
        );
    }

    function _epoch() internal view returns (uint64) {
        return policies.stateOf(resource).epoch;
    }

    function _token() internal view returns (uint256) {
        return uint256(ResourceId.unwrap(resource));
    }

    function _idOf(bytes memory policy) internal pure returns (PolicyId) {
        return PolicyId.wrap(keccak256(policy));
    }

    function _assertSame(PolicyId left, PolicyId right, string memory reason) internal pure {
        vm.assertEq(PolicyId.unwrap(left), PolicyId.unwrap(right), reason);
    }

    function _expectNotAuthorized(address caller) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyRegistry.NotAuthorized.selector, resource, caller)
        );
        vm.prank(caller);
    }
}
