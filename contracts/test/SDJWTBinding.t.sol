// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISDJWTVerifier} from "../src/interfaces/ISDJWTVerifier.sol";
import {CompactJSON} from "../src/libraries/text/CompactJSON.sol";
import {ShownCredential} from "../src/types/Presented.sol";
import {SDJWTFixture} from "./support/SDJWTFixture.sol";

/// @notice What the key-binding JWT is refused for.
contract SDJWTBindingTest is SDJWTFixture {
    bytes32 private constant X = "x";

    function test_MalformedJWT_NoKeyBinding() public {
        ISDJWTVerifier.Presentation memory presentation = _sign(_draft());
        presentation.keyBinding = "";
        _refuses(presentation, abi.encodeWithSelector(ISDJWTVerifier.MalformedJWT.selector, 0));
    }

    function test_WrongType_TheIssuersJWTAsKeyBinding() public {
        Draft memory draft = _draft();
        draft.boundHeader = '{"alg":"ES256","typ":"dc+sd-jwt"}';
        _refuses(draft, ISDJWTVerifier.WrongType.selector);
    }

    function test_UnsupportedAlgorithm_OfTheHolder() public {
        Draft memory draft = _draft();
        draft.boundHeader = '{"alg":"EdDSA","typ":"kb+jwt"}';
        _refuses(draft, ISDJWTVerifier.UnsupportedAlgorithm.selector);
    }

    function test_InvalidHolderSignature_AnotherHolder() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        presentation.keyBinding =
            _jwt(ISSUER_SECRET, BOUND_HEADER, _boundPayload(draft, presentation));
        _refuses(
            presentation,
            abi.encodeWithSelector(
                ISDJWTVerifier.InvalidHolderSignature.selector, keccak256(_key(HOLDER_SECRET))
            )
        );
    }

    function test_AudienceMismatch() public {
        Draft memory draft = _draft();
        expected.verifier = address(0xdead);
        _refuses(draft, ISDJWTVerifier.AudienceMismatch.selector);
    }

    function test_AudienceMismatch_AnotherChain() public {
        Draft memory draft = _draft();
        vm.chainId(block.chainid + 1);
        _refuses(draft, ISDJWTVerifier.AudienceMismatch.selector);
    }

    function test_AudienceMismatch_Missing() public {
        _refusesBound(_without("aud"), ISDJWTVerifier.AudienceMismatch.selector);
    }

    function test_NonceMismatch() public {
        Draft memory draft = _draft();
        expected.nonce = keccak256("another");
        _refuses(draft, ISDJWTVerifier.NonceMismatch.selector);
        expected.nonce = NONCE;
        _refusesBound(_without("nonce"), ISDJWTVerifier.NonceMismatch.selector);
    }

    function test_AccessMismatch() public {
        Draft memory draft = _draft();
        expected.access = keccak256("another");
        _refuses(draft, ISDJWTVerifier.AccessMismatch.selector);
        expected.access = ACCESS;
        _refusesBound(_without("didgate"), ISDJWTVerifier.AccessMismatch.selector);
    }

    function test_PresentationMismatch_FewerDisclosures() public {
        Draft memory draft = _draft();
        draft.shown = _list(ROLE, LEVEL);
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        presentation.disclosures = _list(presentation.disclosures[0]);
        _refuses(presentation, abi.encodePacked(ISDJWTVerifier.PresentationMismatch.selector));
    }

    function test_PresentationMismatch_AnotherOrder() public {
        Draft memory draft = _draft();
        draft.shown = _list(ROLE, LEVEL);
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        presentation.disclosures = _list(presentation.disclosures[1], presentation.disclosures[0]);
        _refuses(presentation, abi.encodePacked(ISDJWTVerifier.PresentationMismatch.selector));
    }

    function test_PresentationMismatch_Missing() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        presentation.keyBinding =
            _jwt(HOLDER_SECRET, BOUND_HEADER, string.concat("{", draft.bound, "}"));
        _refuses(presentation, abi.encodePacked(ISDJWTVerifier.PresentationMismatch.selector));
    }

    function test_MissingMember_TheTimeOfSigning() public {
        _refusesBound(
            _without("iat"), abi.encodeWithSelector(ISDJWTVerifier.MissingMember.selector, "iat")
        );
    }

    function test_KeyBindingExpired() public {
        Draft memory draft = _draft();
        vm.warp(START + 301);
        _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.KeyBindingExpired.selector, START));
    }

    function test_KeyBindingExpired_AsTheHolderSays() public {
        _refusesBound(
            string.concat(_bound(), ',"exp":', vm.toString(START)),
            abi.encodeWithSelector(ISDJWTVerifier.KeyBindingExpired.selector, START)
        );
    }

    function test_KeyBindingFromFuture() public {
        Draft memory draft = _draft();
        draft.bound = string.concat(_without("iat"), ',"iat":', vm.toString(START + 61));
        _refuses(
            draft, abi.encodeWithSelector(ISDJWTVerifier.KeyBindingFromFuture.selector, START + 61)
        );
    }

    function test_KeyBindingFromFuture_AsTheHolderSays() public {
        _refusesBound(
            string.concat(_bound(), ',"nbf":', vm.toString(START + 61)),
            abi.encodeWithSelector(ISDJWTVerifier.KeyBindingFromFuture.selector, START + 61)
        );
    }

    function test_InvalidTime_OfTheHolder() public {
        Draft memory draft = _draft();
        draft.bound = string.concat(_without("iat"), ',"iat":0');
        _refusesStarting(_sign(draft), ISDJWTVerifier.InvalidTime.selector);
    }

    function test_DuplicateMember_InTheKeyBinding() public {
        string[8] memory twice = [
            '"aud":"x"',
            '"nonce":"x"',
            '"didgate":"x"',
            '"iat":1',
            '"exp":9999999999,"exp":1',
            '"nbf":1,"nbf":1',
            '"jti":"x","jti":"x"',
            '"sd_hash":"x","sd_hash":"x"'
        ];
        for (uint256 i = 0; i < twice.length; ++i) {
            Draft memory draft = _draft();
            draft.bound = string.concat(draft.bound, ",", twice[i]);
            _refusesStarting(
                _sign(draft),
                i == 7
                    ? ISDJWTVerifier.PresentationMismatch.selector
                    : CompactJSON.DuplicateMember.selector
            );
        }
    }

    function test_DuplicateMember_TheDigestOfWhatIsPresented() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        string memory payload = _boundPayload(draft, presentation);
        presentation.keyBinding =
            _jwt(HOLDER_SECRET, BOUND_HEADER, string.concat(_cut(payload, 1), ',"sd_hash":"x"}'));
        _refusesStarting(presentation, CompactJSON.DuplicateMember.selector);
    }

    function test_UnexpectedJSON_WhatTheHolderSaysIsNotFlat() public {
        Draft memory draft = _draft();
        draft.bound = string.concat(draft.bound, ',"x":{}');
        _refusesStarting(_sign(draft), CompactJSON.UnexpectedJSON.selector);
        draft.bound = string.concat(_bound(), ',"x":[]');
        _refusesStarting(_sign(draft), CompactJSON.UnexpectedJSON.selector);
    }

    function test_UnexpectedJSON_BehindTheKeyBinding() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        string memory payload = _boundPayload(draft, presentation);
        presentation.keyBinding = _jwt(HOLDER_SECRET, BOUND_HEADER, string.concat(payload, "x"));
        _refuses(presentation, abi.encodeWithSelector(CompactJSON.UnexpectedJSON.selector, X));
    }

    /// @notice Whichever byte of whichever part is changed, nothing verifies.
    function testFuzz_AChangedByteIsRefused(uint256 position, uint8 change) public {
        Draft memory draft = _draft();
        draft.shown = _list(ROLE, LEVEL);
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        bytes[4] memory parts = [
            bytes(presentation.jwt),
            bytes(presentation.keyBinding),
            bytes(presentation.disclosures[0]),
            bytes(presentation.disclosures[1])
        ];
        position = _bound(
            position, 0, parts[0].length + parts[1].length + parts[2].length + parts[3].length - 1
        );
        for (uint256 i = 0; i < 4; ++i) {
            if (position < parts[i].length) {
                parts[i][position] ^= bytes1(uint8(_bound(change, 1, 255)));
                break;
            }
            position -= parts[i].length;
        }
        _assertRefused(presentation, draft);
    }

    /// @notice What a holder writes cannot change what the issuer said.
    function testFuzz_NothingTheHolderSignsChangesTheClaims(bytes memory noise) public view {
        for (uint256 i = 0; i < noise.length; ++i) {
            if (noise[i] == '"' || noise[i] == "\\" || uint8(noise[i]) < 0x20) noise[i] = "_";
            if (uint8(noise[i]) > 0x7e) noise[i] = "-";
        }
        Draft memory draft = _draft();
        draft.bound = string.concat(draft.bound, ',"noise":"', string(noise), '"');
        ShownCredential memory shown = _verify(draft);
        vm.assertEq(shown.claims[0].value, uint256(keccak256("auditor")), "role");
    }

    function testFuzz_ATextClaimIsReadAsWritten(bytes memory content) public view {
        for (uint256 i = 0; i < content.length; ++i) {
            uint8 code = uint8(content[i]);
            if (code < 0x20 || code > 0x7e || code == 0x22 || code == 0x5c) content[i] = "x";
        }
        Draft memory draft = _draft();
        draft.shown = _list(string.concat('["salt","role","', string(content), '"]'));
        vm.assertEq(_verify(draft).claims[0].value, uint256(keccak256(content)), "value");
    }

    function _assertRefused(ISDJWTVerifier.Presentation memory presentation, Draft memory draft)
        private
    {
        (bool ok,) = address(verifier)
            .call(
                abi.encodeCall(
                    ISDJWTVerifier.verify, (7, presentation, issuerKey, draft.names, expected)
                )
            );
        vm.assertTrue(!ok, "refused");
    }

    function _refusesBound(string memory bound, bytes4 selector) private {
        _refusesBound(bound, abi.encodePacked(selector));
    }

    function _refusesBound(string memory bound, bytes memory reason) private {
        Draft memory draft = _draft();
        draft.bound = bound;
        _refuses(draft, reason);
    }

    /// @notice What the holder signs, but for one member.
    function _without(string memory name) private view returns (string memory) {
        bytes memory bound = bytes(string.concat(_bound(), ","));
        string memory result;
        uint256 from;
        for (uint256 i = 0; i < bound.length; ++i) {
            if (bound[i] != ",") continue;
            bytes memory member = new bytes(i - from);
            for (uint256 j = 0; j < member.length; ++j) {
                member[j] = bound[from + j];
            }
            from = i + 1;
            if (member[1] == bytes(name)[0] && member[2] == bytes(name)[1]) continue;
            result = string.concat(result, bytes(result).length == 0 ? "" : ",", string(member));
        }
        return result;
    }
}
