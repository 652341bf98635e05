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

    function _issuers(bytes memory issuers) private pure returns (bytes memory) {
        return PolicyBytes.policy(_sdJwtPins(), PolicyBytes.sdJwt("v", issuers, 0, 0, hex"00"));
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
            bytes4 found = _errorOf(_token(standard, 7, 1));
            bytes4 wanted = standard <= 2 ? IPolicyChecker.IdSuperfluous.selector : bytes4(0);
            vm.assertEq(bytes32(found), bytes32(wanted), string.concat(name, ", id"));
            found = _errorOf(_token(standard, 0, 2));
            wanted = isOne ? IPolicyChecker.AmountSuperfluous.selector : bytes4(0);
            vm.assertEq(bytes32(found), bytes32(wanted), string.concat(name, ", amount"));
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
}
