// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ISDJWTVerifier} from "../../interfaces/ISDJWTVerifier.sol";
import {NameSet} from "../../types/NameSet.sol";
import {Slice} from "../../types/Slice.sol";
import {Base64URL} from "../text/Base64URL.sol";
import {CompactJSON} from "../text/CompactJSON.sol";
import {HexText} from "../text/HexText.sol";
import {Memory} from "../text/Memory.sol";
import {RegisteredClaims} from "./RegisteredClaims.sol";

/// @title What the key-binding JWT of an SD-JWT says (RFC 9901 sections 4.3 and 7.3)
// What stands at a place is recognised by its first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
library KeyBinding {
    using CompactJSON for uint256;

    /// @notice What is still to be read.
    /// @param audience keccak256 of the audience, until it is met; then 0. So the next three.
    /// @param nonce Of the nonce.
    /// @param access Of the digest of the access.
    /// @param presentation Of the digest of what is presented.
    /// @param audienceSize The number of bytes of the audience.
    /// @param issuedAt When it was made; 0 until it is read. So the next two.
    /// @param names Of the members that mean nothing here.
    struct Binding {
        bytes32 audience;
        bytes32 nonce;
        bytes32 access;
        bytes32 presentation;
        uint256 audienceSize;
        uint64 issuedAt;
        uint64 notBefore;
        uint64 validUntil;
        NameSet names;
    }

    uint64 internal constant MAX_AGE = 5 minutes;
    uint64 internal constant CLOCK_SKEW = 1 minutes;

    uint256 private constant NONCE_SIZE = 64;
    uint256 private constant ACCESS_SIZE = 66;
    uint256 private constant DIGEST_SIZE = 43;

    /// @notice Returns what the holder must have signed.
    /// @param audience The audience.
    /// @param wanted Access and nonce.
    /// @param presented The issuer-signed JWT and the disclosures, each with its tilde.
    function expect(
        string memory audience,
        ISDJWTVerifier.Expected calldata wanted,
        Slice presented
    ) internal view returns (Binding memory binding) {
        (bytes32 high, bytes32 low) = HexText.digits(wanted.nonce);
        binding.audience = keccak256(bytes(audience));
        binding.audienceSize = bytes(audience).length;
        binding.nonce = Hashes.efficientKeccak256(high, low);
        binding.access = HexText.hashOfPrefixed(wanted.access);
        binding.presentation = Base64URL.hashOfEncoded(Memory.sha2(presented));
    }

    /// @notice Reads the payload, and checks that the holder signed what is expected, just now.
    function check(Binding memory self, Slice payload) internal view {
        (bool more, uint256 place) =
            payload.start().open(CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE);
        while (more) {
            place = _member(self, place);
            (more, place) = place.proceed(CompactJSON.CLOSING_BRACE);
        }
        if (place != payload.end()) place.unexpected();
        if (self.audience != 0) revert ISDJWTVerifier.AudienceMismatch();
        if (self.nonce != 0) revert ISDJWTVerifier.NonceMismatch();
        if (self.access != 0) revert ISDJWTVerifier.AccessMismatch();
        if (self.presentation != 0) revert ISDJWTVerifier.PresentationMismatch();
        _checkTimes(self);
    }

    function _member(Binding memory self, uint256 place) private pure returns (uint256 next) {
        bytes32 word = bytes32(Memory.word(place));
        bytes32 met;
        if (bytes6(word) == '"aud":') {
            (met, next) = _text(place, 6, self.audience, self.audienceSize);
            if (met != self.audience) revert ISDJWTVerifier.AudienceMismatch();
            self.audience = 0;
        } else if (bytes8(word) == '"nonce":') {
            (met, next) = _text(place, 8, self.nonce, NONCE_SIZE);
            if (met != self.nonce) revert ISDJWTVerifier.NonceMismatch();
            self.nonce = 0;
        } else if (bytes10(word) == '"didgate":') {
            (met, next) = _text(place, 10, self.access, ACCESS_SIZE);
            if (met != self.access) revert ISDJWTVerifier.AccessMismatch();
            self.access = 0;
        } else if (bytes10(word) == '"sd_hash":') {
            (met, next) = _text(place, 10, self.presentation, DIGEST_SIZE);
            if (met != self.presentation) revert ISDJWTVerifier.PresentationMismatch();
            self.presentation = 0;
        } else {
            next = _time(self, place, bytes6(word));
        }
    }

    /// @dev Reads a text that must be the one whose hash is expected; 0 says that it was met before.
    function _text(uint256 place, uint256 nameSize, bytes32 expected, uint256 size)
        private
        pure
        returns (bytes32, uint256)
    {
        if (expected == 0) place.duplicate();
        return place.skip(nameSize).sized(size);
    }

    function _time(Binding memory self, uint256 place, bytes6 name)
        private
        pure
        returns (uint256 next)
    {
        bool isTwice;
        if (name == '"iat":') {
            isTwice = self.issuedAt != 0;
            (self.issuedAt, next) = RegisteredClaims.time(place.skip(6));
        } else if (name == '"exp":') {
            isTwice = self.validUntil != 0;
            (self.validUntil, next) = RegisteredClaims.time(place.skip(6));
        } else if (name == '"nbf":') {
            isTwice = self.notBefore != 0;
            (self.notBefore, next) = RegisteredClaims.time(place.skip(6));
        } else {
            // Whatever else the holder says, as long as it is flat.
            (, self.names, next) = place.member(self.names);
            (,, next) = next.scalar();
        }
        if (isTwice) place.duplicate();
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
