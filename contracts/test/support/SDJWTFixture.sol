// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {SDJWTVerifier} from "../../src/SDJWTVerifier.sol";
import {ISDJWTVerifier} from "../../src/interfaces/ISDJWTVerifier.sol";
import {ShownCredential} from "../../src/types/Presented.sol";
import {Fixture} from "./Fixture.sol";

/// @notice An issuer, a holder, and the JSON of a presentation that verifies; tests change a part of
/// it, and it is put together and signed again.
abstract contract SDJWTFixture is Fixture {
    /// @param names The claims asked for.
    /// @param header Of the issuer-signed JWT.
    /// @param members Of its payload, without the first brace; `@` stands for the digests of all
    /// disclosures, each as a text, with commas.
    /// @param shown The JSON of the disclosures.
    /// @param boundHeader Of the key-binding JWT.
    /// @param bound Members of its payload beside `sd_hash`, which is the last; without the braces.
    struct Draft {
        string[] names;
        string header;
        string members;
        string[] shown;
        string boundHeader;
        string bound;
    }

    uint256 internal constant ISSUER_SECRET = 1001;
    uint256 internal constant HOLDER_SECRET = 2002;
    string internal constant ISSUER = "did:web:issuer.example";
    string internal constant VCT = "https://example.org/Badge";
    string internal constant ROLE = '["c2FsdHNhbHRzYWx0c2FsdA","role","auditor"]';
    string internal constant LEVEL = '["c2FsdHNhbHRzYWx0c2FsdA","level",3]';
    string internal constant HEADER =
        '{"alg":"ES256","typ":"dc+sd-jwt","kid":"did:web:issuer.example#key-1"}';
    string internal constant BOUND_HEADER = '{"alg":"ES256","typ":"kb+jwt"}';
    bytes32 internal constant ACCESS = keccak256("access");
    bytes32 internal constant NONCE = keccak256("nonce");
    bytes internal constant HEX = "0123456789abcdef";

    SDJWTVerifier internal verifier;
    ISDJWTVerifier.Expected internal expected;
    bytes internal issuerKey;

    function setUp() public virtual override {
        super.setUp();
        verifier = new SDJWTVerifier();
        expected = ISDJWTVerifier.Expected(address(0xAbC0123456789), ACCESS, NONCE);
        issuerKey = _key(ISSUER_SECRET);
    }

    /// @notice What verifies: one claim concealed and shown, and asked for.
    function _draft() internal view returns (Draft memory draft) {
        draft.names = _list("role");
        draft.header = HEADER;
        draft.members = _members('"_sd":[@],"_sd_alg":"sha-256"');
        draft.shown = _list(ROLE);
        draft.boundHeader = BOUND_HEADER;
        draft.bound = _bound();
    }

    /// @notice The registered claims, behind others.
    function _members(string memory others) internal pure returns (string memory) {
        return string.concat(others, ",", _registered(), ',"cnf":', _confirmation(), "}");
    }

    function _registered() internal pure returns (string memory) {
        return string.concat(
            '"iss":"',
            ISSUER,
            '","vct":"',
            VCT,
            '","iat":',
            vm.toString(START),
            ',"exp":',
            vm.toString(uint256(START) + 30 days)
        );
    }

    function _confirmation() internal pure returns (string memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(HOLDER_SECRET);
        return string.concat(
            '{"jwk":{"kty":"EC","crv":"P-256","x":"',
            _encode(abi.encode(x)),
            '","y":"',
            _encode(abi.encode(y)),
            '"}}'
        );
    }

    /// @notice A status in the issuer's own list.
    function _status(uint256 index) internal pure returns (string memory) {
        bytes32 list = keccak256(abi.encode(keccak256(bytes(ISSUER)), keccak256(bytes(VCT))));
        return string.concat(
            '"status":{"didgate":{"list":"0x', _hex(list), '","idx":', vm.toString(index), "}}"
        );
    }

    function _bound() internal view returns (string memory) {
        return string.concat(
            '"didgate":"0x',
            _hex(expected.access),
            '","iat":',
            vm.toString(block.timestamp),
            ',"aud":"',
            verifier.audienceOf(expected.verifier),
            '","nonce":"',
            _hex(expected.nonce),
            '"'
        );
    }

    /// @notice Puts a draft together and signs it with the right keys.
    function _sign(Draft memory draft)
        internal
        pure
        returns (ISDJWTVerifier.Presentation memory presentation)
    {
        presentation.disclosures = new string[](draft.shown.length);
        for (uint256 i = 0; i < draft.shown.length; ++i) {
            presentation.disclosures[i] = _encode(bytes(draft.shown[i]));
        }
        presentation.jwt = _jwt(ISSUER_SECRET, draft.header, _payload(draft, presentation));
        presentation.keyBinding = _binding(draft, presentation);
    }

    /// @notice The key-binding JWT over a presentation.
    function _binding(Draft memory draft, ISDJWTVerifier.Presentation memory presentation)
        internal
        pure
        returns (string memory)
    {
        return _jwt(HOLDER_SECRET, draft.boundHeader, _boundPayload(draft, presentation));
    }

    /// @notice The payload of the key-binding JWT over a presentation.
    function _boundPayload(Draft memory draft, ISDJWTVerifier.Presentation memory presentation)
        internal
        pure
        returns (string memory)
    {
        string memory presented = string.concat(presentation.jwt, "~");
        for (uint256 i = 0; i < presentation.disclosures.length; ++i) {
            presented = string.concat(presented, presentation.disclosures[i], "~");
        }
        return string.concat("{", draft.bound, ',"sd_hash":"', _digest(presented), '"}');
    }

    function _jwt(uint256 secret, string memory header, string memory payload)
        internal
        pure
        returns (string memory)
    {
        string memory input = string.concat(_encode(bytes(header)), ".", _encode(bytes(payload)));
        (bytes32 r, bytes32 s) = vm.signP256(secret, sha256(bytes(input)));
        return string.concat(input, ".", _encode(abi.encode(r, s)));
    }

    function _verify(Draft memory draft) internal view returns (ShownCredential memory) {
        return verifier.verify(7, _sign(draft), issuerKey, draft.names, expected);
    }

    /// @notice Expects the next draft to be refused with an error.
    function _refuses(Draft memory draft, bytes memory reason) internal {
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        vm.expectRevert(reason);
        verifier.verify(7, presentation, issuerKey, draft.names, expected);
    }

    function _refuses(Draft memory draft, bytes4 selector) internal {
        _refuses(draft, abi.encodePacked(selector));
    }

    /// @notice Expects a presentation to be refused with an error.
    function _refuses(ISDJWTVerifier.Presentation memory presentation, bytes memory reason)
        internal
    {
        vm.expectRevert(reason);
        verifier.verify(7, presentation, issuerKey, _list("role"), expected);
    }

    /// @notice Expects an error whose arguments do not matter.
    function _refusesStarting(ISDJWTVerifier.Presentation memory presentation, bytes4 selector)
        internal
    {
        vm.expectPartialRevert(selector);
        verifier.verify(7, presentation, issuerKey, _list("role"), expected);
    }

    /// @notice A text without its last characters.
    function _cut(string memory text, uint256 count) internal pure returns (string memory) {
        bytes memory rest = new bytes(bytes(text).length - count);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = bytes(text)[i];
        }
        return string(rest);
    }

    function _payload(Draft memory draft, ISDJWTVerifier.Presentation memory presentation)
        private
        pure
        returns (string memory payload)
    {
        string memory digests;
        for (uint256 i = 0; i < presentation.disclosures.length; ++i) {
            digests = string.concat(
                digests, i == 0 ? '"' : ',"', _digest(presentation.disclosures[i]), '"'
            );
        }
        return string.concat("{", _replace(draft.members, digests));
    }

    /// @notice Replaces each `@` in a text.
    function _replace(string memory text, string memory by) internal pure returns (string memory) {
        string memory result;
        bytes memory source = bytes(text);
        uint256 from;
        for (uint256 i = 0; i <= source.length; ++i) {
            if (i != source.length && source[i] != "@") continue;
            bytes memory part = new bytes(i - from);
            for (uint256 j = 0; j < part.length; ++j) {
                part[j] = source[from + j];
            }
            result = string.concat(result, string(part), i == source.length ? "" : by);
            from = i + 1;
        }
        return result;
    }

    /// @notice The digest of a text as an SD-JWT writes it.
    function _digest(string memory text) internal pure returns (string memory) {
        return _encode(abi.encodePacked(sha256(bytes(text))));
    }

    function _encode(bytes memory data) internal pure returns (string memory) {
        return Base64.encodeURL(data);
    }

    function _key(uint256 secret) internal pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(secret);
        return abi.encode(x, y);
    }

    function _hex(bytes32 data) internal pure returns (string memory) {
        bytes memory text = new bytes(64);
        for (uint256 i = 0; i < 64; ++i) {
            text[i] = HEX[uint256(data) >> (252 - 4 * i) & 15];
        }
        return string(text);
    }

    function _list(string memory only) internal pure returns (string[] memory list) {
        list = new string[](1);
        list[0] = only;
    }

    function _list(string memory first, string memory second)
        internal
        pure
        returns (string[] memory list)
    {
        list = new string[](2);
        (list[0], list[1]) = (first, second);
    }
}
