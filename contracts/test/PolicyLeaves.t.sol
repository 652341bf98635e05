// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {CheckerFixture} from "./support/CheckerFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

/// @notice What is refused of leaves.
contract PolicyLeavesTest is CheckerFixture {
    bytes private constant ONE = hex"030020000000000001";
    bytes private constant TWO = hex"030020000000000002";

    function test_UnknownForm() public view {
        bytes4 selector = IPolicyChecker.UnknownForm.selector;
        bytes memory leaf = PolicyBytes.node(0x10, hex"03");
        _assertRefused(PolicyBytes.policy(_sdJwtPins(), leaf), selector, "3");
    }

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

    function test_IssuersStandInOrderOnce() public view {
        bytes memory x = PolicyBytes.text16("did:a:x");
        bytes memory xy = PolicyBytes.text16("did:a:xy");
        _assertTaken(_issuers(bytes.concat(hex"02", x, xy)), "in order");
        _assertRefused(
            _issuers(bytes.concat(hex"02", xy, x)),
            IPolicyChecker.NotCanonical.selector,
            "out of order"
        );
        _assertRefused(
            _issuers(bytes.concat(hex"02", x, x)), IPolicyChecker.DuplicateIssuer.selector, "twice"
        );
    }

    function test_TooManyIssuers() public view {
        bytes memory issuers;
        for (uint256 i = 0; i < 33; ++i) {
            string memory did = string.concat("did:a:", vm.toString(100 + i));
            issuers = bytes.concat(issuers, PolicyBytes.text16(did));
            if (i == 31) _assertTaken(_issuers(bytes.concat(hex"20", issuers)), "32");
        }
        _assertRefused(
            _issuers(bytes.concat(hex"21", issuers)), IPolicyChecker.TooManyIssuers.selector, "33"
        );
    }

    function test_TooManyClaims() public view {
        bytes memory claims;
        for (uint256 i = 0; i < 33; ++i) {
            string memory name = vm.toString(100 + i);
            claims = bytes.concat(claims, PolicyBytes.claim(name, 1, 1, ONE));
            if (i == 31) _assertTaken(_sdJwtWith(bytes.concat(hex"20", claims)), "32");
        }
        _assertRefused(
            _sdJwtWith(bytes.concat(hex"21", claims)), IPolicyChecker.TooManyClaims.selector, "33"
        );
    }

    function test_ClaimsStandInOrderOnce() public view {
        bytes memory x = PolicyBytes.claim("x", 1, 1, ONE);
        bytes memory y = PolicyBytes.claim("y", 1, 1, ONE);
        _assertTaken(_sdJwtWith(bytes.concat(hex"02", x, y)), "in order");
        _assertRefused(
            _sdJwtWith(bytes.concat(hex"02", y, x)),
            IPolicyChecker.NotCanonical.selector,
            "out of order"
        );
        _assertRefused(
            _sdJwtWith(bytes.concat(hex"02", x, PolicyBytes.claim("x", 1, 1, TWO))),
            IPolicyChecker.DuplicateClaim.selector,
            "twice"
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

    function test_OperatorsTakeSoManyValues() public view {
        bytes memory both = bytes.concat(ONE, TWO);
        bytes4 selector = IPolicyChecker.UnknownOperator.selector;
        _assertRefused(_sdJwtWith(_claim("x", 0, 1, ONE)), selector, "0");
        _assertRefused(_sdJwtWith(_claim("x", 6, 1, ONE)), selector, "6");
        selector = IPolicyChecker.EmptyOperands.selector;
        _assertRefused(_sdJwtWith(_claim("x", 1, 0, "")), selector, "none");
        selector = IPolicyChecker.OperandCount.selector;
        for (uint8 operator = 1; operator <= 5; ++operator) {
            if (operator == 2) continue;
            bool isBetween = operator == 5;
            _assertTaken(
                _sdJwtWith(_claim("x", operator, isBetween ? 2 : 1, isBetween ? both : ONE)),
                vm.toString(operator)
            );
            _assertRefused(
                _sdJwtWith(_claim("x", operator, isBetween ? 1 : 2, isBetween ? ONE : both)),
                selector,
                vm.toString(operator)
            );
        }
        _assertTaken(_sdJwtWith(_claim("x", 2, 2, both)), "in");
        selector = IPolicyChecker.TooFewValues.selector;
        _assertRefused(_sdJwtWith(_claim("x", 2, 1, ONE)), selector, "in, one value");
    }

    function test_ValuesOfInStandInOrderOnce() public view {
        _assertRefused(
            _sdJwtWith(_claim("x", 2, 2, bytes.concat(TWO, ONE))),
            IPolicyChecker.NotCanonical.selector,
            "out of order"
        );
        _assertRefused(
            _sdJwtWith(_claim("x", 2, 2, bytes.concat(ONE, ONE))),
            IPolicyChecker.DuplicateValue.selector,
            "twice"
        );
        bytes memory texts = bytes.concat(PolicyBytes.text("b"), PolicyBytes.text("aa"));
        _assertTaken(_sdJwtWith(_claim("x", 2, 2, texts)), "shorter texts first");
    }

    function test_ARangeIsNotEmpty() public view {
        bytes4 selector = IPolicyChecker.EmptyRange.selector;
        bytes memory values = bytes.concat(TWO, ONE);
        _assertRefused(_sdJwtWith(_claim("x", 5, 2, values)), selector, "inverted");
        values = bytes.concat(ONE, ONE);
        _assertRefused(_sdJwtWith(_claim("x", 5, 2, values)), selector, "one value");
    }

    function test_ValuesAreOfOneTypeThatTheOperatorKnows() public view {
        bytes memory mixed = bytes.concat(PolicyBytes.text("a"), ONE);
        _assertRefused(
            _sdJwtWith(_claim("x", 2, 2, mixed)), IPolicyChecker.MixedTypes.selector, "mixed"
        );
        bytes4 selector = IPolicyChecker.OperatorType.selector;
        _assertRefused(_sdJwtWith(_claim("x", 3, 1, hex"0401")), selector, "boolean");
        _assertRefused(_sdJwtWith(_claim("x", 4, 1, PolicyBytes.text("a"))), selector, "text");
        selector = IPolicyChecker.UnknownValueType.selector;
        _assertRefused(_sdJwtWith(_claim("x", 1, 1, hex"00")), selector, "0");
        _assertRefused(_sdJwtWith(_claim("x", 1, 1, hex"08")), selector, "8");
    }

    function test_OperandNotInSdJwt() public view {
        bytes[4] memory values = [
            PolicyBytes.number(5, 1),
            PolicyBytes.number(6, 1),
            abi.encodePacked(uint8(7), REGISTRY),
            bytes(hex"02000161")
        ];
        for (uint256 i = 0; i < values.length; ++i) {
            _assertRefused(
                _sdJwtWith(_claim("x", 1, 1, values[i])),
                IPolicyChecker.OperandNotInSdJwt.selector,
                vm.toString(i)
            );
            _assertTaken(_attributeWith(_claim("x", 1, 1, values[i])), vm.toString(i));
        }
    }

    function test_BooleansAreZeroOrOne() public view {
        _assertTaken(_sdJwtWith(_claim("x", 1, 1, hex"0400")), "false");
        _assertTaken(_sdJwtWith(_claim("x", 1, 1, hex"0401")), "true");
        _assertRefused(
            _sdJwtWith(_claim("x", 1, 1, hex"0402")), IPolicyChecker.NotCanonical.selector, "2"
        );
    }

    function test_NumbersHaveTheRangesOfTheirTypes() public view {
        int256[2][3] memory ranges = [
            [-int256(2 ** 53) + 1, int256(2 ** 53) - 1],
            [-int256(719_162), int256(2_932_896)],
            [-int256(62_135_596_800), int256(253_402_300_799)]
        ];
        uint8[3] memory kinds = [3, 5, 6];
        bytes4[3] memory errors = [
            IPolicyChecker.IntegerOutOfRange.selector,
            IPolicyChecker.InvalidDate.selector,
            IPolicyChecker.InvalidDatetime.selector
        ];
        for (uint256 i = 0; i < kinds.length; ++i) {
            for (uint256 j = 0; j < 2; ++j) {
                bytes memory value = PolicyBytes.number(kinds[i], ranges[i][j]);
                _assertTaken(_attributeWith(_claim("x", 1, 1, value)), vm.toString(kinds[i]));
                int256 beyond = ranges[i][j] + (j == 0 ? -1 : int256(1));
                value = PolicyBytes.number(kinds[i], beyond);
                _assertRefused(
                    _attributeWith(_claim("x", 1, 1, value)), errors[i], vm.toString(kinds[i])
                );
            }
        }
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

    function test_Windows() public view {
        bytes memory policy = PolicyBytes.policy("", PolicyBytes.time(0, OPEN_END));
        _assertRefused(policy, IPolicyChecker.EmptyTime.selector, "open on both sides");
        policy = PolicyBytes.policy("", PolicyBytes.time(5, 5));
        _assertRefused(policy, IPolicyChecker.EmptyRange.selector, "no second long");
        policy = PolicyBytes.policy("", PolicyBytes.time(0, 0));
        _assertRefused(policy, IPolicyChecker.OutOfRange.selector, "ends in 1970");
        policy = PolicyBytes.policy("", PolicyBytes.time(0, 253_402_300_800));
        _assertRefused(policy, IPolicyChecker.InvalidDatetime.selector, "ends too late");
        policy = PolicyBytes.policy("", PolicyBytes.time(253_402_300_800, OPEN_END));
        _assertRefused(policy, IPolicyChecker.InvalidDatetime.selector, "starts too late");
        _assertTaken(PolicyBytes.policy("", PolicyBytes.time(0, 1)), "the first second");
        policy = PolicyBytes.policy("", PolicyBytes.time(253_402_300_799, OPEN_END));
        _assertTaken(policy, "the last second");
    }

    function _token(uint8 standard, uint256 id, uint256 amount)
        private
        pure
        returns (bytes memory)
    {
        return PolicyBytes.policy("", PolicyBytes.token(standard, REGISTRY, id, amount));
    }

    function test_Tokens() public view {
        for (uint8 standard = 1; standard <= 5; ++standard) {
            bool isOne = standard == 3 || standard == 5;
            string memory name = vm.toString(standard);
            bytes4 fault = _errorOf(_token(standard, 7, 1));
            bytes4 wanted = standard <= 2 ? IPolicyChecker.IdSuperfluous.selector : bytes4(0);
            vm.assertEq(bytes32(fault), bytes32(wanted), string.concat(name, ", id"));
            fault = _errorOf(_token(standard, 0, 2));
            wanted = isOne ? IPolicyChecker.AmountSuperfluous.selector : bytes4(0);
            vm.assertEq(bytes32(fault), bytes32(wanted), string.concat(name, ", amount"));
            _assertRefused(_token(standard, 0, 0), IPolicyChecker.OutOfRange.selector, name);
        }
        bytes4 selector = IPolicyChecker.UnknownStandard.selector;
        _assertRefused(_token(0, 0, 1), selector, "0");
        _assertRefused(_token(6, 0, 1), selector, "6");
        bytes memory nowhere = PolicyBytes.policy("", PolicyBytes.token(1, address(0), 0, 1));
        _assertRefused(nowhere, IPolicyChecker.InvalidAddress.selector, "nowhere");
    }

    function _attesters(bytes memory attesters) private pure returns (bytes memory) {
        return PolicyBytes.policy(_pins(1 << 5), PolicyBytes.attestation(0, attesters, 1, 1));
    }

    function test_Attesters() public view {
        _assertTaken(_attesters(abi.encodePacked(OWNER, EDITOR)), "in order");
        bytes memory policy = _attesters(abi.encodePacked(EDITOR, OWNER));
        _assertRefused(policy, IPolicyChecker.NotCanonical.selector, "out of order");
        policy = _attesters(abi.encodePacked(OWNER, OWNER));
        _assertRefused(policy, IPolicyChecker.DuplicateAttester.selector, "twice");
        policy = _attesters(abi.encodePacked(address(0)));
        _assertRefused(policy, IPolicyChecker.InvalidAddress.selector, "zero");
        _assertRefused(_attesters(""), IPolicyChecker.EmptyAttesters.selector, "none");
        bytes memory many;
        for (uint160 i = 1; i <= 33; ++i) {
            many = abi.encodePacked(many, address(i));
            if (i == 32) _assertTaken(_attesters(many), "32");
        }
        _assertRefused(_attesters(many), IPolicyChecker.TooManyAttesters.selector, "33");
    }

    function _repeat(bytes1 character, uint256 count) private pure returns (bytes memory text) {
        text = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            text[i] = character;
        }
    }
}
