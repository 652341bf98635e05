// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../interfaces/IPolicyChecker.sol";
import {Holder, Registry, Tag, VERSION} from "../../types/PolicyFormat.sol";
import {PolicyReader} from "./PolicyReader.sol";
import {Parts, Pin, PolicyRules} from "./PolicyRules.sol";
import {Traits} from "./PolicyTree.sol";

/// @title The effective policy: the active one and every restriction, all at once
library PolicyComposer {
    uint256 private constant MAX_CHILDREN = 32;

    /// @dev Distinct trees, ascending by their bytes, and how many of them show credentials.
    struct Trees {
        uint256[] starts;
        uint256[] lengths;
        uint256 count;
        uint256 showing;
        uint256 totalLength;
    }

    /// @dev The canonical bytes of what several policies are together; reverts where one of them, or
    /// all of them together, break a rule.
    function compose(bytes[] memory policies) internal pure returns (bytes memory composed) {
        Trees memory trees;
        trees.starts = new uint256[](policies.length);
        trees.lengths = new uint256[](policies.length);
        Parts memory whole = PolicyRules.takeApart(policies[0]);
        _add(trees, whole);
        for (uint256 i = 1; i < policies.length; ++i) {
            Parts memory parts = PolicyRules.takeApart(policies[i]);
            _merge(whole, parts);
            _add(trees, parts);
        }
        composed = bytes.concat(_head(whole), _pins(whole), _tree(trees));
        PolicyRules.check(composed);
    }

    function _merge(Parts memory whole, Parts memory part) private pure {
        if (part.lifetime < whole.lifetime) whole.lifetime = part.lifetime;
        if (part.quotaLimit != 0) {
            bool isTighter = whole.quotaLimit == 0 || part.quotaLimit < whole.quotaLimit;
            if (isTighter) whole.quotaLimit = part.quotaLimit;
            if (part.quotaPeriod > whole.quotaPeriod) whole.quotaPeriod = part.quotaPeriod;
        }
        for (uint256 kind = Registry.ISSUERS; kind <= Registry.ATTESTATIONS; ++kind) {
            Pin memory pin = part.pins[kind];
            if (pin.registry == address(0)) continue;
            Pin memory pinned = whole.pins[kind];
            if (pinned.registry == address(0)) {
                whole.pins[kind] = pin;
            } else if (pinned.registry != pin.registry || pinned.codeHash != pin.codeHash) {
                revert IPolicyChecker.ConflictingRegistries(kind);
            }
        }
    }

    /// @dev Puts a tree in its place, unless it is there already.
    function _add(Trees memory trees, Parts memory parts) private pure {
        uint256 place = trees.count;
        for (; place > 0; --place) {
            int256 order = PolicyReader.compare(
                trees.starts[place - 1], trees.lengths[place - 1], parts.tree, parts.length
            );
            if (order == 0) return;
            if (order < 0) break;
        }
        for (uint256 i = trees.count; i > place; --i) {
            trees.starts[i] = trees.starts[i - 1];
            trees.lengths[i] = trees.lengths[i - 1];
        }
        trees.starts[place] = parts.tree;
        trees.lengths[place] = parts.length;
        trees.totalLength += parts.length;
        ++trees.count;
        if (parts.traits & Traits.CREDENTIAL != 0) ++trees.showing;
    }

    function _head(Parts memory whole) private pure returns (bytes memory) {
        return abi.encodePacked(
            VERSION,
            // forge-lint: disable-next-line(unsafe-typecast)
            uint16(whole.lifetime), // each was read from as many bytes
            // forge-lint: disable-next-line(unsafe-typecast)
            uint32(whole.quotaLimit),
            // forge-lint: disable-next-line(unsafe-typecast)
            uint32(whole.quotaPeriod),
            uint8(0)
        );
    }

    function _pins(Parts memory whole) private pure returns (bytes memory) {
        bytes memory pins;
        uint8 count;
        for (uint8 kind = 1; kind <= Registry.ATTESTATIONS; ++kind) {
            Pin memory pin = whole.pins[kind];
            if (pin.registry == address(0)) continue;
            pins = abi.encodePacked(pins, kind, pin.registry, pin.codeHash);
            ++count;
        }
        return bytes.concat(bytes1(count), pins);
    }

    /// @dev The trees under one `all`. Where it shows two credentials, no two of them need the same
    /// holder: each part says for itself what must be the same.
    function _tree(Trees memory trees) private pure returns (bytes memory) {
        if (trees.count > MAX_CHILDREN) revert IPolicyChecker.TooManyChildren(trees.count);
        if (trees.totalLength > PolicyRules.MAX_LENGTH) {
            revert IPolicyChecker.PolicyTooLong(trees.totalLength);
        }
        bytes memory content = new bytes(trees.totalLength);
        uint256 place;
        assembly ("memory-safe") {
            place := add(content, 0x20)
        }
        for (uint256 i = 0; i < trees.count; ++i) {
            uint256 start = trees.starts[i];
            uint256 length = trees.lengths[i];
            assembly ("memory-safe") {
                mcopy(place, start, length)
            }
            place += length;
        }
        if (trees.count == 1) return content;
        return abi.encodePacked(
            uint8(Tag.ALL),
            // forge-lint: disable-next-line(unsafe-typecast)
            uint16(trees.totalLength + 2), // at most MAX_LENGTH + 2
            uint8(trees.showing >= 2 ? Holder.ANY : Holder.ABSENT),
            // forge-lint: disable-next-line(unsafe-typecast)
            uint8(trees.count),
            content
        );
    }
}
