// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {ISDJWTVerifier} from "../src/interfaces/ISDJWTVerifier.sol";
import {IssuerId, KeyId, TypeId} from "../src/types/Identifiers.sol";
import {Claim, Form, ShownCredential} from "../src/types/Presented.sol";
import {SDJWTFixture} from "./support/SDJWTFixture.sol";

/// @notice What verifies, and what it is found to say.
contract SDJWTVerifierTest is SDJWTFixture {
    uint8 private constant ABSENT = 0;
    uint8 private constant TEXT = 1;
    uint8 private constant INTEGER = 3;
    uint8 private constant BOOLEAN = 4;

    function test_APresentationVerifies() public view {
        ShownCredential memory shown = _verify(_draft());
        vm.assertEq(shown.leaf, 7, "leaf");
        vm.assertTrue(shown.form == Form.SD_JWT, "form");
        vm.assertEq(TypeId.unwrap(shown.typeId), keccak256(bytes(VCT)), "type");
        vm.assertEq(IssuerId.unwrap(shown.issuerId), keccak256(bytes(ISSUER)), "issuer");
        vm.assertEq(KeyId.unwrap(shown.keyId), keccak256(issuerKey), "key");
        vm.assertEq(shown.validUntil, START + 30 days, "validity");
        vm.assertEq(shown.freshSince, START, "freshness");
        vm.assertTrue(!shown.hasStatus, "status");
        vm.assertEq(shown.holderKey, keccak256(_key(HOLDER_SECRET)), "holder");
        vm.assertEq(shown.claims.length, 1, "claims");
        _assertClaim(shown.claims[0], "role", TEXT, uint256(keccak256("auditor")));
    }

    function test_TheStatusIsTheIssuersForTheType() public view {
        Draft memory draft = _draft();
        draft.members = _members(string.concat('"_sd":[@],', _status(4_294_967_295)));
        ShownCredential memory shown = _verify(draft);
        vm.assertTrue(shown.hasStatus, "status");
        vm.assertEq(shown.statusIndex, 4_294_967_295, "index");
    }

    function test_TheIndexMayStandBeforeTheList() public view {
        bytes32 list = keccak256(abi.encode(keccak256(bytes(ISSUER)), keccak256(bytes(VCT))));
        Draft memory draft = _draft();
        draft.members = _members(
            string.concat('"_sd":[@],"status":{"didgate":{"idx":0,"list":"0x', _hex(list), '"}}')
        );
        ShownCredential memory shown = _verify(draft);
        vm.assertTrue(shown.hasStatus && shown.statusIndex == 0, "status");
    }

    function test_ValuesOfEachKind() public view {
        _assertRead('"x"', TEXT, uint256(keccak256("x")));
        _assertRead("-5", INTEGER, 2 ** 53 - 5);
        _assertRead("true", BOOLEAN, 1);
        _assertRead("false", BOOLEAN, 0);
        _assertRead("null", ABSENT, 0);
        _assertRead("9007199254740992", ABSENT, 0);
        _assertRead('["x"]', ABSENT, 0);
        _assertRead('{"x":1}', ABSENT, 0);
        _assertRead("[]", ABSENT, 0);
        _assertRead("{}", ABSENT, 0);
    }

    function test_AClaimInTheClearIsShown() public view {
        Draft memory draft = _draft();
        draft.members = _members('"_sd":[@],"level":3');
        draft.names = _list("level", "role");
        ShownCredential memory shown = _verify(draft);
        _assertClaim(shown.claims[0], "level", INTEGER, 2 ** 53 + 3);
        _assertClaim(shown.claims[1], "role", TEXT, uint256(keccak256("auditor")));
    }

    function test_AClaimThatIsNotShownIsAbsent() public view {
        Draft memory draft = _draft();
        draft.names = _list("level", "sub");
        draft.members = _members('"_sd":[@],"sub":"somebody"');
        ShownCredential memory shown = _verify(draft);
        _assertClaim(shown.claims[0], "level", ABSENT, 0);
        _assertClaim(shown.claims[1], "sub", ABSENT, 0);
    }

    function test_NobodyNeedsToAskForClaims() public view {
        Draft memory draft = _draft();
        draft.names = new string[](0);
        vm.assertEq(_verify(draft).claims.length, 0, "claims");
    }

    function test_NothingNeedsToBeDisclosed() public view {
        Draft memory draft = _draft();
        draft.shown = new string[](0);
        draft.members = _members('"_sd":[],"_sd_alg":"sha-256"');
        _assertClaim(_verify(draft).claims[0], "role", ABSENT, 0);
    }

    function test_PointersLeadIntoObjects() public view {
        Draft memory draft = _draft();
        draft.members = _members('"a/b":{"~":{"_sd":[@]}},"":5');
        draft.names = _list("/a~1b/~0/role", "");
        ShownCredential memory shown = _verify(draft);
        _assertClaim(shown.claims[0], "/a~1b/~0/role", TEXT, uint256(keccak256("auditor")));
        _assertClaim(shown.claims[1], "", INTEGER, 2 ** 53 + 5);
        draft.names = _list("/", "/a~1b");
        shown = _verify(draft);
        _assertClaim(shown.claims[0], "/", INTEGER, 2 ** 53 + 5);
        _assertClaim(shown.claims[1], "/a~1b", ABSENT, 0);
    }

    function test_PointersLeadIntoDisclosedObjects() public view {
        Draft memory draft = _draft();
        draft.shown = _list('["salt","address",{"country":"NL"}]');
        draft.names = _list("/address/country", "country");
        ShownCredential memory shown = _verify(draft);
        _assertClaim(shown.claims[0], "/address/country", TEXT, uint256(keccak256("NL")));
        _assertClaim(shown.claims[1], "country", ABSENT, 0);
    }

    function test_PointersLeadThroughDisclosuresInDisclosures() public view {
        string memory inner = _digest(_encode(bytes(ROLE)));
        Draft memory draft = _draft();
        draft.shown =
            _list(ROLE, string.concat('["salt","office",{"_sd":["', inner, '"],"floor":2}]'));
        string memory outer = _digest(_encode(bytes(draft.shown[1])));
        draft.members = _members(string.concat('"_sd":["', outer, '"]'));
        draft.names = _list("/office/role", "/office/floor");
        ShownCredential memory shown = _verify(draft);
        _assertClaim(shown.claims[0], "/office/role", TEXT, uint256(keccak256("auditor")));
        _assertClaim(shown.claims[1], "/office/floor", INTEGER, 2 ** 53 + 2);
    }

    function test_PointersDoNotLeadIntoArrays() public view {
        Draft memory draft = _draft();
        draft.members = _members('"_sd":[@],"list":["NL",{"country":"NL"},[1]]');
        draft.names = _list("/list/0", "/list/1/country");
        ShownCredential memory shown = _verify(draft);
        _assertClaim(shown.claims[0], "/list/0", ABSENT, 0);
        _assertClaim(shown.claims[1], "/list/1/country", ABSENT, 0);
    }

    function test_RegisteredClaimsAreNeverShown() public view {
        Draft memory draft = _draft();
        draft.names = _list("iss", "/cnf/jwk/kty");
        ShownCredential memory shown = _verify(draft);
        _assertClaim(shown.claims[0], "iss", ABSENT, 0);
        _assertClaim(shown.claims[1], "/cnf/jwk/kty", ABSENT, 0);
    }

    function test_ConcealedElementsAndDecoysStay() public view {
        Draft memory draft = _draft();
        draft.members = _members(
            '"_sd":[@,"decoy"],"list":[{"...":"first"},"NL",{"...": "second"}],"o":{"_sd":["third"]}'
        );
        _verify(draft);
    }

    function test_SpacesAfterCommasAndColons() public view {
        Draft memory draft = _draft();
        draft.header =
        '{"typ": "dc+sd-jwt", "kid": "did:web:issuer.example#key-1", "alg": "ES256", "x": 1}';
        draft.shown = _list('["salt", "role", "auditor"]');
        _assertClaim(_verify(draft).claims[0], "role", TEXT, uint256(keccak256("auditor")));
    }

    function test_AKeyIdMayBeAFragment() public view {
        Draft memory draft = _draft();
        draft.header = '{"alg":"ES256","typ":"dc+sd-jwt","kid":"#key-1"}';
        _verify(draft);
    }

    function test_AConfirmedKeyMaySayWhatItIsFor() public view {
        (uint256 x, uint256 y) = vm.publicKeyP256(HOLDER_SECRET);
        Draft memory draft = _draft();
        draft.members = string.concat(
            '"_sd":[@],',
            _registered(),
            ',"cnf":{"jwk":{"alg":"ES256","use":"sig","kid":"k","y":"',
            _encode(abi.encode(y)),
            '","x":"',
            _encode(abi.encode(x)),
            '","crv":"P-256","kty":"EC"}}}'
        );
        vm.assertEq(_verify(draft).holderKey, keccak256(_key(HOLDER_SECRET)), "holder");
    }

    function test_ACredentialMayBeMeantForThisContract() public view {
        Draft memory draft = _draft();
        string memory audience = verifier.audienceOf(expected.verifier);
        draft.members = _members(string.concat('"_sd":[@],"aud":"', audience, '"'));
        _verify(draft);
    }

    function test_WhatTheHolderSaysBesidesMeansNothing() public view {
        Draft memory draft = _draft();
        draft.bound = string.concat(draft.bound, ',"jti":"x","n":1,"t":true,"z":null');
        draft.boundHeader = '{"typ":"kb+jwt","alg":"ES256","kid":"k","version":1}';
        _verify(draft);
    }

    function test_TheAudienceIsTheContractsAccountId() public {
        vm.chainId(31337);
        vm.assertEq(
            verifier.audienceOf(0xABcdEFABcdEFabcdEfAbCdefabcdeFABcDEFabCD),
            "eip155:31337:0xabcdefabcdefabcdefabcdefabcdefabcdefabcd",
            "audience"
        );
    }

    function test_HighAndLowSignaturesHold() public view {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        string memory input = string.concat(
            _encode(bytes(draft.boundHeader)),
            ".",
            _encode(bytes(_boundPayload(draft, presentation)))
        );
        (bytes32 r, bytes32 s) = vm.signP256(HOLDER_SECRET, sha256(bytes(input)));
        for (uint256 i = 0; i < 2; ++i) {
            presentation.keyBinding = string.concat(input, ".", _encode(abi.encode(r, s)));
            verifier.verify(7, presentation, issuerKey, draft.names, expected);
            s = bytes32(P256.N - uint256(s));
        }
    }

    function test_TheClockMayBeAMinuteOffAndTheBindingFiveMinutesOld() public {
        Draft memory draft = _draft();
        vm.warp(START - 60);
        _verify(draft);
        vm.warp(START + 300);
        _verify(draft);
    }

    function test_TimesThatTheHolderMayState() public view {
        Draft memory draft = _draft();
        draft.bound = string.concat(
            draft.bound,
            ',"exp":',
            vm.toString(uint256(START) + 1),
            ',"nbf":',
            vm.toString(uint256(START) + 60)
        );
        _verify(draft);
    }

    function test_TheCredentialMayBeginAMinuteFromNow() public view {
        Draft memory draft = _draft();
        draft.members =
            _members(string.concat('"_sd":[@],"nbf":', vm.toString(uint256(START) + 60)));
        _verify(draft);
    }

    function test_MissingPrecompile() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        vm.mockCall(address(0x100), "", "");
        vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, address(0x100)));
        verifier.verify(7, presentation, issuerKey, draft.names, expected);
    }

    function test_MissingPrecompile_SHA256() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        vm.mockCall(address(0x02), "", "");
        vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, address(0x02)));
        verifier.verify(7, presentation, issuerKey, draft.names, expected);
    }

    function _assertRead(string memory value, uint8 code, uint256 expectedValue) private view {
        Draft memory draft = _draft();
        draft.shown = _list(string.concat('["salt","role",', value, "]"));
        _assertClaim(_verify(draft).claims[0], "role", code, expectedValue);
    }

    function _assertClaim(Claim memory claim, string memory name, uint8 code, uint256 value)
        private
        pure
    {
        vm.assertEq(claim.name, keccak256(bytes(name)), name);
        vm.assertEq(claim.typeCode, code, name);
        vm.assertEq(claim.value, value, name);
    }
}
