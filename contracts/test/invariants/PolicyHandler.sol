// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyRegistry} from "../../src/PolicyRegistry.sol";
import {IPolicyRegistry} from "../../src/interfaces/IPolicyRegistry.sol";
import {PolicyId, ResourceId} from "../../src/types/Identifiers.sol";
import {World} from "../support/Fixture.sol";

/// @notice Calls anything, as anyone, at any time, and judges what came of it.
/// @dev It notes when each widening was scheduled and under which delay. After every call it
/// compares the states before and after, whatever the call was.
contract PolicyHandler is World {
    /// @dev From when on a change may take effect; 0 if it was never scheduled.
    struct Notes {
        uint256 policyFrom;
        PolicyId policy;
        uint256 restrictions;
        uint256 delayFrom;
        uint256 guardianFrom;
    }

    uint256 private constant WINDOW = 14 days;
    address private constant SECOND_OWNER = address(0x0e);

    PolicyRegistry public immutable policies;
    ResourceId public immutable resource;

    bool public widenedTooEarly;
    bool public widenedTooLate;
    bool public unscheduledPolicy;
    bool public restrictionLost;
    bool public epochDecreased;
    bool public changedWithoutNewEpoch;
    bool public guardianWidened;
    bool public strangerHadEffect;
    uint256 public widenings;

    Notes private _notes;

    constructor(PolicyRegistry policies_) {
        policies = policies_;
        vm.prank(OWNER);
        resource =
            policies_.resources().register("urn:r", 0, "", GUARDIAN, 2 days, new ResourceId[](0));
    }

    function publish(uint256 who, uint8 which) external {
        IPolicyRegistry.State memory state = policies.stateOf(resource);
        bytes memory policy = _policy(which);
        uint256 from = block.timestamp + state.delay;
        if (_do(who, abi.encodeCall(policies.publish, (resource, policy, state.epoch)))) {
            _notes.policyFrom = from;
            _notes.policy = PolicyId.wrap(keccak256(policy));
            _notes.restrictions = state.restrictions.length;
        }
    }

    function activate(uint256 who) external {
        _do(who, abi.encodeCall(policies.activate, (resource, policies.stateOf(resource).pending)));
    }

    function restrict(uint256 who, uint8 which) external {
        _do(who, abi.encodeCall(policies.restrict, (resource, _policy(which))));
    }

    function pause(uint256 who) external {
        _do(who, abi.encodeCall(policies.pause, (resource)));
    }

    function unpause(uint256 who) external {
        _do(who, abi.encodeCall(policies.unpause, (resource)));
    }

    function bumpEpoch(uint256 who) external {
        _do(who, abi.encodeCall(policies.bumpEpoch, (resource)));
    }

    function setEditor(uint256 who, bool allowed) external {
        _do(who, abi.encodeCall(policies.setEditor, (resource, EDITOR, allowed)));
    }

    function setDelay(uint256 who, uint256 seed) external {
        uint256 from = block.timestamp + policies.stateOf(resource).delay;
        uint64 delay = uint64(_bound(seed, 0, 6 days));
        if (_do(who, abi.encodeCall(policies.setDelay, (resource, delay)))) {
            _notes.delayFrom = from;
        }
    }

    function activateDelay(uint256 who) external {
        _do(who, abi.encodeCall(policies.activateDelay, (resource)));
    }

    function setGuardian(uint256 who, bool none) external {
        uint256 from = block.timestamp + policies.stateOf(resource).delay;
        address guardian = none ? address(0) : GUARDIAN;
        if (_do(who, abi.encodeCall(policies.setGuardian, (resource, guardian)))) {
            _notes.guardianFrom = from;
        }
    }

    function activateGuardian(uint256 who) external {
        _do(who, abi.encodeCall(policies.activateGuardian, (resource)));
    }

    function cancel(uint256 who, uint256 what) external {
        bytes4[3] memory selectors = [
            policies.cancel.selector,
            policies.cancelDelay.selector,
            policies.cancelGuardian.selector
        ];
        _do(who, abi.encodeWithSelector(selectors[what % 3], resource));
    }

    function transfer(uint256 seed) external {
        if (seed % 8 != 0) return;
        IPolicyRegistry.State memory before = policies.stateOf(resource);
        address to = before.owner == OWNER ? SECOND_OWNER : OWNER;
        address registry = address(policies.resources());
        uint256 token = uint256(ResourceId.unwrap(resource));
        vm.prank(before.owner);
        (bool ok,) = registry.call(
            abi.encodeWithSignature(
                "transferFrom(address,address,uint256)", before.owner, to, token
            )
        );
        vm.assertTrue(ok, "transfer");
        delete _notes;
        _judge(before, policies.stateOf(resource), to);
    }

    function wait(uint256 seed) external {
        vm.warp(block.timestamp + _bound(seed, 1 hours, seed % 4 == 0 ? 20 days : 4 days));
    }

    /// @dev Of eight calls, three come from the owner, two each from editor and guardian. Hours go
    /// by between calls.
    function _do(uint256 who, bytes memory call) private returns (bool ok) {
        IPolicyRegistry.State memory before = policies.stateOf(resource);
        address owner = before.owner;
        address[8] memory actors =
            [owner, owner, owner, EDITOR, EDITOR, GUARDIAN, GUARDIAN, STRANGER];
        address actor = actors[who % 8];
        vm.prank(actor);
        (ok,) = address(policies).call(call);
        if (ok && actor == STRANGER) strangerHadEffect = true;
        _judge(before, policies.stateOf(resource), actor);
        vm.warp(block.timestamp + who % 1 days);
    }

    function _judge(
        IPolicyRegistry.State memory before,
        IPolicyRegistry.State memory state,
        address actor
    ) private {
        bool activated = state.activatedAt != before.activatedAt || state.active != before.active;
        if (activated) {
            _judgeTime(_notes.policyFrom, actor);
            if (state.active != _notes.policy) unscheduledPolicy = true;
        }
        uint256 lifted = activated ? _notes.restrictions : 0;
        if (!_continues(before.restrictions, lifted, state.restrictions)) restrictionLost = true;
        if (state.delay < before.delay) _judgeTime(_notes.delayFrom, actor);
        if (state.guardian != before.guardian) _judgeTime(_notes.guardianFrom, actor);
        _judgePause(before, state, actor);
        _judgeEpoch(before, state, activated);
    }

    /// @dev A widening takes effect now.
    function _judgeTime(uint256 from, address actor) private {
        ++widenings;
        if (from == 0 || block.timestamp < from) widenedTooEarly = true;
        if (block.timestamp >= from + WINDOW) widenedTooLate = true;
        if (actor == GUARDIAN) guardianWidened = true;
    }

    function _judgePause(
        IPolicyRegistry.State memory before,
        IPolicyRegistry.State memory state,
        address actor
    ) private {
        if (state.pausedUntil >= before.pausedUntil) return;
        ++widenings;
        if (state.pausedUntil < block.timestamp + before.delay) widenedTooEarly = true;
        if (actor == GUARDIAN) guardianWidened = true;
    }

    function _judgeEpoch(
        IPolicyRegistry.State memory before,
        IPolicyRegistry.State memory state,
        bool activated
    ) private {
        if (state.epoch < before.epoch) epochDecreased = true;
        bool changed = activated || state.pausedUntil > before.pausedUntil
            || state.restrictions.length != before.restrictions.length
            || state.owner != before.owner;
        if (changed && state.epoch == before.epoch) changedWithoutNewEpoch = true;
    }

    /// @dev Whether a list holds what another one held behind its first `lifted` members.
    function _continues(PolicyId[] memory before, uint256 lifted, PolicyId[] memory list)
        private
        pure
        returns (bool)
    {
        if (list.length + lifted < before.length) return false;
        for (uint256 i = lifted; i < before.length; ++i) {
            if (list[i - lifted] != before[i]) return false;
        }
        return true;
    }

    function _policy(uint8 which) private pure returns (bytes memory) {
        return abi.encodePacked(uint8(1), which % 16);
    }
}
