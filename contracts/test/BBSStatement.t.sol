// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BBSStatement} from "../src/libraries/bbs/BBSStatement.sol";
import {CurvePoints} from "../src/libraries/bbs/CurvePoints.sol";
import {DisclosedMessages} from "../src/libraries/bbs/DisclosedMessages.sol";
import {Scalars} from "../src/libraries/bbs/Scalars.sol";
import {TypedMessages} from "../src/libraries/attributes/TypedMessages.sol";
import {Disclosed, Generators, Statement} from "../src/types/Statement.sol";
import {BBSHarness} from "./harness/BBSHarness.sol";
import {BLSKeys} from "./support/BLSKeys.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

contract BBSStatementTest is ProofFixture {
    uint256 private constant COUNT = 5;
    /// @dev The modulus p of the base field, in two words.
    uint256 private constant MODULUS_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant MODULUS_LOW =
        0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;

    /// @dev The lower word of (p - 1) / 2.
    uint256 private constant HALF_LOW =
        0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    BBSHarness private bbs;

    function setUp() public override {
        super.setUp();
        bbs = new BBSHarness();
    }

    function test_DomainIsThatOfThePackage() public view {
        Proved memory proved = _proved("small");
        vm.assertEq(_make(suite.generators(COUNT), publicKey).domain, proved.domain, "domain");
    }

    function test_InvalidPublicKey() public {
        bytes memory key = publicKey;
        Generators memory generators = suite.generators(COUNT);
        bytes[3] memory wrong = [new bytes(256), bytes.concat(key, hex"00"), bytes("")];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(BBSStatement.InvalidPublicKey.selector);
            _make(generators, wrong[i]);
        }
    }

    function test_StatementMalformed_WhereTheFormsDifferInNumber() public {
        Generators memory generators = suite.generators(COUNT);
        generators.compressed = suite.generators(COUNT + 1).compressed;
        vm.expectRevert(BBSStatement.StatementMalformed.selector);
        _make(generators, publicKey);
    }

    function test_StatementMalformed_WithoutGenerators() public {
        vm.expectRevert(BBSStatement.StatementMalformed.selector);
        _make(Generators("", ""), publicKey);
    }

    function test_PinningAgainReplacesWhatWasPinned() public view {
        Proved memory proved = _proved("smallPinned");
        Statement memory once = _statementOf(proved);
        Statement memory twice = _statementOf(_proved("small"));
        BBSStatement.pin(twice, proved.shown);
        BBSStatement.pin(twice, proved.pinned);
        vm.assertEq(abi.encode(once), abi.encode(twice), "statement");
    }

    function test_DisclosureMalformed_PinnedSlotsThatDoNotExist() public {
        _expectPinRefused(Disclosed(2 ** COUNT, _messages(1)));
        _expectPinRefused(Disclosed(1 << 255, _messages(1)));
    }

    function test_DisclosureMalformed_MoreOrFewerPinnedSlotsThanMessages() public {
        _expectPinRefused(Disclosed(1, _messages(0)));
        _expectPinRefused(Disclosed(1, _messages(2)));
        _expectPinRefused(Disclosed(type(uint256).max, _messages(0)));
    }

    function testFuzz_DisclosureMalformed_APinnedMessageOutOfRange(uint256 message) public {
        uint256[] memory messages = _messages(2);
        messages[1] = _bound(message, Scalars.ORDER, type(uint256).max);
        _expectPinRefused(Disclosed(5, messages));
        messages[1] = 0;
        _expectPinRefused(Disclosed(5, messages));
    }

    function test_StatementMalformed_PinningOnAGeneratorOutsideTheSubgroup() public {
        string memory points = vm.readFile("test/vectors/bls12381.json");
        Statement memory statement = _statementOf(_proved("small"));
        statement.generators =
            bytes.concat(vm.parseJsonBytes(points, ".outsideSubgroup.g1"), new bytes(128));
        vm.expectRevert(BBSStatement.StatementMalformed.selector);
        bbs.pin(statement, Disclosed(0, _messages(0)));
    }

    function testFuzz_SlotsOfAscendingIndexes(uint256 slots) public view {
        uint256[] memory indexes = new uint256[](_population(slots));
        uint256 found;
        for (uint256 slot = 0; slot < 256; ++slot) {
            if (slots >> slot & 1 != 0) indexes[found++] = slot;
        }
        vm.assertEq(bbs.slotsOf(indexes, 256), slots, "slots");
    }

    function testFuzz_DisclosureMalformed_IndexesNotAscending(uint256 first, uint256 second)
        public
    {
        uint256[] memory indexes = new uint256[](2);
        indexes[0] = _bound(first, 0, 255);
        indexes[1] = _bound(second, 0, indexes[0]);
        vm.expectRevert(
            abi.encodeWithSelector(
                DisclosedMessages.DisclosureMalformed.selector, uint256(1) << indexes[0]
            )
        );
        bbs.slotsOf(indexes, 256);
    }

    function testFuzz_DisclosureMalformed_AnIndexBeyondTheMessages(uint256 index, uint256 count)
        public
    {
        uint256[] memory indexes = new uint256[](1);
        indexes[0] = _bound(index, 256, type(uint256).max - 256);
        vm.expectRevert(abi.encodeWithSelector(DisclosedMessages.DisclosureMalformed.selector, 0));
        bbs.slotsOf(indexes, 1023);
        count = _bound(count, 0, 255);
        indexes[0] = _bound(index, count, 255);
        vm.expectRevert(abi.encodeWithSelector(DisclosedMessages.DisclosureMalformed.selector, 0));
        bbs.slotsOf(indexes, count);
    }

    function test_KeyIsCompressedAsThePackageDoes() public view {
        vm.assertEq(bbs.compressG2(publicKey), _bytesOf(".compressedKey"), "key");
    }

    function testFuzz_APointAndItsNegativeDifferInOneFlag(uint256 secret) public view {
        bytes memory key = BLSKeys.publicKey(_bound(secret, 1, Scalars.ORDER - 1));
        _assertOneFlag(bbs.compressG2(key), bbs.compressG2(_negated(key, 128)));
        bytes memory point = suite.generators(0).points;
        _assertOneFlag(bbs.compressG1(point), bbs.compressG1(_negated(point, 64)));
    }

    function test_FlagsAtTheBordersOfY() public view {
        // x = 1: what matters is y, and no check whether it is on the curve.
        uint256 high = MODULUS_HIGH >> 1;
        uint256 low = HALF_LOW;
        _assertFlag(0, 1, false);
        _assertFlag(high, low, false);
        _assertFlag(high, low + 1, true);
        _assertFlag(high + 1, 0, true);
        _assertFlag(high - 1, type(uint256).max, false);
    }

    function test_TheIdentityIsCompressedByItsFlags() public view {
        bytes memory expected = bytes.concat(hex"c0", new bytes(47));
        vm.assertEq(bbs.compressG1(new bytes(128)), expected, "identity");
    }

    function test_FlagsOfAKeyGoByTheImaginaryPartOfYAndIfZeroByTheReal() public view {
        bytes memory x = bytes.concat(new bytes(63), hex"01", new bytes(63), hex"02");
        bytes memory small = abi.encode(uint256(0), uint256(1), uint256(0), uint256(0));
        bytes memory large = abi.encode(MODULUS_HIGH, uint256(0), uint256(0), uint256(0));
        vm.assertEq(bbs.compressG2(bytes.concat(x, small))[0], bytes1(0x80), "small");
        vm.assertEq(bbs.compressG2(bytes.concat(x, large))[0], bytes1(0xa0), "large");
        uint256 high = MODULUS_HIGH >> 1;
        small = abi.encode(uint256(0), uint256(1), high, HALF_LOW);
        large = abi.encode(uint256(0), uint256(1), high, HALF_LOW + 1);
        vm.assertEq(bbs.compressG2(bytes.concat(x, small))[0], bytes1(0x80), "half");
        vm.assertEq(bbs.compressG2(bytes.concat(x, large))[0], bytes1(0xa0), "more than half");
    }

    function _make(Generators memory generators, bytes memory key)
        private
        view
        returns (Statement memory)
    {
        return bbs.statementOf(TypedMessages.API_ID, generators, key, header);
    }

    function _expectPinRefused(Disclosed memory pinned) private {
        Statement memory statement = _statementOf(_proved("small"));
        vm.expectRevert(
            abi.encodeWithSelector(DisclosedMessages.DisclosureMalformed.selector, pinned.slots)
        );
        bbs.pin(statement, pinned);
    }

    function _messages(uint256 count) private pure returns (uint256[] memory messages) {
        messages = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            messages[i] = i + 1;
        }
    }

    function _population(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) {
            ++count;
        }
    }

    function _assertFlag(uint256 high, uint256 low, bool larger) private view {
        bytes memory point = abi.encode(uint256(0), uint256(1), high, low);
        bytes memory compressed = bbs.compressG1(point);
        vm.assertEq(compressed.length, CurvePoints.COMPRESSED_LENGTH, "length");
        vm.assertEq(compressed[0], bytes1(larger ? 0xa0 : 0x80), "flags");
    }

    function _assertOneFlag(bytes memory one, bytes memory other) private pure {
        vm.assertEq(one[0] ^ other[0], bytes1(0x20), "flag");
        other[0] ^= 0x20;
        vm.assertEq(one, other, "the rest");
    }

    /// @dev Negates a point: each coordinate from an offset on is subtracted from the modulus.
    function _negated(bytes memory point, uint256 offset)
        private
        pure
        returns (bytes memory negated)
    {
        negated = bytes.concat(point);
        for (; offset < point.length; offset += 64) {
            uint256 high;
            uint256 low;
            assembly ("memory-safe") {
                high := mload(add(add(negated, 0x20), offset))
                low := mload(add(add(negated, 0x40), offset))
            }
            uint256 borrow = low > MODULUS_LOW ? 1 : 0;
            unchecked {
                high = MODULUS_HIGH - high - borrow;
                low = MODULUS_LOW - low;
            }
            assembly ("memory-safe") {
                mstore(add(add(negated, 0x20), offset), high)
                mstore(add(add(negated, 0x40), offset), low)
            }
        }
    }
}
