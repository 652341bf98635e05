// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {ISDJWTVerifier} from "../../interfaces/ISDJWTVerifier.sol";
import {NameSet} from "../../types/NameSet.sol";
import {Slice, slice} from "../../types/Slice.sol";
import {Base64URL} from "../text/Base64URL.sol";
import {CompactJSON} from "../text/CompactJSON.sol";
import {Lanes} from "../text/Lanes.sol";
import {Memory} from "../text/Memory.sol";

/// @title JWTs in compact form (RFC 7519) with ES256 (RFC 7518 section 3.4)
// What stands at a place is recognised by its first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
library CompactJWT {
    using CompactJSON for uint256;

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
            if (!lastDot.isAt(DOT)) {
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
    /// @param typ The type in quotes.
    /// @param size The number of its characters.
    /// @return kid Empty where there is none.
    function checkHeader(JWT memory jwt, bytes32 typ, uint256 size)
        internal
        pure
        returns (Slice kid)
    {
        (bool more, uint256 place) =
            jwt.header.start().open(CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE);
        NameSet names;
        bool hasAlgorithm;
        bool hasType;
        while (more) {
            bytes32 word = bytes32(Memory.word(place));
            if (bytes6(word) == '"alg":') {
                if (hasAlgorithm) place.duplicate();
                hasAlgorithm = true;
                place = _algorithm(place.skip(6));
            } else if (bytes6(word) == '"typ":') {
                if (hasType) place.duplicate();
                hasType = true;
                place = _type(place.skip(6), typ, size);
            } else if (bytes6(word) == '"kid":') {
                if (Slice.unwrap(kid) != 0) place.duplicate();
                (kid, place) = place.skip(6).quoted();
            } else {
                (names, place) = _another(place, names);
            }
            (more, place) = place.proceed(CompactJSON.CLOSING_BRACE);
        }
        if (place != jwt.header.end()) place.unexpected();
        if (!hasAlgorithm) revert ISDJWTVerifier.UnsupportedAlgorithm();
        if (!hasType) revert ISDJWTVerifier.WrongType();
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

    function _algorithm(uint256 place) private pure returns (uint256) {
        if (bytes7(bytes32(Memory.word(place))) != '"ES256"') {
            revert ISDJWTVerifier.UnsupportedAlgorithm();
        }
        unchecked {
            return place + 7;
        }
    }

    function _type(uint256 place, bytes32 typ, uint256 size) private pure returns (uint256) {
        if ((Memory.word(place) ^ uint256(typ)) >> (256 - 8 * size) != 0) {
            revert ISDJWTVerifier.WrongType();
        }
        unchecked {
            return place + size;
        }
    }

    /// @dev A header parameter that means nothing here; `crit` and `b64` would mean something.
    function _another(uint256 place, NameSet names)
        private
        pure
        returns (NameSet all, uint256 next)
    {
        bytes32 name;
        (name, all, next) = place.member(names);
        if (name == keccak256("crit") || name == keccak256("b64")) {
            revert ISDJWTVerifier.UnsupportedHeader();
        }
        (,, next) = next.scalar();
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
