// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttributeSuite} from "../../src/AttributeSuite.sol";
import {BBSGenerators} from "../../src/libraries/bbs/BBSGenerators.sol";
import {BBSStatement} from "../../src/libraries/bbs/BBSStatement.sol";
import {TypedMessages} from "../../src/libraries/attributes/TypedMessages.sol";
import {Disclosed, Statement} from "../../src/types/Statement.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The suite of attribute credentials, and proofs made by the Python package.
abstract contract ProofFixture is Fixture {
    /// @notice A proof and what it is verified for.
    struct Proved {
        uint256 count;
        uint256 domain;
        Disclosed shown;
        Disclosed pinned;
        bytes proof;
    }

    AttributeSuite internal suite;
    bytes internal publicKey;
    bytes internal header;
    bytes internal presentationHeader;

    string private _vectors;

    function setUp() public virtual override {
        super.setUp();
        suite = new AttributeSuite();
        _vectors = vm.readFile("test/vectors/bbs_proofs.json");
        publicKey = _bytesOf(".publicKey");
        header = _bytesOf(".header");
        presentationHeader = _bytesOf(".presentationHeader");
    }

    /// @notice A proof by its name in the file of vectors.
    function _proved(string memory name) internal view returns (Proved memory proved) {
        string memory path = string.concat(".cases.", name);
        proved.count = vm.parseJsonUint(_vectors, string.concat(path, ".count"));
        proved.domain = vm.parseJsonUint(_vectors, string.concat(path, ".domain"));
        proved.shown = _disclosed(string.concat(path, ".shown"));
        proved.pinned = _disclosed(string.concat(path, ".pinned"));
        proved.proof = _bytesOf(string.concat(path, ".proof"));
    }

    /// @notice The statement of a proof; pins what the proof has for pinned.
    function _statementOf(Proved memory proved) internal view returns (Statement memory statement) {
        statement = BBSStatement.statementOf(
            TypedMessages.API_ID,
            BBSGenerators.read(suite.holder(), proved.count),
            publicKey,
            header
        );
        if (proved.pinned.slots != 0) BBSStatement.pin(statement, proved.pinned);
    }

    function _bytesOf(string memory path) internal view returns (bytes memory) {
        return vm.parseJsonBytes(_vectors, path);
    }

    function _disclosed(string memory path) private view returns (Disclosed memory) {
        return Disclosed(
            vm.parseJsonUint(_vectors, string.concat(path, "Slots")),
            vm.parseJsonUintArray(_vectors, string.concat(path, "Messages"))
        );
    }
}
