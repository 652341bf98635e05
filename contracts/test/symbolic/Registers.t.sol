// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReceiptAnchor} from "../../src/ReceiptAnchor.sol";
import {StatusRegistry} from "../../src/StatusRegistry.sol";
import {IIssuerRegistry} from "../../src/interfaces/IIssuerRegistry.sol";
import {IReceiptAnchor} from "../../src/interfaces/IReceiptAnchor.sol";
import {IssuerId, StatusListId, TypeId} from "../../src/types/Identifiers.sol";
import {Fixture} from "../support/Fixture.sol";

/// @notice Proved for every caller and every argument, the issuer registry among the callers: a bit
/// once set stays set, and nobody but the controller sets one.
contract StatusProofs is Fixture {
    address private constant CONTROLLER = address(0x11);
    IssuerId private constant ISSUER = IssuerId.wrap(keccak256("issuer"));
    TypeId private constant TYPE = TypeId.wrap(keccak256("type"));

    StatusRegistry private status;
    StatusListId private list;

    /// @dev This contract plays the issuer registry.
    function setUp() public override {
        super.setUp();
        status = new StatusRegistry(IIssuerRegistry(address(this)));
        list = status.listIdOf(ISSUER, TYPE);
        status.controllerChanged(ISSUER, CONTROLLER);
    }

    function check_RevokeClearsNothing(
        address caller,
        IssuerId issuerId,
        TypeId typeId,
        uint32 index,
        uint32 revoked
    ) public {
        _revoke(revoked);
        vm.prank(caller);
        try status.revoke(issuerId, typeId, index) {} catch {}
        assert(status.isRevoked(list, revoked));
    }

    function check_RevokeManyClearsNothing(address caller, uint32 a, uint32 b, uint32 revoked)
        public
    {
        _revoke(revoked);
        uint32[] memory indexes = new uint32[](2);
        (indexes[0], indexes[1]) = (a, b);
        vm.prank(caller);
        try status.revokeMany(ISSUER, TYPE, indexes) {} catch {}
        assert(status.isRevoked(list, revoked));
    }

    function check_AnotherControllerClearsNothing(
        address caller,
        IssuerId issuerId,
        address controller,
        uint32 revoked
    ) public {
        _revoke(revoked);
        vm.prank(caller);
        try status.controllerChanged(issuerId, controller) {} catch {}
        assert(status.isRevoked(list, revoked));
    }

    function check_OnlyTheControllerRevokes(address caller, TypeId typeId, uint32 index) public {
        vm.assume(caller != CONTROLLER);
        vm.prank(caller);
        try status.revoke(ISSUER, typeId, index) {
            assert(false);
        } catch {}
        assert(!status.isRevoked(list, index));
    }

    /// @notice What is revoked is the credential that was named, and no other.
    function check_RevokeRevokesOne(uint32 index, uint32 other) public {
        vm.assume(index != other);
        _revoke(index);
        assert(status.isRevoked(list, index));
        assert(!status.isRevoked(list, other));
    }

    function _revoke(uint32 index) private {
        vm.prank(CONTROLLER);
        status.revoke(ISSUER, TYPE, index);
    }
}

/// @notice Proved for every caller, size and root: a log only grows, and only by its own account.
contract AnchorProofs is Fixture {
    ReceiptAnchor private anchors;

    function setUp() public override {
        super.setUp();
        anchors = new ReceiptAnchor();
    }

    function check_SizesOnlyGrow(uint64 first, bytes32 a, uint64 second, bytes32 b) public {
        vm.assume(first > 0);
        vm.prank(OWNER);
        anchors.anchor(first, a);
        vm.prank(OWNER);
        try anchors.anchor(second, b) {
            assert(second > first);
            assert(anchors.latest(OWNER).size == second);
            assert(anchors.anchorsOf(OWNER) == 2);
        } catch {
            assert(second <= first);
            assert(anchors.anchorsOf(OWNER) == 1);
        }
        IReceiptAnchor.Anchor memory kept = anchors.anchorAt(OWNER, 0);
        assert(kept.size == first && kept.root == a && kept.timestamp == START);
    }

    function check_NobodyAnchorsForAnother(
        address caller,
        uint64 first,
        bytes32 a,
        uint64 second,
        bytes32 b
    ) public {
        vm.assume(first > 0);
        vm.assume(caller != OWNER);
        vm.prank(OWNER);
        anchors.anchor(first, a);
        vm.prank(caller);
        try anchors.anchor(second, b) {} catch {}
        assert(anchors.anchorsOf(OWNER) == 1);
        IReceiptAnchor.Anchor memory latest = anchors.latest(OWNER);
        assert(latest.size == first && latest.root == a && latest.timestamp == START);
    }
}
