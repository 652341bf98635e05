// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReceiptAnchor} from "../../src/ReceiptAnchor.sol";
import {IReceiptAnchor} from "../../src/interfaces/IReceiptAnchor.sol";
import {World} from "../support/Fixture.sol";

/// @notice Anchors anything for any of three accounts, and keeps a record of its own of what each
/// anchored, to compare with.
contract AnchorHandler is World {
    uint256 public constant ACCOUNTS = 3;

    ReceiptAnchor public immutable anchors = new ReceiptAnchor();

    address[ACCOUNTS] private _accounts = [address(0x31), address(0x32), address(0x33)];
    mapping(uint256 who => IReceiptAnchor.Anchor[]) private _made;
    uint64 private _time = START;
    uint64 private _block = 1;
    bool public growthMisjudged;

    function anchor(uint256 who, uint64 size, bytes32 root, uint16 wait) external {
        who %= ACCOUNTS;
        (_time, _block) = (_time + wait, _block + wait % 5);
        vm.warp(_time);
        vm.roll(_block);
        // Small steps as well as leaps, or there would be nothing to refuse.
        size = size % 3 == 0 ? size : uint64(size % 100);
        uint64 before = lastOf(who).size;
        vm.prank(accountOf(who));
        try anchors.anchor(size, root) {
            _made[who].push(IReceiptAnchor.Anchor(root, size, _block, _time));
            if (size <= before) growthMisjudged = true;
        } catch {
            if (size > before) growthMisjudged = true;
        }
    }

    function accountOf(uint256 who) public view returns (address) {
        return _accounts[who];
    }

    function countOf(uint256 who) external view returns (uint256) {
        return _made[who].length;
    }

    function madeBy(uint256 who, uint256 index)
        external
        view
        returns (IReceiptAnchor.Anchor memory)
    {
        return _made[who][index];
    }

    function lastOf(uint256 who) public view returns (IReceiptAnchor.Anchor memory last) {
        uint256 count = _made[who].length;
        if (count > 0) last = _made[who][count - 1];
    }
}
