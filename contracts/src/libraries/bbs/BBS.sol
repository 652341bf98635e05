// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Disclosed, Statement} from "../../types/Statement.sol";
import {BBSStatement} from "./BBSStatement.sol";
import {BLS12381} from "./BLS12381.sol";
import {CurvePoints} from "./CurvePoints.sol";
import {DisclosedMessages} from "./DisclosedMessages.sol";
import {Octets} from "./Octets.sol";
import {Scalars} from "./Scalars.sol";

/// @title Verification of BBS proofs, by the precompiles of EIP-2537
/// @notice CoreProofVerify of draft-irtf-cfrg-bbs-signatures for the ciphersuite BLS12-381-SHA-256.
/// On chain a proof has its points as EIP-2537 has them, 512 + 32·U bytes for U undisclosed messages:
///
/// ```
/// Abar (128) ‖ Bbar (128) ‖ D (128) ‖ e^ ‖ r1^ ‖ r3^ ‖ m^_1 … m^_U ‖ challenge   (32 each)
/// ```
///
/// The errors are those of the Python package (`didgate.bbs.verify_proof`):
///
/// | error | code |
/// |---|---|
/// | `BBS.ProofMalformed` | `proof_malformed` |
/// | `BBS.ProofInvalid` | `proof_invalid` |
/// | `DisclosedMessages.DisclosureMalformed` | `disclosure_malformed` |
/// | `BBSStatement.InvalidPublicKey` | `invalid_public_key` |
/// | `BBSGenerators.InvalidMessageCount` | `invalid_message_count` |
/// | `TypedMessages.DisclosedValueInvalid` | `disclosed_value_invalid` |
///
/// Beside them `BBSStatement.StatementMalformed`: whoever made the statement erred, which Python's
/// types rule out; and `Errors.MissingPrecompile`: the network cannot verify proofs.
/// @dev A precompile that refuses its input burns the gas it was called with, all but a 64th of what
/// there was: a proof with an invalid point is refused, and expensive for its sender.
library BBS {
    using Octets for bytes;

    /// @notice The proof is of a wrong length, or holds an invalid point or scalar.
    error ProofMalformed();

    /// @notice The proof does not hold for this statement and these messages.
    error ProofInvalid();

    /// @dev r and r - 1, where assembly needs them. Of the numbers from 1 to r - 1 and no others, what
    /// is 1 less is below r - 1: zero wraps to the largest number.
    uint256 private constant ORDER =
        0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
    uint256 private constant LARGEST_SCALAR =
        0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000;

    uint256 private constant RESPONSE_FAULT = 1;
    uint256 private constant MESSAGE_FAULT = 2;

    uint256 private constant BBAR = 128;
    uint256 private constant D = 256;
    uint256 private constant E_RESPONSE = 384;
    uint256 private constant R1_RESPONSE = 416;
    uint256 private constant R3_RESPONSE = 448;
    uint256 private constant MESSAGE_RESPONSES = 480;

    /// @dev What is always hashed: two lengths, five points, the domain.
    uint256 private constant FIXED_OCTETS = 8 + 5 * 48 + 32 + 8;

    /// @notice Verifies that the prover knows a signature over the disclosed messages.
    /// @dev What is given is checked first, as the draft deserializes it; then both equations are
    /// computed, and both must hold. Each point of the proof goes through G1MSM for T1, which checks
    /// that it is in the subgroup; the key goes through the pairing, which does the same.
    /// @param statement What the proof must be of; never from call data (see Statement).
    /// @param shown The disclosed messages that are not pinned, 1 ≤ m < r.
    /// @param presentationHeader What the proof must be bound to: computed, never taken.
    function verifyProof(
        Statement memory statement,
        Disclosed memory shown,
        bytes memory presentationHeader,
        bytes calldata proof
    ) internal view {
        if (!BLS12381.isPublicKey(statement.publicKey)) {
            revert BBSStatement.InvalidPublicKey();
        }
        uint256 count = BBSStatement.messageCount(statement);
        Disclosed memory all = DisclosedMessages.merge(statement.pinned, shown, count);
        bytes memory octets;
        unchecked {
            octets = Octets.allocate(FIXED_OCTETS + 40 * count + presentationHeader.length);
        }
        // Abar ‖ Bbar ‖ D, then T1 ‖ T2
        bytes memory points = Octets.allocate(5 * BLS12381.G1_LENGTH);
        points.appendCalldata(proof, E_RESPONSE);
        bytes memory terms = _secondTerms(statement, all, octets, points, proof);
        if (!CurvePoints.appendSum(points, _firstTerms(points, proof))) revert ProofMalformed();
        // Abar and Bbar are in the subgroup, so what the pairing refuses is the key; and D is, so what
        // the second sum refuses is a generator or the base.
        (bool taken, bool signed) = BLS12381.pairingsCancel(points, statement.publicKey);
        if (!taken) revert BBSStatement.InvalidPublicKey();
        if (!CurvePoints.appendSum(points, terms)) revert BBSStatement.StatementMalformed();
        // ProofChallengeCalculate: R ‖ i_1 ‖ m_1 … i_R ‖ m_R ‖ Abar ‖ Bbar ‖ D ‖ T1 ‖ T2 ‖ domain ‖
        // length of the presentation header ‖ presentation header
        CurvePoints.appendCompressed(octets, points);
        octets.appendNumber(statement.domain, 32);
        octets.appendNumber(presentationHeader.length, 8);
        octets.append(presentationHeader);
        uint256 challenge = Scalars.hash(octets, statement.hashTag);
        if (!signed || challenge != _challengeOf(proof)) revert ProofInvalid();
    }

    /// @dev T1 = Abar·e^ + Bbar·c + D·r1^: see decision record 0015.
    function _firstTerms(bytes memory points, bytes calldata proof)
        private
        pure
        returns (bytes memory terms)
    {
        terms = CurvePoints.newTerms(3);
        assembly ("memory-safe") {
            mcopy(add(terms, 0x20), add(points, 0x20), 0x80)
            mstore(add(terms, 0xa0), calldataload(add(proof.offset, E_RESPONSE)))
            mcopy(add(terms, 0xc0), add(points, 0xa0), 0x80)
            mstore(add(terms, 0x140), calldataload(add(proof.offset, sub(proof.length, 0x20))))
            mcopy(add(terms, 0x160), add(points, 0x120), 0x80)
            mstore(add(terms, 0x1e0), calldataload(add(proof.offset, R1_RESPONSE)))
            mstore(terms, 0x1e0)
        }
    }

    /// @dev T2 = Bv·c + D·r3^ + Σ H_j·m^_j over what is hidden. Bv·c is base·c + Σ H_i·(m_i·c) over
    /// what is shown, and where there is no base, P1·c + Q_1·(domain·c) in its place. On the way,
    /// checks what is disclosed and the proof's form, and begins the octets of the challenge.
    function _secondTerms(
        Statement memory statement,
        Disclosed memory all,
        bytes memory octets,
        bytes memory points,
        bytes calldata proof
    ) private pure returns (bytes memory terms) {
        terms = _baseTerms(statement, points, proof);
        octets.appendNumber(all.messages.length, 8);
        uint256 faults =
            _walk(terms, octets, statement.generators, all, statement.pinned.slots, proof);
        if (faults & MESSAGE_FAULT != 0) revert DisclosedMessages.DisclosureMalformed(all.slots);
        if (faults != 0 || !_isWellFormed(statement, all, proof)) revert ProofMalformed();
    }

    /// @dev The terms of T2 that stand for no message, with room for the others.
    function _baseTerms(Statement memory statement, bytes memory points, bytes calldata proof)
        private
        pure
        returns (bytes memory terms)
    {
        bytes memory base = statement.base;
        uint256 challenge = _challengeOf(proof);
        unchecked {
            // At most one term for each generator, one for P1, one for D.
            terms = CurvePoints.newTerms(statement.generators.length / BLS12381.G1_LENGTH + 2);
        }
        if (base.length == BLS12381.G1_LENGTH) {
            CurvePoints.addTerm(terms, base, 0, challenge);
        } else {
            if (base.length | statement.pinned.slots != 0) {
                revert BBSStatement.StatementMalformed();
            }
            uint256 scalar = mulmod(statement.domain, challenge, ORDER);
            CurvePoints.addTerm(terms, BBSStatement.P1, 0, challenge);
            CurvePoints.addTerm(terms, statement.generators, 0, scalar);
        }
        CurvePoints.addTerm(terms, points, 2, _word(proof, R3_RESPONSE));
    }

    /// @dev One walk over all messages: adds the terms of those that are not in the base, and the
    /// octets of those that are disclosed. See decision record 0015.
    /// @param terms With room for one term a message.
    /// @param octets With room for 40 bytes a message disclosed.
    /// @param pinned Slots that are in the base.
    /// @return faults MESSAGE_FAULT if a message disclosed is no scalar from 1 to r - 1, and
    /// RESPONSE_FAULT if an m^_j is none.
    function _walk(
        bytes memory terms,
        bytes memory octets,
        bytes memory generators,
        Disclosed memory all,
        uint256 pinned,
        bytes calldata proof
    ) private pure returns (uint256 faults) {
        uint256 challenge = _challengeOf(proof);
        assembly ("memory-safe") {
            let slots := mload(all)
            let message := add(mload(add(all, 0x20)), 0x20)
            let response := add(proof.offset, MESSAGE_RESPONSES)
            let last := add(generators, mload(generators))
            let term := add(add(terms, 0x20), mload(terms))
            let octet := add(add(octets, 0x20), mload(octets))
            // The first generator is Q_1.
            generators := add(generators, 0xa0)
            for { let index := 0 } lt(generators, last) { index := add(index, 1) } {
                let scalar
                switch and(slots, 1)
                case 0 {
                    scalar := calldataload(response)
                    response := add(response, 0x20)
                    faults := or(faults, iszero(lt(sub(scalar, 1), LARGEST_SCALAR)))
                }
                default {
                    scalar := mload(message)
                    message := add(message, 0x20)
                    mstore(octet, shl(192, index))
                    mstore(add(octet, 8), scalar)
                    octet := add(octet, 40)
                    faults := or(faults, shl(1, iszero(lt(sub(scalar, 1), LARGEST_SCALAR))))
                    scalar := mulmod(scalar, challenge, ORDER)
                }
                if iszero(and(pinned, 1)) {
                    mcopy(term, generators, 0x80)
                    mstore(add(term, 0x80), scalar)
                    term := add(term, 0xa0)
                }
                slots := shr(1, slots)
                pinned := shr(1, pinned)
                generators := add(generators, 0x80)
            }
            mstore(terms, sub(term, add(terms, 0x20)))
            mstore(octets, sub(octet, add(octets, 0x20)))
        }
    }

    /// @dev What octets_to_proof demands beside curve, subgroup and the m^_j: exact length, no
    /// identity, no scalar of 0 and none from r on.
    function _isWellFormed(Statement memory statement, Disclosed memory all, bytes calldata proof)
        private
        pure
        returns (bool valid)
    {
        unchecked {
            // Every generator but Q_1 stands for a message; one scalar more is the challenge.
            uint256 scalars = statement.generators.length / BLS12381.G1_LENGTH - all.messages.length;
            valid = proof.length == MESSAGE_RESPONSES + 32 * scalars;
        }
        assembly ("memory-safe") {
            let start := proof.offset
            // Only the identity has an x of zero: the others with that x are not in the subgroup.
            let x := or(calldataload(start), calldataload(add(start, 0x20)))
            valid := and(valid, gt(x, 0))
            x := or(calldataload(add(start, BBAR)), calldataload(add(start, 0xa0)))
            valid := and(valid, gt(x, 0))
            x := or(calldataload(add(start, D)), calldataload(add(start, 0x120)))
            valid := and(valid, gt(x, 0))
            let scalar := calldataload(add(start, E_RESPONSE))
            valid := and(valid, lt(sub(scalar, 1), LARGEST_SCALAR))
            scalar := calldataload(add(start, R1_RESPONSE))
            valid := and(valid, lt(sub(scalar, 1), LARGEST_SCALAR))
            scalar := calldataload(add(start, R3_RESPONSE))
            valid := and(valid, lt(sub(scalar, 1), LARGEST_SCALAR))
            scalar := calldataload(add(start, sub(proof.length, 0x20)))
            valid := and(valid, lt(sub(scalar, 1), LARGEST_SCALAR))
        }
    }

    /// @dev The last scalar of a proof.
    function _challengeOf(bytes calldata proof) private pure returns (uint256) {
        unchecked {
            return _word(proof, proof.length - 32);
        }
    }

    /// @dev 32 bytes of a proof, whether it is that long or not.
    function _word(bytes calldata proof, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(proof.offset, offset))
        }
    }
}
