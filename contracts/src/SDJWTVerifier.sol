// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ISDJWTVerifier} from "./interfaces/ISDJWTVerifier.sol";
import {Base64URL} from "./libraries/text/Base64URL.sol";
import {ClaimPath} from "./libraries/sdjwt/ClaimPath.sol";
import {CompactJSON} from "./libraries/text/CompactJSON.sol";
import {CompactJWT} from "./libraries/sdjwt/CompactJWT.sol";
import {HexText} from "./libraries/text/HexText.sol";
import {KeyBinding} from "./libraries/sdjwt/KeyBinding.sol";
import {Memory} from "./libraries/text/Memory.sol";
import {RegisteredClaims} from "./libraries/sdjwt/RegisteredClaims.sol";
import {SDJWTPayload} from "./libraries/sdjwt/SDJWTPayload.sol";
import {IssuerId, KeyId, TypeId} from "./types/Identifiers.sol";
import {Form, ShownCredential} from "./types/Presented.sol";
import {Slice, slice} from "./types/Slice.sol";

/// @title SD-JWT VCs with key binding, verified on chain
/// @dev What it does stands in ISDJWTVerifier; step by step, beside RFC 9901, in
/// docs/reference/presentation-verifier-review-sd-jwt.md.
contract SDJWTVerifier is ISDJWTVerifier {
    using CompactJWT for CompactJWT.JWT;
    using KeyBinding for KeyBinding.Binding;

    uint256 private constant MAX_LENGTH = 65536;
    uint256 private constant MAX_DISCLOSURES = 256;
    uint256 private constant KEY_LENGTH = 64;
    uint256 private constant TILDE = 0x7e;
    uint256 private constant HASH_SIGN = 0x23;

    /// @inheritdoc ISDJWTVerifier
    function verify(
        uint8 leaf,
        Presentation calldata presentation,
        bytes calldata issuerKey,
        string[] calldata names,
        Expected calldata expected
    ) external view returns (ShownCredential memory credential) {
        SDJWTPayload.Walk memory walk;
        (walk.paths, walk.claims) = ClaimPath.ofAll(names);
        _verify(walk, presentation, issuerKey, expected);
        credential = _shown(walk.registered);
        credential.leaf = leaf;
        credential.keyId = KeyId.wrap(keccak256(issuerKey));
        credential.claims = walk.claims;
    }

    /// @inheritdoc ISDJWTVerifier
    function audienceOf(address verifier) public view returns (string memory) {
        (bytes32 high, bytes32 low) = HexText.digits(bytes20(verifier));
        // 40 digits: 32 and 8.
        // forge-lint: disable-next-item(unsafe-typecast)
        return string(
            abi.encodePacked("eip155:", Strings.toString(block.chainid), ":0x", high, bytes8(low))
        );
    }

    function _verify(
        SDJWTPayload.Walk memory walk,
        Presentation calldata presentation,
        bytes calldata issuerKey,
        Expected calldata expected
    ) private view {
        (Slice jwt, Slice presented) = _copy(walk, presentation);
        Slice kid = _readIssued(walk, jwt, issuerKey);
        KeyBinding.Binding memory binding =
            KeyBinding.expect(audienceOf(expected.verifier), expected, presented);
        _checkIssued(walk.registered, kid, binding.audience);
        binding.check(_readHeld(walk.registered, presentation.keyBinding));
    }

    /// @dev Copies JWT and disclosures into memory, each with its tilde, as the holder signed them.
    function _copy(SDJWTPayload.Walk memory walk, Presentation calldata presentation)
        private
        view
        returns (Slice jwt, Slice presented)
    {
        uint256 count = presentation.disclosures.length;
        uint256 from = Memory.allocate(_lengthOf(presentation) + 32);
        uint256 place = Memory.copy(presentation.jwt, from);
        jwt = slice(from, place);
        place = _tilde(place);
        walk.disclosures = new SDJWTPayload.Disclosure[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 end = Memory.copy(presentation.disclosures[i], place);
            Slice encoded = slice(place, end);
            walk.disclosures[i].digest = Base64URL.hashOfEncoded(Memory.sha2(encoded));
            walk.disclosures[i].content = CompactJSON.decode(encoded);
            place = _tilde(end);
        }
        presented = slice(from, place);
    }

    function _lengthOf(Presentation calldata presentation) private pure returns (uint256 length) {
        uint256 count = presentation.disclosures.length;
        if (count > MAX_DISCLOSURES) revert TooManyDisclosures(count);
        length = bytes(presentation.jwt).length + bytes(presentation.keyBinding).length + 1 + count;
        for (uint256 i = 0; i < count; ++i) {
            length += bytes(presentation.disclosures[i]).length;
        }
        if (length > MAX_LENGTH) revert PresentationTooLong(length);
    }

    function _tilde(uint256 place) private pure returns (uint256) {
        Memory.store(place, TILDE << 248);
        unchecked {
            return place + 1;
        }
    }

    /// @dev RFC 9901 section 7.1: the issuer's signature, then the disclosures.
    function _readIssued(SDJWTPayload.Walk memory walk, Slice token, bytes calldata issuerKey)
        private
        view
        returns (Slice kid)
    {
        if (issuerKey.length != KEY_LENGTH) revert InvalidIssuerKeyLength(issuerKey.length);
        CompactJWT.JWT memory jwt = CompactJWT.parse(token);
        kid = jwt.checkHeader('"dc+sd-jwt"', 11);
        if (!jwt.isSignedBy(bytes32(issuerKey[:32]), bytes32(issuerKey[32:]))) {
            revert InvalidIssuerSignature(KeyId.wrap(keccak256(issuerKey)));
        }
        SDJWTPayload.read(walk, jwt.payload);
    }

    function _checkIssued(RegisteredClaims.Registered memory claims, Slice kid, bytes32 audience)
        private
        view
    {
        if (claims.issuer.length() == 0) revert MissingMember("iss");
        if (claims.vct == 0 || claims.vct == keccak256("")) revert MissingMember("vct");
        if (claims.issuedAt == 0) revert MissingMember("iat");
        if (claims.validUntil == 0) revert MissingMember("exp");
        if (claims.x == 0) revert MissingMember("cnf");
        if (!_isKeyOf(kid, claims.issuer)) revert ForeignKeyId();
        if (claims.audience != 0 && claims.audience != audience) revert AudienceMismatch();
        if (block.timestamp >= claims.validUntil) revert CredentialExpired(claims.validUntil);
        uint256 latest = block.timestamp + KeyBinding.CLOCK_SKEW;
        if (claims.notBefore > latest) revert CredentialNotYetValid(claims.notBefore);
        if (claims.issuedAt > latest) revert CredentialFromFuture(claims.issuedAt);
    }

    /// @dev A key id is a DID URL of the issuer's, or a fragment alone.
    function _isKeyOf(Slice kid, Slice issuer) private pure returns (bool) {
        if (kid.length() == 0) return false;
        if (CompactJSON.isAt(kid.start(), HASH_SIGN)) return true;
        if (kid.length() <= issuer.length()) return false;
        uint256 fragment = kid.start() + issuer.length();
        return CompactJSON.isAt(fragment, HASH_SIGN)
            && Memory.keccak(slice(kid.start(), fragment)) == Memory.keccak(issuer);
    }

    /// @dev RFC 9901 section 7.3, step 5: the holder's signature.
    function _readHeld(RegisteredClaims.Registered memory claims, string calldata keyBinding)
        private
        view
        returns (Slice payload)
    {
        uint256 from = Memory.allocate(bytes(keyBinding).length + 32);
        CompactJWT.JWT memory jwt = CompactJWT.parse(slice(from, Memory.copy(keyBinding, from)));
        jwt.checkHeader('"kb+jwt"', 8);
        if (!jwt.isSignedBy(claims.x, claims.y)) {
            revert InvalidHolderSignature(Hashes.efficientKeccak256(claims.x, claims.y));
        }
        return jwt.payload;
    }

    function _shown(RegisteredClaims.Registered memory claims)
        private
        pure
        returns (ShownCredential memory credential)
    {
        bytes32 issuer = Memory.keccak(claims.issuer);
        credential.form = Form.SD_JWT;
        credential.typeId = TypeId.wrap(claims.vct);
        credential.issuerId = IssuerId.wrap(issuer);
        credential.validUntil = claims.validUntil;
        credential.freshSince = claims.issuedAt;
        credential.holderKey = Hashes.efficientKeccak256(claims.x, claims.y);
        if (claims.statusList != 0) {
            // The registry lets only its issuer set bits of a list; another's says nothing.
            bytes32 list = Hashes.efficientKeccak256(issuer, claims.vct);
            if (claims.statusList != HexText.hashOfPrefixed(list)) revert StatusListMismatch();
            credential.hasStatus = true;
            credential.statusIndex = claims.statusIndex;
        }
    }
}
