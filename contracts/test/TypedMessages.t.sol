// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scalars} from "../src/libraries/bbs/Scalars.sol";
import {TypedMessages} from "../src/libraries/attributes/TypedMessages.sol";
import {BBSHarness} from "./harness/BBSHarness.sol";
import {Fixture} from "./support/Fixture.sol";

contract TypedMessagesTest is Fixture {
    uint256 private constant OFFSET = 1 << 53;

    BBSHarness private bbs;

    function setUp() public override {
        super.setUp();
        bbs = new BBSHarness();
    }

    function test_AbsentIsTheHashOfOneZeroByte() public view {
        (uint256 message, uint256 value) = bbs.mapTyped(TypedMessages.ABSENT, "");
        vm.assertEq(message, Scalars.hash(hex"00", TypedMessages.MAP_TAG), "message");
        vm.assertEq(value, 0, "value");
    }

    function testFuzz_TextAndBytesAreHashedWithTheirType(bytes memory data) public view {
        if (data.length > 1024) return;
        for (uint8 code = TypedMessages.TEXT; code <= TypedMessages.BYTES; ++code) {
            (uint256 message, uint256 value) = bbs.mapTyped(code, data);
            bytes memory octets = bytes.concat(bytes1(code), data);
            vm.assertEq(message, Scalars.hash(octets, TypedMessages.MAP_TAG), "message");
            vm.assertEq(value, uint256(keccak256(data)), "value");
        }
    }

    function testFuzz_NumbersStandForThemselves(uint64 number) public {
        bytes memory data = abi.encodePacked(number);
        if (number == 0 || number >= 2 * OFFSET) {
            _expectRefused(TypedMessages.INTEGER, data);
        } else {
            _assertNumber(TypedMessages.INTEGER, data, number, number);
        }
    }

    function test_DatesAreOfTheYearsOneTo9999() public {
        _assertBounds(TypedMessages.DATE, OFFSET - 719_162, OFFSET + 2_932_896);
    }

    function test_DatetimesAreOfTheYearsOneTo9999() public {
        _assertBounds(TypedMessages.DATETIME, OFFSET - 62_135_596_800, OFFSET + 253_402_300_799);
    }

    function testFuzz_Boolean(uint8 value) public {
        bytes memory data = abi.encodePacked(value);
        if (value > 1) {
            _expectRefused(TypedMessages.BOOLEAN, data);
        } else {
            _assertNumber(TypedMessages.BOOLEAN, data, OFFSET + value, value);
        }
    }

    function testFuzz_Address(address value) public view {
        bytes memory data = abi.encodePacked(value);
        uint256 number = uint160(value);
        _assertNumber(TypedMessages.ADDRESS, data, (1 << 160) + number, number);
    }

    function testFuzz_DisclosedValueInvalid_OfAnotherLength(uint8 code, uint256 length) public {
        code = uint8(_bound(code, TypedMessages.INTEGER, TypedMessages.ADDRESS));
        length = _bound(length, 0, 40);
        uint256 width = 8;
        if (code == TypedMessages.BOOLEAN) width = 1;
        if (code == TypedMessages.ADDRESS) width = 20;
        if (length != width) _expectRefused(code, new bytes(length));
    }

    function test_DisclosedValueInvalid_TooLong() public {
        _expectRefused(TypedMessages.TEXT, new bytes(1025));
        _expectRefused(TypedMessages.BYTES, new bytes(65_536));
        _expectRefused(TypedMessages.ABSENT, new bytes(1));
    }

    function testFuzz_DisclosedValueInvalid_UnknownType(uint8 code, bytes memory data) public {
        _expectRefused(uint8(_bound(code, TypedMessages.ADDRESS + 1, 255)), data);
    }

    function _assertBounds(uint8 code, uint256 lowest, uint256 highest) private {
        _assertNumber(code, _u64(lowest), lowest, lowest);
        _assertNumber(code, _u64(highest), highest, highest);
        _expectRefused(code, _u64(lowest - 1));
        _expectRefused(code, _u64(highest + 1));
    }

    function _assertNumber(uint8 code, bytes memory data, uint256 message, uint256 value)
        private
        view
    {
        (uint256 gotMessage, uint256 gotValue) = bbs.mapTyped(code, data);
        vm.assertEq(gotMessage, message, "message");
        vm.assertEq(gotValue, value, "value");
    }

    function _expectRefused(uint8 code, bytes memory data) private {
        vm.expectRevert(abi.encodeWithSelector(TypedMessages.DisclosedValueInvalid.selector, code));
        bbs.mapTyped(code, data);
    }

    function _u64(uint256 number) private pure returns (bytes memory) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return abi.encodePacked(uint64(number));
    }
}
