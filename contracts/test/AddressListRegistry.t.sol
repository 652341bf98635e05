// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AddressListRegistry} from "../src/AddressListRegistry.sol";
import {IAddressListRegistry} from "../src/interfaces/IAddressListRegistry.sol";
import {AddressListId} from "../src/types/Identifiers.sol";
import {Fixture} from "./support/Fixture.sol";

contract AddressListRegistryTest is Fixture {
    address private constant ALICE = address(0xa1);
    address private constant BOB = address(0xb0);

    AddressListRegistry private lists;
    AddressListId private listId;

    function setUp() public override {
        super.setUp();
        lists = new AddressListRegistry();
        vm.prank(OWNER);
        listId = lists.create("members");
    }

    function test_AListBelongsToItsCreator() public {
        AddressListId id = AddressListId.wrap(keccak256(abi.encode(STRANGER, "members")));
        vm.expectEmit(address(lists));
        emit IAddressListRegistry.ListCreated(id, STRANGER, "members");
        vm.prank(STRANGER);
        lists.create("members");
        vm.assertEq(lists.ownerOf(id), STRANGER, "owner");
        vm.assertEq(lists.ownerOf(listId), OWNER, "another's list of that name");
        vm.assertEq(
            AddressListId.unwrap(lists.listIdOf(STRANGER, "members")),
            AddressListId.unwrap(id),
            "listIdOf"
        );
    }

    function test_AnEntryCarriesTheTimeItWasAdded() public {
        vm.expectEmit(address(lists));
        emit IAddressListRegistry.AddressAdded(listId, ALICE);
        vm.expectEmit(address(lists));
        emit IAddressListRegistry.AddressAdded(listId, BOB);
        _add(ALICE, BOB);
        vm.assertEq(lists.addedAt(listId, ALICE), START, "alice");
        vm.assertEq(lists.addedAt(listId, BOB), START, "bob");
        vm.assertEq(lists.addedAt(listId, STRANGER), 0, "stranger");
    }

    function test_AddingAgainKeepsTheTime() public {
        _add(ALICE, BOB);
        vm.warp(START + 9);
        _add(ALICE, STRANGER);
        vm.assertEq(lists.addedAt(listId, ALICE), START, "alice");
        vm.assertEq(lists.addedAt(listId, STRANGER), START + 9, "stranger");
    }

    function test_RemovingHoldsAtOnceAndANewEntryIsYoung() public {
        _add(ALICE, BOB);
        vm.expectEmit(address(lists));
        emit IAddressListRegistry.AddressRemoved(listId, ALICE);
        vm.prank(OWNER);
        lists.remove(listId, _pair(ALICE, STRANGER));
        vm.assertEq(lists.addedAt(listId, ALICE), 0, "alice");
        vm.assertEq(lists.addedAt(listId, BOB), START, "bob");
        vm.warp(START + 9);
        _add(ALICE, BOB);
        vm.assertEq(lists.addedAt(listId, ALICE), START + 9, "alice");
    }

    function test_AListIsHandedOverInTwoSteps() public {
        _add(ALICE, BOB);
        vm.expectEmit(address(lists));
        emit IAddressListRegistry.ListOffered(listId, STRANGER);
        _offer(STRANGER);
        vm.assertEq(lists.ownerOf(listId), OWNER, "not yet");
        vm.assertEq(lists.offeredTo(listId), STRANGER, "offered");
        vm.expectEmit(address(lists));
        emit IAddressListRegistry.ListOwnerChanged(listId, OWNER, STRANGER);
        vm.prank(STRANGER);
        lists.acceptList(listId);
        vm.assertEq(lists.ownerOf(listId), STRANGER, "owner");
        vm.assertEq(lists.offeredTo(listId), address(0), "offer is used up");
        vm.assertEq(lists.addedAt(listId, ALICE), START, "entries stay");
    }

    function test_InvalidNameLength() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAddressListRegistry.InvalidNameLength.selector, 0, 256)
        );
        lists.create("");
        vm.expectRevert(
            abi.encodeWithSelector(IAddressListRegistry.InvalidNameLength.selector, 257, 256)
        );
        lists.create(string(new bytes(257)));
    }

    function test_ListExists_EvenAfterItWasHandedOver() public {
        _offer(STRANGER);
        vm.prank(STRANGER);
        lists.acceptList(listId);
        vm.expectRevert(abi.encodeWithSelector(IAddressListRegistry.ListExists.selector, listId));
        vm.prank(OWNER);
        lists.create("members");
    }

    function test_UnknownList() public {
        AddressListId unknown = AddressListId.wrap(keccak256("unknown"));
        bytes memory fault =
            abi.encodeWithSelector(IAddressListRegistry.UnknownList.selector, unknown);
        vm.assertEq(lists.ownerOf(unknown), address(0), "owner");
        vm.expectRevert(fault);
        lists.add(unknown, _pair(ALICE, BOB));
        vm.expectRevert(fault);
        lists.remove(unknown, _pair(ALICE, BOB));
        vm.expectRevert(fault);
        lists.offerList(unknown, ALICE);
    }

    function test_NotListOwner() public {
        bytes memory fault =
            abi.encodeWithSelector(IAddressListRegistry.NotListOwner.selector, listId, STRANGER);
        vm.expectRevert(fault);
        vm.prank(STRANGER);
        lists.add(listId, _pair(STRANGER, BOB));
        vm.expectRevert(fault);
        vm.prank(STRANGER);
        lists.remove(listId, _pair(ALICE, BOB));
        vm.expectRevert(fault);
        vm.prank(STRANGER);
        lists.offerList(listId, STRANGER);
    }

    function test_ListNotOffered() public {
        bytes memory fault =
            abi.encodeWithSelector(IAddressListRegistry.ListNotOffered.selector, listId, STRANGER);
        vm.expectRevert(fault);
        vm.prank(STRANGER);
        lists.acceptList(listId);
        _offer(STRANGER);
        _offer(address(0));
        vm.expectRevert(fault);
        vm.prank(STRANGER);
        lists.acceptList(listId);
    }

    function test_InvalidAccount() public {
        vm.expectRevert(abi.encodeWithSelector(IAddressListRegistry.InvalidAccount.selector));
        _add(ALICE, address(0));
    }

    function _add(address one, address two) private {
        vm.prank(OWNER);
        lists.add(listId, _pair(one, two));
    }

    function _offer(address to) private {
        vm.prank(OWNER);
        lists.offerList(listId, to);
    }

    function _pair(address one, address two) private pure returns (address[] memory accounts) {
        accounts = new address[](2);
        (accounts[0], accounts[1]) = (one, two);
    }
}
