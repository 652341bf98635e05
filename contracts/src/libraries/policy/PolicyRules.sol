// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../interfaces/IPolicyChecker.sol";
import {Registry, VERSION} from "../../types/PolicyFormat.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";
import {PolicyTree, Traits} from "./PolicyTree.sol";

/// @notice A pinned registry; no kind is pinned to the zero address.
struct Pin {
    address registry;
    bytes32 codeHash;
}

/// @notice A policy that was checked, taken apart.
/// @param lifetime Seconds that a grant lasts.
/// @param quotaLimit Requests per period; 0 where there is no quota.
/// @param quotaPeriod Seconds.
/// @param pins Registries by kind; the first is not used.
/// @param tree Memory address of the tree.
/// @param length Length of the tree in bytes.
/// @param traits What is known of the tree.
struct Parts {
    uint256 lifetime;
    uint256 quotaLimit;
    uint256 quotaPeriod;
    Pin[6] pins;
    uint256 tree;
    uint256 length;
    uint256 traits;
}

/// @title Which policies compile
library PolicyRules {
    uint256 internal constant MAX_LENGTH = 16_384;
    uint256 private constant MAX_LIFETIME = 300;

    /// @dev Reverts unless a policy keeps every rule.
    function check(bytes memory policy) internal pure {
        _check(policy, true);
    }

    /// @dev Takes a policy apart that is to become part of another, and reverts unless it keeps every
    /// rule but that certain credentials be disjoint: the other has them as well.
    function takeApart(bytes memory policy) internal pure returns (Parts memory parts) {
        return _check(policy, false);
    }

    function _check(bytes memory policy, bool looksForDisjoint)
        private
        pure
        returns (Parts memory parts)
    {
        if (policy.length > MAX_LENGTH) revert IPolicyChecker.PolicyTooLong(policy.length);
        Cursor memory cursor = PolicyReader.open(policy);
        _readHead(cursor, parts);
        _readPins(cursor, parts);
        parts.tree = cursor.position;
        parts.traits = PolicyTree.check(cursor, looksForDisjoint);
        parts.length = cursor.position - parts.tree;
        cursor.finish();
        _checkPins(parts);
        if (parts.quotaLimit != 0 && parts.traits & Traits.KEY == 0) {
            revert IPolicyChecker.QuotaWithoutKey(3);
        }
    }

    function _readHead(Cursor memory cursor, Parts memory parts) private pure {
        if (cursor.u8() != VERSION) revert IPolicyChecker.UnknownVersion(0);
        parts.lifetime = cursor.u16();
        if (parts.lifetime == 0 || parts.lifetime > MAX_LIFETIME) {
            revert IPolicyChecker.OutOfRange(1);
        }
        parts.quotaLimit = cursor.u32();
        parts.quotaPeriod = cursor.u32();
        if ((parts.quotaLimit == 0) != (parts.quotaPeriod == 0)) {
            revert IPolicyChecker.OutOfRange(3);
        }
        if (cursor.u8() != 0) revert IPolicyChecker.Reserved(11);
    }

    function _readPins(Cursor memory cursor, Parts memory parts) private pure {
        uint256 count = cursor.u8();
        uint256 previous;
        for (uint256 i = 0; i < count; ++i) {
            uint256 place = cursor.offset();
            uint256 kind = cursor.u8();
            if (kind < Registry.ISSUERS || kind > Registry.ATTESTATIONS) {
                revert IPolicyChecker.UnknownRegistry(place);
            }
            if (kind <= previous) revert IPolicyChecker.NotCanonical(place);
            previous = kind;
            Pin memory pin = parts.pins[kind];
            pin.registry = cursor.account();
            pin.codeHash = cursor.word();
            if (pin.registry == address(0)) revert IPolicyChecker.InvalidAddress(place);
            if (pin.codeHash == 0) revert IPolicyChecker.InvalidCodeHash(place);
        }
    }

    /// @dev Exactly the registries that the tree needs are pinned.
    function _checkPins(Parts memory parts) private pure {
        for (uint256 kind = Registry.ISSUERS; kind <= Registry.ATTESTATIONS; ++kind) {
            bool isNeeded = parts.traits & Traits.needs(kind) != 0;
            bool isPinned = parts.pins[kind].registry != address(0);
            if (isNeeded && !isPinned) revert IPolicyChecker.RegistryMissing(kind);
            if (isPinned && !isNeeded) revert IPolicyChecker.RegistrySuperfluous(kind);
        }
    }
}
