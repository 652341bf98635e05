// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttributeSuite} from "../../src/AttributeSuite.sol";
import {AttributeVerifier} from "../../src/AttributeVerifier.sol";
import {PolicyChecker} from "../../src/PolicyChecker.sol";
import {PresentationVerifier} from "../../src/PresentationVerifier.sol";
import {SDJWTVerifier} from "../../src/SDJWTVerifier.sol";
import {SchemaRegistry} from "../../src/SchemaRegistry.sol";
import {IIssuerRegistry} from "../../src/interfaces/IIssuerRegistry.sol";
import {IPresentationVerifier} from "../../src/interfaces/IPresentationVerifier.sol";
import {KeyId, PolicyId, ResourceId, TypeId} from "../../src/types/Identifiers.sol";
import {Verdict} from "../../src/types/Judgement.sol";
import {AttributeHolder} from "./AttributeHolder.sol";
import {IssuerFixture} from "./IssuerFixture.sol";
import {PolicyBytes} from "./PolicyBytes.sol";
import {PolicyFixture} from "./PolicyFixture.sol";
import {SDJWTTokens} from "./SDJWTTokens.sol";
import {SchemaBytes} from "./SchemaBytes.sol";

// Safe: all these numbers are small.
// forge-lint: disable-next-item(unsafe-typecast)

/// @notice All contracts, an accredited issuer with its keys, a resource with an admitted policy, and
/// a holder, Alice, who satisfies it.
abstract contract VerifierFixture is IssuerFixture, PolicyFixture {
    /// @notice A credential as it is shown for a leaf.
    /// @param slots Bitmap of the disclosed slots of an attribute credential.
    /// @param constants Bitmap of those whose value the policy fixes.
    /// @param token An SD-JWT; with no issuer, an attribute credential is shown.
    struct Show {
        uint8 leaf;
        AttributeHolder.Held held;
        uint256 slots;
        uint256 constants;
        SDJWTTokens.Token token;
    }

    uint256 internal constant BBS_SECRET = 5;
    uint256 internal constant P256_SECRET = 1001;
    uint256 internal constant HOLDER_SECRET = 2002;
    uint256 internal constant ALICE_SECRET = 3003;
    string internal constant VCT = "https://example.org/Badge";
    bytes32 internal constant ACTION = keccak256("action");
    uint16 internal constant LIFETIME = 300;

    /// @dev A week that began before START, in days; credentials hold for four.
    uint16 internal constant LIFETIME_DAYS = 28;
    uint16 internal constant GRANULARITY_DAYS = 7;
    int256 internal constant VALID_UNTIL = int256(int64(START / 7 days * 7)) + 28;

    uint256 internal constant VALIDITY = 1 << 1;
    uint256 internal constant STATUS = 1 << 2;
    uint256 internal constant ROLE = 1 << 3;
    uint256 internal constant LEVEL = 1 << 4;

    SchemaRegistry internal schemas;
    AttributeSuite internal suite;
    AttributeVerifier internal attributes;
    SDJWTVerifier internal sdJwts;
    PolicyChecker internal checker;
    PresentationVerifier internal verifier;
    TypeId internal schemaId;
    KeyId internal keyId;
    KeyId internal p256KeyId;
    address internal alice;
    uint256 private _nonces;
    /// @dev What `_shows` starts from, made once: an ABI encoding.
    bytes private _auditor;

    function setUp() public virtual override(IssuerFixture, PolicyFixture) {
        super.setUp();
        schemas = new SchemaRegistry();
        suite = new AttributeSuite();
        attributes = new AttributeVerifier(suite);
        sdJwts = new SDJWTVerifier();
        checker = new PolicyChecker();
        verifier = new PresentationVerifier(policies, checker, attributes, sdJwts);
        alice = vm.addr(ALICE_SECRET);
        keyId = _registerKey(BBS_SECRET);
        p256KeyId = _registerP256Key(P256_SECRET);
        schemaId = _registerSchema(_schema());
        _accredit(DID, TypeId.wrap(keccak256(bytes(VCT))), CONTROLLER);
        _admit(_policy());
        _auditor = abi.encode(_holds("auditor", 4));
    }

    // What there is.

    /// @notice role: text, level: integer.
    function _schema() internal pure virtual returns (bytes memory) {
        return SchemaBytes.schema(
            "urn:example:clearance",
            0,
            GRANULARITY_DAYS,
            LIFETIME_DAYS,
            2,
            bytes.concat(SchemaBytes.attribute(1, "role"), SchemaBytes.attribute(3, "level"))
        );
    }

    /// @notice One leaf: an auditor of level 3 at least.
    function _policy() internal view virtual returns (bytes memory) {
        return PolicyBytes.policy(LIFETIME, PolicyBytes.NO_QUOTA, _pins(), _leaf());
    }

    function _leaf() internal view returns (bytes memory) {
        return PolicyBytes.attribute(TypeId.unwrap(schemaId), hex"00", 0, 0, _claims());
    }

    function _claims() internal pure returns (bytes memory) {
        return bytes.concat(
            hex"02",
            PolicyBytes.claim("level", 3, 1, PolicyBytes.number(3, 3)),
            PolicyBytes.claim("role", 1, 1, PolicyBytes.text("auditor"))
        );
    }

    function _pins() internal view returns (bytes memory) {
        return bytes.concat(
            PolicyBytes.pin(1, address(issuers)),
            PolicyBytes.pin(2, address(schemas)),
            PolicyBytes.pin(3, address(issuers.status()))
        );
    }

    /// @notice Pins of a policy that asks for no attribute credential.
    function _tokenPins() internal view returns (bytes memory) {
        return bytes.concat(
            PolicyBytes.pin(1, address(issuers)), PolicyBytes.pin(3, address(issuers.status()))
        );
    }

    function _registerSchema(bytes memory schema) internal returns (TypeId id) {
        id = schemas.register(schema);
        _accredit(DID, id, CONTROLLER);
    }

    function _registerP256Key(uint256 secret) internal returns (KeyId) {
        bytes memory publicKey = _p256Key(secret);
        (bytes memory proof,) = _p256Sign(secret, issuers.possessionMessage(issuerId, publicKey));
        vm.prank(CONTROLLER);
        return issuers.registerKey(issuerId, IIssuerRegistry.KeyKind.P256, publicKey, proof);
    }

    function _admit(bytes memory policy) internal returns (PolicyId) {
        _bringIntoForce(policy);
        return verifier.admit(resource);
    }

    // What Alice holds and shows.

    function _holds(string memory role, int256 level)
        internal
        view
        returns (AttributeHolder.Held memory)
    {
        bytes[] memory values = new bytes[](2);
        values[0] = PolicyBytes.text(role);
        values[1] = PolicyBytes.number(3, level);
        return _holds(schemaId, hex"00", values);
    }

    /// @param status Value of the slot for status.
    /// @param values Values of the attributes, as policies have them.
    function _holds(TypeId typeId, bytes memory status, bytes[] memory values)
        internal
        view
        returns (AttributeHolder.Held memory)
    {
        bytes memory validity = PolicyBytes.number(5, VALID_UNTIL);
        return AttributeHolder.issue(
            suite, BBS_SECRET, DID, typeId, AttributeHolder.slotsOf(validity, status, values)
        );
    }

    /// @notice An auditor of level 4, as the policy asks for her.
    function _shows() internal view virtual returns (Show[] memory) {
        AttributeHolder.Held memory held = abi.decode(_auditor, (AttributeHolder.Held));
        return _only(0, held, VALIDITY | ROLE | LEVEL, ROLE);
    }

    function _only(uint8 leaf, AttributeHolder.Held memory held, uint256 slots, uint256 constants)
        internal
        pure
        returns (Show[] memory shows)
    {
        shows = new Show[](1);
        (shows[0].leaf, shows[0].held) = (leaf, held);
        (shows[0].slots, shows[0].constants) = (slots, constants);
    }

    function _only(Show memory show) internal pure returns (Show[] memory shows) {
        shows = new Show[](1);
        shows[0] = show;
    }

    /// @notice Alice's badge: a claim in the clear, and one that is concealed.
    function _badgeToken() internal pure returns (SDJWTTokens.Token memory token) {
        (token.issuer, token.holder) = (P256_SECRET, HOLDER_SECRET);
        (token.did, token.vct) = (DID, VCT);
        (token.issuedAt, token.expiresAt) = (START, START + 30 days);
        token.claims = '"level":4,';
        token.concealed = new string[](1);
        token.concealed[0] = '["c2FsdHNhbHRzYWx0c2FsdA","role","auditor"]';
    }

    function _badge(uint8 leaf) internal pure returns (Show memory show) {
        (show.leaf, show.token) = (leaf, _badgeToken());
    }

    /// @notice A leaf that an SD-JWT with the same claims answers.
    function _badgeLeaf() internal pure returns (bytes memory) {
        return PolicyBytes.sdJwt(VCT, hex"00", 0, 0, _claims());
    }

    // Statements.

    /// @notice A statement of Alice's, for herself.
    function _access() internal returns (IPresentationVerifier.Access memory) {
        return IPresentationVerifier.Access({
            resource: resource,
            epoch: _epoch(),
            account: alice,
            consumer: alice,
            action: ACTION,
            nonce: keccak256(abi.encode("nonce", ++_nonces)),
            deadline: uint64(block.timestamp) + 10 minutes
        });
    }

    /// @notice What satisfies the policy.
    function _present(IPresentationVerifier.Access memory access)
        internal
        view
        returns (IPresentationVerifier.Presentation memory)
    {
        return _present(access, _shows());
    }

    function _present(IPresentationVerifier.Access memory access, Show[] memory shows)
        internal
        view
        returns (IPresentationVerifier.Presentation memory presentation)
    {
        presentation.credentials = new IPresentationVerifier.Credential[](shows.length);
        bytes32 bundle = _bundleOf(shows);
        for (uint256 i = 0; i < shows.length; ++i) {
            bytes32 digest = _digest(access, bundle, uint8(i));
            presentation.credentials[i] = _show(shows[i], digest, access.nonce);
        }
    }

    function _show(Show memory show, bytes32 digest, bytes32 nonce)
        internal
        view
        returns (IPresentationVerifier.Credential memory credential)
    {
        credential.leaf = show.leaf;
        credential.disclosure = _disclosureOf(show);
        if (show.token.issuer != 0) {
            credential.keyId = KeyId.wrap(keccak256(_p256Key(show.token.issuer)));
            string memory audience = sdJwts.audienceOf(address(verifier));
            credential.proof = abi.encode(
                SDJWTTokens.present(show.token, audience, digest, nonce, block.timestamp)
            );
        } else {
            credential.keyId = show.held.keyId;
            credential.values = AttributeHolder.valuesOf(show.held, show.slots & ~show.constants);
            uint256 seed = uint256(keccak256(abi.encode(digest, gasleft())));
            credential.proof = AttributeHolder.prove(show.held, show.slots, digest, seed);
        }
    }

    function _digest(IPresentationVerifier.Access memory access, bytes32 bundle, uint8 index)
        internal
        view
        returns (bytes32)
    {
        (PolicyId policy,) = verifier.effectivePolicy(access.resource);
        return verifier.accessDigest(access, policy, bundle, index);
    }

    function _bundleOf(Show[] memory shows) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i = 0; i < shows.length; ++i) {
            hashes = bytes.concat(hashes, _disclosureOf(shows[i]));
        }
        return keccak256(hashes);
    }

    function _disclosureOf(Show memory show) internal pure returns (bytes32) {
        bytes32 kind =
            keccak256("Disclosure(string leaf,bytes32 schema,bytes32 issuer,uint32 disclosed)");
        bytes32 leaf = keccak256(abi.encodePacked("c", vm.toString(uint256(show.leaf))));
        if (show.token.issuer == 0) {
            return
                keccak256(abi.encode(kind, leaf, show.held.typeId, show.held.issuerId, show.slots));
        }
        bytes32 typeId = keccak256(bytes(show.token.vct));
        return
            keccak256(abi.encode(kind, leaf, typeId, keccak256(bytes(show.token.did)), uint256(0)));
    }

    // What becomes of them.

    function _consume(
        IPresentationVerifier.Access memory access,
        IPresentationVerifier.Presentation memory presentation
    ) internal returns (PolicyId) {
        vm.prank(access.consumer);
        return verifier.consume(access, presentation);
    }

    /// @notice Expects an error, from what changes something and from what changes nothing.
    function _refuses(
        IPresentationVerifier.Access memory access,
        IPresentationVerifier.Presentation memory presentation,
        bytes memory reason
    ) internal {
        vm.expectRevert(reason);
        vm.prank(access.consumer);
        verifier.verify(access, presentation);
        vm.expectRevert(reason);
        _consume(access, presentation);
    }

    function _refuses(
        IPresentationVerifier.Access memory access,
        IPresentationVerifier.Presentation memory presentation,
        bytes4 selector
    ) internal {
        _refuses(access, presentation, abi.encodePacked(selector));
    }

    /// @notice Expects that the proof holds, and the policy is not satisfied.
    function _refuses(
        IPresentationVerifier.Access memory access,
        IPresentationVerifier.Presentation memory presentation,
        Verdict verdict
    ) internal {
        (PolicyId policy,) = verifier.effectivePolicy(access.resource);
        bytes4 selector = IPresentationVerifier.PolicyNotSatisfied.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, policy, verdict));
    }
}
