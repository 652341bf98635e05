// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IResourceRegistry} from "./interfaces/IResourceRegistry.sol";
import {ContentStore} from "./libraries/registry/ContentStore.sol";
import {PolicyRecord} from "./libraries/registry/PolicyRecord.sol";
import {ResourceRegistry} from "./ResourceRegistry.sol";
import {PolicyId, ResourceId} from "./types/Identifiers.sol";

/// @title Policies of resources, with asymmetric change
/// @dev What each function does, and for whom, stands in IPolicyRegistry. Nobody upgrades, owns or
/// administers this contract.
contract PolicyRegistry is IPolicyRegistry {
    using ContentStore for ContentStore.Contents;
    using PolicyRecord for PolicyRecord.Record;

    uint256 private constant MAX_POLICY_LENGTH = 16_384;
    uint256 private constant MAX_RESTRICTIONS = 8;
    uint64 private constant MAX_DELAY = 90 days;
    uint64 private constant WITHOUT_END = type(uint64).max;

    /// @inheritdoc IPolicyRegistry
    IResourceRegistry public immutable resources;

    mapping(ResourceId resource => PolicyRecord.Record) private _records;
    ContentStore.Contents private _policies;

    /// @dev The two registries know each other from their first block: neither trusts a setter.
    constructor() {
        resources = new ResourceRegistry(this);
    }

    /// @inheritdoc IPolicyRegistry
    function publish(ResourceId resource, bytes calldata policy, uint64 epoch)
        external
        returns (PolicyId id)
    {
        PolicyRecord.Record storage record = _asPublisher(resource);
        if (epoch != record.epoch) revert EpochChanged(resource, epoch, record.epoch);
        PolicyRecord.PendingPolicy storage pending = record.pendingPolicy;
        if (pending.from != 0) {
            if (block.timestamp < PolicyRecord.lapse(pending.from)) {
                revert PolicyPending(resource, pending.policy);
            }
            emit PolicyCancelled(resource, pending.policy);
        }
        id = _store(policy);
        uint64 from = _now() + record.delay;
        // Safe: there are at most MAX_RESTRICTIONS.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 lifted = uint64(record.restrictions.length);
        record.pendingPolicy = PolicyRecord.PendingPolicy(id, from, lifted);
        emit PolicyScheduled(
            resource, id, record.active().policy, lifted, from, PolicyRecord.lapse(from)
        );
    }

    /// @inheritdoc IPolicyRegistry
    function activate(ResourceId resource, PolicyId policy) external {
        PolicyRecord.Record storage record = _asPublisher(resource);
        PolicyRecord.PendingPolicy memory pending = record.pendingPolicy;
        PolicyRecord.requireInWindow(resource, pending.from);
        if (pending.policy != policy) revert PendingMismatch(resource, policy, pending.policy);
        // Only an activation removes restrictions or replaces the active policy, and it ends what
        // is pending. So the base is still the one that the policy was scheduled against, and the
        // first `lifted` restrictions are still the ones that stood then.
        delete record.pendingPolicy;
        record.lift(pending.lifted);
        record.history.push(PolicyRecord.Activation(policy, _now(), uint64(block.number)));
        emit PolicyActivated(resource, policy, pending.lifted, record.raiseEpoch());
    }

    /// @inheritdoc IPolicyRegistry
    function cancel(ResourceId resource) external {
        PolicyRecord.Record storage record = _asNarrower(resource);
        if (record.pendingPolicy.from == 0) revert NothingPending(resource);
        record.cancelPolicy(resource);
    }

    /// @inheritdoc IPolicyRegistry
    function restrict(ResourceId resource, bytes calldata policy) external returns (PolicyId id) {
        PolicyRecord.Record storage record = _asNarrower(resource);
        id = _store(policy);
        if (record.restrictions.length == MAX_RESTRICTIONS) {
            revert TooManyRestrictions(resource, MAX_RESTRICTIONS);
        }
        if (record.isInForce(id)) revert AlreadyInForce(resource, id);
        record.restrictions.push(id);
        emit PolicyRestricted(resource, id, record.raiseEpoch());
    }

    /// @inheritdoc IPolicyRegistry
    function pause(ResourceId resource) external {
        PolicyRecord.Record storage record = _asNarrower(resource);
        if (record.pausedUntil == WITHOUT_END) revert AlreadyPaused(resource);
        record.pausedUntil = WITHOUT_END;
        emit Paused(resource, msg.sender, record.raiseEpoch());
    }

    /// @inheritdoc IPolicyRegistry
    function unpause(ResourceId resource) external {
        PolicyRecord.Record storage record = _asPublisher(resource);
        if (record.pausedUntil != WITHOUT_END) {
            revert NotPausedIndefinitely(resource, record.pausedUntil);
        }
        uint64 pausedUntil = _now() + record.delay;
        record.pausedUntil = pausedUntil;
        emit UnpauseScheduled(resource, pausedUntil);
    }

    /// @inheritdoc IPolicyRegistry
    function bumpEpoch(ResourceId resource) external {
        PolicyRecord.Record storage record = _asNarrower(resource);
        emit EpochRaised(resource, record.raiseEpoch());
    }

    /// @inheritdoc IPolicyRegistry
    function setEditor(ResourceId resource, address editor, bool allowed) external {
        PolicyRecord.Record storage record = _asOwner(resource);
        if (editor == address(0)) revert InvalidEditor();
        mapping(address => bool) storage editors = record.editors[record.tenure];
        if (editors[editor] == allowed) revert EditorUnchanged(resource, editor);
        editors[editor] = allowed;
        emit EditorSet(resource, editor, allowed);
    }

    /// @inheritdoc IPolicyRegistry
    function setDelay(ResourceId resource, uint64 delay) external {
        PolicyRecord.Record storage record = _asOwner(resource);
        uint64 current = record.delay;
        if (delay > MAX_DELAY) revert DelayTooLong(delay, MAX_DELAY);
        if (delay == current) revert DelayUnchanged(resource, delay);
        record.cancelDelay(resource);
        if (delay > current) {
            record.delay = delay;
            emit DelayChanged(resource, current, delay);
        } else {
            uint64 from = _now() + current;
            record.pendingDelay = PolicyRecord.PendingDelay(delay, from);
            emit DelayScheduled(resource, delay, from, PolicyRecord.lapse(from));
        }
    }

    /// @inheritdoc IPolicyRegistry
    function activateDelay(ResourceId resource) external {
        PolicyRecord.Record storage record = _asOwner(resource);
        PolicyRecord.PendingDelay memory pending = record.pendingDelay;
        PolicyRecord.requireInWindow(resource, pending.from);
        delete record.pendingDelay;
        emit DelayChanged(resource, record.delay, pending.delay);
        record.delay = pending.delay;
    }

    /// @inheritdoc IPolicyRegistry
    function cancelDelay(ResourceId resource) external {
        PolicyRecord.Record storage record = _record(resource);
        if (msg.sender != record.guardian) _requireOwner(resource);
        if (record.pendingDelay.from == 0) revert NothingPending(resource);
        record.cancelDelay(resource);
    }

    /// @inheritdoc IPolicyRegistry
    function setGuardian(ResourceId resource, address guardian) external {
        PolicyRecord.Record storage record = _asOwner(resource);
        if (guardian == record.guardian) revert GuardianUnchanged(resource, guardian);
        record.cancelGuardian(resource);
        uint64 from = _now() + record.delay;
        record.pendingGuardian = PolicyRecord.PendingGuardian(guardian, from);
        emit GuardianScheduled(resource, guardian, from, PolicyRecord.lapse(from));
    }

    /// @inheritdoc IPolicyRegistry
    function activateGuardian(ResourceId resource) external {
        PolicyRecord.Record storage record = _asOwner(resource);
        PolicyRecord.PendingGuardian memory pending = record.pendingGuardian;
        PolicyRecord.requireInWindow(resource, pending.from);
        delete record.pendingGuardian;
        emit GuardianChanged(resource, record.guardian, pending.guardian);
        record.guardian = pending.guardian;
    }

    /// @inheritdoc IPolicyRegistry
    function cancelGuardian(ResourceId resource) external {
        PolicyRecord.Record storage record = _asOwner(resource);
        if (record.pendingGuardian.from == 0) revert NothingPending(resource);
        record.cancelGuardian(resource);
    }

    /// @inheritdoc IPolicyRegistry
    function resourceRegistered(ResourceId resource, address guardian, uint64 delay) external {
        _requireResourceRegistry();
        if (delay > MAX_DELAY) revert DelayTooLong(delay, MAX_DELAY);
        PolicyRecord.Record storage record = _records[resource];
        record.epoch = 1;
        record.delay = delay;
        record.guardian = guardian;
        emit ResourceOpened(resource, guardian, delay);
    }

    /// @inheritdoc IPolicyRegistry
    function resourceTransferred(ResourceId resource, address from, address to) external {
        _requireResourceRegistry();
        PolicyRecord.Record storage record = _records[resource];
        ++record.tenure;
        record.cancelPolicy(resource);
        record.cancelDelay(resource);
        record.cancelGuardian(resource);
        uint64 epoch = record.raiseEpoch();
        if (block.timestamp < record.pausedUntil) {
            record.pausedUntil = WITHOUT_END;
            emit Paused(resource, msg.sender, epoch);
        }
        emit ResourceHandedOver(resource, from, to, epoch);
    }

    /// @inheritdoc IPolicyRegistry
    function stateOf(ResourceId resource) external view returns (State memory) {
        PolicyRecord.Record storage record = _record(resource);
        PolicyRecord.Activation memory active = record.active();
        PolicyRecord.PendingPolicy memory pending = record.pendingPolicy;
        return State({
            active: active.policy,
            activatedAt: active.activatedAt,
            epoch: record.epoch,
            pausedUntil: record.pausedUntil,
            delay: record.delay,
            owner: _ownerOf(resource),
            guardian: record.guardian,
            restrictions: record.restrictions,
            pending: pending.policy,
            pendingFrom: pending.from,
            pendingUntil: PolicyRecord.lapse(pending.from)
        });
    }

    /// @inheritdoc IPolicyRegistry
    function inForce(ResourceId resource)
        external
        view
        returns (PolicyId active, uint64 epoch, uint64 pausedUntil, PolicyId[] memory restrictions)
    {
        PolicyRecord.Record storage record = _record(resource);
        epoch = record.epoch;
        pausedUntil = record.pausedUntil;
        active = record.active().policy;
        restrictions = record.restrictions;
    }

    /// @inheritdoc IPolicyRegistry
    function policyBytes(PolicyId policy) external view returns (bytes memory) {
        bytes32 hash = PolicyId.unwrap(policy);
        if (!_policies.has(hash)) revert UnknownPolicy(policy);
        return _policies.get(hash);
    }

    /// @inheritdoc IPolicyRegistry
    function isEditor(ResourceId resource, address account) external view returns (bool) {
        return _record(resource).isEditor(account);
    }

    /// @inheritdoc IPolicyRegistry
    function pendingPolicy(ResourceId resource)
        external
        view
        returns (PolicyId policy, PolicyId base, uint64 lifted, uint64 from, uint64 until)
    {
        PolicyRecord.Record storage record = _record(resource);
        PolicyRecord.PendingPolicy memory pending = record.pendingPolicy;
        if (pending.from != 0) base = record.active().policy;
        return
            (pending.policy, base, pending.lifted, pending.from, PolicyRecord.lapse(pending.from));
    }

    /// @inheritdoc IPolicyRegistry
    function pendingDelay(ResourceId resource)
        external
        view
        returns (uint64 delay, uint64 from, uint64 until)
    {
        PolicyRecord.PendingDelay memory pending = _record(resource).pendingDelay;
        return (pending.delay, pending.from, PolicyRecord.lapse(pending.from));
    }

    /// @inheritdoc IPolicyRegistry
    function pendingGuardian(ResourceId resource)
        external
        view
        returns (address guardian, uint64 from, uint64 until)
    {
        PolicyRecord.PendingGuardian memory pending = _record(resource).pendingGuardian;
        return (pending.guardian, pending.from, PolicyRecord.lapse(pending.from));
    }

    /// @inheritdoc IPolicyRegistry
    function historyLength(ResourceId resource) external view returns (uint256) {
        return _record(resource).history.length;
    }

    /// @inheritdoc IPolicyRegistry
    function historyAt(ResourceId resource, uint256 index)
        external
        view
        returns (PolicyId policy, uint64 activatedAt, uint64 blockNumber)
    {
        PolicyRecord.Activation[] storage history = _record(resource).history;
        if (index >= history.length) revert UnknownHistoryEntry(resource, index);
        PolicyRecord.Activation memory entry = history[index];
        return (entry.policy, entry.activatedAt, entry.blockNumber);
    }

    function _store(bytes calldata policy) private returns (PolicyId id) {
        if (policy.length == 0 || policy.length > MAX_POLICY_LENGTH) {
            revert InvalidPolicyLength(policy.length, MAX_POLICY_LENGTH);
        }
        (bytes32 hash, bool added) = _policies.put(policy);
        id = PolicyId.wrap(hash);
        if (added) emit PolicyStored(id);
    }

    function _record(ResourceId resource)
        private
        view
        returns (PolicyRecord.Record storage record)
    {
        record = _records[resource];
        if (record.epoch == 0) revert UnknownResource(resource);
    }

    /// @dev The record, for the owner only.
    function _asOwner(ResourceId resource)
        private
        view
        returns (PolicyRecord.Record storage record)
    {
        record = _record(resource);
        _requireOwner(resource);
    }

    /// @dev The record, for the owner and editors.
    function _asPublisher(ResourceId resource)
        private
        view
        returns (PolicyRecord.Record storage record)
    {
        record = _record(resource);
        if (!record.isEditor(msg.sender)) _requireOwner(resource);
    }

    /// @dev The record, for the owner, editors and the guardian.
    function _asNarrower(ResourceId resource)
        private
        view
        returns (PolicyRecord.Record storage record)
    {
        record = _record(resource);
        if (msg.sender == record.guardian) return record;
        if (!record.isEditor(msg.sender)) _requireOwner(resource);
    }

    function _requireOwner(ResourceId resource) private view {
        if (msg.sender != _ownerOf(resource)) revert NotAuthorized(resource, msg.sender);
    }

    function _requireResourceRegistry() private view {
        if (msg.sender != address(resources)) revert NotResourceRegistry(msg.sender);
    }

    function _ownerOf(ResourceId resource) private view returns (address) {
        return resources.ownerOf(uint256(ResourceId.unwrap(resource)));
    }

    function _now() private view returns (uint64) {
        return uint64(block.timestamp);
    }
}
