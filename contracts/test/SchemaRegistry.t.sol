// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SchemaRegistry} from "../src/SchemaRegistry.sol";
import {ISchemaRegistry} from "../src/interfaces/ISchemaRegistry.sol";
import {TypeId} from "../src/types/Identifiers.sol";
import {Fixture} from "./support/Fixture.sol";

contract SchemaRegistryTest is Fixture {
    bytes private constant MARK = "didgate-schema-v1\x00";
    bytes private constant URI = "https://example/schema";
    /// @dev statusMode 1, nymMode 0, granularity 7 days, lifetime 28 days.
    bytes private constant MODES = hex"01000007001c";
    bytes private constant ROLE = hex"010004726f6c65"; // "role"
    bytes private constant LEVEL = hex"0301056c6576656c"; // "level"

    SchemaRegistry private schemas;

    function setUp() public override {
        super.setUp();
        schemas = new SchemaRegistry();
    }

    function test_ASchemaIsKeptUnderItsHash() public {
        bytes memory encoded = _schema(MODES, 2, bytes.concat(ROLE, LEVEL));
        TypeId id = TypeId.wrap(keccak256(encoded));
        vm.assertTrue(!schemas.exists(id), "before");
        vm.expectEmit(address(schemas));
        emit ISchemaRegistry.SchemaRegistered(id, OWNER);
        vm.prank(OWNER);
        schemas.register(encoded);
        vm.assertTrue(schemas.exists(id), "exists");
        vm.assertEq(schemas.schemaBytes(id), encoded, "bytes");
    }

    function test_RegisteringAgainChangesNothing() public {
        bytes memory encoded = _schema(MODES, 1, ROLE);
        TypeId id = schemas.register(encoded);
        vm.expectEmit(address(schemas), 0);
        emit ISchemaRegistry.SchemaRegistered(id, STRANGER);
        vm.prank(STRANGER);
        vm.assertEq(TypeId.unwrap(schemas.register(encoded)), TypeId.unwrap(id), "id");
    }

    function test_AttributesOfAllTypesAndTheGreatestNumber() public {
        bytes memory attributes;
        for (uint8 i = 0; i < 29; ++i) {
            attributes =
                bytes.concat(attributes, bytes1(1 + i % 7), bytes1(i % 2), hex"01", bytes1(97 + i));
        }
        schemas.register(_schema(MODES, 29, attributes));
    }

    function test_NotASchema() public {
        bytes memory encoded = _schema(MODES, 1, ROLE);
        encoded[17] = 0x01;
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.NotASchema.selector));
        schemas.register(encoded);
    }

    function test_MissingTypeURI() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.MissingTypeURI.selector));
        schemas.register(bytes.concat(MARK, hex"0000", MODES, hex"01", ROLE));
    }

    function test_UnknownStatusMode() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.UnknownStatusMode.selector, 2));
        schemas.register(_schema(hex"02000007001c", 1, ROLE));
    }

    function test_UnknownNymMode() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.UnknownNymMode.selector, 1));
        schemas.register(_schema(hex"01010007001c", 1, ROLE));
    }

    function test_InvalidValidity() public {
        _expectInvalidValidity(0, 28);
        schemas.register(_schema(hex"01000000001c", 1, ROLE));
        _expectInvalidValidity(7, 6);
        schemas.register(_schema(hex"010000070006", 1, ROLE));
        _expectInvalidValidity(0, 0);
        schemas.register(_schema(hex"010000000000", 1, ROLE));
    }

    function test_InvalidAttributeCount() public {
        vm.expectRevert(
            abi.encodeWithSelector(ISchemaRegistry.InvalidAttributeCount.selector, 0, 29)
        );
        schemas.register(_schema(MODES, 0, ""));
        vm.expectRevert(
            abi.encodeWithSelector(ISchemaRegistry.InvalidAttributeCount.selector, 30, 29)
        );
        schemas.register(_schema(MODES, 30, ROLE));
    }

    function test_UnknownAttributeType() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.UnknownAttributeType.selector, 0, 0));
        schemas.register(_schema(MODES, 1, hex"00000161"));
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.UnknownAttributeType.selector, 1, 8));
        schemas.register(_schema(MODES, 2, bytes.concat(ROLE, hex"08000161")));
    }

    function test_InvalidOptionalFlag() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.InvalidOptionalFlag.selector, 0, 2));
        schemas.register(_schema(MODES, 1, hex"01020161"));
    }

    function test_MissingAttributeName() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.MissingAttributeName.selector, 0));
        schemas.register(_schema(MODES, 1, hex"010000"));
    }

    function test_DuplicateAttributeName() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.DuplicateAttributeName.selector, 2));
        schemas.register(_schema(MODES, 3, bytes.concat(ROLE, LEVEL, ROLE)));
    }

    function test_TrailingBytes() public {
        bytes memory encoded = _schema(MODES, 1, ROLE);
        vm.expectRevert(
            abi.encodeWithSelector(ISchemaRegistry.TrailingBytes.selector, encoded.length)
        );
        schemas.register(bytes.concat(encoded, hex"00"));
    }

    function test_SchemaTooLong() public {
        vm.expectRevert(
            abi.encodeWithSelector(ISchemaRegistry.SchemaTooLong.selector, 16_385, 16_384)
        );
        schemas.register(new bytes(16_385));
    }

    function test_SchemaTruncated_WhereverItIsCutOff() public {
        bytes memory encoded = _schema(MODES, 2, bytes.concat(ROLE, LEVEL));
        for (uint256 length = 0; length < encoded.length; ++length) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                cut[i] = encoded[i];
            }
            (bool ok, bytes memory fault) =
                address(schemas).call(abi.encodeCall(schemas.register, (cut)));
            vm.assertTrue(!ok, "refused");
            // The first four bytes are what is meant.
            // forge-lint: disable-next-line(unsafe-typecast)
            vm.assertTrue(bytes4(fault) == ISchemaRegistry.SchemaTruncated.selector, "fault");
        }
    }

    function test_UnknownSchema() public {
        TypeId unknown = TypeId.wrap(keccak256("unknown"));
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.UnknownSchema.selector, unknown));
        schemas.schemaBytes(unknown);
    }

    function _expectInvalidValidity(uint16 granularityDays, uint16 lifetimeDays) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ISchemaRegistry.InvalidValidity.selector, granularityDays, lifetimeDays
            )
        );
    }

    function _schema(bytes memory modes, uint8 count, bytes memory attributes)
        private
        pure
        returns (bytes memory)
    {
        return bytes.concat(MARK, bytes2(uint16(URI.length)), URI, modes, bytes1(count), attributes);
    }
}
