// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../interfaces/IPolicyChecker.sol";
import {Holder, Registry, Tag} from "../../types/PolicyFormat.sol";
import {Form} from "../../types/Presented.sol";
import {CredentialShape, PolicyLeaves} from "./PolicyLeaves.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";

/// @dev What is known of a tree when it has been read, as one number of bits.
library Traits {
    /// @dev It shows a credential.
    uint256 internal constant CREDENTIAL = 1;
    /// @dev It shows an attribute credential.
    uint256 internal constant ATTRIBUTE = 2;
    /// @dev It judges an account.
    uint256 internal constant ACCOUNT = 4;
    /// @dev It judges what the presenter supplies about an account.
    uint256 internal constant SUPPLIED = 8;
    /// @dev Every branch that holds shows a holder's key.
    uint256 internal constant KEY = 16;

    uint256 private constant FIRST_KIND = 256;

    /// @dev It relies on a registry of this kind.
    function needs(uint256 kind) internal pure returns (uint256) {
        return FIRST_KIND << kind;
    }
}

/// @title Which trees compile: what does not mean what it seems to say is refused
library PolicyTree {
    uint256 private constant MAX_CHILDREN = 32;
    uint256 private constant MAX_DEPTH = 8;
    uint256 private constant MAX_LEAVES = 64;

    /// @dev What has been read so far: leaves, and of those the ones that show credentials. Whether
    /// these are disjoint is looked at on the walk, or another time.
    struct Walk {
        Cursor cursor;
        bool looksForDisjoint;
        uint256 leaves;
        uint256 shown;
        CredentialShape[] shapes;
    }

    /// @dev A node with children, and what has been found out about them.
    struct Family {
        uint256 place;
        uint256 tag;
        uint256 holder;
        uint256 need;
        uint256 count;
        uint256 firstShown;
        uint256 traits;
        uint256 showing;
        uint256 keyless;
        bool hasAccountLeaf;
        bool hasNegatedAccount;
    }

    /// @dev Reads the tree at the cursor and reverts unless it keeps the rules.
    /// @param looksForDisjoint Whether credentials that must be disjoint are compared, too; only for
    /// what becomes part of a tree that is checked as a whole may that be left out.
    function check(Cursor memory cursor, bool looksForDisjoint)
        internal
        pure
        returns (uint256 traits)
    {
        Walk memory walk;
        walk.cursor = cursor;
        walk.looksForDisjoint = looksForDisjoint;
        walk.shapes = new CredentialShape[](MAX_LEAVES);
        uint256 place = cursor.offset();
        uint256 tag;
        (tag, traits) = _node(walk, MAX_DEPTH);
        if (_isNegatedAccount(tag, traits)) revert IPolicyChecker.NotOverAddress(place);
    }

    function _node(Walk memory walk, uint256 levels)
        private
        pure
        returns (uint256 tag, uint256 traits)
    {
        Cursor memory cursor = walk.cursor;
        uint256 place = cursor.offset();
        if (levels == 0) revert IPolicyChecker.TooDeep(place);
        uint256 end = cursor.end;
        tag = cursor.enter();
        if (tag == Tag.NOT) {
            traits = _negation(walk, levels);
        } else if (tag == Tag.ALL || tag == Tag.ANY || tag == Tag.AT_LEAST) {
            traits = _family(walk, tag, place, levels);
        } else {
            traits = _leaf(walk, tag, place);
        }
        cursor.finish();
        cursor.end = end;
    }

    function _negation(Walk memory walk, uint256 levels) private pure returns (uint256 traits) {
        uint256 place = walk.cursor.offset();
        uint256 tag;
        (tag, traits) = _node(walk, levels - 1);
        if (traits & Traits.CREDENTIAL != 0) revert IPolicyChecker.NotOverCredential(place);
        if (traits & Traits.SUPPLIED != 0) revert IPolicyChecker.NotOverSupplied(place);
        if (_isNegatedAccount(tag, traits)) revert IPolicyChecker.NotOverAddress(place);
    }

    function _family(Walk memory walk, uint256 tag, uint256 place, uint256 levels)
        private
        pure
        returns (uint256)
    {
        Family memory family;
        family.place = place;
        family.tag = tag;
        family.firstShown = walk.shown;
        _readHead(walk.cursor, family);
        _readChildren(walk, family, levels);
        _checkHolder(family);
        bool mayNegate = tag == Tag.ALL && family.hasAccountLeaf;
        if (family.hasNegatedAccount && !mayNegate) revert IPolicyChecker.NotOverAddress(place);
        bool showsKey = family.keyless < family.need;
        return (family.traits & ~Traits.KEY) | (showsKey ? Traits.KEY : 0);
    }

    function _readHead(Cursor memory cursor, Family memory family) private pure {
        if (family.tag != Tag.ANY) {
            family.holder = cursor.u8();
            if (family.holder > Holder.ANY) revert IPolicyChecker.UnknownHolder(family.place);
        }
        if (family.tag == Tag.AT_LEAST) family.need = cursor.u8();
        uint256 count = cursor.u8();
        family.count = count;
        if (count == 0) revert IPolicyChecker.EmptyTree(family.place);
        if (count > MAX_CHILDREN) revert IPolicyChecker.TooManyChildren(family.place);
        if (family.tag == Tag.AT_LEAST) {
            if (family.need == 0 || family.need > count) {
                revert IPolicyChecker.OutOfRange(family.place);
            }
        } else {
            if (count == 1) revert IPolicyChecker.TooFewChildren(family.place);
            family.need = family.tag == Tag.ALL ? count : 1;
        }
    }

    function _readChildren(Walk memory walk, Family memory family, uint256 levels) private pure {
        Cursor memory cursor = walk.cursor;
        bool mustBeDisjoint =
            walk.looksForDisjoint && family.tag == Tag.AT_LEAST && family.need >= 2;
        uint256 previous = cursor.position;
        for (uint256 i = 0; i < family.count; ++i) {
            uint256 start = cursor.position;
            uint256 shown = walk.shown;
            (uint256 tag, uint256 traits) = _node(walk, levels - 1);
            _count(family, tag, traits);
            if (i != 0) _checkOrder(cursor, previous, start);
            if (mustBeDisjoint) _checkDisjoint(walk, family.firstShown, shown);
            previous = start;
        }
    }

    function _count(Family memory family, uint256 tag, uint256 traits) private pure {
        family.traits |= traits;
        if (traits & Traits.CREDENTIAL != 0) ++family.showing;
        if (traits & Traits.KEY == 0) ++family.keyless;
        if (tag >= Tag.CREDENTIAL && traits & Traits.ACCOUNT != 0) family.hasAccountLeaf = true;
        if (_isNegatedAccount(tag, traits)) family.hasNegatedAccount = true;
    }

    function _checkOrder(Cursor memory cursor, uint256 previous, uint256 start) private pure {
        int256 order =
            PolicyReader.compare(previous, start - previous, start, cursor.position - start);
        if (order < 0) return;
        uint256 place = start - cursor.base;
        if (order == 0) revert IPolicyChecker.DuplicateChild(place);
        revert IPolicyChecker.NotCanonical(place);
    }

    /// @dev The credentials from `middle` on must be other ones than those from `first` to `middle`.
    function _checkDisjoint(Walk memory walk, uint256 first, uint256 middle) private pure {
        CredentialShape[] memory shapes = walk.shapes;
        for (uint256 i = middle; i < walk.shown; ++i) {
            CredentialShape memory shape = shapes[i];
            for (uint256 j = first; j < middle; ++j) {
                if (!_areDisjoint(shape, shapes[j])) {
                    revert IPolicyChecker.NotDisjoint(walk.cursor.offset());
                }
            }
        }
    }

    function _areDisjoint(CredentialShape memory a, CredentialShape memory b)
        private
        pure
        returns (bool)
    {
        if (a.typeId != b.typeId) return true;
        if (a.issuers.length == 0 || b.issuers.length == 0) return false;
        return !_haveCommon(a.issuers, b.issuers);
    }

    /// @dev Whether two lists, neither empty and each in ascending order, have a member in common. In
    /// assembly, because a policy at its limits asks this of a thousand pairs of lists.
    function _haveCommon(bytes32[] memory a, bytes32[] memory b) private pure returns (bool have) {
        assembly ("memory-safe") {
            let i := add(a, 0x20)
            let j := add(b, 0x20)
            let endOfA := add(i, shl(5, mload(a)))
            let endOfB := add(j, shl(5, mload(b)))
            let left := mload(i)
            let right := mload(j)
            for {} 1 {} {
                if lt(left, right) {
                    i := add(i, 0x20)
                    if eq(i, endOfA) { break }
                    left := mload(i)
                    continue
                }
                if eq(left, right) {
                    have := 1
                    break
                }
                j := add(j, 0x20)
                if eq(j, endOfB) { break }
                right := mload(j)
            }
        }
    }

    function _checkHolder(Family memory family) private pure {
        bool isNeeded = family.need >= 2 && family.showing >= 2;
        if (family.holder == Holder.ABSENT) {
            if (isNeeded) revert IPolicyChecker.HolderMissing(family.place);
            return;
        }
        if (!isNeeded) revert IPolicyChecker.HolderSuperfluous(family.place);
        if (family.holder == Holder.SAME && family.traits & Traits.ATTRIBUTE != 0) {
            revert IPolicyChecker.HolderNotProvable(family.place);
        }
    }

    function _leaf(Walk memory walk, uint256 tag, uint256 place) private pure returns (uint256) {
        if (++walk.leaves > MAX_LEAVES) revert IPolicyChecker.TooManyLeaves(place);
        Cursor memory cursor = walk.cursor;
        if (tag == Tag.CREDENTIAL) {
            CredentialShape memory shape = PolicyLeaves.checkCredential(cursor);
            walk.shapes[walk.shown++] = shape;
            return _traitsOfCredential(shape.form);
        }
        if (tag == Tag.ADDRESS) {
            PolicyLeaves.checkList(cursor);
            return Traits.ACCOUNT | Traits.needs(Registry.ADDRESS_LISTS);
        }
        if (tag == Tag.TOKEN) {
            PolicyLeaves.checkToken(cursor);
            return Traits.ACCOUNT;
        }
        if (tag == Tag.TIME) {
            PolicyLeaves.checkTime(cursor);
            return 0;
        }
        if (tag == Tag.ATTESTATION) {
            PolicyLeaves.checkAttestation(cursor);
            return Traits.ACCOUNT | Traits.SUPPLIED | Traits.needs(Registry.ATTESTATIONS);
        }
        if (tag == Tag.MEMBER) {
            PolicyLeaves.checkMember(cursor);
            return Traits.ACCOUNT | Traits.SUPPLIED;
        }
        if (tag == Tag.PAYMENT) revert IPolicyChecker.Reserved(place);
        revert IPolicyChecker.UnknownTag(place);
    }

    function _traitsOfCredential(uint256 form) private pure returns (uint256 traits) {
        traits = Traits.CREDENTIAL | Traits.needs(Registry.ISSUERS) | Traits.needs(Registry.STATUS);
        if (form != uint8(Form.ATTRIBUTE)) return traits | Traits.KEY;
        return traits | Traits.ATTRIBUTE | Traits.needs(Registry.SCHEMAS);
    }

    function _isNegatedAccount(uint256 tag, uint256 traits) private pure returns (bool) {
        return tag == Tag.NOT && traits & Traits.ACCOUNT != 0;
    }
}
