// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A set of hashes in memory: the place of the last entry, or 0 for none. An entry is the hash,
/// the place of the entry before it, and a word with a bit for the last byte of every hash so far.
type NameSet is uint256;

using {add} for NameSet global;

/// @notice Adds a hash; says whether it is new.
/// @dev Only where another hash has the same last byte are the entries looked through.
function add(NameSet self, bytes32 hash) pure returns (NameSet all, bool isNew) {
    assembly ("memory-safe") {
        let bits := 0
        if self { bits := mload(add(self, 64)) }
        let bit := shl(and(hash, 0xff), 1)
        isNew := 1
        if and(bits, bit) {
            for { let entry := self } entry { entry := mload(add(entry, 32)) } {
                if eq(mload(entry), hash) { isNew := 0 }
            }
        }
        all := mload(0x40)
        mstore(all, hash)
        mstore(add(all, 32), self)
        mstore(add(all, 64), or(bits, bit))
        mstore(0x40, add(all, 96))
    }
}
