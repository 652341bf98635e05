// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Base64URL} from "../src/libraries/text/Base64URL.sol";
import {CompactJSON} from "../src/libraries/text/CompactJSON.sol";
import {UTF8} from "../src/libraries/text/UTF8.sol";
import {Fixture} from "./support/Fixture.sol";
import {TextCaller} from "./support/TextCaller.sol";

contract Base64URLTest is Fixture {
    bytes private constant ALPHABET =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    TextCaller private text;

    function setUp() public override {
        super.setUp();
        text = new TextCaller();
    }

    function test_TheVectorsOfRFC4648() public view {
        string[7] memory encoded = ["", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"];
        bytes memory all = "foobar";
        for (uint256 i = 0; i < 7; ++i) {
            bytes memory expected = new bytes(i);
            for (uint256 j = 0; j < i; ++j) {
                expected[j] = all[j];
            }
            (bytes memory data,,) = text.decode(encoded[i]);
            vm.assertEq(data, expected, encoded[i]);
        }
    }

    function testFuzz_WhatIsEncodedComesBack(bytes memory data) public view {
        (bytes memory decoded, bool isASCII, bool surroundings) =
            text.decode(Base64.encodeURL(data));
        vm.assertEq(decoded, data, "decoded");
        vm.assertTrue(surroundings, "memory around it is kept, and zero behind it");
        bool expected = true;
        for (uint256 i = 0; i < data.length; ++i) {
            if (uint8(data[i]) >= 0x80) expected = false;
        }
        vm.assertEq(isASCII, expected, "ASCII");
    }

    function testFuzz_AForeignCharacterIsFound(bytes memory data, uint256 position, uint8 character)
        public
    {
        bytes memory encoded = bytes(Base64.encodeURL(bytes.concat(data, "?")));
        position = _bound(position, 0, encoded.length - 1);
        if (_isInAlphabet(bytes1(character))) return;
        encoded[position] = bytes1(character);
        vm.expectRevert(abi.encodeWithSelector(Base64URL.InvalidBase64URL.selector, position));
        text.decode(string(encoded));
    }

    function test_EachCharacterIsInTheAlphabetOrRefused() public {
        for (uint256 code = 0; code < 256; ++code) {
            bytes1 character = bytes1(bytes32(code << 248));
            bytes memory encoded = bytes.concat("AAA", character);
            if (_isInAlphabet(character)) {
                (bytes memory data,,) = text.decode(string(encoded));
                vm.assertEq(bytes(Base64.encodeURL(data)), encoded, "value");
            } else {
                vm.expectRevert(abi.encodeWithSelector(Base64URL.InvalidBase64URL.selector, 3));
                text.decode(string(encoded));
            }
        }
    }

    function test_InvalidBase64URL_ALengthThatNothingHas() public {
        vm.expectRevert(abi.encodeWithSelector(Base64URL.InvalidBase64URL.selector, 5));
        text.decode("AAAAA");
    }

    function test_InvalidBase64URL_UnusedBitsThatAreNotZero() public {
        vm.expectRevert(abi.encodeWithSelector(Base64URL.InvalidBase64URL.selector, 2));
        text.decode("Zh");
        vm.expectRevert(abi.encodeWithSelector(Base64URL.InvalidBase64URL.selector, 35));
        text.decode("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB");
    }

    function testFuzz_TheHashOfADigestIsThatOfItsText(bytes32 data) public view {
        vm.assertEq(
            text.hashOfEncoded(data),
            keccak256(bytes(Base64.encodeURL(abi.encodePacked(data)))),
            "base64url"
        );
    }

    function testFuzz_HexIsLowerCase(bytes32 data) public view {
        bytes memory digits = new bytes(66);
        (digits[0], digits[1]) = ("0", "x");
        for (uint256 i = 0; i < 64; ++i) {
            digits[i + 2] = bytes("0123456789abcdef")[uint256(data) >> (252 - 4 * i) & 15];
        }
        vm.assertEq(text.hashOfHex(data), keccak256(digits), "hex");
    }

    function _isInAlphabet(bytes1 character) private pure returns (bool) {
        for (uint256 i = 0; i < 64; ++i) {
            if (ALPHABET[i] == character) return true;
        }
        return false;
    }
}

// An error is recognised by its first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
contract UTF8Test is Fixture {
    TextCaller private text;

    function setUp() public override {
        super.setUp();
        text = new TextCaller();
    }

    function test_TheFirstAndLastCharactersOfEachLength() public view {
        text.checkUTF8(
            hex"007f" hex"c280" hex"dfbf" hex"e0a080" hex"ed9fbf" hex"ee8080" hex"efbfbf"
        );
        text.checkUTF8(hex"f0908080" hex"f48fbfbf");
        text.checkUTF8(bytes(unicode"a text of more than thirty-two bytes, Zürich, 東京, 𝄞"));
        text.checkUTF8("");
    }

    function test_InvalidUTF8_AByteThatBeginsNothing() public {
        _refuses(hex"80");
        _refuses(hex"bf41");
        _refuses(hex"f5808080");
        _refuses(hex"ff");
    }

    function test_InvalidUTF8_AnEncodingThatIsTooLong() public {
        _refuses(hex"c080");
        _refuses(hex"c1bf");
        _refuses(hex"e09fbf");
        _refuses(hex"f08fbfbf");
    }

    function test_InvalidUTF8_HalfOfASurrogatePair() public {
        _refuses(hex"eda080");
        _refuses(hex"edbfbf");
    }

    function test_InvalidUTF8_BeyondUnicode() public {
        _refuses(hex"f4908080");
    }

    function test_InvalidUTF8_ACharacterCutOff() public {
        _refuses(hex"41c2");
        _refuses(hex"e0a0");
        _refuses(hex"f09080");
        _refuses(hex"c241");
        _refuses(hex"e0a041");
        _refuses(hex"f0908041");
    }

    function _refuses(bytes memory data) private {
        (bool ok, bytes memory reason) =
            address(text).call(abi.encodeCall(TextCaller.checkUTF8, data));
        vm.assertTrue(!ok && bytes4(reason) == UTF8.InvalidUTF8.selector, "refused");
    }
}

// An error is recognised by its first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
contract CompactJSONTest is Fixture {
    TextCaller private text;

    function setUp() public override {
        super.setUp();
        text = new TextCaller();
    }

    function test_Scalars() public view {
        _assertScalar('"auditor",', CompactJSON.TEXT, uint256(keccak256("auditor")));
        _assertScalar('"",', CompactJSON.TEXT, uint256(keccak256("")));
        _assertScalar(unicode'"Zürich",', CompactJSON.TEXT, uint256(keccak256(unicode"Zürich")));
        _assertScalar("true,", CompactJSON.BOOLEAN, 1);
        _assertScalar("false,", CompactJSON.BOOLEAN, 0);
        _assertScalar("null,", CompactJSON.ABSENT, 0);
        _assertScalar("0,", CompactJSON.INTEGER, 2 ** 53);
        _assertScalar("-0,", CompactJSON.INTEGER, 2 ** 53);
        _assertScalar("-7,", CompactJSON.INTEGER, 2 ** 53 - 7);
        _assertScalar("9007199254740991,", CompactJSON.INTEGER, 2 ** 54 - 1);
        _assertScalar("-9007199254740991,", CompactJSON.INTEGER, 1);
        _assertScalar("9007199254740992,", CompactJSON.ABSENT, 0);
        _assertScalar("-9007199254740992,", CompactJSON.ABSENT, 0);
        _assertScalar("99999999999999999999999999999999,", CompactJSON.ABSENT, 0);
    }

    function testFuzz_ATextOfAnyLengthIsReadWhole(bytes memory content) public view {
        for (uint256 i = 0; i < content.length; ++i) {
            uint8 code = uint8(content[i]);
            if (code < 0x20 || code == 0x22 || code == 0x5c) content[i] = "x";
        }
        string memory json = string(bytes.concat('"', content, '","another"'));
        (uint8 found, uint256 value, bytes memory rest) = text.scalar(json);
        vm.assertEq(found, CompactJSON.TEXT, "code");
        vm.assertEq(value, uint256(keccak256(content)), "value");
        vm.assertEq(rest, ',"another"', "rest");
    }

    function testFuzz_AnIntegerIsReadAsWritten(uint256 magnitude, bool isNegative) public view {
        magnitude = magnitude % 2 ** 55;
        string memory json = string.concat(isNegative ? "-" : "", vm.toString(magnitude), ",");
        bool counts = magnitude < 2 ** 53;
        uint256 value = isNegative && counts ? 2 ** 53 - magnitude : 2 ** 53 + magnitude;
        _assertScalar(json, counts ? CompactJSON.INTEGER : CompactJSON.ABSENT, counts ? value : 0);
    }

    function test_Objects() public view {
        vm.assertEq(text.members("{}"), 0, "empty");
        vm.assertEq(text.members('{"a":1}'), 1, "one");
        vm.assertEq(text.members('{"a":  1,  "b": "x", "":null}'), 3, "spaces");
    }

    function testFuzz_NamesAreToldApart(uint16[24] memory names) public {
        // Many of them share the last byte of their hashes, and few are equal.
        string memory json = "{";
        bool isTwice;
        for (uint256 i = 0; i < 24; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                if (names[i] == names[j]) isTwice = true;
            }
            json = string.concat(json, i == 0 ? '"' : ',"', vm.toString(names[i]), '":1');
        }
        json = string.concat(json, "}");
        if (isTwice) _refuses(json, CompactJSON.DuplicateMember.selector);
        else vm.assertEq(text.members(json), 24, "members");
    }

    function test_DuplicateMember() public {
        vm.expectRevert(
            abi.encodeWithSelector(CompactJSON.DuplicateMember.selector, bytes32('"a":2}'))
        );
        text.members('{"a":1,"b":1,"a":2}');
    }

    function test_EscapedText() public {
        vm.expectRevert(
            abi.encodeWithSelector(CompactJSON.EscapedText.selector, bytes32("\\u0061\"}"))
        );
        text.members('{"a":"\\u0061"}');
        _refuses('{"\\u0061":1}', CompactJSON.EscapedText.selector);
        _refuses('{"a":"\\""}', CompactJSON.EscapedText.selector);
    }

    function test_LongInteger() public {
        _refuses('{"a":100000000000000000000000000000000}', CompactJSON.LongInteger.selector);
    }

    function test_UnexpectedJSON_WhatIsNotJSON() public {
        string[16] memory wrong = [
            "",
            "{",
            "[]",
            '{"a"}',
            '{"a":}',
            '{"a":1',
            '{"a":1,}',
            '{"a":1 }',
            "{a:1}",
            '{"a":tru}',
            '{"a":nul}',
            '{"a":+1}',
            '{"a":-}',
            '{"a":01}',
            '{"a":-01}',
            '{"a":"1}'
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            _refuses(wrong[i], CompactJSON.UnexpectedJSON.selector);
        }
    }

    function test_UnexpectedJSON_WhatParsersReadDifferently() public {
        string[14] memory wrong = [
            '{ "a":1}',
            '{"a" :1}',
            '{"a":\t1}',
            '{"a":1,\n"b":2}',
            '{"a":1.0}',
            '{"a":1e3}',
            '{"a":1E3}',
            '{"a":{}}',
            '{"a":[]}',
            '{"a":NaN}',
            '{"a":"\x01"}',
            '{"a":"\x1f"}',
            '{"a":1}x',
            '{"a":1}{}'
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            _refuses(wrong[i], CompactJSON.UnexpectedJSON.selector);
        }
    }

    function _assertScalar(string memory json, uint8 code, uint256 value) private view {
        (uint8 found, uint256 read, bytes memory rest) = text.scalar(json);
        vm.assertEq(found, code, json);
        vm.assertEq(read, value, json);
        vm.assertEq(rest, ",", json);
    }

    function _refuses(string memory json, bytes4 selector) private {
        (bool ok, bytes memory reason) =
            address(text).call(abi.encodeCall(TextCaller.members, json));
        vm.assertTrue(!ok && bytes4(reason) == selector, json);
    }
}
