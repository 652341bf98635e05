// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyChecker} from "../../src/PolicyChecker.sol";
import {Fixture} from "./Fixture.sol";
import {PolicyBytes} from "./PolicyBytes.sol";

/// @notice A checker, and assertions on what it takes.
abstract contract CheckerFixture is Fixture {
    bytes32 internal constant SCHEMA = bytes32(uint256(1));
    bytes32 internal constant OTHER_SCHEMA = bytes32(uint256(2));
    bytes32 internal constant LIST = keccak256("list");
    address internal constant REGISTRY = address(0x7e6);
    uint64 internal constant OPEN_END = type(uint64).max;
    bytes internal constant TIME = hex"1400100000000000000001ffffffffffffffff";
    bytes internal constant LATER = hex"1400100000000000000002ffffffffffffffff";

    PolicyChecker internal checker;

    function setUp() public virtual override {
        super.setUp();
        checker = new PolicyChecker();
    }

    /// @notice A pin for each kind whose bit is set.
    function _pins(uint256 kinds) internal pure returns (bytes memory pins) {
        for (uint8 kind = 1; kind <= 5; ++kind) {
            if (kinds >> kind & 1 == 0) continue;
            pins = bytes.concat(pins, PolicyBytes.pin(kind, REGISTRY, keccak256("code")));
        }
    }

    /// @notice Pins of what credentials need: 1 issuers, 2 schemas, 3 status.
    function _sdJwtPins() internal pure returns (bytes memory) {
        return _pins(1 << 1 | 1 << 3);
    }

    function _attributePins() internal pure returns (bytes memory) {
        return _pins(1 << 1 | 1 << 2 | 1 << 3);
    }

    function _listPins() internal pure returns (bytes memory) {
        return _pins(1 << 4);
    }

    /// @notice A policy on an SD-JWT with some conditions, their number before them.
    function _sdJwtWith(bytes memory claims) internal pure returns (bytes memory) {
        return PolicyBytes.policy(_sdJwtPins(), PolicyBytes.sdJwt("v", hex"00", 0, 0, claims));
    }

    /// @notice A policy on an attribute credential with some conditions.
    function _attributeWith(bytes memory claims) internal pure returns (bytes memory) {
        bytes memory leaf = PolicyBytes.attribute(SCHEMA, hex"00", 0, 0, claims);
        return PolicyBytes.policy(_attributePins(), leaf);
    }

    /// @notice One condition, with the number of conditions before it.
    function _claim(string memory name, uint8 operator, uint8 count, bytes memory values)
        internal
        pure
        returns (bytes memory)
    {
        return bytes.concat(hex"01", PolicyBytes.claim(name, operator, count, values));
    }

    function _assertTaken(bytes memory policy, string memory reason) internal view {
        vm.assertEq(bytes32(_errorOf(policy)), bytes32(0), reason);
    }

    function _assertRefused(bytes memory policy, bytes4 selector, string memory reason)
        internal
        view
    {
        vm.assertEq(bytes32(_errorOf(policy)), bytes32(selector), reason);
    }

    function _errorOf(bytes memory policy) internal view returns (bytes4) {
        try checker.check(policy) {
            return 0;
        } catch (bytes memory reason) {
            // forge-lint: disable-next-line(unsafe-typecast)
            return bytes4(reason); // the selector of an error
        }
    }
}
