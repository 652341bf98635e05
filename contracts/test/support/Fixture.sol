// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @notice What tests and handlers share: the cheat codes, a few accounts, a moment to start from.
abstract contract World {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address internal constant OWNER = address(0x0a);
    address internal constant EDITOR = address(0x0b);
    address internal constant GUARDIAN = address(0x0c);
    address internal constant STRANGER = address(0x0d);
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant WITHOUT_END = type(uint64).max;

    /// @notice Maps a random number into [low, high].
    function _bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }
}

/// @notice What every test starts from.
abstract contract Fixture is World {
    function setUp() public virtual {
        vm.warp(START);
    }
}
