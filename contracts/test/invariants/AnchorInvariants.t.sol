// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReceiptAnchor} from "../../src/ReceiptAnchor.sol";
import {IReceiptAnchor} from "../../src/interfaces/IReceiptAnchor.sol";
import {Fixture} from "../support/Fixture.sol";
import {AnchorHandler} from "./AnchorHandler.sol";

/// @notice What holds for anchors whatever anyone anchors in whatever order.
contract AnchorInvariants is Fixture {
    AnchorHandler private handler;
    ReceiptAnchor private anchors;

    function setUp() public override {
        super.setUp();
        handler = new AnchorHandler();
        anchors = handler.anchors();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_SizesAndTimesOnlyGrow() public view {
        vm.assertTrue(!handler.growthMisjudged(), "growth refused, or the contrary let through");
        for (uint256 who = 0; who < handler.ACCOUNTS(); ++who) {
            address account = handler.accountOf(who);
            IReceiptAnchor.Anchor memory before;
            for (uint256 i = 0; i < anchors.anchorsOf(account); ++i) {
                IReceiptAnchor.Anchor memory next = anchors.anchorAt(account, i);
                vm.assertTrue(next.size > before.size, "size");
                vm.assertTrue(next.blockNumber >= before.blockNumber, "block");
                vm.assertTrue(next.timestamp >= before.timestamp, "time");
                before = next;
            }
            vm.assertEq(anchors.latest(account).size, before.size, "latest");
        }
    }

    function invariant_NobodyWritesForAnotherAndNothingChanges() public view {
        for (uint256 who = 0; who < handler.ACCOUNTS(); ++who) {
            address account = handler.accountOf(who);
            vm.assertEq(anchors.anchorsOf(account), handler.countOf(who), "count");
            for (uint256 i = 0; i < handler.countOf(who); ++i) {
                bytes memory found = abi.encode(anchors.anchorAt(account, i));
                bytes memory made = abi.encode(handler.madeBy(who, i));
                vm.assertEq(keccak256(found), keccak256(made), "anchor");
            }
        }
    }
}
