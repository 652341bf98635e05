// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Whether bytes are a policy, and what several policies are together
/// @notice Refuses whatever the SDK refuses to decode, for the same reason: each error is named
/// like the SDK's code for it (`TooDeep` is `too_deep`). The one exception is Unicode's normal form
/// C: whether text keeps it is not checked here.
/// @dev Stateless. The argument of an error is the offset of the fault in the policy's bytes, unless
/// it says otherwise.
interface IPolicyChecker {
    /// @notice A policy has at most 16,384 bytes; `length` is how many there are.
    error PolicyTooLong(uint256 length);

    /// @notice No policy has this version.
    error UnknownVersion(uint256 offset);

    /// @notice The bytes end too early.
    error Truncated(uint256 offset);

    /// @notice Bytes follow after the end of the policy or of a node.
    error TrailingBytes(uint256 offset);

    /// @notice The same policy has another, canonical encoding.
    error NotCanonical(uint256 offset);

    /// @notice Prices and payments are reserved for a later version.
    error Reserved(uint256 offset);

    /// @notice A number lies outside its range.
    error OutOfRange(uint256 offset);

    /// @notice No kind of registry has this number.
    error UnknownRegistry(uint256 offset);

    /// @notice Nothing has the zero address.
    error InvalidAddress(uint256 offset);

    /// @notice A code hash is not zero.
    error InvalidCodeHash(uint256 offset);

    /// @notice The tree needs a registry of this kind.
    error RegistryMissing(uint256 kind);

    /// @notice Nothing needs a registry of this kind.
    error RegistrySuperfluous(uint256 kind);

    /// @notice The policies pin different registries of this kind.
    error ConflictingRegistries(uint256 kind);

    /// @notice A branch shows no holder key to count by.
    error QuotaWithoutKey(uint256 offset);

    /// @notice A tree has at most 8 levels.
    error TooDeep(uint256 offset);

    /// @notice A tree has at most 64 leaves.
    error TooManyLeaves(uint256 offset);

    /// @notice No node has this tag.
    error UnknownTag(uint256 offset);

    /// @notice Nothing stands here.
    error EmptyTree(uint256 offset);

    /// @notice One child needs no operator.
    error TooFewChildren(uint256 offset);

    /// @notice A node has at most 32 children.
    error TooManyChildren(uint256 offset);

    /// @notice The same child stands here twice.
    error DuplicateChild(uint256 offset);

    /// @notice No holder rule has this number.
    error UnknownHolder(uint256 offset);

    /// @notice Two credentials are shown here, and it is not said whose.
    error HolderMissing(uint256 offset);

    /// @notice No two credentials are shown here.
    error HolderSuperfluous(uint256 offset);

    /// @notice Only SD-JWT credentials show the key that would have to be the same.
    error HolderNotProvable(uint256 offset);

    /// @notice Nobody can prove to lack a credential.
    error NotOverCredential(uint256 offset);

    /// @notice A presenter would use another account: there is no positive leaf on the same one.
    error NotOverAddress(uint256 offset);

    /// @notice A presenter would not supply what must not be there.
    error NotOverSupplied(uint256 offset);

    /// @notice One credential could count twice.
    error NotDisjoint(uint256 offset);

    /// @notice No form of credential has this number.
    error UnknownForm(uint256 offset);

    /// @notice A vct has 1 to 512 bytes of printable ASCII, without blanks.
    error InvalidVct(uint256 offset);

    /// @notice A leaf names at most 32 issuers.
    error TooManyIssuers(uint256 offset);

    /// @notice The issuer is named twice.
    error DuplicateIssuer(uint256 offset);

    /// @notice This is no DID.
    error InvalidDid(uint256 offset);

    /// @notice A leaf has at most 32 conditions.
    error TooManyClaims(uint256 offset);

    /// @notice There is one condition for each claim.
    error DuplicateClaim(uint256 offset);

    /// @notice No claim can have this name, or it has another spelling.
    error ClaimName(uint256 offset);

    /// @notice The format itself uses this claim.
    error RegisteredClaim(uint256 offset);

    /// @notice No operator has this number.
    error UnknownOperator(uint256 offset);

    /// @notice No type of value has this number.
    error UnknownValueType(uint256 offset);

    /// @notice The bytes are not UTF-8.
    error InvalidUtf8(uint256 offset);

    /// @notice A text or a byte string has at most 1024 bytes.
    error TextTooLong(uint256 offset);

    /// @notice An integer lies between ±(2^53 - 1).
    error IntegerOutOfRange(uint256 offset);

    /// @notice A date lies in the years 1 to 9999.
    error InvalidDate(uint256 offset);

    /// @notice A moment lies in the years 1 to 9999.
    error InvalidDatetime(uint256 offset);

    /// @notice The operator needs a value.
    error EmptyOperands(uint256 offset);

    /// @notice The values are of different types.
    error MixedTypes(uint256 offset);

    /// @notice The operator takes another number of values.
    error OperandCount(uint256 offset);

    /// @notice "in" takes two or more values.
    error TooFewValues(uint256 offset);

    /// @notice The value is listed twice.
    error DuplicateValue(uint256 offset);

    /// @notice Only integers, dates and moments have an order.
    error OperatorType(uint256 offset);

    /// @notice The lowest value is not below the highest, or a window ends before it starts.
    error EmptyRange(uint256 offset);

    /// @notice An SD-JWT claim is compared with text, integers and booleans only.
    error OperandNotInSdJwt(uint256 offset);

    /// @notice No question to a token has this number.
    error UnknownStandard(uint256 offset);

    /// @notice A balance of a whole contract has no id.
    error IdSuperfluous(uint256 offset);

    /// @notice One token has one owner and one user.
    error AmountSuperfluous(uint256 offset);

    /// @notice An attestation leaf names whose attestations count.
    error EmptyAttesters(uint256 offset);

    /// @notice A leaf names at most 32 attesters.
    error TooManyAttesters(uint256 offset);

    /// @notice The attester is named twice.
    error DuplicateAttester(uint256 offset);

    /// @notice A window has a start, an end, or both.
    error EmptyTime(uint256 offset);

    /// @notice Reverts unless the bytes are a policy in its one canonical form, that keeps every
    /// rule of the language.
    /// @param policy Canonical bytes, which docs/formats.md specifies.
    function check(bytes calldata policy) external pure;

    /// @notice The policy that holds while restrictions stand beside an active one: every tree must
    /// hold, for the shortest lifetime, within the tightest quota, by the registries of all.
    /// Reverts where one of them, or what they are together, is no policy.
    /// @param active Canonical bytes of the active policy.
    /// @param restrictions Canonical bytes of the restrictions, in any order.
    /// @return Canonical bytes of the effective policy; their keccak256 is its id.
    function compose(bytes calldata active, bytes[] calldata restrictions)
        external
        pure
        returns (bytes memory);
}
