// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UsePass} from "../src/consumers/UsePass.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {TypeId} from "../src/types/Identifiers.sol";
import {AttributeHolder} from "./support/AttributeHolder.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {SchemaBytes} from "./support/SchemaBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

// Safe: all these numbers are small.
// forge-lint: disable-next-item(unsafe-typecast)

/// @notice What presentations may cost as transactions, for a credential of ten attributes whose
/// policy fixes five. The figures go to `snapshots/`.
/// forge-config: default.isolate = true
contract PresentationGasTest is VerifierFixture {
    uint256 private constant CONSTANTS = 0xf8;

    function test_GasOfAttributeCredentials() public {
        verifier.admit(resource);
        _assertGas("admit a policy again", 150_000);
        _consumeFor(ACTION, alice);
        _assertGas("consume: 13 slots, 6 shown", 520_000);
        attributes.pin(_policy(), 0, keyId);
        _assertGas("pin: 13 slots, 5 pinned", 470_000);
        _consumeFor(ACTION, alice);
        _assertGas("consume: 13 slots, 5 pinned and 1 shown", 400_000);
        _consumeFor(verifier.SESSION(), alice);
        _assertGas("open a session: 13 slots, 5 pinned and 1 shown", 425_000);
        UsePass passes = new UsePass(verifier, resource);
        IPresentationVerifier.Access memory access = _access();
        (access.consumer, access.action) = (address(passes), passes.MINT());
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.prank(alice);
        passes.mint(access, presentation);
        _assertGas("mint a pass: 13 slots, 5 pinned and 1 shown", 480_000);
    }

    function test_GasOfAdmitting() public {
        bytes memory policy =
            PolicyBytes.policy(60, PolicyBytes.NO_QUOTA, _pins(), _tenAttributes());
        _bringIntoForce(policy);
        verifier.admit(resource);
        _assertGas("admit a policy", 280_000);
    }

    function test_GasOfTokens() public {
        _admit(PolicyBytes.policy(_tokenPins(), _badgeLeaf()));
        IPresentationVerifier.Access memory access = _access();
        _consume(access, _present(access, _only(_badge(0))));
        _assertGas("consume: SD-JWT", 270_000);
    }

    function _consumeFor(bytes32 action, address consumer) private {
        IPresentationVerifier.Access memory access = _access();
        (access.action, access.consumer) = (action, consumer);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        _consume(access, presentation);
    }

    function _assertGas(string memory name, uint256 bound) private {
        uint256 gas = vm.snapshotGasLastCall("presentations", name);
        vm.assertTrue(gas <= bound, string.concat(name, ": ", vm.toString(gas)));
    }

    /// @dev Six texts, four integers.
    function _schema() internal pure override returns (bytes memory) {
        bytes memory slots;
        for (uint256 i = 0; i < 10; ++i) {
            slots = bytes.concat(slots, SchemaBytes.attribute(i < 6 ? 1 : 3, _name(i)));
        }
        return SchemaBytes.schema(
            "https://university.example/big", 0, GRANULARITY_DAYS, LIFETIME_DAYS, 10, slots
        );
    }

    function _policy() internal view override returns (bytes memory) {
        return PolicyBytes.policy(_pins(), _tenAttributes());
    }

    function _shows() internal view override returns (Show[] memory) {
        bytes[] memory values = new bytes[](10);
        for (uint256 i = 0; i < 10; ++i) {
            values[i] = _value(i);
        }
        AttributeHolder.Held memory held = _holds(schemaId, hex"00", values);
        return _only(0, held, VALIDITY | CONSTANTS, CONSTANTS);
    }

    /// @dev A leaf with five conditions, each of which leaves one value.
    function _tenAttributes() private view returns (bytes memory) {
        bytes memory claims = hex"05";
        for (uint256 i = 0; i < 5; ++i) {
            claims = bytes.concat(claims, PolicyBytes.claim(_name(i), 1, 1, _value(i)));
        }
        return PolicyBytes.attribute(TypeId.unwrap(schemaId), hex"00", 0, 0, claims);
    }

    function _name(uint256 i) private pure returns (string memory) {
        return string.concat("attr0", vm.toString(i));
    }

    function _value(uint256 i) private pure returns (bytes memory) {
        if (i >= 6) return PolicyBytes.number(3, int256(i));
        return PolicyBytes.text(string.concat("value number ", vm.toString(i)));
    }
}
