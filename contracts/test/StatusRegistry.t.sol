// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStatusRegistry} from "../src/interfaces/IStatusRegistry.sol";
import {IssuerId, StatusListId} from "../src/types/Identifiers.sol";
import {IssuerFixture} from "./support/IssuerFixture.sol";

contract StatusRegistryTest is IssuerFixture {
    IStatusRegistry private status;
    StatusListId private listId;

    function setUp() public override {
        super.setUp();
        status = issuers.status();
        listId = status.listIdOf(issuerId, TYPE);
    }

    function test_AListBelongsToAnIssuerAndAType() public view {
        vm.assertEq(StatusListId.unwrap(listId), keccak256(abi.encode(issuerId, TYPE)), "listIdOf");
        vm.assertEq(address(status.issuers()), address(issuers), "issuers");
    }

    function test_RevokingSetsOneBit() public {
        vm.expectEmit(address(status));
        emit IStatusRegistry.CredentialRevoked(listId, 259);
        _revoke(259);
        vm.assertTrue(status.isRevoked(listId, 259), "revoked");
        vm.assertTrue(!status.isRevoked(listId, 258), "neighbour");
        vm.assertTrue(!status.isRevoked(listId, 3), "same bit of another word");
        vm.assertEq(status.word(listId, 1), 1 << 3, "word");
        vm.assertTrue(!status.isRevoked(status.listIdOf(issuerId, OTHER_TYPE), 259), "other list");
    }

    function test_TheLastIndexCanBeRevoked() public {
        _revoke(type(uint32).max);
        vm.assertEq(status.word(listId, type(uint32).max >> 8), 1 << 255, "word");
    }

    function test_RevokingAgainChangesNothing() public {
        _revoke(7);
        vm.expectEmit(address(status), 0);
        emit IStatusRegistry.CredentialRevoked(listId, 7);
        _revoke(7);
        vm.assertTrue(status.isRevoked(listId, 7), "revoked");
    }

    function test_ManyAreRevokedAtOnceInAnyOrder() public {
        uint32[] memory indexes = new uint32[](4);
        (indexes[0], indexes[1], indexes[2], indexes[3]) = (5, 300, 5, 0);
        vm.prank(CONTROLLER);
        status.revokeMany(issuerId, TYPE, indexes);
        vm.assertEq(status.word(listId, 0), 1 | 1 << 5, "word 0");
        vm.assertEq(status.word(listId, 1), 1 << 44, "word 1");
    }

    function test_TheControllerOfNowRevokes() public {
        vm.prank(ROOT);
        issuers.assignController(issuerId, SUCCESSOR);
        vm.prank(SUCCESSOR);
        status.revoke(issuerId, TYPE, 1);
        vm.assertTrue(status.isRevoked(listId, 1), "revoked");
        _expectNotStatusController(issuerId, CONTROLLER);
        status.revoke(issuerId, TYPE, 2);
    }

    function testFuzz_ABitStaysSetWhateverElseIsRevoked(uint32 index, uint32[] memory others)
        public
    {
        _revoke(index);
        vm.prank(CONTROLLER);
        status.revokeMany(issuerId, TYPE, others);
        vm.assertTrue(status.isRevoked(listId, index), "revoked");
        for (uint256 i = 0; i < others.length; ++i) {
            vm.assertTrue(status.isRevoked(listId, others[i]), "revoked");
        }
    }

    function test_NotController() public {
        address[2] memory callers = [ROOT, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotStatusController(issuerId, callers[i]);
            status.revoke(issuerId, TYPE, 1);
            _expectNotStatusController(issuerId, callers[i]);
            status.revokeMany(issuerId, TYPE, new uint32[](1));
        }
    }

    function test_NotIssuerRegistry_NobodyElseNamesControllers() public {
        address[3] memory callers = [ROOT, CONTROLLER, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IStatusRegistry.NotIssuerRegistry.selector, callers[i])
            );
            vm.prank(callers[i]);
            status.controllerChanged(issuerId, STRANGER);
        }
    }

    function test_AControllerWhoAcceptedControlRevokes() public {
        vm.prank(CONTROLLER);
        issuers.offerControl(issuerId, SUCCESSOR);
        vm.prank(SUCCESSOR);
        issuers.acceptControl(issuerId);
        vm.prank(SUCCESSOR);
        status.revoke(issuerId, TYPE, 1);
        vm.assertTrue(status.isRevoked(listId, 1), "revoked");
        _expectNotStatusController(issuerId, CONTROLLER);
        status.revoke(issuerId, TYPE, 2);
    }

    function test_NotController_OfAnUnknownIssuer() public {
        IssuerId unknown = IssuerId.wrap(keccak256("did:web:unknown"));
        _expectNotStatusController(unknown, CONTROLLER);
        status.revoke(unknown, TYPE, 1);
    }

    function _revoke(uint32 index) private {
        vm.prank(CONTROLLER);
        status.revoke(issuerId, TYPE, index);
    }

    function _expectNotStatusController(IssuerId id, address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IStatusRegistry.NotController.selector, id, caller));
        vm.prank(caller);
    }
}
