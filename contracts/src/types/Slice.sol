// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A range of memory: where it starts in the upper 128 bits, where it ends in the lower.
type Slice is uint256;

using {start, end, length} for Slice global;

function slice(uint256 from, uint256 to) pure returns (Slice) {
    return Slice.wrap(from << 128 | to);
}

function start(Slice self) pure returns (uint256) {
    return Slice.unwrap(self) >> 128;
}

function end(Slice self) pure returns (uint256) {
    return (Slice.unwrap(self) << 128) >> 128;
}

function length(Slice self) pure returns (uint256) {
    unchecked {
        return end(self) - start(self);
    }
}
