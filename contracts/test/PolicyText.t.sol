// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {CheckerFixture} from "./support/CheckerFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

/// @notice What is refused of the texts in leaves.
contract PolicyTextTest is CheckerFixture {
    bytes private constant ONE = hex"030020000000000001";

    function _vct(string memory vct) private pure returns (bytes memory) {
        return PolicyBytes.policy(_sdJwtPins(), PolicyBytes.sdJwt(vct));
    }

    function test_InvalidVct() public view {
        bytes4 selector = IPolicyChecker.InvalidVct.selector;
        _assertTaken(_vct("!~"), "the first and the last character");
        _assertRefused(_vct(""), selector, "empty");
        _assertRefused(_vct("a b"), selector, "a blank");
        _assertRefused(_vct(hex"7f"), selector, "a control character");
        _assertRefused(_vct(unicode"ü"), selector, "beyond ASCII");
        _assertTaken(_vct(string(_repeat("a", 512))), "512 bytes");
        _assertRefused(_vct(string(_repeat("a", 513))), selector, "513 bytes");
    }

    function _issuers(bytes memory issuers) private pure returns (bytes memory) {
        return PolicyBytes.policy(_sdJwtPins(), PolicyBytes.sdJwt("v", issuers, 0, 0, hex"00"));
    }

    function _issuer(string memory did) private pure returns (bytes memory) {
        return _issuers(bytes.concat(hex"01", PolicyBytes.text16(did)));
    }

    function test_DIDsAreWrittenAsDIDs() public view {
        string[6] memory valid = [
            "did:web:a.example",
            "did:ethr:0x1:0xab",
            "did:key:zX",
            "did:a1:%2Fx:%aFy",
            "did:a::_",
            "did:0:-."
        ];
        for (uint256 i = 0; i < valid.length; ++i) {
            _assertTaken(_issuer(valid[i]), valid[i]);
        }
        string[15] memory invalid = [
            "",
            "did",
            "did:",
            "did:a",
            "did:a:",
            "did::b",
            "did:A:b",
            "did:a:b:",
            "did:a:b%",
            "did:a:%2",
            "did:a:%2F",
            "did:a:%2Gb",
            "did:a:b c",
            unicode"did:a:ü",
            "DID:a:b"
        ];
        for (uint256 i = 0; i < invalid.length; ++i) {
            _assertRefused(_issuer(invalid[i]), IPolicyChecker.InvalidDid.selector, invalid[i]);
        }
        _assertTaken(_issuer(string.concat("did:a:", string(_repeat("b", 1018)))), "1024 bytes");
        _assertRefused(
            _issuer(string.concat("did:a:", string(_repeat("b", 1019)))),
            IPolicyChecker.InvalidDid.selector,
            "1025 bytes"
        );
    }

    function test_AttributesHaveNamesOfSchemas() public view {
        bytes4 selector = IPolicyChecker.ClaimName.selector;
        string[6] memory invalid = ["", "1a", "_a", "a.b", "/a", unicode"ü"];
        for (uint256 i = 0; i < invalid.length; ++i) {
            _assertRefused(_attributeWith(_claim(invalid[i], 1, 1, ONE)), selector, invalid[i]);
        }
        _assertTaken(_attributeWith(_claim("a-Z_9", 1, 1, ONE)), "a-Z_9");
        _assertTaken(_attributeWith(_claim("iss", 1, 1, ONE)), "iss is free here");
        string memory long = string(_repeat("a", 64));
        _assertTaken(_attributeWith(_claim(long, 1, 1, ONE)), "64");
        long = string.concat(long, "a");
        _assertRefused(_attributeWith(_claim(long, 1, 1, ONE)), selector, "65");
    }

    function test_ClaimsOfAnSdJwtHaveOneSpelling() public view {
        string[9] memory valid =
            ["a", "~", "a/b", unicode"über", "/a/b", "/~1a", "/a~0/~1", "//a", "/a/"];
        for (uint256 i = 0; i < valid.length; ++i) {
            _assertTaken(_sdJwtWith(_claim(valid[i], 1, 1, ONE)), valid[i]);
        }
        string[9] memory invalid = ["", "/", "/a", "/~0", "/~01", "/a/~", "/a/~2", "/~1a~", "/~"];
        for (uint256 i = 0; i < invalid.length; ++i) {
            bytes memory policy = _sdJwtWith(_claim(invalid[i], 1, 1, ONE));
            _assertRefused(policy, IPolicyChecker.ClaimName.selector, invalid[i]);
        }
        _assertRefused(
            _sdJwtWith(_claim(string(bytes(hex"ff")), 1, 1, ONE)),
            IPolicyChecker.InvalidUtf8.selector,
            "no UTF-8"
        );
    }

    function test_RegisteredClaim() public view {
        bytes4 selector = IPolicyChecker.RegisteredClaim.selector;
        string[11] memory names = [
            "iss",
            "iat",
            "nbf",
            "exp",
            "cnf",
            "vct",
            "vct#integrity",
            "status",
            "_sd",
            "_sd_alg",
            "..."
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            _assertRefused(_sdJwtWith(_claim(names[i], 1, 1, ONE)), selector, names[i]);
            string memory inside = string.concat("/", names[i], "/x");
            _assertRefused(_sdJwtWith(_claim(inside, 1, 1, ONE)), selector, inside);
        }
        _assertTaken(_sdJwtWith(_claim("/x/iss", 1, 1, ONE)), "iss further down");
        _assertTaken(_sdJwtWith(_claim("/~1iss", 1, 1, ONE)), "/iss");
    }

    function test_ATextDoesNotReachBehindItsLeaf() public view {
        bytes memory policy = _sdJwtWith(_claim("x", 1, 1, hex"0100ff61"));
        _assertRefused(policy, IPolicyChecker.Truncated.selector, "255 bytes of one");
    }

    function test_TextTooLong() public view {
        bytes4 selector = IPolicyChecker.TextTooLong.selector;
        bytes memory most = bytes.concat(hex"010400", _repeat("a", 1024));
        _assertTaken(_sdJwtWith(_claim("x", 1, 1, most)), "1024");
        bytes memory more = bytes.concat(hex"010401", _repeat("a", 1025));
        _assertRefused(_sdJwtWith(_claim("x", 1, 1, more)), selector, "1025");
        more[0] = 0x02;
        _assertRefused(_attributeWith(_claim("x", 1, 1, more)), selector, "1025, bytes");
    }

    function test_TextIsUTF8() public view {
        bytes[12] memory valid = [
            bytes(""),
            hex"7f",
            hex"c280",
            hex"dfbf",
            hex"e0a080",
            hex"ed9fbf",
            hex"ee8080",
            hex"efbfbf",
            hex"f0908080",
            hex"f48fbfbf",
            bytes.concat(_repeat("a", 31), hex"c3bc"),
            bytes.concat(_repeat("a", 32), hex"f09f9880", _repeat("b", 40))
        ];
        for (uint256 i = 0; i < valid.length; ++i) {
            bytes memory text = abi.encodePacked(uint8(1), uint16(valid[i].length), valid[i]);
            _assertTaken(_sdJwtWith(_claim("x", 1, 1, text)), vm.toString(i));
        }
        bytes[18] memory invalid = [
            bytes(hex"80"),
            hex"bf",
            hex"c0af",
            hex"c1bf",
            hex"c2",
            hex"c27f",
            hex"c2c0",
            hex"e09fbf",
            hex"eda080",
            hex"edbfbf",
            hex"e0a0",
            hex"e0a07f",
            hex"f08fbfbf",
            hex"f4908080",
            hex"f5808080",
            hex"f09f98",
            hex"fe",
            hex"ff"
        ];
        for (uint256 i = 0; i < invalid.length; ++i) {
            bytes memory text = abi.encodePacked(uint8(1), uint16(invalid[i].length), invalid[i]);
            bytes memory policy = _sdJwtWith(_claim("x", 1, 1, text));
            _assertRefused(policy, IPolicyChecker.InvalidUtf8.selector, vm.toString(i));
        }
    }

    function test_ACharacterDoesNotReachBehindItsText() public view {
        bytes memory inOrder = bytes.concat(hex"010001", hex"61", hex"010001", hex"c3");
        bytes memory policy = _sdJwtWith(_claim("x", 2, 2, inOrder));
        _assertRefused(policy, IPolicyChecker.InvalidUtf8.selector, "at the end");
        bytes memory claims = bytes.concat(
            hex"02",
            PolicyBytes.claim("x", 1, 1, hex"010001c3"),
            PolicyBytes.claim(string(_repeat("y", 0x90)), 1, 1, ONE)
        );
        _assertRefused(_sdJwtWith(claims), IPolicyChecker.InvalidUtf8.selector, "before the next");
    }

    function _repeat(bytes1 character, uint256 count) private pure returns (bytes memory text) {
        text = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            text[i] = character;
        }
    }
}
