"""What is protected: a classifier of handwritten digits, trained on real ones.

The 1,797 images of 8 × 8 pixels come with scikit-learn. A fifth of them is kept out of training,
so that answers can be compared with what a person wrote. The weights are kept as plain arrays:
loading a pickle would run whatever it says, and a gate is no use in front of that.

>>> images = held_out_images()
>>> classifier = Classifier.train()
>>> sum(classifier.classify([i.pixels])[0] == i.digit for i in images) > 0.9 * len(images)
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from didgate.encoding import strict_json
from didgate.resources import Manifest

NAME = "handwritten-digits"
VERSION = "1"
PIXELS = 64
BRIGHTEST = 16
PREDICT = "/predict"
"""Where it is served."""

_WEIGHTS = "weights.npz"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Image:
    """A handwritten digit.

    Args:
        pixels: 64 brightnesses from 0 to 16, row by row.
        digit: what it was meant to be.
    """

    pixels: tuple[int, ...]
    digit: int


@dataclass(frozen=True, slots=True)
class Classifier:
    """A linear classifier: the digit with the highest score.

    Args:
        weights: array of 10 × 64.
        bias: array of 10.
    """

    weights: Any
    bias: Any

    @classmethod
    def train(cls) -> Self:
        """Return a classifier trained on four fifths of the images."""
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

        pixels, _, digits, _ = _split()
        fitted = LogisticRegression(max_iter=200).fit(pixels / BRIGHTEST, digits)
        return cls(fitted.coef_, fitted.intercept_)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the classifier that ``save`` wrote."""
        import numpy as np

        with np.load(folder / _WEIGHTS, allow_pickle=False) as arrays:
            return cls(arrays["weights"], arrays["bias"])

    def save(self, folder: Path) -> None:
        """Write the weights into a folder, which is made."""
        import numpy as np

        folder.mkdir()
        np.savez(folder / _WEIGHTS, weights=self.weights, bias=self.bias)

    def classify(self, images: Sequence[Sequence[int]]) -> list[int]:
        """Return the digit on each image of 64 pixels."""
        import numpy as np

        scores = np.asarray(images) / BRIGHTEST @ self.weights.T + self.bias
        digits: list[int] = scores.argmax(axis=1).tolist()
        return digits


def train_into(home: Path) -> Manifest:
    """Train, and write model and manifest below a folder; return the manifest."""
    Classifier.train().save(model_in(home))
    manifest = Manifest.build(NAME, VERSION, model_in(home))
    (home / _MANIFEST).write_bytes(manifest.to_bytes())
    return manifest


def model_in(home: Path) -> Path:
    """Return the folder that holds the model's files and no others."""
    return home / "model"


def manifest_in(home: Path) -> Manifest:
    """Return the manifest that ``train_into`` wrote."""
    return Manifest.from_dict(strict_json.loads((home / _MANIFEST).read_bytes()))


def held_out_images() -> list[Image]:
    """Return the images that training does not see."""
    _, pixels, _, digits = _split()
    return [
        Image(tuple(map(int, row)), int(digit)) for row, digit in zip(pixels, digits, strict=True)
    ]


@cache
def _split() -> Any:
    """Return the pixels to train on and to test on, and the digits of both."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]
    from sklearn.model_selection import train_test_split  # type: ignore[import-untyped]

    data = load_digits()
    return train_test_split(
        data.data, data.target, test_size=0.2, random_state=0, stratify=data.target
    )
