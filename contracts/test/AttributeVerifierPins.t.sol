// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeVerifier} from "../src/interfaces/IAttributeVerifier.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {ISchemaRegistry} from "../src/interfaces/ISchemaRegistry.sol";
import {BBS} from "../src/libraries/bbs/BBS.sol";
import {BBSStatement} from "../src/libraries/bbs/BBSStatement.sol";
import {KeyId, PolicyId, TypeId} from "../src/types/Identifiers.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {AttributeHolder} from "./support/AttributeHolder.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

/// @notice pin and isPinned: what can be pinned, and that pins change no decision.
contract AttributeVerifierPinsTest is VerifierFixture {
    function test_PinKeepsALeafForAKey() public {
        PolicyId id = _idOf(_policy());
        vm.assertTrue(!attributes.isPinned(id, 0, keyId), "before");
        vm.expectEmit(address(attributes));
        emit IAttributeVerifier.LeafPinned(id, 0, keyId);
        _pin(_policy(), 0, keyId);
        vm.assertTrue(attributes.isPinned(id, 0, keyId), "pinned");
        vm.assertTrue(!attributes.isPinned(id, 1, keyId), "another leaf");
        vm.assertTrue(!attributes.isPinned(id, 0, p256KeyId), "another key");
        vm.assertTrue(!attributes.isPinned(_idOf("policy"), 0, keyId), "another policy");
    }

    function test_APinnedLeafMeansTheSameAndCostsLess() public {
        uint256 before = _consumeOne();
        _pin(_policy(), 0, keyId);
        vm.assertTrue(_consumeOne() + 20_000 < before, "gas");
    }

    function test_AlreadyPinned() public {
        _pin(_policy(), 0, keyId);
        _refusesPin(
            _policy(),
            0,
            abi.encodeWithSelector(
                IAttributeVerifier.AlreadyPinned.selector, _idOf(_policy()), 0, keyId
            )
        );
    }

    function test_EveryKeyIsPinnedByItself() public {
        _pin(_policy(), 0, keyId);
        KeyId other = _registerKey(BBS_SECRET + 1);
        Show[] memory shows = _shows();
        shows[0].held =
            AttributeHolder.issue(suite, BBS_SECRET + 1, DID, schemaId, shows[0].held.values);
        IPresentationVerifier.Access memory access = _access();
        _consume(access, _present(access, shows));
        // What one key signed does not hold for the other, whichever of them is pinned.
        shows[0].held.keyId = keyId;
        access = _access();
        _refuses(access, _present(access, shows), BBS.ProofInvalid.selector);
        _pin(_policy(), 0, other);
        shows[0].held.keyId = other;
        _consume(access, _present(access, shows));
    }

    function test_APinOfOtherBytesServesNobody() public {
        bytes memory other = PolicyBytes.policy(
            1, PolicyBytes.NO_QUOTA, _pins(), PolicyBytes.attribute(TypeId.unwrap(schemaId))
        );
        _pin(other, 0, keyId);
        vm.assertTrue(!attributes.isPinned(_idOf(_policy()), 0, keyId), "pinned");
    }

    function test_InvalidLeaf() public {
        bytes4 selector = IAttributeVerifier.InvalidLeaf.selector;
        _refusesPin(_policy(), 1, abi.encodeWithSelector(selector, 1));
        bytes memory windows = PolicyBytes.policy("", PolicyBytes.time(1, 2));
        _refusesPin(windows, 0, abi.encodeWithSelector(selector, 0));
    }

    function test_NotAnAttributeLeaf() public {
        bytes memory policy = PolicyBytes.policy(_tokenPins(), _badgeLeaf());
        bytes4 selector = IAttributeVerifier.NotAnAttributeLeaf.selector;
        _refusesPin(policy, 0, abi.encodeWithSelector(selector, 0));
    }

    /// @dev Leaves are counted across everything that can stand before them.
    function test_LeavesAreFoundInATree() public {
        bytes memory second = PolicyBytes.attribute(
            TypeId.unwrap(schemaId), hex"00", 0, 0, bytes.concat(hex"01", _level(4))
        );
        bytes memory negated = PolicyBytes.not(PolicyBytes.time(1, 2));
        bytes memory tree = PolicyBytes.any(
            PolicyBytes.all(0, negated, _badgeLeaf()),
            PolicyBytes.atLeast(0, 1, PolicyBytes.token(1, STRANGER, 0, 1), _leaf(), second)
        );
        bytes memory policy = PolicyBytes.policy(_pins(), tree);
        bytes4 selector = IAttributeVerifier.NotAnAttributeLeaf.selector;
        _refusesPin(policy, 0, abi.encodeWithSelector(selector, 0));
        _pin(policy, 1, keyId);
        _pin(policy, 2, keyId);
        _refusesPin(policy, 3, abi.encodeWithSelector(IAttributeVerifier.InvalidLeaf.selector, 3));
    }

    function test_UnknownContent_OfAKey() public {
        bytes memory policy = _policy();
        KeyId unknown = KeyId.wrap(keccak256("key"));
        bytes4 selector = IAttributeVerifier.UnknownContent.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, address(issuers), unknown));
        attributes.pin(policy, 0, unknown);
    }

    function test_InvalidPublicKey_OfAKeyForTokens() public {
        bytes memory policy = _policy();
        vm.expectRevert(abi.encodePacked(BBSStatement.InvalidPublicKey.selector));
        attributes.pin(policy, 0, p256KeyId);
    }

    function test_UnknownSchema() public {
        bytes32 unknown = keccak256("schema");
        bytes memory policy = PolicyBytes.policy(_pins(), PolicyBytes.attribute(unknown));
        bytes4 selector = ISchemaRegistry.UnknownSchema.selector;
        _refusesPin(policy, 0, abi.encodeWithSelector(selector, unknown));
    }

    function test_UnknownContent_OfASchemaThatIsAnother() public {
        vm.mockCall(
            address(schemas),
            abi.encodeCall(schemas.schemaBytes, (schemaId)),
            abi.encode(bytes("another schema"))
        );
        bytes4 selector = IAttributeVerifier.UnknownContent.selector;
        _refusesPin(_policy(), 0, abi.encodeWithSelector(selector, address(schemas), schemaId));
    }

    function test_UnknownAttribute() public {
        bytes memory claims =
            bytes.concat(hex"02", _level(3), PolicyBytes.claim("rank", 3, 1, _number(1)));
        bytes4 selector = IAttributeVerifier.UnknownAttribute.selector;
        _refusesPin(_policyOf(claims), 0, abi.encodeWithSelector(selector, 0));
    }

    function test_RegistryUnverified_WhereOtherCodeStands() public {
        bytes memory policy = _policy();
        bytes4 selector = IAttributeVerifier.RegistryUnverified.selector;
        bytes memory code = address(schemas).code;
        vm.etch(address(schemas), bytes.concat(code, hex"00"));
        _refusesPin(policy, 0, abi.encodeWithSelector(selector, address(schemas)));
        vm.etch(address(schemas), code);
        vm.etch(address(issuers), hex"00");
        _refusesPin(policy, 0, abi.encodeWithSelector(selector, address(issuers)));
    }

    function test_RegistryUnverified_WhereNoneIsPinned() public {
        bytes memory pins = PolicyBytes.pin(1, address(issuers));
        bytes4 selector = IAttributeVerifier.RegistryUnverified.selector;
        bytes memory reason = abi.encodeWithSelector(selector, address(0));
        _refusesPin(PolicyBytes.policy(pins, _leaf()), 0, reason);
        _refusesPin(PolicyBytes.policy("", _leaf()), 0, reason);
    }

    /// @dev Such a condition is false of whatever is disclosed.
    function test_AConstantOfAnotherTypeFixesNothing() public {
        _admit(_policyOf(bytes.concat(hex"01", PolicyBytes.claim("role", 1, 1, _number(1)))));
        for (uint256 i = 0; i < 2; ++i) {
            Show[] memory shows = _shows();
            (shows[0].slots, shows[0].constants) = (VALIDITY | ROLE, 0);
            IPresentationVerifier.Access memory access = _access();
            _refuses(access, _present(access, shows), Verdict.FALSE);
            if (i == 0) _pin(_policyInForce(), 0, keyId);
        }
    }

    function test_ALeafWithoutConditionsCanBePinned() public {
        _admit(_policyOf(hex"00"));
        for (uint256 i = 0; i < 2; ++i) {
            Show[] memory shows = _shows();
            (shows[0].slots, shows[0].constants) = (VALIDITY, 0);
            IPresentationVerifier.Access memory access = _access();
            _consume(access, _present(access, shows));
            if (i == 0) _pin(_policyInForce(), 0, keyId);
        }
    }

    function test_ProofInvalid_OfAValueThatIsPinned() public {
        _pin(_policy(), 0, keyId);
        Show[] memory shows = _only(0, _holds("author", 4), VALIDITY | ROLE | LEVEL, ROLE);
        IPresentationVerifier.Access memory access = _access();
        _refuses(access, _present(access, shows), BBS.ProofInvalid.selector);
    }

    function test_InvalidValues_WhereWhatIsPinnedIsGivenAgain() public {
        _pin(_policy(), 0, keyId);
        Show[] memory shows = _shows();
        shows[0].constants = 0;
        IPresentationVerifier.Access memory access = _access();
        bytes4 selector = IAttributeVerifier.InvalidValues.selector;
        _refuses(access, _present(access, shows), abi.encodeWithSelector(selector, 0));
    }

    /// @dev The same call, before and after the leaf is pinned, meets the same end.
    function testFuzz_PinsChangeNoDecision(
        uint8 role,
        uint8 level,
        uint8 fault,
        uint256 place,
        uint8 change
    ) public {
        string memory name = role % 4 == 0 ? "author" : "auditor";
        Show[] memory shows =
            _only(0, _holds(name, int256(uint256(level % 8))), VALIDITY | ROLE | LEVEL, ROLE);
        if (fault % 8 == 1) shows[0].slots = VALIDITY | ROLE;
        if (fault % 8 == 2) shows[0].constants = 0;
        IPresentationVerifier.Access memory access = _access();
        IPresentationVerifier.Presentation memory presentation = _present(access, shows);
        IPresentationVerifier.Credential memory credential = presentation.credentials[0];
        bytes memory data = fault % 8 == 3 ? credential.values : credential.proof;
        if (fault % 8 >= 3 && fault % 8 <= 4) data[place % data.length] ^= bytes1(change);
        bool before = _isAccepted(access, presentation);
        _pin(_policy(), 0, keyId);
        vm.assertEq(_isAccepted(access, presentation), before, "accepted");
    }

    function _policyInForce() private view returns (bytes memory) {
        (PolicyId id,) = verifier.effectivePolicy(resource);
        return verifier.policyBytes(id);
    }

    function _policyOf(bytes memory claims) private view returns (bytes memory) {
        bytes memory leaf = PolicyBytes.attribute(TypeId.unwrap(schemaId), hex"00", 0, 0, claims);
        return PolicyBytes.policy(_pins(), leaf);
    }

    function _level(int256 least) private pure returns (bytes memory) {
        return PolicyBytes.claim("level", 3, 1, _number(least));
    }

    function _number(int256 value) private pure returns (bytes memory) {
        return PolicyBytes.number(3, value);
    }

    function _pin(bytes memory policy, uint8 leaf, KeyId key) private {
        attributes.pin(policy, leaf, key);
    }

    function _refusesPin(bytes memory policy, uint8 leaf, bytes memory reason) private {
        vm.expectRevert(reason);
        attributes.pin(policy, leaf, keyId);
    }

    function _consumeOne() private returns (uint256) {
        IPresentationVerifier.Access memory access = _access();
        _consume(access, _present(access));
        return vm.lastCallGas().gasTotalUsed;
    }

    function _isAccepted(
        IPresentationVerifier.Access memory access,
        IPresentationVerifier.Presentation memory presentation
    ) private returns (bool) {
        vm.prank(access.consumer);
        try verifier.verify(access, presentation) {
            return true;
        } catch {
            return false;
        }
    }
}
