// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {ISDJWTVerifier} from "../interfaces/ISDJWTVerifier.sol";
import {NameSet} from "../types/NameSet.sol";
import {Slice, slice} from "../types/Slice.sol";
import {Base64URL} from "./Base64URL.sol";
import {CompactJSON} from "./CompactJSON.sol";
import {Lanes} from "./Lanes.sol";
import {Memory} from "./Memory.sol";

/// @title JWTs in compact form (RFC 7519) with ES256 (RFC 7518 section 3.4)
library CompactJWT {
    /// @param header JSON, not yet read.
    /// @param payload JSON, not yet read.
    /// @param digest SHA-256 of what is signed.
    struct JWT {
        Slice header;
        Slice payload;
        bytes32 digest;
        bytes32 r;
        bytes32 s;
    }

    /// @dev A dot, and 64 bytes in base64url.
    uint256 private constant SIGNATURE_LENGTH = 87;
    uint256 private constant DOT = 0x2e;
    uint256 private constant DOTS = (2 ** 256 - 1) / 0xff * 0x2e;

    /// @notice Takes a JWT apart; nothing is verified.
    function parse(Slice token) internal view returns (JWT memory jwt) {
        unchecked {
            if (token.length() <= SIGNATURE_LENGTH) {
                revert ISDJWTVerifier.MalformedJWT(token.length());
            }
            uint256 lastDot = token.end() - SIGNATURE_LENGTH;
            if (!CompactJSON.isAt(lastDot, DOT)) {
                revert ISDJWTVerifier.MalformedJWT(token.length());
            }
            uint256 firstDot = _find(token.start());
            if (firstDot == lastDot) revert ISDJWTVerifier.MalformedJWT(token.length());
            jwt.header = CompactJSON.decode(slice(token.start(), firstDot));
            jwt.payload = CompactJSON.decode(slice(firstDot + 1, lastDot));
            jwt.digest = Memory.sha2(slice(token.start(), lastDot));
            (Slice signature,) = Base64URL.decode(slice(lastDot + 1, token.end()));
            jwt.r = bytes32(Memory.word(signature.start()));
            jwt.s = bytes32(Memory.word(signature.start() + 32));
        }
    }

    /// @notice Reads the header: ES256, the type, no extensions, and where its `kid` stands.
    /// @return kid Empty where there is none.
    function checkHeader(JWT memory jwt, bytes32 typ) internal pure returns (Slice kid) {
        (bool more, uint256 place) = CompactJSON.open(
            jwt.header.start(), CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE
        );
        NameSet names;
        bytes32 stated;
        bytes32 algorithm;
        while (more) {
            bytes32 name;
            (name, place) = CompactJSON.name(place);
            names = addName(names, name);
            if (name == keccak256("alg")) {
                (algorithm, place) = CompactJSON.text(place);
            } else if (name == keccak256("typ")) {
                (stated, place) = CompactJSON.text(place);
            } else if (name == keccak256("kid")) {
                (kid, place) = CompactJSON.quoted(place);
            } else {
                if (name == keccak256("crit") || name == keccak256("b64")) {
                    revert ISDJWTVerifier.UnsupportedHeader();
                }
                (,, place) = CompactJSON.scalar(place);
            }
            (more, place) = CompactJSON.proceed(place, CompactJSON.CLOSING_BRACE);
        }
        if (place != jwt.header.end()) CompactJSON.unexpected(place);
        if (algorithm != keccak256("ES256")) revert ISDJWTVerifier.UnsupportedAlgorithm();
        if (stated != typ) revert ISDJWTVerifier.WrongType();
    }

    /// @notice Whether the signature holds for the key with these coordinates.
    /// @dev RFC 7518 allows both values of s, and so does the precompile; the library here refuses
    /// the high one, so it is given the low one. Where the precompile is missing it reverts with
    /// MissingPrecompile, which it finds out by a signature that is known to hold.
    function isSignedBy(JWT memory jwt, bytes32 x, bytes32 y) internal view returns (bool) {
        unchecked {
            uint256 s = uint256(jwt.s);
            if (s > P256.N / 2 && s < P256.N) s = P256.N - s;
            return P256.verifyNative(jwt.digest, jwt.r, bytes32(s), x, y);
        }
    }

    /// @notice Adds a member's name to those that an object has; refuses one that it has already.
    function addName(NameSet names, bytes32 name) internal pure returns (NameSet all) {
        bool isNew;
        (all, isNew) = names.add(name);
        if (!isNew) revert ISDJWTVerifier.DuplicateMember(name);
    }

    /// @dev The place of the first dot from `place` on; there must be one.
    function _find(uint256 place) private pure returns (uint256) {
        unchecked {
            uint256 dots = Lanes.equal(Memory.word(place), DOTS);
            while (dots == 0) {
                place += 32;
                dots = Lanes.equal(Memory.word(place), DOTS);
            }
            return place + Lanes.first(dots);
        }
    }
}
