// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ISDJWTVerifier} from "../../src/interfaces/ISDJWTVerifier.sol";
import {Vm} from "./Vm.sol";

/// @notice Issues SD-JWT VCs and presents them, by the secrets of issuer and holder.
library SDJWTTokens {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @param claims Members of the payload that stand in the clear, each with a comma behind it.
    /// @param concealed JSON of the disclosures: salt, name and value.
    struct Token {
        uint256 issuer;
        uint256 holder;
        string did;
        string vct;
        uint64 issuedAt;
        uint64 expiresAt;
        string claims;
        string[] concealed;
    }

    /// @notice Presents a token with all its disclosures, for an access at a contract.
    function present(
        Token memory token,
        string memory audience,
        bytes32 access,
        bytes32 nonce,
        uint256 moment
    ) internal pure returns (ISDJWTVerifier.Presentation memory shown) {
        shown.disclosures = new string[](token.concealed.length);
        string memory digests;
        for (uint256 i = 0; i < token.concealed.length; ++i) {
            shown.disclosures[i] = Base64.encodeURL(bytes(token.concealed[i]));
            string memory digest = string.concat('"', _digest(shown.disclosures[i]), '"');
            digests = string.concat(digests, i == 0 ? "" : ",", digest);
        }
        shown.jwt = _jwt(
            token.issuer,
            string.concat('{"alg":"ES256","typ":"dc+sd-jwt","kid":"', token.did, '#key-1"}'),
            _payload(token, digests)
        );
        string memory presented = string.concat(shown.jwt, "~");
        for (uint256 i = 0; i < shown.disclosures.length; ++i) {
            presented = string.concat(presented, shown.disclosures[i], "~");
        }
        shown.keyBinding = _jwt(
            token.holder,
            '{"alg":"ES256","typ":"kb+jwt"}',
            _bound(audience, access, nonce, moment, _digest(presented))
        );
    }

    function _payload(Token memory token, string memory digests)
        private
        pure
        returns (string memory)
    {
        (uint256 x, uint256 y) = vm.publicKeyP256(token.holder);
        string memory registered = string.concat(
            '"iss":"',
            token.did,
            '","vct":"',
            token.vct,
            '","iat":',
            Strings.toString(token.issuedAt),
            ',"exp":',
            Strings.toString(token.expiresAt)
        );
        string memory confirmation = string.concat(
            ',"cnf":{"jwk":{"kty":"EC","crv":"P-256","x":"',
            Base64.encodeURL(abi.encode(x)),
            '","y":"',
            Base64.encodeURL(abi.encode(y)),
            '"}}}'
        );
        return string.concat("{", token.claims, '"_sd":[', digests, "],", registered, confirmation);
    }

    function _bound(
        string memory audience,
        bytes32 access,
        bytes32 nonce,
        uint256 moment,
        string memory presented
    ) private pure returns (string memory) {
        return string.concat(
            string.concat('{"didgate":"', Strings.toHexString(uint256(access), 32)),
            string.concat('","iat":', Strings.toString(moment), ',"aud":"', audience),
            string.concat('","nonce":"', _withoutPrefix(Strings.toHexString(uint256(nonce), 32))),
            string.concat('","sd_hash":"', presented, '"}')
        );
    }

    function _jwt(uint256 secret, string memory header, string memory payload)
        private
        pure
        returns (string memory)
    {
        string memory input = string.concat(
            Base64.encodeURL(bytes(header)), ".", Base64.encodeURL(bytes(payload))
        );
        (bytes32 r, bytes32 s) = vm.signP256(secret, sha256(bytes(input)));
        return string.concat(input, ".", Base64.encodeURL(abi.encode(r, s)));
    }

    function _digest(string memory text) private pure returns (string memory) {
        return Base64.encodeURL(abi.encodePacked(sha256(bytes(text))));
    }

    function _withoutPrefix(string memory digits) private pure returns (string memory) {
        bytes memory rest = new bytes(bytes(digits).length - 2);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = bytes(digits)[i + 2];
        }
        return string(rest);
    }
}
