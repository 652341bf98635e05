"""How a credential is secured: one module per cryptosuite or securing mechanism.

``attribute_suite`` is the BBS suite ``didgate-bbs-attr-2026`` over typed slots; ``disclosures`` and
``sd_jwt`` are RFC 9901. What the secured documents say is the business of
``didgate.credentials``.
"""
