// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AddressListRegistry} from "../src/AddressListRegistry.sol";
import {ReceiptAnchor} from "../src/ReceiptAnchor.sol";
import {SchemaRegistry} from "../src/SchemaRegistry.sol";
import {IIssuerRegistry} from "../src/interfaces/IIssuerRegistry.sol";
import {IStatusRegistry} from "../src/interfaces/IStatusRegistry.sol";
import {PolicyId, ResourceId} from "../src/types/Identifiers.sol";
import {Fixture, World} from "./support/Fixture.sol";
import {IssuerFixture} from "./support/IssuerFixture.sol";
import {PolicyFixture} from "./support/PolicyFixture.sol";

/// @notice What the main functions may cost as transactions. The figures go to `snapshots/`.
abstract contract GasFixture is World {
    function _assertGas(string memory name, uint256 bound) internal {
        uint256 gas = vm.snapshotGasLastCall("transactions", name);
        vm.assertTrue(gas <= bound, string.concat(name, ": ", vm.toString(gas)));
    }
}

/// forge-config: default.isolate = true
contract PolicyGasTest is PolicyFixture, GasFixture {
    function test_GasOfTheMainFunctions() public {
        vm.prank(OWNER);
        resources.register(
            "https://ai.example/models/second",
            keccak256("manifest"),
            "",
            GUARDIAN,
            DELAY,
            new ResourceId[](0)
        );
        _assertGas("register a resource", 230_000);

        PolicyId id = _publish(_policyOfTenLeaves());
        _assertGas("publish a policy of 10 leaves", 420_000);
        vm.warp(START + DELAY);
        _activate(id);
        _assertGas("activate", 110_000);
        vm.prank(OWNER);
        policies.pause(resource);
        _assertGas("pause, by the owner", 45_000);
        vm.prank(OWNER);
        policies.unpause(resource);
        vm.prank(GUARDIAN);
        policies.pause(resource);
        _assertGas("pause, by the guardian", 45_000);
        _restrict(_policyOf(150));
        _assertGas("restrict, 150 bytes", 180_000);
        _transfer(STRANGER);
        _assertGas("transfer a resource", 85_000);
    }

    function _policyOfTenLeaves() private view returns (bytes memory) {
        return vm.parseJsonBytes(vm.readFile("test/vectors/ten_leaves.json"), ".bytes");
    }

    function _policyOf(uint256 length) private pure returns (bytes memory policy) {
        policy = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            policy[i] = 0x01;
        }
    }
}

/// forge-config: default.isolate = true
contract IssuerGasTest is IssuerFixture, GasFixture {
    function test_GasOfTheMainFunctions() public {
        _accredit("did:web:university.example", TYPE, CONTROLLER);
        _assertGas("accredit a new issuer", 130_000);
        _registerKey(5);
        _assertGas("register a BBS key", 365_000);
        bytes memory publicKey = _p256Key(5);
        (bytes memory proof,) = _p256Sign(5, issuers.possessionMessage(issuerId, publicKey));
        vm.prank(CONTROLLER);
        issuers.registerKey(issuerId, IIssuerRegistry.KeyKind.P256, publicKey, proof);
        _assertGas("register a P-256 key", 185_000);
    }

    function test_GasOfRevoking() public {
        IStatusRegistry status = issuers.status();
        vm.prank(CONTROLLER);
        status.revoke(issuerId, TYPE, 1);
        _assertGas("revoke, first of a word", 50_000);
        vm.prank(CONTROLLER);
        status.revoke(issuerId, TYPE, 2);
        _assertGas("revoke, next of a word", 33_000);
        vm.prank(CONTROLLER);
        status.revokeMany(issuerId, TYPE, _neighbours(1000, 100));
        _assertGas("revoke 100 neighbours at once", 300_000);
        uint32[] memory scattered = _scattered(1000, 1 << 17);
        vm.prank(CONTROLLER);
        status.revokeMany(issuerId, TYPE, scattered);
        _assertGas("revoke 1000 within 2^17 indexes", 12_000_000);
    }

    function _neighbours(uint32 first, uint32 count)
        private
        pure
        returns (uint32[] memory indexes)
    {
        indexes = new uint32[](count);
        for (uint32 i = 0; i < count; ++i) {
            indexes[i] = first + i;
        }
    }

    /// @dev Indexes that a hash scatters over a range.
    function _scattered(uint256 count, uint256 range)
        private
        pure
        returns (uint32[] memory indexes)
    {
        indexes = new uint32[](count);
        for (uint256 i = 0; i < count; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            indexes[i] = uint32(uint256(keccak256(abi.encode(i))) % range);
        }
    }
}

/// forge-config: default.isolate = true
contract ListGasTest is Fixture, GasFixture {
    function test_GasOfTheMainFunctions() public {
        SchemaRegistry schemas = new SchemaRegistry();
        schemas.register(
            bytes.concat(
                "didgate-schema-v1\x00",
                hex"000f",
                "https://example",
                hex"00000007001c02",
                hex"010004726f6c65",
                hex"0301056c6576656c"
            )
        );
        _assertGas("register a schema", 100_000);
        AddressListRegistry lists = new AddressListRegistry();
        address[] memory accounts = new address[](10);
        for (uint160 i = 0; i < 10; ++i) {
            accounts[i] = address(i + 1);
        }
        lists.add(lists.create("members"), accounts);
        _assertGas("add 10 addresses to a list", 270_000);
    }
}

/// forge-config: default.isolate = true
contract AnchorGasTest is Fixture, GasFixture {
    function test_GasOfTheMainFunctions() public {
        ReceiptAnchor anchors = new ReceiptAnchor();
        anchors.anchor(100, keccak256("a"));
        _assertGas("anchor receipts, the first time", 95_000);
        anchors.anchor(1_000_000, keccak256("b"));
        _assertGas("anchor receipts, later", 80_000);
    }
}
