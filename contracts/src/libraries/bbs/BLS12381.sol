// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {ExpandMessage} from "./ExpandMessage.sol";
import {Precompiles} from "./Precompiles.sol";

/// @title BLS signatures over BLS12-381 with short signatures, by the precompiles of EIP-2537
/// @notice Points are encoded as EIP-2537 has them: a field element is 64 bytes, big-endian; G1 is
/// x ‖ y; G2 is x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1; the identity is all zeros.
library BLS12381 {
    uint256 internal constant G1_LENGTH = 128;
    uint256 internal constant G2_LENGTH = 256;

    uint160 private constant PAIRING_CHECK = 0x0f;

    /// @dev The modulus of the base field.
    bytes private constant MODULUS = hex"1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
        hex"1eabfffeb153ffffb9feffffffffaaab";

    /// @dev keccak256 of 256 zeros, the identity of G2.
    bytes32 private constant HASH_OF_IDENTITY =
        0xd397b3b043d87fcd6fad1291ff0bfd16401c274896d8c63a923727f077b8e0b5;

    /// @dev The negated generator of G2: x.c0, x.c1, y.c0, y.c1 in two words each.
    uint256 private constant NEGATED_X0_HIGH = 0x024aa2b2f08f0a91260805272dc51051;
    uint256 private constant NEGATED_X0_LOW =
        0xc6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8;
    uint256 private constant NEGATED_X1_HIGH = 0x13e02b6052719f607dacd3a088274f65;
    uint256 private constant NEGATED_X1_LOW =
        0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e;
    uint256 private constant NEGATED_Y0_HIGH = 0x0d1b3cc2c7027888be51d9ef691d77bc;
    uint256 private constant NEGATED_Y0_LOW =
        0xb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa;
    uint256 private constant NEGATED_Y1_HIGH = 0x13fa4d4a0ad8b1ce186ed5061789213d;
    uint256 private constant NEGATED_Y1_LOW =
        0x993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed;

    /// @notice Whether a signature in G1 over a message holds for a public key in G2.
    /// @dev e(H(message), publicKey) · e(signature, -G2) = 1. The pairing does not refuse the
    /// identity, which would sign everything.
    function isValidSignature(
        bytes memory publicKey,
        bytes memory message,
        bytes memory signature,
        bytes memory domainTag
    ) internal view returns (bool) {
        if (!isPublicKey(publicKey) || signature.length != G1_LENGTH) {
            return false;
        }
        bytes memory points = bytes.concat(hashToG1(message, domainTag), signature);
        (bool ok, bool cancel) = pairingsCancel(points, publicKey);
        return ok && cancel;
    }

    /// @notice Whether bytes can be a public key: of the right length, and not the identity.
    /// @dev The rest, curve, subgroup and encoding, is for the pairing to find.
    function isPublicKey(bytes memory publicKey) internal pure returns (bool) {
        return publicKey.length == G2_LENGTH && keccak256(publicKey) != HASH_OF_IDENTITY;
    }

    /// @notice Whether e(left, publicKey) · e(right, -G2) = 1, which is e(left, publicKey) =
    /// e(right, G2).
    /// @dev The precompile refuses points off the curve, outside the subgroup, or in another than
    /// the one valid encoding. It takes the identity.
    /// @param points left ‖ right, 128 bytes each; what follows them is not looked at.
    /// @param publicKey 256 bytes.
    /// @return ok Whether the precompile took all the points.
    /// @return cancel Whether the equation holds.
    function pairingsCancel(bytes memory points, bytes memory publicKey)
        internal
        view
        returns (bool ok, bool cancel)
    {
        uint256 returned;
        // Behind all allocated memory, where nothing needs to stay: see decision record 0015.
        assembly ("memory-safe") {
            let input := mload(0x40)
            mcopy(input, add(points, 0x20), 0x80)
            mcopy(add(input, 0x80), add(publicKey, 0x20), 0x100)
            mcopy(add(input, 0x180), add(points, 0xa0), 0x80)
            mstore(add(input, 0x200), NEGATED_X0_HIGH)
            mstore(add(input, 0x220), NEGATED_X0_LOW)
            mstore(add(input, 0x240), NEGATED_X1_HIGH)
            mstore(add(input, 0x260), NEGATED_X1_LOW)
            mstore(add(input, 0x280), NEGATED_Y0_HIGH)
            mstore(add(input, 0x2a0), NEGATED_Y0_LOW)
            mstore(add(input, 0x2c0), NEGATED_Y1_HIGH)
            mstore(add(input, 0x2e0), NEGATED_Y1_LOW)
            ok := staticcall(gas(), PAIRING_CHECK, input, 0x300, 0, 0x20)
            returned := returndatasize()
            cancel := and(ok, eq(mload(0), 1))
        }
        if (ok && returned != 32) revert Errors.MissingPrecompile(address(PAIRING_CHECK));
    }

    /// @notice hash_to_curve of RFC 9380 for the suite BLS12381G1_XMD:SHA-256_SSWU_RO_.
    /// @dev The mapping clears the cofactor of each summand, which is the same as of their sum.
    function hashToG1(bytes memory message, bytes memory domainTag)
        internal
        view
        returns (bytes memory)
    {
        (bytes memory u0, bytes memory u1) = _hashToField(message, domainTag);
        bytes memory q0 = Precompiles.call(Precompiles.BLS_MAP_FP_TO_G1, u0, G1_LENGTH);
        bytes memory q1 = Precompiles.call(Precompiles.BLS_MAP_FP_TO_G1, u1, G1_LENGTH);
        return Precompiles.call(Precompiles.BLS_G1ADD, bytes.concat(q0, q1), G1_LENGTH);
    }

    /// @dev RFC 9380 5.2 for two elements of the base field: 64 uniform bytes each.
    function _hashToField(bytes memory message, bytes memory domainTag)
        private
        view
        returns (bytes memory, bytes memory)
    {
        bytes32[] memory uniform = ExpandMessage.expand(message, domainTag, 128);
        return (_reduce(uniform[0], uniform[1]), _reduce(uniform[2], uniform[3]));
    }

    /// @dev 64 bytes modulo the field's modulus, as a field element of EIP-2537.
    function _reduce(bytes32 high, bytes32 low) private view returns (bytes memory) {
        bytes memory input = bytes.concat(
            bytes32(uint256(64)),
            bytes32(uint256(1)),
            bytes32(uint256(48)),
            high,
            low,
            bytes1(uint8(1)),
            MODULUS
        );
        return bytes.concat(bytes16(0), Precompiles.call(Precompiles.MODEXP, input, 48));
    }
}
