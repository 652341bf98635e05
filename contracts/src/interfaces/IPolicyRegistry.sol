// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyId, ResourceId} from "../types/Identifiers.sol";
import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title Which policy holds for a resource, since when, and who may change it
/// @notice Change is asymmetric. What narrows access works at once: `restrict`, `pause`,
/// `bumpEpoch`, the cancelling of a scheduled change, a longer delay. What could let more people in
/// waits for the resource's delay and lapses 14 days after it became possible: another policy, a
/// shorter delay, another guardian. Ending a pause waits as well.
/// @notice The effective policy is `all(active, restrictions…)`. No active policy admits no one.
/// @dev Three roles, and no administrator above them. The owner is whoever owns the resource's
/// token now; ERC-721 approvals give no rights. Editors are named by the owner and end with its
/// tenure. The guardian narrows and never widens.
/// Policies are opaque here: whoever evaluates malformed bytes denies.
interface IPolicyRegistry {
    /// @notice All that decides on access to a resource, except for the policies' bytes.
    /// @param active Policy in force; zero if there is none yet.
    /// @param activatedAt When it came into force; 0 if there is none yet.
    /// @param epoch Grants of another epoch are void. Starts at 1, rises with each effective change.
    /// @param pausedUntil Paused while `block.timestamp < pausedUntil`; 2^64-1 without an end.
    /// @param delay Seconds that a widening waits.
    /// @param owner Owner of the resource's token.
    /// @param guardian Account that may narrow; zero for none.
    /// @param restrictions Policies that must be fulfilled besides the active one, oldest first.
    /// @param pending Scheduled policy; zero if there is none.
    /// @param pendingFrom First second at which it can be activated.
    /// @param pendingUntil First second at which it has lapsed.
    struct State {
        PolicyId active;
        uint64 activatedAt;
        uint64 epoch;
        uint64 pausedUntil;
        uint64 delay;
        address owner;
        address guardian;
        PolicyId[] restrictions;
        PolicyId pending;
        uint64 pendingFrom;
        uint64 pendingUntil;
    }

    /// @notice A resource got a record, with its first guardian and delay.
    event ResourceOpened(ResourceId indexed resource, address guardian, uint64 delay);

    /// @notice The bytes of a policy were stored.
    event PolicyStored(PolicyId indexed policy);

    /// @notice A policy was scheduled.
    /// @param base Policy that it is to replace.
    /// @param lifted Number of the oldest restrictions that end with its activation.
    event PolicyScheduled(
        ResourceId indexed resource,
        PolicyId indexed policy,
        PolicyId base,
        uint256 lifted,
        uint64 from,
        uint64 until
    );

    /// @notice A scheduled policy was withdrawn, or gave way after it had lapsed.
    event PolicyCancelled(ResourceId indexed resource, PolicyId indexed policy);

    /// @notice A policy came into force.
    /// @param lifted Number of the oldest restrictions that ended with it.
    event PolicyActivated(
        ResourceId indexed resource, PolicyId indexed policy, uint256 lifted, uint64 epoch
    );

    /// @notice A restriction came into force.
    event PolicyRestricted(ResourceId indexed resource, PolicyId indexed policy, uint64 epoch);

    /// @notice Access was stopped.
    event Paused(ResourceId indexed resource, address indexed by, uint64 epoch);

    /// @notice The end of a pause was set.
    event UnpauseScheduled(ResourceId indexed resource, uint64 pausedUntil);

    /// @notice The epoch was raised and nothing else changed.
    event EpochRaised(ResourceId indexed resource, uint64 epoch);

    /// @notice The owner named or dismissed an editor.
    event EditorSet(ResourceId indexed resource, address indexed editor, bool allowed);

    /// @notice A shorter delay was scheduled.
    event DelayScheduled(ResourceId indexed resource, uint64 delay, uint64 from, uint64 until);

    /// @notice A scheduled delay was withdrawn, or gave way.
    event DelayCancelled(ResourceId indexed resource, uint64 delay);

    /// @notice The delay changed.
    event DelayChanged(ResourceId indexed resource, uint64 previous, uint64 delay);

    /// @notice Another guardian was scheduled; zero for none.
    event GuardianScheduled(
        ResourceId indexed resource, address indexed guardian, uint64 from, uint64 until
    );

    /// @notice A scheduled guardian was withdrawn, or gave way.
    event GuardianCancelled(ResourceId indexed resource, address indexed guardian);

    /// @notice The guardian changed.
    event GuardianChanged(
        ResourceId indexed resource, address indexed previous, address indexed guardian
    );

    /// @notice The resource's token changed hands: nothing is pending any more, no one is an editor.
    event ResourceHandedOver(
        ResourceId indexed resource, address indexed from, address indexed to, uint64 epoch
    );

    /// @notice Only the resource registry may call this.
    error NotResourceRegistry(address caller);

    /// @notice The resource registry has registered no such resource.
    error UnknownResource(ResourceId resource);

    /// @notice The caller does not hold a role that may do this.
    error NotAuthorized(ResourceId resource, address caller);

    /// @notice A policy has from 1 to `maximum` bytes.
    error InvalidPolicyLength(uint256 length, uint256 maximum);

    /// @notice No policy with this id was stored.
    error UnknownPolicy(PolicyId policy);

    /// @notice The resource changed since the caller looked at it.
    error EpochChanged(ResourceId resource, uint64 expected, uint64 current);

    /// @notice Another policy is scheduled: it must be cancelled first.
    error PolicyPending(ResourceId resource, PolicyId policy);

    /// @notice No such change is scheduled.
    error NothingPending(ResourceId resource);

    /// @notice The scheduled policy is another one than the caller named.
    error PendingMismatch(ResourceId resource, PolicyId expected, PolicyId pending);

    /// @notice The scheduled change cannot take effect yet.
    error TooEarly(ResourceId resource, uint64 from);

    /// @notice The scheduled change was not activated in time and must be scheduled anew.
    error Lapsed(ResourceId resource, uint64 until);

    /// @notice A resource has at most `maximum` restrictions; `pause` stops everything.
    error TooManyRestrictions(ResourceId resource, uint256 maximum);

    /// @notice This policy is in force already, as the active one or as a restriction, and nothing
    /// that is scheduled would end it.
    error AlreadyInForce(ResourceId resource, PolicyId policy);

    /// @notice The resource is paused without an end already.
    error AlreadyPaused(ResourceId resource);

    /// @notice The resource is not paused, or the end of its pause is set already.
    error NotPausedIndefinitely(ResourceId resource, uint64 pausedUntil);

    /// @notice The account has, or lacks, that role already.
    error EditorUnchanged(ResourceId resource, address editor);

    /// @notice The zero address cannot be an editor.
    error InvalidEditor();

    /// @notice A delay is at most `maximum` seconds.
    error DelayTooLong(uint64 delay, uint64 maximum);

    /// @notice The delay has this value already.
    error DelayUnchanged(ResourceId resource, uint64 delay);

    /// @notice The guardian is this account already.
    error GuardianUnchanged(ResourceId resource, address guardian);

    /// @notice There is no entry with this number in the history.
    error UnknownHistoryEntry(ResourceId resource, uint256 index);

    /// @notice Stores a policy and schedules it, the first one too. For the owner and editors.
    /// @dev It is made against the active policy and all restrictions of the named epoch. Its
    /// activation replaces these and keeps the restrictions that were made later. A lapsed policy
    /// gives way; one that has not lapsed must be cancelled first.
    /// @param resource Id of the resource.
    /// @param policy Canonical bytes, 1 to 16384.
    /// @param epoch Epoch at which the caller read the state that it means to change.
    /// @return id keccak256 of the bytes.
    function publish(ResourceId resource, bytes calldata policy, uint64 epoch)
        external
        returns (PolicyId id);

    /// @notice Brings the scheduled policy into force. For the owner and editors.
    /// @param resource Id of the resource.
    /// @param policy The policy that the caller means to activate.
    function activate(ResourceId resource, PolicyId policy) external;

    /// @notice Withdraws the scheduled policy. For the owner, editors and the guardian.
    function cancel(ResourceId resource) external;

    /// @notice Adds a condition at once. For the owner, editors and the guardian.
    /// @dev What a scheduled policy would replace or lift can be made to survive it in this way.
    /// @param resource Id of the resource.
    /// @param policy Canonical bytes of a policy that must be fulfilled as well.
    /// @return id keccak256 of the bytes.
    function restrict(ResourceId resource, bytes calldata policy) external returns (PolicyId id);

    /// @notice Stops all access at once, and an end of the pause that was set. For the owner,
    /// editors and the guardian.
    function pause(ResourceId resource) external;

    /// @notice Lets a pause end after the delay, by itself. For the owner and editors.
    function unpause(ResourceId resource) external;

    /// @notice Voids all grants at once. For the owner, editors and the guardian.
    function bumpEpoch(ResourceId resource) external;

    /// @notice Names or dismisses an editor. For the owner.
    function setEditor(ResourceId resource, address editor, bool allowed) external;

    /// @notice Sets the delay: a longer one at once, a shorter one after the present delay. Takes
    /// the place of a scheduled one. For the owner.
    function setDelay(ResourceId resource, uint64 delay) external;

    /// @notice Brings the scheduled delay into force. For the owner.
    function activateDelay(ResourceId resource) external;

    /// @notice Withdraws the scheduled delay. For the owner and the guardian.
    function cancelDelay(ResourceId resource) external;

    /// @notice Schedules another guardian, or none. Takes the place of a scheduled one. For the
    /// owner.
    function setGuardian(ResourceId resource, address guardian) external;

    /// @notice Brings the scheduled guardian into force. For the owner.
    function activateGuardian(ResourceId resource) external;

    /// @notice Withdraws the scheduled guardian. For the owner: no guardian stops its own removal.
    function cancelGuardian(ResourceId resource) external;

    /// @notice Opens the record of a new resource. For the resource registry.
    function resourceRegistered(ResourceId resource, address guardian, uint64 delay) external;

    /// @notice Cancels what is pending (an end of a pause, too), ends the tenure of all editors and
    /// raises the epoch; guardian, delay, policy and pause stay. For the resource registry.
    function resourceTransferred(ResourceId resource, address from, address to) external;

    /// @notice The resource registry, which this contract created when it was deployed.
    function resources() external view returns (IResourceRegistry);

    /// @notice State of a resource.
    function stateOf(ResourceId resource) external view returns (State memory);

    /// @notice What a decision rests on, without what it does not: cheaper to read than `stateOf`.
    /// @return active The active policy; 0 before the first activation.
    /// @return epoch Raised by every change; what was made for an earlier one counts no more.
    /// @return pausedUntil The resource is paused while the time is before it.
    /// @return restrictions What must hold beside the active policy, in order of publication.
    function inForce(ResourceId resource)
        external
        view
        returns (PolicyId active, uint64 epoch, uint64 pausedUntil, PolicyId[] memory restrictions);

    /// @notice Canonical bytes of a policy that was published or made a restriction.
    function policyBytes(PolicyId policy) external view returns (bytes memory);

    /// @notice Whether an account is an editor now.
    function isEditor(ResourceId resource, address account) external view returns (bool);

    /// @notice The scheduled policy, with what it was made against: the policy then active, which it
    /// replaces, and the first `lifted` restrictions, which it ends; later ones survive. All zero if
    /// there is none.
    function pendingPolicy(ResourceId resource)
        external
        view
        returns (PolicyId policy, PolicyId base, uint64 lifted, uint64 from, uint64 until);

    /// @notice The scheduled delay; all zero if there is none.
    function pendingDelay(ResourceId resource)
        external
        view
        returns (uint64 delay, uint64 from, uint64 until);

    /// @notice The scheduled guardian; `from` is 0 if there is none.
    function pendingGuardian(ResourceId resource)
        external
        view
        returns (address guardian, uint64 from, uint64 until);

    /// @notice Number of policies that came into force so far, restrictions not counted.
    function historyLength(ResourceId resource) external view returns (uint256);

    /// @notice A policy that came into force, by its number counted from 0.
    function historyAt(ResourceId resource, uint256 index)
        external
        view
        returns (PolicyId policy, uint64 activatedAt, uint64 blockNumber);
}
