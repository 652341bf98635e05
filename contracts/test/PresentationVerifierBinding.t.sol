// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PresentationVerifier} from "../src/PresentationVerifier.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {BBS} from "../src/libraries/bbs/BBS.sol";
import {KeyId, ResourceId} from "../src/types/Identifiers.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

// Safe: all these numbers are small.
// forge-lint: disable-next-item(unsafe-typecast)

/// @notice A presentation holds for one statement at one place, and for nothing else.
contract PresentationVerifierBindingTest is VerifierFixture {
    IPresentationVerifier.Access private access;

    function setUp() public override {
        super.setUp();
        access = _access();
    }

    function test_ProofInvalid_ForAnotherVerifier() public {
        PresentationVerifier other = new PresentationVerifier(policies, checker, attributes, sdJwts);
        other.admit(resource);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.expectRevert(abi.encodePacked(BBS.ProofInvalid.selector));
        vm.prank(alice);
        other.consume(access, presentation);
    }

    function test_ProofInvalid_OnAnotherChain() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.chainId(block.chainid + 1);
        _refuses(access, presentation, BBS.ProofInvalid.selector);
    }

    function test_ProofInvalid_ForAnotherResourceWithTheSamePolicy() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        resource = _register("urn:model:other", GUARDIAN, DELAY);
        _admit(_policy());
        access.resource = resource;
        access.deadline = uint64(block.timestamp) + 1;
        access.epoch = _epoch();
        _refuses(access, presentation, BBS.ProofInvalid.selector);
    }

    function testFuzz_AnyChangedMemberOfTheStatementFails(uint256 member, uint256 change) public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        bytes32 word = bytes32(_bound(change, 1, type(uint256).max - 1));
        address account = address(uint160(_bound(change, 1, type(uint160).max - 1)));
        uint64 number = uint64(_bound(change, 1, 1 days));
        member %= 7;
        if (member == 0) access.resource = ResourceId.wrap(ResourceId.unwrap(resource) ^ word);
        if (member == 1) access.epoch += number;
        if (member == 2) access.account = address(uint160(alice) ^ uint160(account));
        if (member == 3) access.consumer = address(uint160(alice) ^ uint160(account));
        if (member == 4) access.action ^= word;
        if (member == 5) access.nonce ^= word;
        if (member == 6) access.deadline += number;
        vm.expectRevert();
        _consume(access, presentation);
    }

    function testFuzz_AnyChangedByteOfTheProofFails(uint256 place, uint8 change) public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        _change(presentation.credentials[0].proof, place, change);
        vm.expectRevert();
        _consume(access, presentation);
    }

    function testFuzz_AnyChangedByteOfTheValuesFails(uint256 place, uint8 change) public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        _change(presentation.credentials[0].values, place, change);
        vm.expectRevert();
        _consume(access, presentation);
    }

    function testFuzz_AnyChangedByteOfDisclosureOrKeyFails(uint256 place, uint8 change) public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        IPresentationVerifier.Credential memory credential = presentation.credentials[0];
        bytes memory both = abi.encode(credential.disclosure, credential.keyId);
        _change(both, place, change);
        (credential.disclosure, credential.keyId) = abi.decode(both, (bytes32, KeyId));
        vm.expectRevert();
        _consume(access, presentation);
    }

    function testFuzz_AnyLengthOfProofAndValuesButTheRightOneFails(uint16 length, bool isProof)
        public
    {
        IPresentationVerifier.Credential memory credential;
        IPresentationVerifier.Presentation memory presentation = _present(access);
        credential = presentation.credentials[0];
        bytes memory source = isProof ? credential.proof : credential.values;
        uint256 other = uint256(length) % (2 * source.length);
        if (other == source.length) return;
        bytes memory resized = new bytes(other);
        for (uint256 i = 0; i < other && i < source.length; ++i) {
            resized[i] = source[i];
        }
        if (isProof) credential.proof = resized;
        else credential.values = resized;
        vm.expectRevert();
        _consume(access, presentation);
    }

    function _change(bytes memory data, uint256 place, uint8 change) private pure {
        data[place % data.length] ^= bytes1(uint8(_bound(change, 1, 255)));
    }
}
