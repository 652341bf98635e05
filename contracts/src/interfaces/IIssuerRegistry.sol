// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerId, KeyId, TypeId} from "../types/Identifiers.sol";
import {IStatusRegistry} from "./IStatusRegistry.sol";

/// @title Who may attest what, and with which keys
/// @notice The root, or a delegate it named for a credential type, accredits issuers for that type.
/// An issuer's controller registers its keys, each with a proof that the issuer holds it.
/// @notice All that admits carries the time it was added, so that a policy can ask for a minimum
/// age. What narrows (suspending, withdrawing, retiring, reporting) works at once; the end of a
/// suspension waits for the registry's delay.
/// @dev The root is the `owner` of Ownable2Step and cannot renounce.
interface IIssuerRegistry {
    /// @notice What a key is for, and how it is encoded.
    /// @dev BBS: a BLS12-381 G2 point as EIP-2537 has it, 256 bytes. P256: x ‖ y, 64 bytes.
    enum KeyKind {
        NONE,
        BBS,
        P256
    }

    /// @notice A key's state moves downward only.
    enum KeyState {
        UNKNOWN,
        ACTIVE,
        RETIRED,
        COMPROMISED
    }

    /// @notice An issuer became known, with its first controller.
    event IssuerAdded(IssuerId indexed issuerId, string did, address indexed controller);

    /// @notice An issuer was accredited for a credential type.
    event IssuerAccredited(IssuerId indexed issuerId, TypeId indexed typeId, address indexed by);

    /// @notice An accreditation ended.
    event AccreditationWithdrawn(
        IssuerId indexed issuerId, TypeId indexed typeId, address indexed by
    );

    /// @notice The root named or dismissed a delegate for a credential type.
    event DelegateSet(address indexed delegate, TypeId indexed typeId, bool allowed);

    /// @notice A controller offered an issuer to another account; zero withdraws an offer.
    event ControlOffered(IssuerId indexed issuerId, address indexed to);

    /// @notice An issuer got another controller.
    event ControllerChanged(
        IssuerId indexed issuerId, address indexed previous, address indexed controller
    );

    /// @notice A key became active.
    event KeyRegistered(
        IssuerId indexed issuerId, KeyId indexed keyId, KeyKind kind, bytes publicKey
    );

    /// @notice A key was retired, or its acceptance shortened.
    event KeyRetired(KeyId indexed keyId, uint64 acceptedUntil);

    /// @notice A key was reported as compromised.
    event KeyCompromised(KeyId indexed keyId, address indexed by);

    /// @notice An issuer was suspended.
    event IssuerSuspended(IssuerId indexed issuerId);

    /// @notice The end of a suspension was set.
    event SuspensionLiftScheduled(IssuerId indexed issuerId, uint64 suspendedUntil);

    /// @notice The delay given to the constructor is at most `maximum` seconds.
    error DelayTooLong(uint64 delay, uint64 maximum);

    /// @notice The registry always has a root: someone must be able to suspend.
    error RootCannotRenounce();

    /// @notice Only the root or a delegate for this type may do this.
    error NotAccreditor(address caller, TypeId typeId);

    /// @notice Only the issuer's controller may do this.
    error NotController(IssuerId issuerId, address caller);

    /// @notice Only the issuer's controller or the root may do this.
    error NotControllerOrRoot(IssuerId issuerId, address caller);

    /// @notice Only the account to which control was offered may accept it.
    error ControlNotOffered(IssuerId issuerId, address caller);

    /// @notice A DID starts with "did:" and has at most `maximum` bytes.
    error InvalidDID(uint256 length, uint256 maximum);

    /// @notice The zero address controls nothing.
    error InvalidController();

    /// @notice The issuer is known under another controller.
    error ControllerMismatch(IssuerId issuerId, address named, address controller);

    /// @notice No such issuer is known.
    error UnknownIssuer(IssuerId issuerId);

    /// @notice The issuer is accredited for this type already.
    error AlreadyAccredited(IssuerId issuerId, TypeId typeId);

    /// @notice The issuer is not accredited for this type.
    error NotAccredited(IssuerId issuerId, TypeId typeId);

    /// @notice The account has, or lacks, that role already.
    error DelegateUnchanged(address delegate, TypeId typeId);

    /// @notice Keys of this kind cannot be registered.
    error UnsupportedKeyKind(KeyKind kind);

    /// @notice The public key has not the length or the form that its kind demands.
    error InvalidPublicKey(KeyKind kind);

    /// @notice The proof of possession does not hold for this key, issuer, registry and chain.
    error InvalidPossessionProof(KeyKind kind);

    /// @notice A key has one owner, for ever: it was registered before.
    error KeyTaken(KeyId keyId, IssuerId owner);

    /// @notice No such key was registered.
    error UnknownKey(KeyId keyId);

    /// @notice Acceptance of a retired key can be shortened only.
    error AcceptanceNotShortened(KeyId keyId, uint64 acceptedUntil);

    /// @notice The key was reported as compromised, which is final.
    error KeyIsCompromised(KeyId keyId);

    /// @notice The issuer is suspended without an end already.
    error AlreadySuspended(IssuerId issuerId);

    /// @notice The issuer is not suspended, or the end of its suspension is set already.
    error NotSuspendedIndefinitely(IssuerId issuerId, uint64 suspendedUntil);

    /// @notice Accredits an issuer for a credential type. For the root and the type's delegates.
    /// @dev Whoever accredits a DID first names its controller. A delegate may name a wrong one, but
    /// no one else's accreditation goes through for it, and the root can put it right.
    /// @param did The issuer's DID; its keccak256 is the issuer's id.
    /// @param typeId Credential type.
    /// @param controller Account that acts for the issuer; must be the present one if it is known.
    /// @return issuerId Id of the issuer.
    function accredit(string calldata did, TypeId typeId, address controller)
        external
        returns (IssuerId issuerId);

    /// @notice Ends an accreditation at once. For the root and the type's delegates.
    function withdrawAccreditation(IssuerId issuerId, TypeId typeId) external;

    /// @notice Names or dismisses a delegate for a type. What it accredited stays. For the root.
    function setDelegate(address delegate, TypeId typeId, bool allowed) external;

    /// @notice Gives an issuer another controller at once, e.g. after its account was lost. Its keys
    /// stay as they are: report those that it does not hold. For the root.
    function assignController(IssuerId issuerId, address controller) external;

    /// @notice Offers the control of an issuer to another account. For the controller.
    function offerControl(IssuerId issuerId, address to) external;

    /// @notice Takes over the control that was offered to the caller.
    function acceptControl(IssuerId issuerId) external;

    /// @notice Registers a key, which is active from now on. For the controller.
    /// @dev Needs the precompiles of EIP-2537 (BBS) or EIP-7951 (P256), and reverts with
    /// `MissingPrecompile` where there are none.
    /// @param issuerId Id of the issuer.
    /// @param kind Kind of the key.
    /// @param publicKey The key, encoded as its kind demands.
    /// @param proof Signature by the key over `possessionMessage(issuerId, publicKey)`. BBS: a BLS
    /// signature in G1 as EIP-2537 has it (128 bytes) under the domain separation tag
    /// "DIDGATE-POP-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_". P256: r ‖ s, low s, over the message's
    /// SHA-256.
    /// @return keyId keccak256 of the public key.
    function registerKey(
        IssuerId issuerId,
        KeyKind kind,
        bytes calldata publicKey,
        bytes calldata proof
    ) external returns (KeyId keyId);

    /// @notice Retires an active key, or shortens the acceptance of a retired one. For the
    /// controller.
    /// @param keyId Id of the key.
    /// @param acceptedUntil First second at which signatures by the key are no longer accepted; may
    /// be in the past.
    function retireKey(KeyId keyId, uint64 acceptedUntil) external;

    /// @notice Voids all that a key ever signed, for ever. For the controller and the root.
    function reportCompromised(KeyId keyId) external;

    /// @notice Suspends an issuer at once, and stops an end of suspension that was set. For the
    /// root.
    function suspend(IssuerId issuerId) external;

    /// @notice Lets a suspension end after the registry's delay, by itself. For the root.
    function liftSuspension(IssuerId issuerId) external;

    /// @notice The registry of revocations, which this one tells who controls an issuer.
    function status() external view returns (IStatusRegistry);

    /// @notice Seconds that the end of a suspension waits.
    function suspensionDelay() external view returns (uint64);

    /// @notice An issuer: its DID, its controller, and when its suspension ends. It is suspended
    /// while `block.timestamp < suspendedUntil`. The DID is empty if the issuer is unknown.
    function issuer(IssuerId issuerId)
        external
        view
        returns (string memory did, address controller, uint64 suspendedUntil);

    /// @notice Controller of an issuer; zero if the issuer is unknown.
    function controllerOf(IssuerId issuerId) external view returns (address);

    /// @notice Account to which control of an issuer is offered; zero for none.
    function offeredTo(IssuerId issuerId) external view returns (address);

    /// @notice When an issuer was accredited for a type; 0 if it is not.
    function accreditation(IssuerId issuerId, TypeId typeId) external view returns (uint64 addedAt);

    /// @notice Whether an account is a delegate for a type.
    function isDelegate(address account, TypeId typeId) external view returns (bool);

    /// @notice A key; all zero if it is unknown.
    /// @return issuerId Its owner.
    /// @return kind Its kind.
    /// @return state Its state.
    /// @return addedAt When it was registered.
    /// @return acceptedUntil First second at which signatures by it are not accepted: 2^64-1 while
    /// it is active, 0 once it is compromised.
    /// @return publicKey The key itself.
    function key(KeyId keyId)
        external
        view
        returns (
            IssuerId issuerId,
            KeyKind kind,
            KeyState state,
            uint64 addedAt,
            uint64 acceptedUntil,
            bytes memory publicKey
        );

    /// @notice What a contract needs to know of an issuer to judge a credential, without its DID.
    /// @return known Whether there is such an issuer.
    /// @return suspendedUntil It is suspended while `block.timestamp` is before this.
    /// @return accreditedAt When it was accredited for the type; 0 if it is not.
    function standing(IssuerId issuerId, TypeId typeId)
        external
        view
        returns (bool known, uint64 suspendedUntil, uint64 accreditedAt);

    /// @notice A key as `key` returns it, without the key itself.
    function keyRecord(KeyId keyId)
        external
        view
        returns (
            IssuerId issuerId,
            KeyKind kind,
            KeyState state,
            uint64 addedAt,
            uint64 acceptedUntil
        );

    /// @notice All keys that an issuer ever registered, oldest first.
    function keysOf(IssuerId issuerId) external view returns (KeyId[] memory);

    /// @notice What a key must sign to be registered here: `abi.encode(
    /// keccak256("didgate-key-possession-v1"), chain id, this contract, issuerId,
    /// keccak256(publicKey))`.
    function possessionMessage(IssuerId issuerId, bytes calldata publicKey)
        external
        view
        returns (bytes memory);
}
