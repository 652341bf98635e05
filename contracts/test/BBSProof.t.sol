// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {BBS} from "../src/libraries/bbs/BBS.sol";
import {BBSStatement} from "../src/libraries/bbs/BBSStatement.sol";
import {DisclosedMessages} from "../src/libraries/bbs/DisclosedMessages.sol";
import {Scalars} from "../src/libraries/bbs/Scalars.sol";
import {Disclosed, Statement} from "../src/types/Statement.sol";
import {BBSHarness} from "./harness/BBSHarness.sol";
import {BLSKeys} from "./support/BLSKeys.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

contract BBSProofTest is ProofFixture {
    /// @dev Where a proof's scalars begin, and the length of one with three messages hidden.
    uint256 private constant SCALARS = 384;
    uint256 private constant LENGTH = 608;

    /// @dev A precompile that refuses its input burns what it was given.
    uint256 private constant GAS = 5_000_000;

    BBSHarness private bbs;
    bytes private outsideSubgroup;
    bytes private keyOutsideSubgroup;

    function setUp() public override {
        super.setUp();
        bbs = new BBSHarness();
        string memory points = vm.readFile("test/vectors/bls12381.json");
        outsideSubgroup = vm.parseJsonBytes(points, ".outsideSubgroup.g1");
        keyOutsideSubgroup = vm.parseJsonBytes(points, ".outsideSubgroup.g2");
    }

    function test_ProofsOfThePackageVerify() public view {
        string[10] memory names = [
            "small",
            "smallPinned",
            "nothingShown",
            "everythingShown",
            "ten",
            "thirteen",
            "thirteenPinned",
            "twentyThree",
            "thirtyTwo",
            "identityCommitment"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            Proved memory proved = _proved(names[i]);
            Statement memory statement = _statementOf(proved);
            vm.assertEq(statement.domain, proved.domain, names[i]);
            _verify(statement, proved);
        }
    }

    function test_ABaseWithNothingPinnedChangesNothing() public view {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        BBSStatement.pin(statement, Disclosed(0, new uint256[](0)));
        _verify(statement, proved);
    }

    function testFuzz_AnyFlippedByteFails(uint256 position, uint8 change) public {
        Proved memory proved = _proved("small");
        position = _bound(position, 0, proved.proof.length - 1);
        proved.proof[position] ^= bytes1(uint8(_bound(change, 1, 255)));
        Statement memory statement = _statementOf(proved);
        vm.expectRevert();
        _verify(statement, proved);
    }

    function testFuzz_ProofMalformed_OfAnotherLength(uint256 length) public {
        Proved memory proved = _proved("small");
        length = _bound(length, 0, 3 * LENGTH);
        if (length == LENGTH) return;
        bytes memory proof = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            proof[i] = i < LENGTH ? proved.proof[i] : bytes1(0x01);
        }
        proved.proof = proof;
        _expectFailure(proved, BBS.ProofMalformed.selector);
    }

    function test_ProofMalformed_TheIdentity() public {
        for (uint256 offset = 0; offset < SCALARS; offset += 128) {
            Proved memory proved = _proved("small");
            _overwrite(proved.proof, offset, new bytes(128));
            _expectFailure(proved, BBS.ProofMalformed.selector);
        }
    }

    function test_ProofMalformed_APointOutsideTheSubgroup() public {
        for (uint256 offset = 0; offset < SCALARS; offset += 128) {
            Proved memory proved = _proved("small");
            _overwrite(proved.proof, offset, outsideSubgroup);
            _expectFailure(proved, BBS.ProofMalformed.selector);
        }
    }

    function testFuzz_ProofMalformed_AScalarOutOfRange(uint256 scalar) public {
        scalar = _bound(scalar, Scalars.ORDER, type(uint256).max);
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        bytes memory original = bytes.concat(proved.proof);
        uint256[3] memory wrong = [uint256(0), Scalars.ORDER, scalar];
        for (uint256 offset = SCALARS; offset < LENGTH; offset += 32) {
            for (uint256 i = 0; i < wrong.length; ++i) {
                proved.proof = bytes.concat(original);
                _overwrite(proved.proof, offset, abi.encode(wrong[i]));
                vm.expectRevert(BBS.ProofMalformed.selector);
                _verify(statement, proved);
            }
        }
    }

    function testFuzz_ProofInvalid_AnotherPresentationHeader(bytes memory other) public {
        Proved memory proved = _proved("small");
        presentationHeader = bytes.concat(presentationHeader, other, hex"00");
        _expectFailure(proved, BBS.ProofInvalid.selector);
    }

    function testFuzz_ProofInvalid_AnotherHeader(bytes memory other) public {
        Proved memory proved = _proved("small");
        header = bytes.concat(header, other, hex"00");
        _expectFailure(proved, BBS.ProofInvalid.selector);
    }

    function testFuzz_ProofInvalid_AnotherMessage(uint256 message) public {
        Proved memory proved = _proved("smallPinned");
        message = _bound(message, 1, Scalars.ORDER - 1);
        uint256 shown = proved.shown.messages[0];
        proved.shown.messages[0] = message == shown ? 1 : message;
        _expectFailure(proved, BBS.ProofInvalid.selector);
        proved.shown.messages[0] = shown;
        uint256 pinned = proved.pinned.messages[0];
        proved.pinned.messages[0] = message == pinned ? 1 : message;
        _expectFailure(proved, BBS.ProofInvalid.selector);
    }

    function testFuzz_ProofInvalid_AnotherDomain(uint256 domain) public {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        statement.domain = domain == statement.domain ? 1 : domain;
        vm.expectRevert(BBS.ProofInvalid.selector);
        _verify(statement, proved);
    }

    /// @dev The challenge does not depend on the key of a statement, but by its domain.
    function test_ProofInvalid_AnotherKeyThoughTheChallengeHolds() public {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        statement.publicKey = BLSKeys.publicKey(7);
        vm.expectRevert(BBS.ProofInvalid.selector);
        _verify(statement, proved);
    }

    function test_InvalidPublicKey_OutsideTheSubgroupThoughTheChallengeHolds() public {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        statement.publicKey = keyOutsideSubgroup;
        vm.expectRevert(BBSStatement.InvalidPublicKey.selector);
        _verify(statement, proved);
    }

    function test_InvalidPublicKey_TheIdentityAndAnotherLength() public {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        bytes memory key = publicKey;
        bytes[3] memory wrong = [new bytes(256), bytes.concat(key, hex"00"), bytes("")];
        for (uint256 i = 0; i < wrong.length; ++i) {
            statement.publicKey = wrong[i];
            vm.expectRevert(BBSStatement.InvalidPublicKey.selector);
            _verify(statement, proved);
        }
    }

    function test_DisclosureMalformed_SlotsThatDoNotExist() public {
        Proved memory proved = _proved("small");
        proved.shown.slots = 1 << 1 | 1 << 5;
        _expectDisclosureMalformed(proved, proved.shown.slots);
        proved.shown.slots = 1 << 1 | 1 << 255;
        _expectDisclosureMalformed(proved, proved.shown.slots);
    }

    function test_DisclosureMalformed_MoreOrFewerSlotsThanMessages() public {
        Proved memory proved = _proved("small");
        proved.shown.slots = 1 << 1;
        _expectDisclosureMalformed(proved, proved.shown.slots);
        proved.shown.slots = 1 << 1 | 1 << 2 | 1 << 3;
        _expectDisclosureMalformed(proved, proved.shown.slots);
        proved.shown.slots = 0;
        _expectDisclosureMalformed(proved, proved.shown.slots);
    }

    function test_DisclosureMalformed_PinnedAndShown() public {
        Proved memory proved = _proved("smallPinned");
        Statement memory statement = _statementOf(proved);
        proved.shown.slots = 1 << 3;
        _expectDisclosureMalformed(statement, proved, 1 << 3);
    }

    function test_DisclosureMalformed_PinnedWithoutAMessage() public {
        Proved memory proved = _proved("smallPinned");
        Statement memory statement = _statementOf(proved);
        statement.pinned.slots = 1 << 3 | 1 << 4;
        _expectDisclosureMalformed(statement, proved, statement.pinned.slots);
    }

    function testFuzz_DisclosureMalformed_AMessageOutOfRange(uint256 message) public {
        message = _bound(message, Scalars.ORDER, type(uint256).max);
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        uint256[3] memory wrong = [uint256(0), Scalars.ORDER, message];
        for (uint256 i = 0; i < wrong.length; ++i) {
            for (uint256 place = 0; place < 2; ++place) {
                uint256 right = proved.shown.messages[place];
                proved.shown.messages[place] = wrong[i];
                _expectDisclosureMalformed(statement, proved, proved.shown.slots);
                proved.shown.messages[place] = right;
            }
        }
    }

    function test_StatementMalformed_GeneratorsOfAnotherLength() public {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        bytes memory generators = statement.generators;
        bytes[4] memory wrong =
            [bytes(""), new bytes(127), bytes.concat(generators, hex"00"), new bytes(257 * 128)];
        for (uint256 i = 0; i < wrong.length; ++i) {
            statement.generators = wrong[i];
            vm.expectRevert(BBSStatement.StatementMalformed.selector);
            _verify(statement, proved);
        }
    }

    function test_StatementMalformed_AGeneratorOutsideTheSubgroup() public {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        _overwrite(statement.generators, 128, outsideSubgroup);
        vm.expectRevert(BBSStatement.StatementMalformed.selector);
        _verify(statement, proved);
    }

    function test_StatementMalformed_ABaseThatIsNone() public {
        Proved memory proved = _proved("smallPinned");
        Statement memory statement = _statementOf(proved);
        bytes[4] memory wrong = [bytes(""), new bytes(127), new bytes(129), outsideSubgroup];
        for (uint256 i = 0; i < wrong.length; ++i) {
            statement.base = wrong[i];
            vm.expectRevert(BBSStatement.StatementMalformed.selector);
            _verify(statement, proved);
        }
    }

    function test_MissingPrecompile_EachThatIsNeeded() public {
        Proved memory proved = _proved("small");
        Statement memory statement = _statementOf(proved);
        address[3] memory precompiles = [address(0x0c), address(0x0f), address(0x02)];
        for (uint256 i = precompiles.length; i > 0; --i) {
            address missing = precompiles[i - 1];
            vm.mockCall(missing, "", "");
            vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, missing));
            _verify(statement, proved);
        }
    }

    function _expectFailure(Proved memory proved, bytes4 reason) private {
        Statement memory statement = _statementOf(proved);
        vm.expectRevert(abi.encodeWithSelector(reason));
        _verify(statement, proved);
    }

    function _expectDisclosureMalformed(Proved memory proved, uint256 slots) private {
        _expectDisclosureMalformed(_statementOf(proved), proved, slots);
    }

    function _expectDisclosureMalformed(
        Statement memory statement,
        Proved memory proved,
        uint256 slots
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(DisclosedMessages.DisclosureMalformed.selector, slots)
        );
        _verify(statement, proved);
    }

    function _verify(Statement memory statement, Proved memory proved) private view {
        bbs.verifyStatement{gas: GAS}(statement, proved.shown, presentationHeader, proved.proof);
    }

    function _overwrite(bytes memory data, uint256 offset, bytes memory part) private pure {
        for (uint256 i = 0; i < part.length; ++i) {
            data[offset + i] = part[i];
        }
    }
}
