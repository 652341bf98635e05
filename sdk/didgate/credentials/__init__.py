"""What credentials say, in which forms, and how a presentation is bound to one challenge.

``schema``, ``slots`` and ``attribute`` are the attribute credential (suite
``didgate-bbs-attr-2026``), ``sd_jwt`` is SD-JWT VC, ``address`` the proof of control over an
account. ``challenge``, ``binding`` and ``presentation`` tie them to one place and moment;
``verified`` is what a verifier makes of them.
"""
