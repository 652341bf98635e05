// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Disclosed, Statement} from "../types/Statement.sol";
import {BBSStatement} from "./BBSStatement.sol";
import {BLS12381} from "./BLS12381.sol";
import {CurvePoints} from "./CurvePoints.sol";
import {DisclosedMessages} from "./DisclosedMessages.sol";
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
    /// @notice The proof is of a wrong length, or holds an invalid point or scalar.
    /// @param offset Where the fault is: of a point that a precompile refused, 0; of a wrong length,
    /// the right one.
    error ProofMalformed(uint256 offset);

    /// @notice The proof does not hold for this statement and these messages.
    error ProofInvalid();

    uint256 private constant ABAR = 0;
    uint256 private constant BBAR = 128;
    uint256 private constant D = 256;
    uint256 private constant E = 384;
    uint256 private constant R1 = 416;
    uint256 private constant R3 = 448;
    uint256 private constant HIDDEN = 480;

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
        bytes memory t1 = _firstCommitment(proof);
        bool signed = _isSigned(statement.publicKey, proof);
        bytes memory t2 = _secondCommitment(statement, all, proof);
        bytes memory points = CurvePoints.compressG1(bytes.concat(proof[:E], t1, t2));
        uint256 challenge = _challenge(statement, all, points, presentationHeader);
        if (!signed || challenge != _word(proof, proof.length - 32)) revert ProofInvalid();
    }

    /// @dev octets_to_proof, but for curve and subgroup: exact length, no identity, no scalar of 0
    /// and none from r on.
    function _checkForm(bytes calldata proof, uint256 hidden) private pure {
        uint256 length = HIDDEN + 32 * (hidden + 1);
        if (proof.length != length) revert ProofMalformed(length);
        for (uint256 offset = 0; offset < E; offset += BLS12381.G1_LENGTH) {
            // The one valid encoding of the identity is all zeros.
            uint256 x = _word(proof, offset) | _word(proof, offset + 32);
            uint256 y = _word(proof, offset + 64) | _word(proof, offset + 96);
            if (x | y == 0) revert ProofMalformed(offset);
        }
        for (uint256 offset = E; offset < length; offset += 32) {
            if (!Scalars.isValid(_word(proof, offset))) revert ProofMalformed(offset);
        }
    }

    /// @dev T1 = Abar·e^ + Bbar·c + D·r1^. Refuses points of the proof that are not in the subgroup.
    function _firstCommitment(bytes calldata proof) private view returns (bytes memory t1) {
        bytes memory points = proof[:E];
        bytes memory terms = CurvePoints.newTerms(3);
        CurvePoints.addTerm(terms, points, 0, _word(proof, E));
        CurvePoints.addTerm(terms, points, 1, _word(proof, proof.length - 32));
        CurvePoints.addTerm(terms, points, 2, _word(proof, R1));
        bool ok;
        (ok, t1) = CurvePoints.sum(terms);
        if (!ok) revert ProofMalformed(ABAR);
    }

    /// @dev Whether e(Abar, W) · e(Bbar, -BP2) = 1. Abar and Bbar were found to be in the subgroup, so
    /// what the pairing refuses is the key.
    function _isSigned(bytes memory publicKey, bytes calldata proof) private view returns (bool) {
        (bool ok, bool cancel) = BLS12381.pairingsCancel(proof[ABAR:BBAR], publicKey, proof[BBAR:D]);
        if (!ok) revert BBSStatement.InvalidPublicKey();
        return cancel;
    }

    /// @dev T2 = Bv·c + D·r3^ + Σ H_j·m^_j over what is hidden. Bv·c is base·c where there is a base;
    /// else its terms are spread: P1·c + Q_1·(domain·c) + Σ H_i·(m_i·c) over what is disclosed.
    function _secondCommitment(
        Statement memory statement,
        Disclosed memory all,
        bytes calldata proof
    ) private view returns (bytes memory t2) {
        bytes memory generators = statement.generators;
        uint256 challenge = _word(proof, proof.length - 32);
        uint256 inBase = statement.base.length == 0 ? 0 : statement.pinned.slots;
        bytes memory terms = _baseTerms(statement, challenge);
        CurvePoints.addTerm(terms, proof[D:E], 0, _word(proof, R3));
        uint256 next;
        uint256 hidden = HIDDEN;
        for (uint256 slot = 0; (slot + 1) * BLS12381.G1_LENGTH < generators.length; ++slot) {
            uint256 scalar;
            if (all.slots >> slot & 1 != 0) {
                scalar = mulmod(all.messages[next++], challenge, Scalars.ORDER);
                if (inBase >> slot & 1 != 0) continue;
            } else {
                scalar = _word(proof, hidden);
                hidden += 32;
            }
            CurvePoints.addTerm(terms, generators, slot + 1, scalar);
        }
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

    /// @dev ProofChallengeCalculate: R ‖ i_1 ‖ m_1 … i_R ‖ m_R ‖ Abar ‖ Bbar ‖ D ‖ T1 ‖ T2 ‖ domain ‖
    /// length of the presentation header ‖ presentation header.
    function _challenge(
        Statement memory statement,
        Disclosed memory all,
        bytes memory points,
        bytes memory presentationHeader
    ) private pure returns (uint256) {
        bytes memory octets = bytes.concat(
            BBSStatement.i2osp8(all.messages.length),
            DisclosedMessages.serialize(all),
            points,
            bytes32(statement.domain),
            BBSStatement.i2osp8(presentationHeader.length),
            presentationHeader
        );
        return Scalars.hash(octets, statement.hashTag);
    }

    /// @dev 32 bytes of a proof whose length was checked, without checking it again.
    function _word(bytes calldata proof, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(proof.offset, offset))
        }
    }
}
