// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeyId, PolicyId, ResourceId} from "../types/Identifiers.sol";
import {Membership, Verdict} from "../types/Judgement.sol";
import {IAttributeVerifier} from "./IAttributeVerifier.sol";
import {IPolicyChecker} from "./IPolicyChecker.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {ISDJWTVerifier} from "./ISDJWTVerifier.sol";

/// @title Decides on chain whether a presentation satisfies a resource's policy
/// @notice A holder shows credentials for one statement: that `account` may do `action` at
/// `consumer`, once, until a deadline, under the policy in force at an epoch. Each proof is bound to
/// this statement, to this contract and to this chain (EIP-712). Whoever copies a transaction gains
/// nothing: only the consumer can have a statement executed, and each is executed once.
/// @notice Anyone may admit a policy: only what this contract itself read from the registry is kept.
interface IPresentationVerifier {
    /// @notice What a presentation is for.
    /// @param resource The resource.
    /// @param epoch Its epoch; the policy is the one in force then.
    /// @param account Who gets what the consumer gives. Account leaves judge it if it takes part: if
    /// it calls, or signs.
    /// @param consumer Who has the statement executed: a contract, or the account itself.
    /// @param action What the consumer is to do; the consumer says what it means.
    /// @param nonce Chosen at random, so that the same can be stated again; each statement executes
    /// once.
    /// @param deadline End of the statement, exclusive, in Unix seconds.
    struct Access {
        ResourceId resource;
        uint64 epoch;
        address account;
        address consumer;
        bytes32 action;
        bytes32 nonce;
        uint64 deadline;
    }

    /// @notice One credential, shown for one leaf.
    /// @param leaf Number of the credential leaf in the policy's canonical pre-order.
    /// @param keyId The issuer's key that signed the credential.
    /// @param disclosure hashStruct of its Disclosure, which verification has to confirm. It is given
    /// because every proof is bound to those of all credentials.
    /// @param values Of an attribute credential: see IAttributeVerifier. Of an SD-JWT: empty.
    /// @param proof Of an attribute credential: the BBS proof. Of an SD-JWT: the ABI encoding of an
    /// ISDJWTVerifier.Presentation.
    struct Credential {
        uint8 leaf;
        KeyId keyId;
        bytes32 disclosure;
        bytes values;
        bytes proof;
    }

    /// @notice All that is shown.
    /// @param credentials In ascending order of their leaves, at most one for each.
    /// @param memberships Merkle proofs for the account.
    /// @param attestations UIDs of attestations about the account.
    /// @param accountSignature Empty where the account itself calls, or where no leaf judges it;
    /// else its signature (ECDSA, or EIP-1271) over the statement with index 255.
    struct Presentation {
        Credential[] credentials;
        Membership[] memberships;
        bytes32[] attestations;
        bytes accountSignature;
    }

    /// @notice A statement was executed. Where no leaf judged the account and it did not call, nobody
    /// showed that it took part.
    event PresentationConsumed(
        ResourceId indexed resource,
        address indexed account,
        address indexed consumer,
        PolicyId policy,
        uint64 epoch,
        bytes32 action,
        bytes32 nonce
    );
    /// @notice A policy in force was checked and kept.
    event PolicyAdmitted(ResourceId indexed resource, PolicyId indexed policy);

    /// @notice The resource has no active policy.
    error NoPolicy(ResourceId resource);
    /// @notice The resource is paused.
    error ResourcePaused(ResourceId resource, uint64 pausedUntil);
    /// @notice The statement was made for another epoch: something changed since.
    error EpochChanged(ResourceId resource, uint64 expected, uint64 actual);
    /// @notice The policy in force was not admitted yet; see `admit`.
    error PolicyNotAdmitted(ResourceId resource);
    /// @notice The policy has a quota, and executions are not counted here.
    error QuotaNotCounted(PolicyId policy);
    /// @notice No policy with this id was admitted.
    error UnknownPolicy(PolicyId policy);
    /// @notice The statement's deadline has passed.
    error StatementExpired(uint64 deadline);
    /// @notice The statement names another consumer than the caller.
    error NotConsumer(address consumer, address caller);
    /// @notice The statement was executed before.
    error StatementSpent(bytes32 statement);
    /// @notice The leaves that credentials are shown for do not ascend.
    error LeavesNotAscending(uint256 leaf);
    /// @notice The credential is another, or discloses other slots, than the proofs are bound to.
    error DisclosureMismatch(uint256 leaf);
    /// @notice Values are given beside an SD-JWT, which holds them itself.
    error InvalidValues(uint256 leaf);
    /// @notice Nobody has the zero address; and a session is opened by its account alone, which calls
    /// or signs.
    error AccountNotProved(address account);
    /// @notice The account's signature does not hold.
    error InvalidAccountSignature(address account);
    /// @notice The policy is not satisfied.
    error PolicyNotSatisfied(PolicyId policy, Verdict verdict);
    /// @notice The policy is satisfied by token balances and the time alone. A balance can be borrowed
    /// for one transaction.
    error NothingCarries(PolicyId policy);

    /// @notice The action by which an account opens a session for itself.
    /// @dev keccak256("didgate-session-v1").
    // slither-disable-next-line naming-convention
    function SESSION() external view returns (bytes32);

    /// @notice The registry whose policies are decided about.
    function policies() external view returns (IPolicyRegistry);

    /// @notice Says what is a policy, and what several are together.
    function checker() external view returns (IPolicyChecker);

    /// @notice Verifies attribute credentials; leaves can be pinned there.
    function attributes() external view returns (IAttributeVerifier);

    /// @notice Verifies SD-JWT VCs.
    function sdJwts() external view returns (ISDJWTVerifier);

    /// @notice Checks the policy in force for a resource and keeps it, ready for presentations.
    /// Repeated without effect. Needed once for each policy, and for each set of restrictions.
    /// @return policy Id of the effective policy: the active one joined with its restrictions.
    function admit(ResourceId resource) external returns (PolicyId policy);

    /// @notice Verifies a presentation and executes its statement, once. For the consumer.
    /// @return policy Id of the policy that was satisfied.
    function consume(Access calldata access, Presentation calldata presentation)
        external
        returns (PolicyId policy);

    /// @notice Verifies what `consume` would, from the same caller, and changes nothing.
    function verify(Access calldata access, Presentation calldata presentation)
        external
        view
        returns (PolicyId policy);

    /// @notice Whether an account's session for a resource is open: opened by a statement with the
    /// action SESSION, not yet over, and nothing has changed since.
    function hasSession(ResourceId resource, address account) external view returns (bool);

    /// @notice Id of the effective policy of a resource, and whether it was admitted.
    function effectivePolicy(ResourceId resource)
        external
        view
        returns (PolicyId policy, bool admitted);

    /// @notice Canonical bytes of an admitted policy.
    function policyBytes(PolicyId policy) external view returns (bytes memory);

    /// @notice Whether a statement was executed.
    function isSpent(Access calldata access) external view returns (bool);

    /// @notice What a proof must sign: the EIP-712 digest of the statement as one credential, or
    /// with index 255 the account, binds it.
    /// @param access The statement.
    /// @param policy Id of the effective policy.
    /// @param bundle Hash of all that is shown; see the formats.
    /// @param index Place of the credential among those shown, from 0; 255 for the account.
    function accessDigest(Access calldata access, PolicyId policy, bytes32 bundle, uint8 index)
        external
        view
        returns (bytes32);
}
