// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISDJWTVerifier} from "../interfaces/ISDJWTVerifier.sol";
import {NameSet} from "../types/NameSet.sol";
import {Slice} from "../types/Slice.sol";
import {Base64URL} from "./Base64URL.sol";
import {CompactJSON} from "./CompactJSON.sol";
import {CompactJWT} from "./CompactJWT.sol";
import {HexText} from "./HexText.sol";
import {Memory} from "./Memory.sol";
import {RegisteredClaims} from "./RegisteredClaims.sol";

/// @title What the key-binding JWT of an SD-JWT says (RFC 9901 sections 4.3 and 7.3)
library KeyBinding {
    using CompactJSON for uint256;

    /// @notice keccak256 of its texts, and its times; 0 for what is missing.
    struct Binding {
        bytes32 audience;
        bytes32 nonce;
        bytes32 presentation;
        bytes32 access;
        uint64 issuedAt;
        uint64 notBefore;
        uint64 validUntil;
    }

    uint64 internal constant MAX_AGE = 5 minutes;
    uint64 internal constant CLOCK_SKEW = 1 minutes;

    /// @notice Reads the payload. Claims that are not known here are scalars, and mean nothing.
    function read(Slice payload) internal pure returns (Binding memory binding) {
        (bool more, uint256 place) =
            payload.start().open(CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE);
        NameSet names;
        while (more) {
            bytes32 name;
            (name, place) = place.name();
            names = CompactJWT.addName(names, name);
            place = _member(binding, place, name);
            (more, place) = place.proceed(CompactJSON.CLOSING_BRACE);
        }
        if (place != payload.end()) CompactJSON.unexpected(place);
    }

    /// @notice Checks what the holder signed.
    /// @param audience keccak256 of the audience.
    /// @param expected Access and nonce.
    /// @param presented The issuer-signed JWT and the disclosures, each with its tilde.
    function check(
        Binding memory self,
        bytes32 audience,
        ISDJWTVerifier.Expected calldata expected,
        Slice presented
    ) internal view {
        if (self.audience != audience) {
            revert ISDJWTVerifier.AudienceMismatch();
        }
        (bytes32 high, bytes32 low) = HexText.digits(expected.nonce);
        if (self.nonce != keccak256(abi.encode(high, low))) revert ISDJWTVerifier.NonceMismatch();
        if (self.presentation != Base64URL.hashOfEncoded(Memory.sha2(presented))) {
            revert ISDJWTVerifier.PresentationMismatch();
        }
        if (self.access != HexText.hashOfPrefixed(expected.access)) {
            revert ISDJWTVerifier.AccessMismatch();
        }
        _checkTimes(self);
    }

    function _member(Binding memory self, uint256 place, bytes32 name)
        private
        pure
        returns (uint256 next)
    {
        if (name == keccak256("aud")) (self.audience, next) = place.text();
        else if (name == keccak256("nonce")) (self.nonce, next) = place.text();
        else if (name == keccak256("sd_hash")) (self.presentation, next) = place.text();
        else if (name == keccak256("didgate")) (self.access, next) = place.text();
        else if (name == keccak256("iat")) (self.issuedAt, next) = RegisteredClaims.time(place);
        else if (name == keccak256("exp")) (self.validUntil, next) = RegisteredClaims.time(place);
        else if (name == keccak256("nbf")) (self.notBefore, next) = RegisteredClaims.time(place);
        else (,, next) = place.scalar();
    }

    function _checkTimes(Binding memory self) private view {
        if (self.issuedAt == 0) revert ISDJWTVerifier.MissingMember("iat");
        if (self.issuedAt > block.timestamp + CLOCK_SKEW) {
            revert ISDJWTVerifier.KeyBindingFromFuture(self.issuedAt);
        }
        if (self.issuedAt + MAX_AGE < block.timestamp) {
            revert ISDJWTVerifier.KeyBindingExpired(self.issuedAt);
        }
        if (self.validUntil != 0 && self.validUntil <= block.timestamp) {
            revert ISDJWTVerifier.KeyBindingExpired(self.validUntil);
        }
        if (self.notBefore > block.timestamp + CLOCK_SKEW) {
            revert ISDJWTVerifier.KeyBindingFromFuture(self.notBefore);
        }
    }
}
