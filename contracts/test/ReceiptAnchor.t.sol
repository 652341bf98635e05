// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReceiptAnchor} from "../src/ReceiptAnchor.sol";
import {IReceiptAnchor} from "../src/interfaces/IReceiptAnchor.sol";
import {Fixture} from "./support/Fixture.sol";

contract ReceiptAnchorTest is Fixture {
    address private constant GATE = address(0x21);
    address private constant OTHER = address(0x22);
    bytes32 private constant ROOT_3 = keccak256("three");
    bytes32 private constant ROOT_7 = keccak256("seven");

    ReceiptAnchor private anchors;

    function setUp() public override {
        super.setUp();
        vm.roll(100);
        anchors = new ReceiptAnchor();
    }

    function test_AnAnchorKeepsRootSizeBlockAndTime() public {
        vm.expectEmit(address(anchors));
        emit IReceiptAnchor.ReceiptsAnchored(GATE, 3, ROOT_3);
        _anchor(GATE, 3, ROOT_3);
        _assertAnchor(anchors.latest(GATE), 3, ROOT_3, 100, START);
        vm.assertEq(anchors.anchorsOf(GATE), 1, "anchorsOf");
    }

    function test_EarlierAnchorsStay() public {
        _anchor(GATE, 3, ROOT_3);
        vm.roll(105);
        vm.warp(START + 60);
        _anchor(GATE, 7, ROOT_7);
        _assertAnchor(anchors.anchorAt(GATE, 0), 3, ROOT_3, 100, START);
        _assertAnchor(anchors.anchorAt(GATE, 1), 7, ROOT_7, 105, START + 60);
        _assertAnchor(anchors.latest(GATE), 7, ROOT_7, 105, START + 60);
    }

    function test_AnAccountWithoutAnchors() public view {
        _assertAnchor(anchors.latest(GATE), 0, bytes32(0), 0, 0);
        vm.assertEq(anchors.anchorsOf(GATE), 0, "anchorsOf");
    }

    function test_EachAccountWritesForItself() public {
        _anchor(GATE, 7, ROOT_7);
        _anchor(OTHER, 3, ROOT_3);
        _assertAnchor(anchors.latest(GATE), 7, ROOT_7, 100, START);
        _assertAnchor(anchors.latest(OTHER), 3, ROOT_3, 100, START);
    }

    function test_LogNotGrown() public {
        _expectNotGrown(0, 0);
        _anchor(GATE, 0, ROOT_3);
        _anchor(GATE, 3, ROOT_3);
        uint64[3] memory sizes = [uint64(0), 2, 3];
        for (uint256 i = 0; i < sizes.length; ++i) {
            _expectNotGrown(3, sizes[i]);
            _anchor(GATE, sizes[i], ROOT_7);
        }
    }

    function test_UnknownAnchor() public {
        _expectUnknown(0);
        anchors.anchorAt(GATE, 0);
        _anchor(GATE, 3, ROOT_3);
        _expectUnknown(1);
        anchors.anchorAt(GATE, 1);
    }

    function testFuzz_SizesOnlyGrow(uint64[] calldata sizes) public {
        uint64 largest;
        uint256 count;
        for (uint256 i = 0; i < sizes.length; ++i) {
            bool grown = sizes[i] > largest;
            if (grown) (largest, count) = (sizes[i], count + 1);
            else _expectNotGrown(largest, sizes[i]);
            _anchor(GATE, sizes[i], keccak256(abi.encode(i)));
        }
        vm.assertEq(anchors.latest(GATE).size, largest, "latest");
        vm.assertEq(anchors.anchorsOf(GATE), count, "anchorsOf");
    }

    function testFuzz_NobodyWritesForAnother(address account, uint64 size, bytes32 root) public {
        if (account == GATE) return;
        _anchor(GATE, 3, ROOT_3);
        size = uint64(_bound(size, 1, type(uint64).max));
        _anchor(account, size, root);
        _assertAnchor(anchors.latest(GATE), 3, ROOT_3, 100, START);
        _assertAnchor(anchors.latest(account), size, root, 100, START);
    }

    function _anchor(address account, uint64 size, bytes32 root) private {
        vm.prank(account);
        anchors.anchor(size, root);
    }

    function _expectNotGrown(uint64 anchored, uint64 size) private {
        vm.expectRevert(abi.encodeWithSelector(IReceiptAnchor.LogNotGrown.selector, anchored, size));
    }

    function _expectUnknown(uint256 index) private {
        vm.expectRevert(abi.encodeWithSelector(IReceiptAnchor.UnknownAnchor.selector, GATE, index));
    }

    function _assertAnchor(
        IReceiptAnchor.Anchor memory found,
        uint64 size,
        bytes32 root,
        uint64 blockNumber,
        uint64 timestamp
    ) private pure {
        vm.assertEq(found.size, size, "size");
        vm.assertEq(found.root, root, "root");
        vm.assertEq(found.blockNumber, blockNumber, "blockNumber");
        vm.assertEq(found.timestamp, timestamp, "timestamp");
    }
}
