"""BBS, ten messages, half disclosed, beside the JavaScript reference."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Row, ask_node, measure

from didgate import bbs

SUITE = bbs.BLS12_381_SHA256
HEADER = b"header"
PRESENTATION_HEADER = b"presentation header"
JAVASCRIPT = "@digitalbazaar/bbs-signatures"


def rows(repetitions: int) -> Iterator[Row]:
    """Yield a row for each of sign, verify, prove and verify a proof."""
    peer = ask_node("bench_bbs.mjs", str(max(repetitions // 10, 5)))
    secret = bbs.generate_secret_key()
    public = bbs.public_key_of(secret)
    scalars = bbs.messages_to_scalars(SUITE, [f"message {i}".encode() for i in range(10)])
    signature = bbs.sign(SUITE, secret, public, HEADER, scalars)
    shown = {index: scalars[index] for index in range(0, 10, 2)}

    def prove() -> bytes:
        return bbs.create_proof(
            SUITE, public, signature, HEADER, PRESENTATION_HEADER, scalars, list(shown)
        )

    proof = prove()
    works = {
        "sign": lambda: bbs.sign(SUITE, secret, public, HEADER, scalars),
        "verify": lambda: bbs.verify(SUITE, public, signature, HEADER, scalars),
        "prove": prove,
        "verifyProof": lambda: bbs.verify_proof(
            SUITE, public, proof, HEADER, PRESENTATION_HEADER, shown, message_count=10
        ),
    }
    names = {"prove": "prove (blinded)", "verifyProof": "verify a proof"}
    goals = {"prove": 6.0, "verifyProof": 3.5}
    for key, work in works.items():
        times = measure(work, repetitions=repetitions)
        yield Row(
            f"BBS, 10 messages, 5 shown: {names.get(key, key)}",
            times.median,
            goals.get(key),
            {JAVASCRIPT: peer[key]},
            {JAVASCRIPT: 20.0},
            times.p99,
        )
