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
        unchecked {
            return Octets.allocate(capacity * TERM_LENGTH);
        }
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

    /// @notice Sums points of G1, each times its scalar, and appends the sum.
    /// @dev G1MSM refuses points off the curve, outside the subgroup, or in another than the one
    /// valid encoding. It takes the identity.
    /// @param points With room for one more.
    /// @param terms At least one: for each 128 bytes of a point and 32 of a scalar.
    /// @return ok Whether the precompile took all the points.
    function appendSum(bytes memory points, bytes memory terms) internal view returns (bool ok) {
        return Precompiles.appendCall(points, Precompiles.BLS_G1MSM, terms, LENGTH);
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
                let y := mload(add(source, 0x40))
                let larger := gt(y, HALF_HIGH)
                if eq(y, HALF_HIGH) { larger := gt(mload(add(source, 0x60)), HALF_LOW) }
                let head := or(shl(128, mload(source)), or(COMPRESSED, mul(LARGER, larger)))
                let low := mload(add(source, 0x20))
                // In the subgroup, x is zero for the identity alone.
                if iszero(or(mload(source), low)) { head := or(COMPRESSED, INFINITY) }
                mstore(target, head)
                mstore(add(target, 0x10), low)
                target := add(target, COMPRESSED_LENGTH)
            }
            mstore(octets, sub(target, add(octets, 0x20)))
        }
    }

    /// @notice Appends the compressed form of a point of G2 other than the identity: x.c1 with the
    /// flags, x.c0.
    /// @param point 256 bytes: x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1.
    function appendCompressedG2(bytes memory octets, bytes memory point) internal pure {
        assembly ("memory-safe") {
            let target := add(add(octets, 0x20), mload(octets))
            let source := add(point, 0x20)
            // Of y and -y the larger one, compared by c1, and by c0 where c1 is zero.
            let y := add(source, 0xc0)
            if iszero(or(mload(y), mload(add(y, 0x20)))) { y := add(source, 0x80) }
            let larger := gt(mload(y), HALF_HIGH)
            if eq(mload(y), HALF_HIGH) { larger := gt(mload(add(y, 0x20)), HALF_LOW) }
            // Of each field element, without the 16 zeros before it.
            mcopy(target, add(source, 0x50), COMPRESSED_LENGTH)
            mcopy(add(target, COMPRESSED_LENGTH), add(source, 0x10), COMPRESSED_LENGTH)
            mstore(target, or(mload(target), or(COMPRESSED, mul(LARGER, larger))))
            mstore(octets, add(mload(octets), mul(COMPRESSED_LENGTH, 2)))
        }
    }
}
