"""Check the documentation: links lead somewhere, Python parses, commands and tests exist."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
MAKE_COMMAND = re.compile(r"^\$?\s*make ([a-z]+)", re.MULTILINE)
CLI_COMMAND = re.compile(r"^\$?\s*didgate ((?:[a-z-]+ ?){1,2})", re.MULTILINE)
TEST = re.compile(r"`([\w./-]+)::(\w+)`")


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets when it is rendered."""
    text = re.sub(r"[`*_]", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return all anchors of a page."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return frozenset(anchor(heading) for heading in HEADING.findall(text))


def broken_links(page: Path, text: str) -> list[str]:
    """Return the relative links of a page that lead nowhere."""
    broken = []
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        missing = not file.exists()
        lost = bool(fragment) and file.suffix == ".md" and fragment not in anchors(file)
        if missing or lost:
            broken.append(f"link leads nowhere: {target}")
    return broken


@cache
def command_exists(command: str) -> bool:
    """Tell whether ``didgate`` knows a command."""
    words = [str(ROOT / ".venv" / "bin" / "didgate"), *command.split(), "--help"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def unknown_commands(code: str) -> list[str]:
    """Return the ``make`` targets and ``didgate`` commands that do not exist."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    makes = [name for name in MAKE_COMMAND.findall(code) if name not in targets]
    calls = [words.split()[:2] for words in CLI_COMMAND.findall(code)]
    unknown = [words for words in calls if not command_exists(" ".join(words))]
    return [f"make knows no {name}" for name in makes] + [
        f"didgate knows no {' '.join(words)}" for words in unknown
    ]


def broken_code(text: str) -> list[str]:
    """Return what is wrong with the code blocks of a page."""
    faults = []
    for language, code in FENCE.findall(text):
        if language in ("py", "python"):
            try:
                ast.parse(code)
            except SyntaxError as error:
                faults.append(f"Python does not parse: {error}")
        if language in ("sh", "bash", "console"):
            faults += unknown_commands(code)
    return faults


@cache
def defined(path: str) -> frozenset[str]:
    """Return the names of the functions that a Python or Solidity file defines."""
    file = ROOT / path
    source = file.read_text(encoding="utf-8") if file.is_file() else ""
    return frozenset(re.findall(r"^\s*(?:async )?(?:def|function) (\w+)\(", source, re.MULTILINE))


def missing_tests(text: str) -> list[str]:
    """Return the tests, written ``path::name``, that do not exist."""
    tests = TEST.findall(text)
    return [f"no test {path}::{name}" for path, name in tests if name not in defined(path)]


def main() -> None:
    """Check every page that git knows; exit with 1 if anything is wrong."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    faults = 0
    for name in listed:
        page = ROOT / name
        text = page.read_text(encoding="utf-8")
        for fault in broken_links(page, text) + broken_code(text) + missing_tests(text):
            print(f"{name}: {fault}")
            faults += 1
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
