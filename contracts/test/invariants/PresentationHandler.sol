// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPresentationVerifier} from "../../src/interfaces/IPresentationVerifier.sol";
import {PolicyId} from "../../src/types/Identifiers.sol";
import {PolicyBytes} from "../support/PolicyBytes.sol";
import {VerifierFixture} from "../support/VerifierFixture.sol";

/// @notice Makes presentations, true and false ones, has them executed by anyone at any time, while
/// the resource's owner does what owners do; and judges each outcome by what it knows itself.
/// @dev It keeps its own account of pause, epoch, lifetime and what was admitted. Of pins it keeps
/// none: they must not matter.
contract PresentationHandler is VerifierFixture {
    uint256 private constant MAX_RESTRICTIONS = 8;
    uint256 private constant MAX_PREPARED = 12;

    /// @param isTrue Whether the credential satisfies the policy.
    /// @param content The statement and the presentation.
    struct Prepared {
        bool isTrue;
        uint256 executions;
        bytes content;
    }

    bool public acceptedTwice;
    bool public acceptedWhilePaused;
    bool public acceptedUnderAnotherEpoch;
    bool public acceptedTooLate;
    bool public acceptedByAnother;
    bool public acceptedWhatIsFalse;
    bool public acceptedWithoutAdmission;
    bool public refusedWhatHolds;
    bool public refusedAndSpent;

    /// @dev What the handler knows itself.
    bool public isAdmitted = true;
    uint16 public lifetime = LIFETIME;
    uint256 public sessionUntil;
    uint64 public sessionEpoch;
    uint256 public executions;

    Prepared[] private _prepared;

    constructor() {
        setUp();
    }

    function prepare(bool isTrue, bool opensSession, uint16 validity) external {
        if (!isAdmitted) return;
        IPresentationVerifier.Access memory access = _access();
        access.deadline = uint64(block.timestamp) + validity % 1200;
        if (opensSession) access.action = verifier.SESSION();
        Show[] memory shows = _shows();
        if (!isTrue) shows[0].held.values[4] = PolicyBytes.number(3, 5);
        Prepared memory made = Prepared(isTrue, 0, abi.encode(access, _present(access, shows)));
        if (_prepared.length < MAX_PREPARED) _prepared.push(made);
        else _prepared[executions % MAX_PREPARED] = made;
    }

    function execute(uint256 which, uint8 who) external {
        if (_prepared.length == 0) return;
        Prepared storage one = _prepared[which % _prepared.length];
        (
            IPresentationVerifier.Access memory access,
            IPresentationVerifier.Presentation memory presentation
        ) = abi.decode(
            one.content, (IPresentationVerifier.Access, IPresentationVerifier.Presentation)
        );
        address caller = who % 4 == 0 ? STRANGER : access.consumer;
        bool holds = _mayBeAccepted(one, access, caller);
        vm.prank(caller);
        try verifier.consume(access, presentation) {
            _noteAcceptance(one, access, caller);
        } catch {
            if (holds) refusedWhatHolds = true;
            if (one.executions == 0 && verifier.isSpent(access)) refusedAndSpent = true;
        }
    }

    function pause() external {
        _by(GUARDIAN, abi.encodeCall(policies.pause, (resource)));
    }

    function unpause() external {
        _by(OWNER, abi.encodeCall(policies.unpause, (resource)));
    }

    function bumpEpoch() external {
        _by(OWNER, abi.encodeCall(policies.bumpEpoch, (resource)));
    }

    function restrict(uint16 seconds_) external {
        seconds_ = uint16(_bound(seconds_, 1, LIFETIME));
        bytes memory policy = PolicyBytes.policy(
            seconds_, PolicyBytes.NO_QUOTA, "", PolicyBytes.time(START, START + 3650 days)
        );
        if (_state().restrictions.length == MAX_RESTRICTIONS) return;
        if (!_by(GUARDIAN, abi.encodeCall(policies.restrict, (resource, policy)))) return;
        if (seconds_ < lifetime) lifetime = seconds_;
        isAdmitted = false;
    }

    function admit() external {
        verifier.admit(resource);
        isAdmitted = true;
    }

    function pin() external {
        (PolicyId id, bool isKept) = verifier.effectivePolicy(resource);
        if (!isKept || attributes.isPinned(id, 0, keyId)) return;
        attributes.pin(verifier.policyBytes(id), 0, keyId);
    }

    function pass(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_ % 600);
    }

    /// @notice What the handler expects of Alice's session.
    function expectsSession() external view returns (bool) {
        return block.timestamp < sessionUntil && sessionEpoch == _epoch() && !_isPaused();
    }

    function hasSession() external view returns (bool) {
        return verifier.hasSession(resource, alice);
    }

    function _mayBeAccepted(
        Prepared storage one,
        IPresentationVerifier.Access memory access,
        address caller
    ) private view returns (bool) {
        bool isTimely = block.timestamp < access.deadline && access.epoch == _epoch();
        bool isDue = one.isTrue && one.executions == 0 && caller == access.consumer;
        return isTimely && isDue && isAdmitted && !_isPaused();
    }

    function _noteAcceptance(
        Prepared storage one,
        IPresentationVerifier.Access memory access,
        address caller
    ) private {
        if (one.executions != 0) acceptedTwice = true;
        if (!one.isTrue) acceptedWhatIsFalse = true;
        if (!isAdmitted) acceptedWithoutAdmission = true;
        if (_isPaused()) acceptedWhilePaused = true;
        if (access.epoch != _epoch()) acceptedUnderAnotherEpoch = true;
        if (block.timestamp >= access.deadline) acceptedTooLate = true;
        if (caller != access.consumer) acceptedByAnother = true;
        ++one.executions;
        ++executions;
        if (access.action != verifier.SESSION()) return;
        (sessionUntil, sessionEpoch) = (block.timestamp + lifetime, access.epoch);
    }

    function _isPaused() private view returns (bool) {
        return block.timestamp < policies.stateOf(resource).pausedUntil;
    }

    function _by(address who, bytes memory call) private returns (bool ok) {
        vm.prank(who);
        (ok,) = address(policies).call(call);
    }
}
