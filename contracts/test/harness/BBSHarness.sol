// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BBS} from "../../src/libraries/bbs/BBS.sol";
import {BBSGenerators} from "../../src/libraries/bbs/BBSGenerators.sol";
import {BBSStatement} from "../../src/libraries/bbs/BBSStatement.sol";
import {CurvePoints} from "../../src/libraries/bbs/CurvePoints.sol";
import {DisclosedMessages} from "../../src/libraries/bbs/DisclosedMessages.sol";
import {Octets} from "../../src/libraries/bbs/Octets.sol";
import {Scalars} from "../../src/libraries/bbs/Scalars.sol";
import {TypedMessages} from "../../src/libraries/attributes/TypedMessages.sol";
import {Disclosed, Generators, Statement} from "../../src/types/Statement.sol";

/// @notice The BBS libraries in a contract of their own, with the suite as a parameter.
contract BBSHarness {
    /// @notice Everything that a proof is verified for.
    /// @param points Q_1, H_1 … H_L, 128 bytes each; compressed here.
    /// @param pinnedIndexes What is pinned before the proof is verified; may be nothing.
    struct Case {
        bytes apiId;
        bytes points;
        bytes publicKey;
        bytes header;
        bytes presentationHeader;
        uint256[] pinnedIndexes;
        uint256[] pinnedMessages;
        uint256[] indexes;
        uint256[] messages;
        bytes proof;
    }

    /// @notice Verifies a proof.
    function verify(Case calldata c) external view {
        Statement memory statement = _statement(c);
        uint256 count = BBSStatement.messageCount(statement);
        if (c.pinnedIndexes.length != 0) {
            uint256 slots = DisclosedMessages.slotsOf(c.pinnedIndexes, count);
            BBSStatement.pin(statement, Disclosed(slots, c.pinnedMessages));
        }
        Disclosed memory shown = Disclosed(DisclosedMessages.slotsOf(c.indexes, count), c.messages);
        BBS.verifyProof(statement, shown, c.presentationHeader, c.proof);
    }

    /// @notice Verifies a proof of a statement that is taken as it is.
    function verifyStatement(
        Statement calldata statement,
        Disclosed calldata shown,
        bytes calldata presentationHeader,
        bytes calldata proof
    ) external view {
        BBS.verifyProof(statement, shown, presentationHeader, proof);
    }

    /// @notice The statement of a case; pins what it pins.
    function pinnedStatementOf(Case calldata c) external view returns (Statement memory statement) {
        statement = _statement(c);
        uint256 slots =
            DisclosedMessages.slotsOf(c.pinnedIndexes, BBSStatement.messageCount(statement));
        BBSStatement.pin(statement, Disclosed(slots, c.pinnedMessages));
    }

    /// @notice The statement of generators in both forms, nothing pinned.
    function statementOf(
        bytes calldata apiId,
        Generators calldata generators,
        bytes calldata publicKey,
        bytes calldata header
    ) external view returns (Statement memory) {
        return BBSStatement.statementOf(apiId, generators, publicKey, header);
    }

    /// @notice create_generators.
    function createGenerators(bytes calldata apiId, uint256 count)
        external
        view
        returns (bytes memory)
    {
        return BBSGenerators.create(apiId, count);
    }

    /// @notice Reads generators from an account.
    function readGenerators(address account, uint256 messageCount)
        external
        view
        returns (Generators memory)
    {
        return BBSGenerators.read(account, messageCount);
    }

    /// @notice Reads generators in one form.
    function readPoints(address account, uint256 messageCount)
        external
        view
        returns (bytes memory)
    {
        return BBSGenerators.readPoints(account, messageCount);
    }

    /// @notice A statement with other messages pinned.
    function pin(Statement memory statement, Disclosed calldata pinned)
        external
        view
        returns (Statement memory)
    {
        BBSStatement.pin(statement, pinned);
        return statement;
    }

    /// @notice The bitmap of indexes.
    function slotsOf(uint256[] calldata indexes, uint256 count) external pure returns (uint256) {
        return DisclosedMessages.slotsOf(indexes, count);
    }

    /// @notice hash_to_scalar.
    function hashToScalar(bytes calldata message, bytes calldata domainTag)
        external
        view
        returns (uint256)
    {
        return Scalars.hash(message, domainTag);
    }

    /// @notice The message and the claim of a typed value.
    function mapTyped(uint8 typeCode, bytes calldata data)
        external
        view
        returns (uint256 message, uint256 value)
    {
        return TypedMessages.mapTyped(typeCode, data);
    }

    /// @notice Points of G1 compressed.
    function compressG1(bytes calldata points) external pure returns (bytes memory) {
        return CurvePoints.compressG1(points);
    }

    /// @notice A point of G2 compressed.
    function compressG2(bytes calldata point) external pure returns (bytes memory compressed) {
        compressed = Octets.allocate(96);
        CurvePoints.appendCompressedG2(compressed, point);
    }

    function _statement(Case calldata c) private view returns (Statement memory) {
        Generators memory generators = Generators(c.points, CurvePoints.compressG1(c.points));
        return BBSStatement.statementOf(c.apiId, generators, c.publicKey, c.header);
    }
}
