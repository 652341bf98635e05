// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IAttributeVerifier} from "./interfaces/IAttributeVerifier.sol";
import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";
import {IPolicyChecker} from "./interfaces/IPolicyChecker.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IPresentationVerifier} from "./interfaces/IPresentationVerifier.sol";
import {ISDJWTVerifier} from "./interfaces/ISDJWTVerifier.sol";
import {ContentStore} from "./libraries/registry/ContentStore.sol";
import {CredentialLeaf, CredentialLeaves} from "./libraries/policy/CredentialLeaves.sol";
import {PolicyEvaluator} from "./libraries/policy/PolicyEvaluator.sol";
import {Statements} from "./libraries/registry/Statements.sol";
import {PolicyId, ResourceId} from "./types/Identifiers.sol";
import {Case, Verdict} from "./types/Judgement.sol";
import {Registry} from "./types/PolicyFormat.sol";
import {Form, ShownCredential} from "./types/Presented.sol";

/// @title Verifies presentations and decides on them by the published policy
/// @dev What each function does stands in IPresentationVerifier. Nobody upgrades, owns or
/// administers this contract. Nothing is taken from call data that a registry, the policy or this
/// contract's own computation could tell.
contract PresentationVerifier is EIP712, IPresentationVerifier {
    using ContentStore for ContentStore.Contents;

    struct Session {
        uint64 epoch;
        uint64 until;
    }

    /// @inheritdoc IPresentationVerifier
    bytes32 public constant SESSION = keccak256("didgate-session-v1");

    /// @inheritdoc IPresentationVerifier
    IPolicyRegistry public immutable policies;
    /// @inheritdoc IPresentationVerifier
    IPolicyChecker public immutable checker;
    /// @inheritdoc IPresentationVerifier
    IAttributeVerifier public immutable attributes;
    /// @inheritdoc IPresentationVerifier
    ISDJWTVerifier public immutable sdJwts;

    ContentStore.Contents private _admitted;
    mapping(bytes32 inForce => PolicyId) private _effective;
    mapping(bytes32 statement => bool) private _spent;
    mapping(ResourceId resource => mapping(address account => Session)) private _sessions;

    /// @param policies_ The registry whose policies are decided about.
    /// @param checker_ Says what is a policy.
    /// @param attributes_ Verifies attribute credentials.
    /// @param sdJwts_ Verifies SD-JWT VCs.
    constructor(
        IPolicyRegistry policies_,
        IPolicyChecker checker_,
        IAttributeVerifier attributes_,
        ISDJWTVerifier sdJwts_
    ) EIP712("didgate", "1") {
        policies = policies_;
        checker = checker_;
        sdJwts = sdJwts_;
        attributes = attributes_;
    }

    /// @inheritdoc IPresentationVerifier
    function admit(ResourceId resource) external returns (PolicyId policy) {
        (PolicyId active,,, PolicyId[] memory restrictions) = policies.inForce(resource);
        if (PolicyId.unwrap(active) == 0) revert NoPolicy(resource);
        bytes[] memory others = new bytes[](restrictions.length);
        for (uint256 i = 0; i < others.length; ++i) {
            others[i] = policies.policyBytes(restrictions[i]);
        }
        bytes memory composed = checker.compose(policies.policyBytes(active), others);
        policy = PolicyId.wrap(keccak256(composed));
        if (CredentialLeaves.hasQuota(composed)) revert QuotaNotCounted(policy);
        _admitted.put(composed);
        if (others.length != 0) _effective[_joined(active, restrictions)] = policy;
        emit PolicyAdmitted(resource, policy);
    }

    /// @inheritdoc IPresentationVerifier
    function consume(Access calldata access, Presentation calldata presentation)
        external
        returns (PolicyId policy)
    {
        bytes memory content;
        (policy, content) = _verify(access, presentation);
        _spent[Statements.idOf(access)] = true;
        if (access.action == SESSION) _openSession(access, presentation, content);
        emit PresentationConsumed(
            access.resource,
            access.account,
            access.consumer,
            policy,
            access.epoch,
            access.action,
            access.nonce
        );
    }

    /// @inheritdoc IPresentationVerifier
    function verify(Access calldata access, Presentation calldata presentation)
        external
        view
        returns (PolicyId policy)
    {
        (policy,) = _verify(access, presentation);
    }

    /// @inheritdoc IPresentationVerifier
    function hasSession(ResourceId resource, address account) external view returns (bool) {
        Session memory session = _sessions[resource][account];
        if (block.timestamp >= session.until) return false;
        (, uint64 epoch, uint64 pausedUntil,) = policies.inForce(resource);
        return epoch == session.epoch && block.timestamp >= pausedUntil;
    }

    /// @inheritdoc IPresentationVerifier
    function effectivePolicy(ResourceId resource)
        external
        view
        returns (PolicyId policy, bool isAdmitted)
    {
        (PolicyId active,,, PolicyId[] memory restrictions) = policies.inForce(resource);
        policy = _effectiveId(active, restrictions);
        isAdmitted = _admitted.has(PolicyId.unwrap(policy));
    }

    /// @inheritdoc IPresentationVerifier
    function isSpent(Access calldata access) external view returns (bool) {
        return _spent[Statements.idOf(access)];
    }

    /// @inheritdoc IPresentationVerifier
    function accessDigest(Access calldata access, PolicyId policy, bytes32 bundle, uint8 index)
        external
        view
        returns (bytes32)
    {
        return _digest(access, policy, bundle, index);
    }

    /// @inheritdoc IPresentationVerifier
    function policyBytes(PolicyId policy) public view returns (bytes memory content) {
        if (!_admitted.has(PolicyId.unwrap(policy))) revert UnknownPolicy(policy);
        return _admitted.get(PolicyId.unwrap(policy));
    }

    /// @dev Whoever asks for a session by its account must be able to rely on that account.
    function _openSession(
        Access calldata access,
        Presentation calldata presentation,
        bytes memory content
    ) private {
        bool isProved = msg.sender == access.account || presentation.accountSignature.length != 0;
        if (!isProved) revert AccountNotProved(access.account);
        uint64 until = uint64(block.timestamp) + CredentialLeaves.lifetime(content);
        _sessions[access.resource][access.account] = Session(access.epoch, until);
    }

    /// @dev Verifies a presentation, or reverts with the reason.
    function _verify(Access calldata access, Presentation calldata presentation)
        private
        view
        returns (PolicyId policy, bytes memory content)
    {
        if (msg.sender != access.consumer) revert NotConsumer(access.consumer, msg.sender);
        if (access.account == address(0)) revert AccountNotProved(access.account);
        if (block.timestamp >= access.deadline) revert StatementExpired(access.deadline);
        bytes32 statement = Statements.idOf(access);
        if (_spent[statement]) revert StatementSpent(statement);
        (policy, content) = _policyInForce(access);
        Case memory facts;
        facts.moment = uint64(block.timestamp);
        bytes32 bundle;
        (facts.credentials, bundle) =
            _verifyCredentials(access, policy, content, presentation.credentials);
        facts.account = _provedAccount(access, policy, bundle, presentation.accountSignature);
        facts.memberships = presentation.memberships;
        facts.attestations = presentation.attestations;
        (Verdict verdict, bool isCarried) = PolicyEvaluator.evaluate(content, facts);
        if (verdict != Verdict.TRUE) revert PolicyNotSatisfied(policy, verdict);
        if (!isCarried) revert NothingCarries(policy);
    }

    /// @dev The policy that a statement is judged by, if it is in force and was admitted.
    function _policyInForce(Access calldata access)
        private
        view
        returns (PolicyId policy, bytes memory content)
    {
        ResourceId resource = access.resource;
        (PolicyId active, uint64 epoch, uint64 pausedUntil, PolicyId[] memory restrictions) =
            policies.inForce(resource);
        if (PolicyId.unwrap(active) == 0) revert NoPolicy(resource);
        if (block.timestamp < pausedUntil) revert ResourcePaused(resource, pausedUntil);
        if (epoch != access.epoch) revert EpochChanged(resource, access.epoch, epoch);
        policy = _effectiveId(active, restrictions);
        content = _admitted.get(PolicyId.unwrap(policy));
        if (content.length == 0) revert PolicyNotAdmitted(resource);
    }

    /// @dev Verifies all that is shown. Each proof is bound to the disclosures of all of them, so these
    /// are taken from call data, and each must turn out to be what it was said to be.
    function _verifyCredentials(
        Access calldata access,
        PolicyId policy,
        bytes memory content,
        Credential[] calldata credentials
    ) private view returns (ShownCredential[] memory shown, bytes32 bundle) {
        bytes32[] memory disclosures = new bytes32[](credentials.length);
        for (uint256 i = 0; i < credentials.length; ++i) {
            disclosures[i] = credentials[i].disclosure;
            uint8 leaf = credentials[i].leaf;
            if (i != 0 && leaf <= credentials[i - 1].leaf) revert LeavesNotAscending(leaf);
        }
        bundle = Statements.hashBundle(disclosures);
        shown = new ShownCredential[](credentials.length);
        for (uint256 i = 0; i < credentials.length; ++i) {
            // Safe: leaves ascend, so there are at most 256 credentials.
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes32 digest = _digest(access, policy, bundle, uint8(i));
            shown[i] = _verifyCredential(content, credentials[i], digest, access.nonce);
        }
    }

    function _verifyCredential(
        bytes memory content,
        Credential calldata credential,
        bytes32 digest,
        bytes32 nonce
    ) private view returns (ShownCredential memory shown) {
        uint256 slots;
        if (CredentialLeaves.formOf(content, credential.leaf) == Form.SD_JWT) {
            shown = _verifySDJWT(content, credential, digest, nonce);
        } else {
            (shown, slots) = _verifyAttributes(content, credential, digest);
        }
        bytes32 disclosure =
            Statements.hashDisclosure(shown.leaf, shown.typeId, shown.issuerId, slots);
        if (disclosure != credential.disclosure) revert DisclosureMismatch(credential.leaf);
    }

    function _verifyAttributes(bytes memory content, Credential calldata credential, bytes32 digest)
        private
        view
        returns (ShownCredential memory, uint256)
    {
        return attributes.verify(
            content,
            IAttributeVerifier.Shown(
                credential.leaf, credential.keyId, credential.values, credential.proof
            ),
            digest
        );
    }

    /// @dev The issuer's key is the registry's; that it is the key of the issuer that the token names,
    /// the evaluation of the policy sees.
    function _verifySDJWT(
        bytes memory content,
        Credential calldata credential,
        bytes32 digest,
        bytes32 nonce
    ) private view returns (ShownCredential memory) {
        if (credential.values.length != 0) revert InvalidValues(credential.leaf);
        address issuers = CredentialLeaves.registry(content, Registry.ISSUERS);
        (,,,,, bytes memory publicKey) = IIssuerRegistry(issuers).key(credential.keyId);
        CredentialLeaf memory leaf = CredentialLeaves.find(content, credential.leaf);
        string[] memory names = new string[](leaf.conditions.length);
        for (uint256 i = 0; i < names.length; ++i) {
            names[i] = leaf.conditions[i].name;
        }
        return sdJwts.verify(
            credential.leaf,
            abi.decode(credential.proof, (ISDJWTVerifier.Presentation)),
            publicKey,
            names,
            ISDJWTVerifier.Expected(address(this), digest, nonce)
        );
    }

    /// @dev The account that leaves judge: proved by calling, or by a signature. Else none.
    function _provedAccount(
        Access calldata access,
        PolicyId policy,
        bytes32 bundle,
        bytes calldata signature
    ) private view returns (address) {
        address account = access.account;
        if (msg.sender == account) return account;
        if (signature.length == 0) return address(0);
        bytes32 digest = _digest(access, policy, bundle, Statements.ACCOUNT_INDEX);
        if (!SignatureChecker.isValidSignatureNowCalldata(account, digest, signature)) {
            revert InvalidAccountSignature(account);
        }
        return account;
    }

    function _digest(Access calldata access, PolicyId policy, bytes32 bundle, uint8 index)
        private
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(Statements.hashAccess(access, policy, bundle, index));
    }

    function _effectiveId(PolicyId active, PolicyId[] memory restrictions)
        private
        view
        returns (PolicyId)
    {
        return restrictions.length == 0 ? active : _effective[_joined(active, restrictions)];
    }

    function _joined(PolicyId active, PolicyId[] memory restrictions)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(active, restrictions));
    }
}
