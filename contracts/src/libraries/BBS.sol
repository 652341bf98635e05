// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Disclosed, Statement} from "../types/Statement.sol";
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
    /// @param offset Where the fault is: of a point that a precompile refused, 0; of a wrong length,
    /// the right one.
    error ProofMalformed(uint256 offset);

    /// @notice The proof does not hold for this statement and these messages.
    error ProofInvalid();

    uint256 private constant ABAR = 0;
    uint256 private constant BBAR = 128;
    uint256 private constant D = 256;
    uint256 private constant E_RESPONSE = 384;
    uint256 private constant R1_RESPONSE = 416;
    uint256 private constant R3_RESPONSE = 448;
    uint256 private constant HIDDEN = 480;

    /// @dev What is always hashed: two lengths, five points, the domain.
    uint256 private constant FIXED_OCTETS = 8 + 5 * 48 + 32 + 8;

    /// @notice Verifies that the prover knows a signature over the disclosed messages.
    /// @dev Order: what is given is checked first, as the draft deserializes it; then both equations
    /// are computed, and both must hold. Each point of the proof goes through G1MSM for T1, which
    /// checks that it is in the subgroup; the key goes through the pairing, which does the same.
    /// @param statement What the proof must be of; never from call data (see Statement).
    /// @param shown The disclosed messages that are not pinned, 1 ≤ m < r.
    /// @param presentationHeader What the proof must be bound to: computed, never taken.
    function verifyProof(
        Statement memory statement,
        Disclosed memory shown,
        bytes memory presentationHeader,
        bytes calldata proof
    ) internal view {
        uint256 count = BBSStatement.messageCount(statement);
        if (!BLS12381.isPublicKey(statement.publicKey)) revert BBSStatement.InvalidPublicKey();
        Disclosed memory all = DisclosedMessages.merge(statement.pinned, shown, count);
        _checkForm(proof, count - all.messages.length);
        bytes memory points = proof[:E_RESPONSE];
        bytes memory t1 = _firstCommitment(proof, points);
        bool signed = _isSigned(points, statement.publicKey);
        bytes memory t2 = _secondCommitment(statement, all, proof, points);
        uint256 challenge = _challenge(statement, all, presentationHeader, points, t1, t2);
        if (!signed || challenge != _word(proof, proof.length - 32)) revert ProofInvalid();
    }

    /// @dev octets_to_proof, but for curve and subgroup: exact length, no identity, no scalar of 0
    /// and none from r on.
    function _checkForm(bytes calldata proof, uint256 hidden) private pure {
        uint256 length = HIDDEN + 32 * (hidden + 1);
        if (proof.length != length) revert ProofMalformed(length);
        // Only the identity has an x of zero: the others with that x are not in the subgroup.
        if (_word(proof, ABAR) | _word(proof, ABAR + 32) == 0) revert ProofMalformed(ABAR);
        if (_word(proof, BBAR) | _word(proof, BBAR + 32) == 0) revert ProofMalformed(BBAR);
        if (_word(proof, D) | _word(proof, D + 32) == 0) revert ProofMalformed(D);
        uint256 offset = E_RESPONSE;
        uint256 order = Scalars.ORDER;
        assembly ("memory-safe") {
            for {} lt(offset, length) { offset := add(offset, 0x20) } {
                // From 1 to r - 1: zero wraps to the largest number.
                let scalar := calldataload(add(proof.offset, offset))
                if iszero(lt(sub(scalar, 1), sub(order, 1))) { break }
            }
        }
        if (offset != length) revert ProofMalformed(offset);
    }

    /// @dev T1 = Abar·e^ + Bbar·c + D·r1^. Refuses points of the proof that are not in the subgroup.
    function _firstCommitment(bytes calldata proof, bytes memory points)
        private
        view
        returns (bytes memory t1)
    {
        bytes memory terms = CurvePoints.newTerms(3);
        CurvePoints.addTerm(terms, points, 0, _word(proof, E_RESPONSE));
        CurvePoints.addTerm(terms, points, 1, _word(proof, proof.length - 32));
        CurvePoints.addTerm(terms, points, 2, _word(proof, R1_RESPONSE));
        bool ok;
        (ok, t1) = CurvePoints.sum(terms);
        if (!ok) revert ProofMalformed(ABAR);
    }

    /// @dev Whether e(Abar, W) · e(Bbar, -BP2) = 1. Abar and Bbar were found to be in the subgroup, so
    /// what the pairing refuses is the key.
    function _isSigned(bytes memory points, bytes memory publicKey) private view returns (bool) {
        (bool ok, bool cancel) = BLS12381.pairingsCancel(points, publicKey);
        if (!ok) revert BBSStatement.InvalidPublicKey();
        return cancel;
    }

    /// @dev T2 = Bv·c + D·r3^ + Σ H_j·m^_j over what is hidden. Bv·c is base·c where there is a base;
    /// else its terms are spread: P1·c + Q_1·(domain·c) + Σ H_i·(m_i·c) over what is disclosed.
    function _secondCommitment(
        Statement memory statement,
        Disclosed memory all,
        bytes calldata proof,
        bytes memory points
    ) private view returns (bytes memory t2) {
        uint256 challenge = _word(proof, proof.length - 32);
        bytes memory terms = _baseTerms(statement, challenge);
        CurvePoints.addTerm(terms, points, 2, _word(proof, R3_RESPONSE));
        uint256 inBase = statement.base.length == 0 ? 0 : statement.pinned.slots;
        _appendTerms(terms, statement.generators, all, inBase, challenge, proof[HIDDEN:]);
        bool ok;
        (ok, t2) = CurvePoints.sum(terms);
        if (!ok) revert BBSStatement.StatementMalformed();
    }

    /// @dev The first terms of T2, with room for the others.
    function _baseTerms(Statement memory statement, uint256 challenge)
        private
        pure
        returns (bytes memory terms)
    {
        // At most one term for each generator, one for P1, one for D.
        terms = CurvePoints.newTerms(statement.generators.length / BLS12381.G1_LENGTH + 2);
        if (statement.base.length == 0) {
            uint256 scalar = mulmod(statement.domain, challenge, Scalars.ORDER);
            CurvePoints.addTerm(terms, BBSStatement.P1, 0, challenge);
            CurvePoints.addTerm(terms, statement.generators, 0, scalar);
        } else {
            if (statement.base.length != BLS12381.G1_LENGTH) {
                revert BBSStatement.StatementMalformed();
            }
            CurvePoints.addTerm(terms, statement.base, 0, challenge);
        }
    }

    /// @dev A term of T2 for each message that is not in the base: see decision record 0015.
    /// @param responses The m^_j, in their order; there is one for each message not disclosed.
    function _appendTerms(
        bytes memory terms,
        bytes memory generators,
        Disclosed memory all,
        uint256 inBase,
        uint256 challenge,
        bytes calldata responses
    ) private pure {
        uint256[] memory messages = all.messages;
        uint256 slots = all.slots;
        uint256 order = Scalars.ORDER;
        assembly ("memory-safe") {
            let target := add(add(terms, 0x20), mload(terms))
            let message := add(messages, 0x20)
            let response := responses.offset
            let end := add(add(generators, 0x20), mload(generators))
            // Q_1, the first generator, is in the base.
            let generator := add(generators, 0xa0)
            for {} lt(generator, end) { generator := add(generator, 0x80) } {
                let scalar
                switch and(slots, 1)
                case 0 {
                    scalar := calldataload(response)
                    response := add(response, 0x20)
                }
                default {
                    scalar := mulmod(mload(message), challenge, order)
                    message := add(message, 0x20)
                }
                if iszero(and(inBase, 1)) {
                    mcopy(target, generator, 0x80)
                    mstore(add(target, 0x80), scalar)
                    target := add(target, 0xa0)
                }
                slots := shr(1, slots)
                inBase := shr(1, inBase)
            }
            mstore(terms, sub(target, add(terms, 0x20)))
        }
    }

    /// @dev ProofChallengeCalculate: hash_to_scalar of R ‖ i_1 ‖ m_1 … i_R ‖ m_R ‖ Abar ‖ Bbar ‖ D ‖
    /// T1 ‖ T2 ‖ domain ‖ length of the presentation header ‖ presentation header.
    function _challenge(
        Statement memory statement,
        Disclosed memory all,
        bytes memory presentationHeader,
        bytes memory points,
        bytes memory t1,
        bytes memory t2
    ) private view returns (uint256) {
        uint256 length =
            FIXED_OCTETS + 40 * all.messages.length + presentationHeader.length;
        bytes memory octets = Octets.allocate(length);
        octets.appendNumber(all.messages.length, 8);
        DisclosedMessages.appendTo(octets, all);
        CurvePoints.appendCompressed(octets, points);
        CurvePoints.appendCompressed(octets, t1);
        CurvePoints.appendCompressed(octets, t2);
        octets.appendNumber(statement.domain, 32);
        octets.appendNumber(presentationHeader.length, 8);
        octets.append(presentationHeader);
        return Scalars.hash(octets, statement.hashTag);
    }

    /// @dev 32 bytes of a proof whose length was checked, without checking it again.
    function _word(bytes calldata proof, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(proof.offset, offset))
        }
    }
}
