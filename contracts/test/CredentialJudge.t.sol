// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerId, TypeId} from "../src/types/Identifiers.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {Form, ShownCredential} from "../src/types/Presented.sol";
import {CaseFixture} from "./support/CaseFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

contract CredentialJudgeTest is CaseFixture {
    bytes32 private constant VCT_ID = keccak256(bytes("urn:vct"));
    uint256 private constant OFFSET = 2 ** 53;

    function _leaf() private pure returns (bytes memory) {
        return PolicyBytes.attribute(SCHEMA);
    }

    function _aged(uint32 minAge, uint32 maxAge) private pure returns (bytes memory) {
        return PolicyBytes.attribute(SCHEMA, hex"00", minAge, maxAge, hex"00");
    }

    function test_ACredentialInOrderHolds() public {
        _showAttribute(0);
        _assertTrue(_leaf(), "attribute");
    }

    function test_AnSdJwtInOrderHolds() public {
        _showSdJwt(0);
        _assertTrue(PolicyBytes.sdJwt(VCT), "SD-JWT");
    }

    function test_WhatWasNotShownDoesNotHold() public {
        _assertFalse(_leaf(), "nothing shown");
        _showAttribute(1);
        _assertFalse(_leaf(), "shown for another leaf");
    }

    function test_OfTwoCredentialsForALeafTheFirstCounts() public {
        _showAttribute(0).validUntil = START;
        _showAttribute(0);
        _assertFalse(_leaf(), "the first has expired");
    }

    function test_AnotherTypeOrFormDoesNotHold() public {
        ShownCredential storage shown = _showAttribute(0);
        shown.typeId = TypeId.wrap(VCT_ID);
        _assertFalse(_leaf(), "type");
        shown.typeId = TypeId.wrap(SCHEMA);
        shown.form = Form.SD_JWT;
        _assertFalse(_leaf(), "form");
    }

    function test_OnlyNamedIssuersCount() public {
        _showAttribute(0);
        bytes memory issuer = PolicyBytes.text16("did:web:issuer.example");
        bytes memory other = PolicyBytes.text16("did:web:other.example");
        bytes memory both = bytes.concat(hex"02", issuer, other);
        _assertTrue(PolicyBytes.attribute(SCHEMA, both, 0, 0, hex"00"), "first of two");
        both = bytes.concat(hex"02", PolicyBytes.text16("did:web:a.example"), issuer);
        _assertTrue(PolicyBytes.attribute(SCHEMA, both, 0, 0, hex"00"), "last of two");
        bytes memory one = bytes.concat(hex"01", other);
        _assertFalse(PolicyBytes.attribute(SCHEMA, one, 0, 0, hex"00"), "another");
    }

    function test_ExpiryIsHalfOpen() public {
        ShownCredential storage shown = _showAttribute(0);
        _at(START);
        _assertTrue(_leaf(), "last second");
        shown.validUntil = START;
        _assertFalse(_leaf(), "expired");
    }

    function test_FreshnessIsHalfOpen() public {
        _showAttribute(0).freshSince = START - 59;
        _assertTrue(_aged(0, 60), "fresh");
        _assertFalse(_aged(0, 59), "stale");
        _assertTrue(_aged(0, 0), "any age");
    }

    function test_ARevokedCredentialDoesNotHold() public {
        ShownCredential storage shown = _showAttribute(0);
        (shown.hasStatus, shown.statusIndex) = (true, 7);
        _assertUnknown(_leaf(), "unread");
        _tellStatus(SCHEMA, 7, abi.encode(true));
        _assertFalse(_leaf(), "revoked");
        _tellStatus(SCHEMA, 7, abi.encode(false));
        _assertTrue(_leaf(), "not revoked");
        _tellStatus(SCHEMA, 7, abi.encode(2));
        _assertUnknown(_leaf(), "malformed");
        _tellStatus(SCHEMA, 7, abi.encode(false, false));
        _assertUnknown(_leaf(), "too long");
        _tellStatus(SCHEMA, 7, abi.encodePacked(false));
        _assertUnknown(_leaf(), "too short");
    }

    function test_TheIssuerMustStandInTheRegistry() public {
        _showAttribute(0);
        _tellStanding(SCHEMA, abi.encode(false, 0, 1));
        _assertFalse(_leaf(), "not known");
        _tellStanding(SCHEMA, abi.encode(true, START + 1, 1));
        _assertFalse(_leaf(), "suspended");
        _tellStanding(SCHEMA, abi.encode(true, START, 1));
        _assertTrue(_leaf(), "suspension over");
        _tellStanding(SCHEMA, abi.encode(true, 0, 0));
        _assertFalse(_leaf(), "not accredited");
        _tellStanding(SCHEMA, abi.encode(true, 0, START - 59));
        _assertFalse(_aged(60, 0), "accreditation too young");
        _tellStanding(SCHEMA, abi.encode(true, 0, START - 60));
        _assertTrue(_aged(60, 0), "old enough");
        _tellStanding(SCHEMA, abi.encode(true, 0, OPEN_END));
        _assertFalse(_aged(type(uint32).max, 0), "no overflow");
    }

    function test_WhatTheRegistryMumblesIsUnknown() public {
        _showAttribute(0);
        _tellStanding(SCHEMA, abi.encode(2, 0, 1));
        _assertUnknown(_leaf(), "known is no boolean");
        _tellStanding(SCHEMA, abi.encode(1, 2 ** 64, 1));
        _assertUnknown(_leaf(), "suspendedUntil too large");
        _tellStanding(SCHEMA, abi.encode(1, 0, 2 ** 64));
        _assertUnknown(_leaf(), "accreditedAt too large");
        _tellStanding(SCHEMA, abi.encode(1, 0, 1, 0));
        _assertUnknown(_leaf(), "too long");
        _tellStanding(SCHEMA, "");
        _assertUnknown(_leaf(), "empty");
    }

    function test_FalseWinsOverUnknown() public {
        ShownCredential storage shown = _showAttribute(0);
        _tellStanding(SCHEMA, "");
        _tellKey(abi.encode(ISSUER, 1, 3, 1, 0));
        _assertFalse(_leaf(), "unread issuer, compromised key");
        _tellKey(abi.encode(ISSUER, 1, 1, 1, OPEN_END));
        shown.validUntil = START;
        _assertFalse(_leaf(), "unread issuer, expired");
    }

    function test_TheKeyMustBeTheIssuersAndAccepted() public {
        _showAttribute(0);
        _tellKey(abi.encode(0, 0, 0, 0, 0));
        _assertFalse(_leaf(), "not registered");
        _tellKey(abi.encode(keccak256("another issuer"), 1, 1, 1, OPEN_END));
        _assertFalse(_leaf(), "another issuer's");
        _tellKey(abi.encode(ISSUER, 2, 1, 1, OPEN_END));
        _assertFalse(_leaf(), "another kind");
        _tellKey(abi.encode(ISSUER, 1, 3, 1, 0));
        _assertFalse(_leaf(), "compromised");
        _tellKey(abi.encode(ISSUER, 1, 2, 1, START));
        _assertFalse(_leaf(), "retired");
        _tellKey(abi.encode(ISSUER, 1, 2, 1, START + 1));
        _assertTrue(_leaf(), "retired, still accepted");
        _tellKey(abi.encode(ISSUER, 1, 1, START - 59, OPEN_END));
        _assertFalse(_aged(60, 0), "too young");
    }

    function test_WhatTheRegistryMumblesOfAKeyIsUnknown() public {
        _showAttribute(0);
        _tellKey(abi.encode(ISSUER, 256, 1, 1, 1));
        _assertUnknown(_leaf(), "kind");
        _tellKey(abi.encode(ISSUER, 1, 4, 1, 1));
        _assertUnknown(_leaf(), "state");
        _tellKey(abi.encode(ISSUER, 1, 1, 2 ** 64, 1));
        _assertUnknown(_leaf(), "addedAt");
        _tellKey(abi.encode(ISSUER, 1, 1, 1, 2 ** 64));
        _assertUnknown(_leaf(), "acceptedUntil");
        _tellKey(abi.encode(ISSUER, 1, 1, 1));
        _assertUnknown(_leaf(), "too short");
    }

    function test_OnChainNothingButTheRegistryVouchesForAnSdJwt() public {
        _showSdJwt(0);
        bytes memory issuer = PolicyBytes.text16("did:web:issuer.example");
        bytes memory named = PolicyBytes.sdJwt(VCT, bytes.concat(hex"01", issuer), 0, 0, hex"00");
        _assertTrue(named, "registered and accredited");
        _tellKey(abi.encode(0, 0, 0, 0, 0));
        _assertFalse(named, "key not registered");
        _tellKey(abi.encode(ISSUER, 2, 1, 1, OPEN_END));
        _tellStanding(VCT_ID, abi.encode(true, 0, 0));
        _assertFalse(named, "issuer not accredited");
    }

    function test_ARegistryWithAnotherCodeIsNotBelieved() public {
        _showAttribute(0);
        for (uint8 kind = 1; kind <= 5; ++kind) {
            (Verdict verdict,) = _evaluate(PolicyBytes.policy(_pinsBut(kind), _leaf()));
            Verdict wanted = kind <= 3 ? Verdict.UNKNOWN : Verdict.TRUE;
            vm.assertEq(uint256(verdict), uint256(wanted), vm.toString(kind));
        }
        _tellKey(abi.encode(0, 0, 0, 0, 0));
        (Verdict judged,) = _evaluate(PolicyBytes.policy(_pinsBut(1), _leaf()));
        vm.assertEq(uint256(judged), uint256(Verdict.UNKNOWN), "what it says cannot exclude");
    }

    function test_ARegistryThatIsNotPinnedIsNotBelieved() public {
        _showAttribute(0);
        (Verdict verdict,) = _evaluate(PolicyBytes.policy("", _leaf()));
        vm.assertEq(uint256(verdict), uint256(Verdict.UNKNOWN), "no pins");
    }

    function _whose(bytes memory claims) private pure returns (bytes memory) {
        return PolicyBytes.attribute(SCHEMA, hex"00", 0, 0, claims);
    }

    function _whose(uint8 operator, uint8 count, bytes memory values)
        private
        pure
        returns (bytes memory)
    {
        return _whose(bytes.concat(hex"01", PolicyBytes.claim("x", operator, count, values)));
    }

    function test_AnAbsentClaimMeetsNothing() public {
        _showAttribute(0);
        _assertFalse(_whose(4, 1, PolicyBytes.number(3, 5)), "atMost");
    }

    function test_ConditionsCompareByType() public {
        ShownCredential storage shown = _showAttribute(0);
        _claim(shown, "x", 3, OFFSET + 5);
        _assertTrue(_whose(1, 1, PolicyBytes.number(3, 5)), "integer");
        _assertFalse(_whose(1, 1, PolicyBytes.number(5, 5)), "date");
        shown.claims[0].typeCode = 0;
        _assertFalse(_whose(1, 1, PolicyBytes.number(3, 5)), "absent");
    }

    function test_OperatorsOnNumbers() public {
        ShownCredential storage shown = _showAttribute(0);
        _claim(shown, "x", 3, OFFSET + 5);
        _assertFalse(_whose(1, 1, PolicyBytes.number(3, 4)), "equals");
        _assertTrue(_whose(3, 1, PolicyBytes.number(3, 5)), "atLeast");
        _assertFalse(_whose(3, 1, PolicyBytes.number(3, 6)), "atLeast");
        _assertTrue(_whose(4, 1, PolicyBytes.number(3, 5)), "atMost");
        _assertFalse(_whose(4, 1, PolicyBytes.number(3, 4)), "atMost");
        bytes memory low = PolicyBytes.number(3, -5);
        bytes memory high = PolicyBytes.number(3, 5);
        _assertTrue(_whose(5, 2, bytes.concat(low, high)), "between");
        _assertFalse(_whose(5, 2, bytes.concat(low, PolicyBytes.number(3, 4))), "above");
        _assertFalse(_whose(5, 2, bytes.concat(PolicyBytes.number(3, 6), high)), "below");
        _assertTrue(_whose(2, 2, bytes.concat(low, high)), "in, last");
        _assertTrue(_whose(2, 2, bytes.concat(high, PolicyBytes.number(3, 6))), "in, first");
        _assertFalse(_whose(2, 2, bytes.concat(low, PolicyBytes.number(3, 6))), "in");
    }

    function test_ValuesThatThereAreNotMeetNothing() public {
        ShownCredential storage shown = _showAttribute(0);
        _claim(shown, "x", 3, 0);
        _assertFalse(_whose(4, 1, PolicyBytes.number(3, 5)), "-2^53");
        shown.claims[0].value = 2 * OFFSET;
        _assertFalse(_whose(3, 1, PolicyBytes.number(3, 5)), "2^53");
        shown.claims[0].value = type(uint256).max;
        _assertFalse(_whose(3, 1, PolicyBytes.number(3, 5)), "the scalar of absence");
        shown.claims[0].value = 2 * OFFSET - 1;
        _assertTrue(_whose(3, 1, PolicyBytes.number(3, 5)), "2^53 - 1");
        (shown.claims[0].typeCode, shown.claims[0].value) = (5, OFFSET + 2_932_897);
        _assertFalse(_whose(3, 1, PolicyBytes.number(5, 5)), "the year 10000");
        shown.claims[0].value = OFFSET - 719_163;
        _assertFalse(_whose(4, 1, PolicyBytes.number(5, 5)), "the year 0");
        shown.claims[0].value = OFFSET - 719_162;
        _assertTrue(_whose(4, 1, PolicyBytes.number(5, 5)), "the year 1");
        (shown.claims[0].typeCode, shown.claims[0].value) = (6, OFFSET + 253_402_300_800);
        _assertFalse(_whose(3, 1, PolicyBytes.number(6, 5)), "the year 10000, in seconds");
        shown.claims[0].value = OFFSET - 62_135_596_800;
        _assertTrue(_whose(4, 1, PolicyBytes.number(6, 5)), "the year 1, in seconds");
    }

    function test_OtherTypesAreEqualOrNot() public {
        ShownCredential storage shown = _showAttribute(0);
        _claim(shown, "x", 1, uint256(keccak256("NL")));
        bytes memory both = bytes.concat(PolicyBytes.text("BE"), PolicyBytes.text("NL"));
        _assertTrue(_whose(2, 2, both), "text");
        _assertFalse(_whose(1, 1, PolicyBytes.text("BE")), "another text");
        _assertFalse(_whose(1, 1, hex"0200024e4c"), "bytes are no text");
        shown.claims[0].typeCode = 2;
        _assertTrue(_whose(1, 1, hex"0200024e4c"), "bytes");
        (shown.claims[0].typeCode, shown.claims[0].value) = (4, 1);
        _assertTrue(_whose(1, 1, hex"0401"), "boolean");
        _assertFalse(_whose(1, 1, hex"0400"), "another boolean");
        (shown.claims[0].typeCode, shown.claims[0].value) = (7, uint160(ACCOUNT));
        _assertTrue(_whose(1, 1, abi.encodePacked(uint8(7), ACCOUNT)), "address");
        _assertFalse(_whose(1, 1, abi.encodePacked(uint8(7), OWNER)), "another address");
    }

    function test_ClaimsAreFoundInWhateverOrder() public {
        ShownCredential storage shown = _showAttribute(0);
        _claim(shown, "z", 3, OFFSET + 3);
        _claim(shown, "x", 3, OFFSET + 1);
        _claim(shown, "more", 3, 0);
        _claim(shown, "y", 3, OFFSET + 2);
        bytes memory claims = bytes.concat(
            hex"03",
            PolicyBytes.claim("x", 1, 1, PolicyBytes.number(3, 1)),
            PolicyBytes.claim("y", 1, 1, PolicyBytes.number(3, 2)),
            PolicyBytes.claim("z", 1, 1, PolicyBytes.number(3, 3))
        );
        _assertTrue(_whose(claims), "all met");
        shown.claims[3].value = OFFSET;
        _assertFalse(_whose(claims), "one is not");
    }

    function testFuzz_ComparisonsAreThoseOfNumbers(int56 shown, int56 operand, uint8 operator)
        public
    {
        int256 value = int256(shown) % (2 ** 53);
        int256 bound = int256(operand) % (2 ** 53);
        operator = uint8(_bound(operator, 3, 4));
        // forge-lint: disable-next-line(unsafe-typecast)
        _claim(_showAttribute(0), "x", 3, uint256(value + int256(OFFSET)));
        bool wanted = operator == 3 ? value >= bound : value <= bound;
        Verdict verdict = wanted ? Verdict.TRUE : Verdict.FALSE;
        _assertJudged(_whose(operator, 1, PolicyBytes.number(3, bound)), verdict, "comparison");
    }

    function test_TheSameHolder() public {
        bytes memory tree = PolicyBytes.all(
            1,
            PolicyBytes.sdJwt(VCT, hex"00", 0, 0, hex"00"),
            PolicyBytes.sdJwt(VCT, hex"00", 1, 0, hex"00")
        );
        ShownCredential storage first = _showSdJwt(0);
        ShownCredential storage second = _showSdJwt(1);
        _assertTrue(tree, "one key");
        second.holderKey = keccak256("another");
        _assertFalse(tree, "two keys");
        (first.holderKey, second.holderKey) = (0, 0);
        _assertFalse(tree, "no keys");
    }

    function test_ThePresenterChoosesTheKeyThatServesBest() public {
        bytes memory one = PolicyBytes.sdJwt(VCT, hex"00", 0, 0, hex"00");
        bytes memory two = PolicyBytes.sdJwt(VCT, hex"00", 1, 0, hex"00");
        bytes memory three = PolicyBytes.sdJwt(VCT, hex"00", 2, 0, hex"00");
        bytes memory tree = PolicyBytes.atLeast(1, 2, one, two, three);
        _showSdJwt(0).holderKey = keccak256("another");
        _showSdJwt(1);
        _assertFalse(tree, "one with each key");
        _showSdJwt(2);
        _assertTrue(tree, "two with the second key");
    }

    function test_ACredentialOutsideIsNotBoundToTheHolder() public {
        bytes memory one = PolicyBytes.sdJwt(VCT, hex"00", 0, 0, hex"00");
        bytes memory two = PolicyBytes.sdJwt(VCT, hex"00", 1, 0, hex"00");
        bytes memory same = PolicyBytes.all(1, one, two);
        bytes memory tree = PolicyBytes.all(2, same, PolicyBytes.sdJwt(VCT, hex"00", 2, 0, hex"00"));
        _showSdJwt(0);
        _showSdJwt(1);
        _showSdJwt(2).holderKey = keccak256("another");
        _assertTrue(tree, "the third may be another's");
    }

    function test_SameBelowSameIsTheSameKey() public {
        bytes memory one = PolicyBytes.sdJwt(VCT, hex"00", 0, 0, hex"00");
        bytes memory two = PolicyBytes.sdJwt(VCT, hex"00", 1, 0, hex"00");
        bytes memory inner = PolicyBytes.all(1, one, two);
        bytes memory tree =
            PolicyBytes.all(1, inner, PolicyBytes.sdJwt(VCT, hex"00", 2, 0, hex"00"));
        _showSdJwt(0);
        _showSdJwt(1);
        ShownCredential storage third = _showSdJwt(2);
        _assertTrue(tree, "one key");
        third.holderKey = keccak256("another");
        _assertFalse(tree, "two keys");
    }
}
