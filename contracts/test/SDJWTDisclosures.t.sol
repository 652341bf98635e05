// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISDJWTVerifier} from "../src/interfaces/ISDJWTVerifier.sol";
import {Base64URL} from "../src/libraries/text/Base64URL.sol";
import {CompactJSON} from "../src/libraries/text/CompactJSON.sol";
import {UTF8} from "../src/libraries/text/UTF8.sol";
import {SDJWTFixture} from "./support/SDJWTFixture.sol";

/// @notice What disclosures are refused for.
contract SDJWTDisclosuresTest is SDJWTFixture {
    bytes32 private constant X = "x";

    function test_UnreferencedDisclosure() public {
        Draft memory draft = _draft();
        draft.members = _members('"_sd":["another"]');
        _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.UnreferencedDisclosure.selector, 0));
    }

    function test_UnreferencedDisclosure_OneGivenTwice() public {
        Draft memory draft = _draft();
        draft.shown = _list(ROLE, ROLE);
        draft.members = _members(string.concat('"_sd":["', _digest(_encode(bytes(ROLE))), '"]'));
        _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.UnreferencedDisclosure.selector, 1));
    }

    function test_DuplicateDigest() public {
        Draft memory draft = _draft();
        draft.members = _members('"_sd":[@],"o":{"_sd":[@]}');
        bytes32 digest = keccak256(bytes(_digest(_encode(bytes(ROLE)))));
        bytes memory reason =
            abi.encodeWithSelector(ISDJWTVerifier.DuplicateDigest.selector, digest);
        _refuses(draft, reason);
        draft.members = _members('"_sd":[@],"l":[{"...":@}]');
        _refuses(draft, reason);
        draft.members = _members('"_sd":[@],"l":[{"_sd":[@]}]');
        _refuses(draft, reason);
    }

    function test_DisclosureOutOfPlace() public {
        bytes memory reason =
            abi.encodeWithSelector(ISDJWTVerifier.DisclosureOutOfPlace.selector, 0);
        Draft memory draft = _draft();
        draft.members = _members('"l":[{"...":@}]');
        _refuses(draft, reason);
        draft.members = _members('"l":[{"_sd":[@]}]');
        _refuses(draft, reason);
        draft.members = _members('"sub":{"_sd":[@]}');
        _refuses(draft, reason);
        draft.members = _members('"aka_vcts":{"o":{"_sd":[@]}}');
        _refuses(draft, reason);
    }

    function test_RegisteredClaimConcealed() public {
        string[12] memory names = [
            "iss",
            "nbf",
            "exp",
            "cnf",
            "vct",
            "vct#integrity",
            "aka_vcts",
            "status",
            "iat",
            "sub",
            "aud",
            "jti"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            Draft memory draft = _draft();
            draft.shown = _list(string.concat('["salt","', names[i], '",1]'));
            _refuses(
                draft,
                abi.encodeWithSelector(
                    ISDJWTVerifier.RegisteredClaimConcealed.selector, keccak256(bytes(names[i]))
                )
            );
        }
    }

    function test_ReservedName() public {
        string[3] memory names = ["_sd", "_sd_alg", "..."];
        for (uint256 i = 0; i < names.length; ++i) {
            Draft memory draft = _draft();
            draft.shown = _list(string.concat('["salt","', names[i], '",1]'));
            bytes memory reason = abi.encodeWithSelector(
                ISDJWTVerifier.ReservedName.selector, keccak256(bytes(names[i]))
            );
            _refuses(draft, reason);
            if (i == 0) continue;
            draft = _draft();
            draft.members = _members(string.concat('"_sd":[@],"o":{"', names[i], '":"sha-256"}'));
            _refuses(draft, reason);
            draft.members =
                _members(string.concat('"_sd":[@],"o":[{"a":1,"', names[i], '":"sha-256"}]'));
            _refuses(draft, reason);
        }
    }

    function test_ReservedName_AtTheRoot() public {
        Draft memory draft = _draft();
        draft.members = _members('"_sd":[@],"...":"x"');
        _refuses(
            draft, abi.encodeWithSelector(ISDJWTVerifier.ReservedName.selector, keccak256("..."))
        );
    }

    function test_ClaimAlreadyExists() public {
        bytes memory reason =
            abi.encodeWithSelector(ISDJWTVerifier.ClaimAlreadyExists.selector, keccak256("role"));
        Draft memory draft = _draft();
        draft.members = _members('"role":"x","_sd":[@]');
        _refuses(draft, reason);
        draft.members = _members('"_sd":[@]');
        draft.shown = _list(ROLE, '["another","role","x"]');
        _refuses(draft, reason);
    }

    function test_DuplicateMember_AClaimBehindItsDisclosure() public {
        Draft memory draft = _draft();
        draft.members = _members('"_sd":[@],"role":"x"');
        _refusesStarting(_sign(draft), CompactJSON.DuplicateMember.selector);
    }

    function test_UnexpectedJSON_WhatIsNoDisclosureOfAMember() public {
        string[9] memory wrong = [
            '["salt","auditor"]',
            '["salt"]',
            "[]",
            "{}",
            '["salt",1,"auditor"]',
            '[1,"role","auditor"]',
            '["salt","role","auditor",1]',
            '["salt","role","auditor"]x',
            '["salt","role"]'
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Draft memory draft = _draft();
            draft.shown = _list(wrong[i]);
            _refusesStarting(_sign(draft), CompactJSON.UnexpectedJSON.selector);
        }
    }

    function test_UnexpectedJSON_DigestsThatAreNone() public {
        string[5] memory wrong =
            ['"_sd":[1]', '"_sd":"x"', '"_sd":{}', '"l":[{"...":1}]', '"l":[{"...":"x","a":1}]'];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Draft memory draft = _draft();
            draft.members = _members(wrong[i]);
            _refusesStarting(_sign(draft), CompactJSON.UnexpectedJSON.selector);
        }
    }

    function test_EscapedText_InADisclosure() public {
        Draft memory draft = _draft();
        draft.shown = _list('["salt","r\\u006fle","auditor"]');
        _refusesStarting(_sign(draft), CompactJSON.EscapedText.selector);
    }

    function test_InvalidUTF8_InADisclosure() public {
        Draft memory draft = _draft();
        draft.shown = _list(string(bytes.concat('["salt","role","', hex"c080", '"]')));
        _refusesStarting(_sign(draft), UTF8.InvalidUTF8.selector);
    }

    function test_InvalidBase64URL_ADisclosure() public {
        ISDJWTVerifier.Presentation memory presentation = _sign(_draft());
        presentation.disclosures[0] = "~";
        _refuses(presentation, abi.encodeWithSelector(Base64URL.InvalidBase64URL.selector, 0));
    }

    function test_NestedTooDeep() public {
        bytes memory reason = abi.encodeWithSelector(ISDJWTVerifier.NestedTooDeep.selector, 8);
        Draft memory draft = _draft();
        draft.members = _members(string.concat('"_sd":[@],"o":', _nested('{"o":', "}", 7)));
        _verify(draft);
        draft.members = _members(string.concat('"_sd":[@],"o":', _nested('{"o":', "}", 8)));
        _refuses(draft, reason);
        draft.members = _members(string.concat('"_sd":[@],"o":', _nested("[", "]", 7)));
        _verify(draft);
        draft.members = _members(string.concat('"_sd":[@],"o":', _nested("[", "]", 8)));
        _refuses(draft, reason);
    }

    function test_NestedTooDeep_AConcealedElement() public {
        Draft memory draft = _draft();
        draft.members = _members('"_sd":[@],"o":[[[[[[{"...":"x"}]]]]]]');
        _verify(draft);
        draft.members = _members('"_sd":[@],"o":[[[[[[[{"...":"x"}]]]]]]]');
        _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.NestedTooDeep.selector, 8));
    }

    function test_NestedTooDeep_DisclosuresInEachOther() public {
        Draft memory draft = _draft();
        draft.shown = new string[](7);
        draft.shown[6] = '["salt","role",[]]';
        for (uint256 i = 6; i > 0; --i) {
            draft.shown[i - 1] = string.concat(
                '["salt","o",{"_sd":["', _digest(_encode(bytes(draft.shown[i]))), '"]}]'
            );
        }
        string memory first = _digest(_encode(bytes(draft.shown[0])));
        draft.members = _members(string.concat('"_sd":["', first, '"]'));
        _verify(draft);
        draft.shown[6] = '["salt","role",[[]]]';
        for (uint256 i = 6; i > 0; --i) {
            draft.shown[i - 1] = string.concat(
                '["salt","o",{"_sd":["', _digest(_encode(bytes(draft.shown[i]))), '"]}]'
            );
        }
        first = _digest(_encode(bytes(draft.shown[0])));
        draft.members = _members(string.concat('"_sd":["', first, '"]'));
        _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.NestedTooDeep.selector, 8));
    }

    function test_UnexpectedJSON_BehindThePayload() public {
        Draft memory draft = _draft();
        draft.members = string.concat(draft.members, "x");
        _refuses(draft, abi.encodeWithSelector(CompactJSON.UnexpectedJSON.selector, X));
    }

    function test_InvalidClaimName() public {
        string[3] memory wrong = ["/a~", "/a~2b", "/~"];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Draft memory draft = _draft();
            draft.names = _list("role", wrong[i]);
            _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.InvalidClaimName.selector, 1));
        }
    }

    function _nested(string memory opening, string memory closing, uint256 depth)
        private
        pure
        returns (string memory json)
    {
        json = "1";
        for (uint256 i = 0; i < depth; ++i) {
            json = string.concat(opening, json, closing);
        }
    }
}
