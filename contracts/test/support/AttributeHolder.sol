// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttributeSuite} from "../../src/AttributeSuite.sol";
import {IssuerId, KeyId, TypeId} from "../../src/types/Identifiers.sol";
import {Generators} from "../../src/types/Statement.sol";
import {BBSProver} from "./BBSProver.sol";
import {BLSKeys} from "./BLSKeys.sol";

/// @notice Attribute credentials as a holder has them: issued, and shown in part.
library AttributeHolder {
    /// @param values Value of each slot as policies have it; slot 0 holds the secret.
    struct Held {
        TypeId typeId;
        IssuerId issuerId;
        KeyId keyId;
        bytes[] values;
        BBSProver.Signed signed;
        Generators generators;
    }

    /// @notice Issues a credential: signs values whatever they are.
    /// @param values From `slotsOf`.
    function issue(
        AttributeSuite suite,
        uint256 secret,
        string memory did,
        TypeId typeId,
        bytes[] memory values
    ) internal view returns (Held memory held) {
        held.typeId = typeId;
        held.issuerId = IssuerId.wrap(keccak256(bytes(did)));
        held.keyId = KeyId.wrap(keccak256(BLSKeys.publicKey(secret)));
        held.values = values;
        held.generators = suite.generators(values.length);
        uint256[] memory messages = new uint256[](values.length);
        messages[0] = uint256(keccak256("holder secret")) % BBSProver.ORDER;
        for (uint256 i = 1; i < values.length; ++i) {
            messages[i] = BBSProver.messageOf(values[i]);
        }
        bytes memory header = abi.encodePacked(uint8(1), typeId, held.issuerId);
        held.signed = BBSProver.sign(secret, header, messages, held.generators);
    }

    /// @notice The values of all slots.
    function slotsOf(bytes memory validity, bytes memory status, bytes[] memory attributes)
        internal
        pure
        returns (bytes[] memory values)
    {
        values = new bytes[](3 + attributes.length);
        (values[1], values[2]) = (validity, status);
        for (uint256 i = 0; i < attributes.length; ++i) {
            values[3 + i] = attributes[i];
        }
    }

    /// @notice The values at some slots, one behind the other.
    function valuesOf(Held memory held, uint256 slots) internal pure returns (bytes memory all) {
        for (uint256 i = 1; i < held.values.length; ++i) {
            if (slots >> i & 1 == 1) all = bytes.concat(all, held.values[i]);
        }
    }

    /// @notice A proof that is bound to a digest and discloses some slots.
    function prove(Held memory held, uint256 slots, bytes32 digest, uint256 seed)
        internal
        view
        returns (bytes memory)
    {
        return BBSProver.prove(held.signed, held.generators, slots, abi.encodePacked(digest), seed);
    }
}
