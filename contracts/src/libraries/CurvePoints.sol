// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

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

    address private constant G1MSM = address(0x0c);

    /// @dev (p - 1) / 2 for the modulus p of the base field, in two words.
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW =
        0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    uint256 private constant COMPRESSED = 1 << 255;
    uint256 private constant INFINITY = 1 << 254;
    uint256 private constant LARGER = 1 << 253;

    /// @notice Room for the terms of a sum; there are none yet.
    function newTerms(uint256 capacity) internal pure returns (bytes memory terms) {
        terms = new bytes(capacity * TERM_LENGTH);
        assembly ("memory-safe") {
            mstore(terms, 0)
        }
    }

    /// @notice Adds a point times a scalar to the terms.
    /// @dev For every byte to be copied once: see decision record 0015. The caller minds the capacity
    /// of `terms` and the number of `points`.
    /// @param terms From newTerms.
    /// @param points Points of G1, 128 bytes each.
    /// @param index Which of them.
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
        (ok, point) = G1MSM.staticcall(terms);
        if (ok && point.length != LENGTH) revert Errors.MissingPrecompile(G1MSM);
    }

    /// @notice The compressed forms of points of G1.
    /// @param points 128 bytes each, one after the other.
    /// @return compressed 48 bytes each.
    function compressG1(bytes memory points) internal pure returns (bytes memory compressed) {
        uint256 count = points.length / LENGTH;
        compressed = new bytes(count * COMPRESSED_LENGTH);
        for (uint256 i = 0; i < count; ++i) {
            _compressG1(points, compressed, i);
        }
    }

    /// @notice The compressed form of a point of G2 other than the identity.
    /// @param point 256 bytes.
    /// @return 96 bytes: x.c1 with the flags, x.c0.
    function compressG2(bytes memory point) internal pure returns (bytes memory) {
        uint256[8] memory words = abi.decode(point, (uint256[8]));
        // Of y and -y the larger one, compared by c1, and by c0 where c1 is zero.
        bool imaginary = words[6] | words[7] != 0;
        bool larger = imaginary ? _isLarger(words[6], words[7]) : _isLarger(words[4], words[5]);
        uint256 flags = larger ? COMPRESSED | LARGER : COMPRESSED;
        return bytes.concat(
            bytes16(bytes32(words[2] << 128 | flags)),
            bytes32(words[3]),
            bytes16(bytes32(words[0] << 128)),
            bytes32(words[1])
        );
    }

    /// @dev Compresses the point with a number, from one array into the other.
    function _compressG1(bytes memory points, bytes memory compressed, uint256 index) private pure {
        uint256 xHigh;
        uint256 xLow;
        uint256 yHigh;
        uint256 yLow;
        assembly ("memory-safe") {
            let source := add(add(points, 0x20), mul(index, LENGTH))
            xHigh := mload(source)
            xLow := mload(add(source, 0x20))
            yHigh := mload(add(source, 0x40))
            yLow := mload(add(source, 0x60))
        }
        uint256 flags = _isLarger(yHigh, yLow) ? COMPRESSED | LARGER : COMPRESSED;
        // In the subgroup, x is zero for the identity alone.
        if (xHigh | xLow == 0) flags = COMPRESSED | INFINITY;
        assembly ("memory-safe") {
            let target := add(add(compressed, 0x20), mul(index, COMPRESSED_LENGTH))
            mstore(target, or(shl(128, xHigh), flags))
            mstore(add(target, 0x10), xLow)
        }
    }

    /// @dev Whether a coordinate is more than (p - 1) / 2, and so larger than its negative.
    function _isLarger(uint256 high, uint256 low) private pure returns (bool) {
        return high > HALF_HIGH || (high == HALF_HIGH && low > HALF_LOW);
    }
}
