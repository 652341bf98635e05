// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeyId} from "../types/Identifiers.sol";
import {ShownCredential} from "../types/Presented.sol";

/// @title Verifies SD-JWT VCs with key binding, ES256 by the precompile of EIP-7951
/// @notice The profile of docs/formats.md, and of JSON a part that every parser reads alike. What
/// is accepted here, the Python package accepts with the same claims; what lies outside is refused.
/// @dev Holds no state. Where an error's name comes from the presentation it is given as keccak256,
/// since it may be of any length. Besides the errors here there are those of Base64URL, CompactJSON
/// and UTF8, and MissingPrecompile.
interface ISDJWTVerifier {
    /// @notice An SD-JWT+KB, taken apart at its tildes.
    /// @param jwt The issuer-signed JWT.
    /// @param disclosures The disclosures shown, in the order in which the holder signed them.
    /// @param keyBinding The key-binding JWT.
    struct Presentation {
        string jwt;
        string[] disclosures;
        string keyBinding;
    }

    /// @notice What the holder must have signed.
    /// @param verifier The contract that the presentation is made for, which names its audience.
    /// @param access The ChainAccess digest for this credential.
    /// @param nonce The nonce of the ChainAccess.
    struct Expected {
        address verifier;
        bytes32 access;
        bytes32 nonce;
    }

    /// @notice The presentation has more bytes than the format allows.
    error PresentationTooLong(uint256 length);
    /// @notice There are more disclosures than the format allows.
    error TooManyDisclosures(uint256 count);
    /// @notice A key of P-256 is x ‖ y, 64 bytes.
    error InvalidIssuerKeyLength(uint256 length);
    /// @notice A JWT is not header, payload and a signature of 64 bytes.
    error MalformedJWT(uint256 length);
    /// @notice A header's algorithm is not ES256.
    error UnsupportedAlgorithm();
    /// @notice A header's type is another than belongs there.
    error WrongType();
    /// @notice A header demands an extension: `crit` or `b64`.
    error UnsupportedHeader();
    /// @notice The issuer's signature does not hold for the key.
    error InvalidIssuerSignature(KeyId keyId);
    /// @notice The holder's signature does not hold for the confirmed key.
    error InvalidHolderSignature(bytes32 holderKey);

    /// @notice A member that must be there is not, or is empty.
    error MissingMember(string name);
    /// @notice A disclosure repeats a claim.
    error ClaimAlreadyExists(bytes32 name);
    /// @notice Objects and arrays nest too deep.
    error NestedTooDeep(uint256 maximum);
    /// @notice The digests are made with another hash function than SHA-256.
    error UnsupportedHash();
    /// @notice A name that RFC 9901 reserves stands where a claim's name belongs.
    error ReservedName(bytes32 name);
    /// @notice A digest stands in the SD-JWT twice.
    error DuplicateDigest(bytes32 digest);
    /// @notice A disclosure belongs to no digest.
    error UnreferencedDisclosure(uint256 index);
    /// @notice A disclosure stands in an array or in a registered claim.
    error DisclosureOutOfPlace(uint256 index);
    /// @notice A claim was concealed that must be in the clear.
    error RegisteredClaimConcealed(bytes32 name);
    /// @notice The key id is not one of the issuer's.
    error ForeignKeyId();
    /// @notice The confirmed key is not a P-256 key in a JWK that says no more than that.
    error UnsupportedHolderKey();
    /// @notice The status is of another mechanism than `didgate`.
    error UnsupportedStatus();
    /// @notice The status list is not the issuer's for this type.
    error StatusListMismatch();
    /// @notice A time is no whole number of seconds of the years 1970 to 9999.
    error InvalidTime(bytes32 found);

    /// @notice The credential has expired.
    error CredentialExpired(uint64 validUntil);
    /// @notice The credential does not hold yet.
    error CredentialNotYetValid(uint64 notBefore);
    /// @notice The credential is not issued yet.
    error CredentialFromFuture(uint64 issuedAt);
    /// @notice The credential or the key binding is meant for another audience.
    error AudienceMismatch();
    /// @notice The holder signed another nonce.
    error NonceMismatch();
    /// @notice The holder signed another access.
    error AccessMismatch();
    /// @notice The holder signed another presentation of the credential.
    error PresentationMismatch();
    /// @notice The key binding is more than five minutes old, or says that it has expired.
    error KeyBindingExpired(uint64 time);
    /// @notice The key binding is not made yet, or says that it does not hold yet.
    error KeyBindingFromFuture(uint64 time);

    /// @notice A claim is asked for by a malformed JSON pointer.
    error InvalidClaimName(uint256 index);

    /// @notice Verifies a presentation, or reverts with the reason.
    /// @param leaf Number of the credential leaf that it answers; returned as it is.
    /// @param presentation The SD-JWT+KB.
    /// @param issuerKey The issuer's key, x ‖ y. Whose it is, and whether it counts, is the caller's
    /// to judge by `issuerId` and `keyId`; the caller judges status as well.
    /// @param names The claims asked for, as policies spell them: a name, or a JSON pointer.
    /// @param expected What the holder must have signed.
    /// @return credential With one claim for each name, in that order; what is not shown, or no
    /// text, boolean or integer of at most 53 bits, has type code 0.
    function verify(
        uint8 leaf,
        Presentation calldata presentation,
        bytes calldata issuerKey,
        string[] calldata names,
        Expected calldata expected
    ) external view returns (ShownCredential memory credential);

    /// @notice The audience of presentations for a contract on this chain: its CAIP-10 account id,
    /// in lower case.
    function audienceOf(address verifier) external view returns (string memory);
}
