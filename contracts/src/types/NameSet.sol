// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Memory} from "../libraries/Memory.sol";

/// @dev A set of hashes in memory: the place of the last entry, or 0. An entry is the hash, then
/// the place of the entry before it.
type NameSet is uint256;

using {add} for NameSet global;

/// @notice Adds a hash; says whether it is new.
/// @dev Takes time in proportion to the set's size, which is small here, and needs no size given.
function add(NameSet self, bytes32 hash) pure returns (NameSet, bool) {
    uint256 entry = NameSet.unwrap(self);
    while (entry != 0) {
        if (Memory.word(entry) == uint256(hash)) return (self, false);
        unchecked {
            entry = Memory.word(entry + 32);
        }
    }
    uint256 added = Memory.allocate(64);
    Memory.store(added, uint256(hash));
    Memory.store(added + 32, NameSet.unwrap(self));
    return (NameSet.wrap(added), true);
}
