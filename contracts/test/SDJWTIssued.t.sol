// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {ISDJWTVerifier} from "../src/interfaces/ISDJWTVerifier.sol";
import {CompactJSON} from "../src/libraries/text/CompactJSON.sol";
import {KeyId} from "../src/types/Identifiers.sol";
import {SDJWTFixture} from "./support/SDJWTFixture.sol";

/// @notice What the issuer-signed part is refused for. Each test is named after its fault.
// Errors that give the bytes found are recognised by their first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
contract SDJWTIssuedTest is SDJWTFixture {
    function test_PresentationTooLong() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        presentation.disclosures = _list(string(new bytes(65536)));
        uint256 length = bytes(presentation.jwt).length + bytes(presentation.keyBinding).length;
        _refuses(
            presentation,
            abi.encodeWithSelector(ISDJWTVerifier.PresentationTooLong.selector, length + 2 + 65536)
        );
    }

    function test_TooManyDisclosures() public {
        ISDJWTVerifier.Presentation memory presentation = _sign(_draft());
        presentation.disclosures = new string[](257);
        _refuses(
            presentation, abi.encodeWithSelector(ISDJWTVerifier.TooManyDisclosures.selector, 257)
        );
    }

    function test_InvalidIssuerKeyLength() public {
        issuerKey = bytes.concat(issuerKey, hex"00");
        _refuses(
            _draft(), abi.encodeWithSelector(ISDJWTVerifier.InvalidIssuerKeyLength.selector, 65)
        );
    }

    function test_MalformedJWT() public {
        ISDJWTVerifier.Presentation memory presentation = _sign(_draft());
        presentation.jwt = "";
        _refuses(presentation, abi.encodeWithSelector(ISDJWTVerifier.MalformedJWT.selector, 0));
        presentation.jwt = string(new bytes(87));
        _refuses(presentation, abi.encodeWithSelector(ISDJWTVerifier.MalformedJWT.selector, 87));
        // No dot where the signature begins, then no other dot.
        presentation.jwt = string(new bytes(200));
        _refuses(presentation, abi.encodeWithSelector(ISDJWTVerifier.MalformedJWT.selector, 200));
        presentation.jwt = string.concat("e30.", string(new bytes(86)));
        _refuses(presentation, abi.encodeWithSelector(ISDJWTVerifier.MalformedJWT.selector, 90));
    }

    function test_UnsupportedAlgorithm() public {
        bytes4 reason = ISDJWTVerifier.UnsupportedAlgorithm.selector;
        _refusesHeader('{"alg":"none","typ":"dc+sd-jwt","kid":"#k"}', reason);
        _refusesHeader('{"alg":"ES256K","typ":"dc+sd-jwt","kid":"#k"}', reason);
        _refusesHeader('{"typ":"dc+sd-jwt","kid":"#k"}', reason);
        _refusesHeader("{}", reason);
    }

    function test_WrongType() public {
        bytes4 reason = ISDJWTVerifier.WrongType.selector;
        _refusesHeader('{"alg":"ES256","typ":"kb+jwt","kid":"#k"}', reason);
        _refusesHeader('{"alg":"ES256","typ":"dc+sd-jwts","kid":"#k"}', reason);
        _refusesHeader('{"alg":"ES256","typ":"application/dc+sd-jwt","kid":"#k"}', reason);
        _refusesHeader('{"alg":"ES256","kid":"#k"}', reason);
    }

    function test_UnsupportedHeader() public {
        bytes4 reason = ISDJWTVerifier.UnsupportedHeader.selector;
        _refusesHeader('{"alg":"ES256","typ":"dc+sd-jwt","kid":"#k","crit":"x"}', reason);
        _refusesHeader('{"alg":"ES256","typ":"dc+sd-jwt","kid":"#k","b64":true}', reason);
    }

    function test_DuplicateMember_InTheHeader() public {
        _refusesTwice(
            '{"alg":"ES256","alg":"ES256","typ":"dc+sd-jwt","kid":"#k"}',
            bytes32('"alg":"ES256","typ":"dc+sd-jwt",')
        );
        _refusesTwice(
            '{"alg":"ES256","typ":"dc+sd-jwt","typ":"dc+sd-jwt","kid":"#k"}',
            bytes32('"typ":"dc+sd-jwt","kid":"#k"}')
        );
        _refusesTwice(
            '{"alg":"ES256","typ":"dc+sd-jwt","kid":"#k","kid":"#k"}', bytes32('"kid":"#k"}')
        );
        _refusesTwice('{"alg":"ES256","typ":"dc+sd-jwt","kid":"#k","a":1,"a":1}', bytes32('"a":1}'));
    }

    function test_UnexpectedJSON_BehindTheHeader() public {
        Draft memory draft = _draft();
        draft.header = string.concat(HEADER, "x");
        _refuses(draft, abi.encodeWithSelector(CompactJSON.UnexpectedJSON.selector, bytes32("x")));
    }

    function test_InvalidIssuerSignature_AnotherKey() public {
        issuerKey = _key(HOLDER_SECRET);
        _refuses(
            _draft(),
            abi.encodeWithSelector(
                ISDJWTVerifier.InvalidIssuerSignature.selector, KeyId.wrap(keccak256(issuerKey))
            )
        );
    }

    function test_InvalidIssuerSignature_NumbersOutOfRange() public {
        Draft memory draft = _draft();
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        string memory input = string.concat(_encode(bytes(draft.header)), ".", "e30");
        uint256[4] memory wrong = [uint256(0), P256.N, P256.N + 1, type(uint256).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            for (uint256 j = 0; j < 2; ++j) {
                uint256 r = j == 0 ? wrong[i] : 1;
                uint256 s = j == 0 ? 1 : wrong[i];
                presentation.jwt = string.concat(input, ".", _encode(abi.encode(r, s)));
                _refuses(
                    presentation,
                    abi.encodeWithSelector(
                        ISDJWTVerifier.InvalidIssuerSignature.selector,
                        KeyId.wrap(keccak256(issuerKey))
                    )
                );
            }
        }
    }

    function test_InvalidIssuerSignature_AKeyThatIsNoPoint() public {
        issuerKey = abi.encode(1, 1);
        _refuses(
            _draft(),
            abi.encodeWithSelector(
                ISDJWTVerifier.InvalidIssuerSignature.selector, KeyId.wrap(keccak256(issuerKey))
            )
        );
    }

    function test_MissingMember() public {
        string memory rest = string.concat(',"cnf":', _confirmation(), "}");
        _refusesPayload(string.concat('"vct":"v","iat":1,"exp":9999999999', rest), "iss");
        _refusesPayload(string.concat('"iss":"","vct":"v","iat":1,"exp":9999999999', rest), "iss");
        _refusesPayload(string.concat('"iss":"i","iat":1,"exp":9999999999', rest), "vct");
        _refusesPayload(string.concat('"iss":"i","vct":"","iat":1,"exp":9999999999', rest), "vct");
        _refusesPayload(string.concat('"iss":"i","vct":"v","exp":9999999999', rest), "iat");
        _refusesPayload(string.concat('"iss":"i","vct":"v","iat":1', rest), "exp");
        _refusesPayload('"iss":"i","vct":"v","iat":1,"exp":9999999999}', "cnf");
    }

    function test_ForeignKeyId() public {
        bytes4 reason = ISDJWTVerifier.ForeignKeyId.selector;
        _refusesHeader('{"alg":"ES256","typ":"dc+sd-jwt"}', reason);
        _refusesHeader('{"alg":"ES256","typ":"dc+sd-jwt","kid":""}', reason);
        _refusesHeader('{"alg":"ES256","typ":"dc+sd-jwt","kid":"did:web:issuer.example"}', reason);
        _refusesHeader(
            '{"alg":"ES256","typ":"dc+sd-jwt","kid":"did:web:issuer.example:x#k"}', reason
        );
        _refusesHeader(
            '{"alg":"ES256","typ":"dc+sd-jwt","kid":"did:web:another.exampl#key"}', reason
        );
    }

    function test_CredentialExpired() public {
        Draft memory draft = _draft();
        vm.warp(START + 30 days);
        draft.bound = _bound();
        _refuses(
            draft,
            abi.encodeWithSelector(ISDJWTVerifier.CredentialExpired.selector, START + 30 days)
        );
    }

    function test_CredentialNotYetValid() public {
        Draft memory draft = _draft();
        draft.members = _members(string.concat('"_sd":[@],"nbf":', vm.toString(START + 61)));
        _refuses(
            draft, abi.encodeWithSelector(ISDJWTVerifier.CredentialNotYetValid.selector, START + 61)
        );
    }

    function test_CredentialFromFuture() public {
        Draft memory draft = _draft();
        vm.warp(START - 61);
        draft.bound = _bound();
        _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.CredentialFromFuture.selector, START));
    }

    function test_AudienceMismatch_OfTheCredential() public {
        _refusesMember('"aud":"another"', ISDJWTVerifier.AudienceMismatch.selector);
    }

    function test_InvalidTime() public {
        string[5] memory wrong = ["0", "-1", "253402300800", "9007199254740992", "1"];
        for (uint256 i = 0; i < 4; ++i) {
            Draft memory draft = _draft();
            draft.members = _members(string.concat('"_sd":[@],"nbf":', wrong[i]));
            ISDJWTVerifier.Presentation memory presentation = _sign(draft);
            _refusesStarting(presentation, ISDJWTVerifier.InvalidTime.selector);
        }
    }

    function test_DuplicateMember_InThePayload() public {
        string memory vct = string.concat('"vct":"', VCT, '"');
        string[8] memory twice = [
            '"iss":"did:web:issuer.example"',
            vct,
            '"iat":1',
            '"exp":1',
            string.concat('"cnf":', _confirmation()),
            '"nbf":1,"nbf":1',
            '"aud":"a","aud":"a"',
            '"level":1,"x":1,"level":1'
        ];
        for (uint256 i = 0; i < twice.length; ++i) {
            _refusesMember(twice[i], CompactJSON.DuplicateMember.selector);
        }
        _refusesMember(
            string.concat(_status(1), ",", _status(1)), CompactJSON.DuplicateMember.selector
        );
        _refusesMember(
            '"_sd_alg":"sha-256","_sd_alg":"sha-256"', CompactJSON.DuplicateMember.selector
        );
        _refusesMember('"_sd":[]', CompactJSON.DuplicateMember.selector);
        _refusesMember('"sub":"a","sub":"a"', CompactJSON.DuplicateMember.selector);
        _refusesMember('"o":{"a":[{"b":1,"b":1}]}', CompactJSON.DuplicateMember.selector);
    }

    function test_UnsupportedHash() public {
        _refusesMember('"_sd_alg":"sha-512"', ISDJWTVerifier.UnsupportedHash.selector);
    }

    function test_UnsupportedHolderKey() public {
        string memory x = '"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"';
        string memory y = ',"y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"';
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256",', x, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256"', y, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"EC",', x, y, "}}"));
        _refusesKey(string.concat('{"jwk":{"crv":"P-256",', x, y, "}}"));
        string memory zero = '"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"';
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256","x":', zero, y, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256","y":', zero, ",", x, "}}"));
        // A zero does not stand for a member that was not seen: nobody can write another after it.
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256","x":', zero, ",", x, y, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"OKP","crv":"P-256",', x, y, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-384",', x, y, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256","d":"AA",', x, y, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256","use":"enc",', x, y, "}}"));
        _refusesKey(string.concat('{"jwk":{"kty":"EC","crv":"P-256","alg":"ES384",', x, y, "}}"));
        _refusesKey('{"jwk":{"x":"AAAA"}}');
        _refusesKey('{"jwk":{}}');
        _refusesKey('{"kid":"x"}');
        _refusesKey("{}");
    }

    function test_DuplicateMember_InTheConfirmedKey() public {
        string memory x = '"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"';
        string memory y = '"y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"';
        bytes4 reason = CompactJSON.DuplicateMember.selector;
        _refusesConfirmation(string.concat('{"jwk":{', x, ",", x, "}}"), reason);
        _refusesConfirmation(string.concat('{"jwk":{', y, ",", y, "}}"), reason);
        _refusesConfirmation('{"jwk":{"kty":"EC","kty":"EC"}}', reason);
        _refusesConfirmation('{"jwk":{"crv":"P-256","crv":"P-256"}}', reason);
        _refusesConfirmation('{"jwk":{"kid":"a","kid":"a"}}', reason);
    }

    function test_UnexpectedJSON_BesideTheConfirmedKey() public {
        Draft memory draft = _draft();
        draft.members = string.concat('"_sd":[@],', _registered(), ',"cnf":', _confirmation(), "}");
        bytes memory members = bytes(draft.members);
        // The last brace but one closes cnf: put another member there.
        bytes memory changed = new bytes(members.length - 2);
        for (uint256 i = 0; i < changed.length; ++i) {
            changed[i] = members[i];
        }
        draft.members = string.concat(string(changed), ',"kid":"x"}}');
        _refusesStarting(_sign(draft), CompactJSON.UnexpectedJSON.selector);
    }

    function test_UnsupportedStatus() public {
        bytes4 reason = ISDJWTVerifier.UnsupportedStatus.selector;
        _refusesMember('"status":{"status_list":{"idx":1,"uri":"x"}}', reason);
        _refusesMember('"status":{"didgate":{"uri":"x"}}', reason);
        _refusesMember('"status":{"didgate":{"idx":1,"uri":"x"}}', reason);
        _refusesMember('"status":{"didgate":{"idx":-1}}', reason);
        _refusesMember('"status":{"didgate":{"idx":4294967296}}', reason);
        _refusesMember('"status":{"didgate":{"idx":9007199254740992}}', reason);
        bytes4 unexpected = CompactJSON.UnexpectedJSON.selector;
        _refusesMember('"status":{"didgate":{"idx":1}}', unexpected);
        string memory status = _status(1);
        _refusesMember(string.concat(_cut(status, 1), ',"x":1}'), unexpected);
        _refusesMember(string.concat(_cut(status, 2), ',"x":1}}'), unexpected);
    }

    function test_StatusListMismatch() public {
        bytes4 reason = ISDJWTVerifier.StatusListMismatch.selector;
        _refusesMember('"status":{"didgate":{"list":"0x","idx":1}}', reason);
        string memory list = _hex(keccak256("another"));
        _refusesMember(
            string.concat('"status":{"didgate":{"list":"0x', list, '","idx":1}}'), reason
        );
    }

    function _refusesHeader(string memory header, bytes4 selector) private {
        Draft memory draft = _draft();
        draft.header = header;
        _refuses(draft, selector);
    }

    function _refusesTwice(string memory header, bytes32 found) private {
        Draft memory draft = _draft();
        draft.header = header;
        _refuses(draft, abi.encodeWithSelector(CompactJSON.DuplicateMember.selector, found));
    }

    function _refusesPayload(string memory members, string memory missing) private {
        Draft memory draft = _draft();
        draft.shown = new string[](0);
        draft.members = members;
        _refuses(draft, abi.encodeWithSelector(ISDJWTVerifier.MissingMember.selector, missing));
    }

    function _refusesMember(string memory member, bytes4 selector) private {
        Draft memory draft = _draft();
        draft.members = _members(string.concat('"_sd":[@],', member));
        _refusesStarting(_sign(draft), selector);
    }

    function _refusesKey(string memory confirmation) private {
        _refusesConfirmation(confirmation, ISDJWTVerifier.UnsupportedHolderKey.selector);
    }

    function _refusesConfirmation(string memory confirmation, bytes4 selector) private {
        Draft memory draft = _draft();
        draft.members = string.concat('"_sd":[@],', _registered(), ',"cnf":', confirmation, "}");
        _refusesStarting(_sign(draft), selector);
    }
}
