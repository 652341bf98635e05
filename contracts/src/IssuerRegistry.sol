// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";
import {IStatusRegistry} from "./interfaces/IStatusRegistry.sol";
import {BLS12381} from "./libraries/bbs/BLS12381.sol";
import {ContentStore} from "./libraries/registry/ContentStore.sol";
import {StatusRegistry} from "./StatusRegistry.sol";
import {IssuerId, KeyId, TypeId} from "./types/Identifiers.sol";

/// @title Accredited issuers and their keys
/// @dev What each function does, and for whom, stands in IIssuerRegistry.
contract IssuerRegistry is Ownable2Step, IIssuerRegistry {
    using ContentStore for ContentStore.Contents;

    struct Issuer {
        address controller;
        uint64 suspendedUntil;
        address offeredTo;
        string did;
        KeyId[] keys;
        mapping(TypeId typeId => uint64) accreditedAt;
    }

    struct Key {
        IssuerId issuerId;
        KeyKind kind;
        KeyState state;
        uint64 addedAt;
        uint64 acceptedUntil;
    }

    uint256 private constant MAX_DID_LENGTH = 1024;
    uint64 private constant MAX_DELAY = 90 days;
    uint64 private constant WITHOUT_END = type(uint64).max;
    uint256 private constant P256_LENGTH = 64;
    bytes32 private constant POSSESSION = keccak256("didgate-key-possession-v1");
    bytes private constant POSSESSION_TAG = "DIDGATE-POP-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_";

    /// @inheritdoc IIssuerRegistry
    uint64 public immutable suspensionDelay;
    /// @inheritdoc IIssuerRegistry
    IStatusRegistry public immutable status;

    mapping(IssuerId issuerId => Issuer) private _issuers;
    mapping(KeyId keyId => Key) private _keys;
    mapping(TypeId typeId => mapping(address account => bool)) private _delegates;
    ContentStore.Contents private _publicKeys;

    /// @dev The two registries know each other from their first block: neither trusts a setter.
    /// @param root Who accredits, names delegates and suspends.
    /// @param suspensionDelay_ Seconds that the end of a suspension waits, at most 90 days.
    constructor(address root, uint64 suspensionDelay_) Ownable(root) {
        if (suspensionDelay_ > MAX_DELAY) revert DelayTooLong(suspensionDelay_, MAX_DELAY);
        suspensionDelay = suspensionDelay_;
        status = new StatusRegistry(this);
    }

    /// @inheritdoc IIssuerRegistry
    function accredit(string calldata did, TypeId typeId, address controller)
        external
        returns (IssuerId issuerId)
    {
        _requireAccreditor(typeId);
        issuerId = IssuerId.wrap(keccak256(bytes(did)));
        Issuer storage record = _issuers[issuerId];
        bool isNew = record.controller == address(0);
        if (isNew) {
            _addIssuer(issuerId, did, controller);
        } else if (record.controller != controller) {
            revert ControllerMismatch(issuerId, controller, record.controller);
        }
        if (record.accreditedAt[typeId] != 0) revert AlreadyAccredited(issuerId, typeId);
        record.accreditedAt[typeId] = _now();
        emit IssuerAccredited(issuerId, typeId, msg.sender);
        if (isNew) status.controllerChanged(issuerId, controller);
    }

    /// @inheritdoc IIssuerRegistry
    function withdrawAccreditation(IssuerId issuerId, TypeId typeId) external {
        _requireAccreditor(typeId);
        Issuer storage record = _issuers[issuerId];
        if (record.accreditedAt[typeId] == 0) revert NotAccredited(issuerId, typeId);
        delete record.accreditedAt[typeId];
        emit AccreditationWithdrawn(issuerId, typeId, msg.sender);
    }

    /// @inheritdoc IIssuerRegistry
    function setDelegate(address delegate, TypeId typeId, bool allowed) external onlyOwner {
        if (_delegates[typeId][delegate] == allowed) revert DelegateUnchanged(delegate, typeId);
        _delegates[typeId][delegate] = allowed;
        emit DelegateSet(delegate, typeId, allowed);
    }

    /// @inheritdoc IIssuerRegistry
    function assignController(IssuerId issuerId, address controller) external onlyOwner {
        _requireKnown(issuerId);
        if (controller == address(0)) revert InvalidController();
        _setController(issuerId, controller);
    }

    /// @inheritdoc IIssuerRegistry
    function offerControl(IssuerId issuerId, address to) external {
        _requireController(issuerId);
        _issuers[issuerId].offeredTo = to;
        emit ControlOffered(issuerId, to);
    }

    /// @inheritdoc IIssuerRegistry
    function acceptControl(IssuerId issuerId) external {
        if (msg.sender != _issuers[issuerId].offeredTo) {
            revert ControlNotOffered(issuerId, msg.sender);
        }
        _setController(issuerId, msg.sender);
    }

    /// @inheritdoc IIssuerRegistry
    function registerKey(
        IssuerId issuerId,
        KeyKind kind,
        bytes calldata publicKey,
        bytes calldata proof
    ) external returns (KeyId keyId) {
        _requireController(issuerId);
        keyId = KeyId.wrap(keccak256(publicKey));
        Key storage record = _keys[keyId];
        if (record.state != KeyState.UNKNOWN) revert KeyTaken(keyId, record.issuerId);
        _requirePossession(kind, publicKey, possessionMessage(issuerId, publicKey), proof);

        _publicKeys.put(publicKey);
        _keys[keyId] = Key(issuerId, kind, KeyState.ACTIVE, _now(), WITHOUT_END);
        _issuers[issuerId].keys.push(keyId);
        emit KeyRegistered(issuerId, keyId, kind, publicKey);
    }

    /// @inheritdoc IIssuerRegistry
    function retireKey(KeyId keyId, uint64 acceptedUntil) external {
        Key storage record = _key(keyId);
        _requireController(record.issuerId);
        if (record.state == KeyState.COMPROMISED) revert KeyIsCompromised(keyId);
        if (acceptedUntil >= record.acceptedUntil) {
            revert AcceptanceNotShortened(keyId, record.acceptedUntil);
        }
        record.state = KeyState.RETIRED;
        record.acceptedUntil = acceptedUntil;
        emit KeyRetired(keyId, acceptedUntil);
    }

    /// @inheritdoc IIssuerRegistry
    function reportCompromised(KeyId keyId) external {
        Key storage record = _key(keyId);
        if (msg.sender != _issuers[record.issuerId].controller && msg.sender != owner()) {
            revert NotControllerOrRoot(record.issuerId, msg.sender);
        }
        if (record.state == KeyState.COMPROMISED) revert KeyIsCompromised(keyId);
        record.state = KeyState.COMPROMISED;
        record.acceptedUntil = 0;
        emit KeyCompromised(keyId, msg.sender);
    }

    /// @inheritdoc IIssuerRegistry
    function suspend(IssuerId issuerId) external onlyOwner {
        _requireKnown(issuerId);
        Issuer storage record = _issuers[issuerId];
        if (record.suspendedUntil == WITHOUT_END) revert AlreadySuspended(issuerId);
        record.suspendedUntil = WITHOUT_END;
        emit IssuerSuspended(issuerId);
    }

    /// @inheritdoc IIssuerRegistry
    function liftSuspension(IssuerId issuerId) external onlyOwner {
        Issuer storage record = _issuers[issuerId];
        if (record.suspendedUntil != WITHOUT_END) {
            revert NotSuspendedIndefinitely(issuerId, record.suspendedUntil);
        }
        record.suspendedUntil = _now() + suspensionDelay;
        emit SuspensionLiftScheduled(issuerId, record.suspendedUntil);
    }

    /// @inheritdoc IIssuerRegistry
    function issuer(IssuerId issuerId)
        external
        view
        returns (string memory did, address controller, uint64 suspendedUntil)
    {
        Issuer storage record = _issuers[issuerId];
        return (record.did, record.controller, record.suspendedUntil);
    }

    /// @inheritdoc IIssuerRegistry
    function controllerOf(IssuerId issuerId) external view returns (address) {
        return _issuers[issuerId].controller;
    }

    /// @inheritdoc IIssuerRegistry
    function offeredTo(IssuerId issuerId) external view returns (address) {
        return _issuers[issuerId].offeredTo;
    }

    /// @inheritdoc IIssuerRegistry
    function accreditation(IssuerId issuerId, TypeId typeId) external view returns (uint64) {
        return _issuers[issuerId].accreditedAt[typeId];
    }

    /// @inheritdoc IIssuerRegistry
    function isDelegate(address account, TypeId typeId) external view returns (bool) {
        return _delegates[typeId][account];
    }

    /// @inheritdoc IIssuerRegistry
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
        )
    {
        Key memory record = _keys[keyId];
        issuerId = record.issuerId;
        kind = record.kind;
        state = record.state;
        addedAt = record.addedAt;
        acceptedUntil = record.acceptedUntil;
        publicKey = _publicKeys.get(KeyId.unwrap(keyId));
    }

    /// @inheritdoc IIssuerRegistry
    function standing(IssuerId issuerId, TypeId typeId)
        external
        view
        returns (bool known, uint64 suspendedUntil, uint64 accreditedAt)
    {
        Issuer storage record = _issuers[issuerId];
        known = record.controller != address(0);
        suspendedUntil = record.suspendedUntil;
        accreditedAt = record.accreditedAt[typeId];
    }

    /// @inheritdoc IIssuerRegistry
    function keyRecord(KeyId keyId)
        external
        view
        returns (
            IssuerId issuerId,
            KeyKind kind,
            KeyState state,
            uint64 addedAt,
            uint64 acceptedUntil
        )
    {
        Key storage record = _keys[keyId];
        issuerId = record.issuerId;
        kind = record.kind;
        state = record.state;
        addedAt = record.addedAt;
        acceptedUntil = record.acceptedUntil;
    }

    /// @inheritdoc IIssuerRegistry
    function keysOf(IssuerId issuerId) external view returns (KeyId[] memory) {
        return _issuers[issuerId].keys;
    }

    /// @inheritdoc IIssuerRegistry
    function possessionMessage(IssuerId issuerId, bytes calldata publicKey)
        public
        view
        returns (bytes memory)
    {
        return abi.encode(POSSESSION, block.chainid, address(this), issuerId, keccak256(publicKey));
    }

    /// @notice Not possible: without a root no one could suspend.
    function renounceOwnership() public pure override {
        revert RootCannotRenounce();
    }

    /// @dev The status registry is told at the end of all, when nothing is left to be done.
    function _addIssuer(IssuerId issuerId, string calldata did, address controller) private {
        bytes calldata text = bytes(did);
        if (text.length < 4 || text.length > MAX_DID_LENGTH || bytes4(text[:4]) != "did:") {
            revert InvalidDID(text.length, MAX_DID_LENGTH);
        }
        if (controller == address(0)) revert InvalidController();
        _issuers[issuerId].did = did;
        _issuers[issuerId].controller = controller;
        emit IssuerAdded(issuerId, did, controller);
    }

    /// @dev Whoever gets control decides anew whom to offer it to.
    function _setController(IssuerId issuerId, address controller) private {
        Issuer storage record = _issuers[issuerId];
        emit ControllerChanged(issuerId, record.controller, controller);
        record.controller = controller;
        delete record.offeredTo;
        status.controllerChanged(issuerId, controller);
    }

    function _key(KeyId keyId) private view returns (Key storage record) {
        record = _keys[keyId];
        if (record.state == KeyState.UNKNOWN) revert UnknownKey(keyId);
    }

    function _requireKnown(IssuerId issuerId) private view {
        if (_issuers[issuerId].controller == address(0)) revert UnknownIssuer(issuerId);
    }

    function _requireController(IssuerId issuerId) private view {
        if (msg.sender != _issuers[issuerId].controller) {
            revert NotController(issuerId, msg.sender);
        }
    }

    function _requireAccreditor(TypeId typeId) private view {
        if (msg.sender != owner() && !_delegates[typeId][msg.sender]) {
            revert NotAccreditor(msg.sender, typeId);
        }
    }

    function _requirePossession(
        KeyKind kind,
        bytes calldata publicKey,
        bytes memory message,
        bytes calldata proof
    ) private view {
        if (kind == KeyKind.BBS) {
            if (publicKey.length != BLS12381.G2_LENGTH) {
                revert InvalidPublicKey(kind);
            }
            if (!BLS12381.isValidSignature(publicKey, message, proof, POSSESSION_TAG)) {
                revert InvalidPossessionProof(kind);
            }
        } else if (kind == KeyKind.P256) {
            _requireP256Signature(publicKey, sha256(message), proof);
        } else {
            revert UnsupportedKeyKind(kind);
        }
    }

    function _requireP256Signature(bytes calldata publicKey, bytes32 digest, bytes calldata proof)
        private
        view
    {
        if (publicKey.length != P256_LENGTH) revert InvalidPublicKey(KeyKind.P256);
        bytes32 x = bytes32(publicKey[:32]);
        bytes32 y = bytes32(publicKey[32:]);
        if (!P256.isValidPublicKey(x, y)) revert InvalidPublicKey(KeyKind.P256);
        if (
            proof.length != 64
                || !P256.verifyNative(digest, bytes32(proof[:32]), bytes32(proof[32:]), x, y)
        ) revert InvalidPossessionProof(KeyKind.P256);
    }

    function _now() private view returns (uint64) {
        return uint64(block.timestamp);
    }
}
