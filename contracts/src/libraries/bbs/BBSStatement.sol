// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Disclosed, Generators, Statement} from "../../types/Statement.sol";
import {BLS12381} from "./BLS12381.sol";
import {CurvePoints} from "./CurvePoints.sol";
import {DisclosedMessages} from "./DisclosedMessages.sol";
import {Octets} from "./Octets.sol";
import {Scalars} from "./Scalars.sol";

/// @title What BBS proofs are verified for: key, header, number of messages, and what is pinned
/// @notice Follows draft-irtf-cfrg-bbs-signatures, "Domain Calculation", for the ciphersuite
/// BLS12-381-SHA-256 and any interface over it.
library BBSStatement {
    using Octets for bytes;

    /// @notice The public key is of a wrong length, the identity, or no point of G2.
    error InvalidPublicKey();

    /// @notice Generators or base are of a wrong length, too many, differ in number, or are no points
    /// of G1.
    error StatementMalformed();

    /// @notice P1 of the ciphersuite.
    bytes internal constant P1 = hex"0000000000000000000000000000000008ce256102840821a3e94ea9025e4662"
        hex"b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9"
        hex"0000000000000000000000000000000010a711acd16ff43e30b3373b7b6a9233"
        hex"945ec74adf00b0481fbcd5e3b1e342e7a105b4966195e6a678857a0e0493d5b1";

    /// @dev Q_1, and one for each message.
    uint256 private constant MAX_GENERATORS = 256;
    /// @dev "H2S_".
    uint256 private constant HASH_SUFFIX = 0x4832535f;
    /// @dev What is always hashed: the key, two lengths.
    uint256 private constant FIXED_OCTETS = 96 + 8 + 8;

    /// @notice The statement without anything pinned.
    /// @param apiId Identifier of the interface, at most 251 bytes.
    /// @param generators Q_1, H_1 … H_L of that interface.
    /// @param publicKey The issuer's key, 256 bytes.
    /// @param header The header that the issuer signed under.
    function statementOf(
        bytes memory apiId,
        Generators memory generators,
        bytes memory publicKey,
        bytes memory header
    ) internal view returns (Statement memory statement) {
        if (!BLS12381.isPublicKey(publicKey)) revert InvalidPublicKey();
        statement.publicKey = publicKey;
        statement.hashTag = hashTagOf(apiId);
        statement.generators = generators.points;
        uint256 count = messageCount(statement);
        uint256 length = generators.compressed.length;
        bytes memory octets;
        unchecked {
            if (length != (count + 1) * CurvePoints.COMPRESSED_LENGTH) revert StatementMalformed();
            octets = Octets.allocate(FIXED_OCTETS + length + apiId.length + header.length);
        }
        // calculate_domain: PK ‖ L ‖ Q_1 ‖ H_1 … H_L ‖ api_id ‖ length of the header ‖ header
        CurvePoints.appendCompressedG2(octets, publicKey);
        octets.appendNumber(count, 8);
        octets.append(generators.compressed);
        octets.append(apiId);
        octets.appendNumber(header.length, 8);
        octets.append(header);
        statement.domain = Scalars.hash(octets, statement.hashTag);
    }

    /// @notice Domain separation tag of domain and challenge.
    function hashTagOf(bytes memory apiId) internal pure returns (bytes memory tag) {
        tag = Octets.allocate(apiId.length + 4);
        tag.append(apiId);
        tag.appendNumber(HASH_SUFFIX, 4);
    }

    /// @notice Pins messages: makes them part of the statement, and computes the base that is the
    /// same for every proof of it.
    /// @dev Changes `statement`. What was pinned in it before is pinned no more.
    /// @param pinned Slots and their messages.
    function pin(Statement memory statement, Disclosed memory pinned) internal view {
        DisclosedMessages.checkSlots(pinned, messageCount(statement));
        uint256[] memory messages = pinned.messages;
        bytes memory terms = CurvePoints.newTerms(messages.length + 2);
        CurvePoints.addTerm(terms, P1, 0, 1);
        CurvePoints.addTerm(terms, statement.generators, 0, statement.domain);
        uint256 added;
        for (uint256 slot = 0; added < messages.length; ++slot) {
            if (pinned.slots >> slot & 1 == 0) continue;
            uint256 message = messages[added++];
            if (!Scalars.isValid(message)) {
                revert DisclosedMessages.DisclosureMalformed(pinned.slots);
            }
            CurvePoints.addTerm(terms, statement.generators, slot + 1, message);
        }
        statement.base = Octets.allocate(BLS12381.G1_LENGTH);
        if (!CurvePoints.appendSum(statement.base, terms)) revert StatementMalformed();
        statement.pinned = pinned;
    }

    /// @notice Number of messages under the signatures of a statement: 255 at most.
    function messageCount(Statement memory statement) internal pure returns (uint256) {
        uint256 length = statement.generators.length;
        unchecked {
            // A bitmap has room for no more. Zero wraps to the largest number.
            bool valid = length - 1 < MAX_GENERATORS * BLS12381.G1_LENGTH;
            if (!valid || length % BLS12381.G1_LENGTH != 0) revert StatementMalformed();
            return length / BLS12381.G1_LENGTH - 1;
        }
    }
}
