// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReceiptAnchor} from "./interfaces/IReceiptAnchor.sol";

/// @title Heads of the logs of gates' receipts
/// @dev What each function does, and for whom, stands in IReceiptAnchor.
contract ReceiptAnchor is IReceiptAnchor {
    mapping(address account => Anchor[]) private _anchors;

    /// @inheritdoc IReceiptAnchor
    function anchor(uint64 size, bytes32 root) external {
        uint64 anchored = latest(msg.sender).size;
        if (size <= anchored) revert LogNotGrown(anchored, size);
        _anchors[msg.sender].push(
            Anchor({
                root: root,
                size: size,
                blockNumber: uint64(block.number),
                timestamp: uint64(block.timestamp)
            })
        );
        emit ReceiptsAnchored(msg.sender, size, root);
    }

    /// @inheritdoc IReceiptAnchor
    function anchorsOf(address account) external view returns (uint256) {
        return _anchors[account].length;
    }

    /// @inheritdoc IReceiptAnchor
    function anchorAt(address account, uint256 index) external view returns (Anchor memory) {
        Anchor[] storage anchors = _anchors[account];
        if (index >= anchors.length) revert UnknownAnchor(account, index);
        return anchors[index];
    }

    /// @inheritdoc IReceiptAnchor
    function latest(address account) public view returns (Anchor memory found) {
        Anchor[] storage anchors = _anchors[account];
        if (anchors.length > 0) found = anchors[anchors.length - 1];
    }
}
