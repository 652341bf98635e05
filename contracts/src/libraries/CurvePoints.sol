// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Octets} from "./Octets.sol";
import {Precompiles} from "./Precompiles.sol";

/// @title Points of BLS12-381: their sum, and their compressed form
/// @notice Points are given as EIP-2537 has them and compressed as BBS hashes them: x alone, with
/// flags in the three upper bits that name the form, the identity, and the larger of the two y.
/// @dev Compressing takes coordinates for what they are: canonical, which the precompiles check.
library CurvePoints {
    /// @notice Length of a compressed point of G1.
    uint256 internal constant COMPRESSED_LENGTH = 48;

    uint256 private constant LENGTH = 128;
    /// @dev A term of a sum is a point of G1 and a scalar.
    uint256 private constant TERM_LENGTH = 160;

    /// @dev (p - 1) / 2 for the modulus p of the base field, in two words.
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW =
        0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    uint256 private constant COMPRESSED = 0x80 << 248;
    uint256 private constant INFINITY = 0x40 << 248;
    uint256 private constant LARGER = 0x20 << 248;

    /// @notice Room for the terms of a sum; there are none yet.
    function newTerms(uint256 capacity) internal pure returns (bytes memory terms) {
        return Octets.allocate(capacity * TERM_LENGTH);
    }

    /// @notice Adds a point times a scalar to the terms.
    /// @param terms From newTerms, with room for it.
    /// @param points Points of G1, 128 bytes each.
    /// @param index Which of them; it is there.
    function addTerm(bytes memory terms, bytes memory points, uint256 index, uint256 scalar)
        internal
        pure
    {
        assembly ("memory-safe") {
            let length := mload(terms)
            let target := add(add(terms, 0x20), length)
            mcopy(target, add(add(points, 0x20), mul(index, LENGTH)), LENGTH)
            mstore(add(target, LENGTH), scalar)
            mstore(terms, add(length, TERM_LENGTH))
        }
    }

    /// @notice Sums points of G1, each times its scalar.
    /// @dev G1MSM refuses points off the curve, outside the subgroup, or in another than the one
    /// valid encoding. It takes the identity.
    /// @param terms At least one: for each 128 bytes of a point and 32 of a scalar.
    /// @return ok Whether the precompile took all the points.
    /// @return point 128 bytes if it did.
    function sum(bytes memory terms) internal view returns (bool ok, bytes memory point) {
        return Precompiles.tryCall(Precompiles.BLS_G1MSM, terms, LENGTH);
    }

    /// @notice The compressed forms of points of G1.
    /// @param points 128 bytes each, one after the other.
    /// @return compressed 48 bytes each.
    function compressG1(bytes memory points) internal pure returns (bytes memory compressed) {
        compressed = Octets.allocate(points.length / LENGTH * COMPRESSED_LENGTH);
        appendCompressed(compressed, points);
    }

    /// @notice Appends the compressed forms of points of G1.
    /// @param points 128 bytes each, one after the other.
    function appendCompressed(bytes memory octets, bytes memory points) internal pure {
        assembly ("memory-safe") {
            let target := add(add(octets, 0x20), mload(octets))
            let source := add(points, 0x20)
            let end := add(source, mload(points))
            for {} lt(source, end) { source := add(source, LENGTH) } {
                let xHigh := mload(source)
                let xLow := mload(add(source, 0x20))
                let yHigh := mload(add(source, 0x40))
                let larger := gt(yHigh, HALF_HIGH)
                if eq(yHigh, HALF_HIGH) { larger := gt(mload(add(source, 0x60)), HALF_LOW) }
                let flags := or(COMPRESSED, mul(LARGER, larger))
                // In the subgroup, x is zero for the identity alone.
                if iszero(or(xHigh, xLow)) { flags := or(COMPRESSED, INFINITY) }
                mstore(target, or(shl(128, xHigh), flags))
                mstore(add(target, 0x10), xLow)
                target := add(target, COMPRESSED_LENGTH)
            }
            mstore(octets, sub(target, add(octets, 0x20)))
        }
    }

    /// @notice Appends the compressed form of a point of G2 other than the identity: x.c1 with the
    /// flags, x.c0.
    /// @param point 256 bytes.
    function appendCompressedG2(bytes memory octets, bytes memory point) internal pure {
        // Of y and -y the larger one, compared by c1, and by c0 where c1 is zero.
        (uint256 high, uint256 low) = _words(point, 192);
        if (high | low == 0) (high, low) = _words(point, 128);
        uint256 flags = _isLarger(high, low) ? COMPRESSED | LARGER : COMPRESSED;
        (high, low) = _words(point, 64);
        _append(octets, high, low, flags);
        (high, low) = _words(point, 0);
        _append(octets, high, low, 0);
    }

    /// @dev Appends 48 bytes: the lower half of `high` with the flags, and `low`.
    function _append(bytes memory octets, uint256 high, uint256 low, uint256 flags) private pure {
        assembly ("memory-safe") {
            let length := mload(octets)
            let target := add(add(octets, 0x20), length)
            mstore(target, or(shl(128, high), flags))
            mstore(add(target, 0x10), low)
            mstore(octets, add(length, COMPRESSED_LENGTH))
        }
    }

    /// @dev Whether a coordinate is more than (p - 1) / 2, and so larger than its negative.
    function _isLarger(uint256 high, uint256 low) private pure returns (bool) {
        return high > HALF_HIGH || (high == HALF_HIGH && low > HALF_LOW);
    }

    /// @dev A field element in two words.
    function _words(bytes memory data, uint256 offset)
        private
        pure
        returns (uint256 high, uint256 low)
    {
        assembly ("memory-safe") {
            let source := add(add(data, 0x20), offset)
            high := mload(source)
            low := mload(add(source, 0x20))
        }
    }
}
