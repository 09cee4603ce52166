"""The arrows of docs/house.md: no module includes what it may not."""

import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "src"
EVERYTHING = {"base", "engine", "generator", "upstream", "suite", "launch", "observe", "stats", "judge", "trial", "store",
              "report", "cli"}
ARROWS = {
    "base": set(),
    "engine": set(),
    "stats": set(),
    "generator": {"base", "engine"},
    "upstream": {"base", "engine"},
    "suite": {"base"},
    "launch": {"base", "suite"},
    "observe": {"base"},
    "judge": {"base", "stats", "suite"},
    "store": {"base", "suite"},
    # The generator's interface speaks in the engine's plans and results.
    "trial": {"base", "suite", "launch", "observe", "generator", "engine", "judge", "store"},
    "report": {"base", "suite", "judge", "stats"},
    "cli": EVERYTHING,
}


def test_every_module_has_its_arrows():
    assert {folder.name for folder in SOURCE.iterdir() if folder.is_dir()} == set(ARROWS) == EVERYTHING


def test_no_module_includes_what_it_may_not():
    wrong = []
    for module, allowed in ARROWS.items():
        for file in (SOURCE / module).glob("*.[ch]*"):
            for included in re.findall(r'#include "(\w+)/', file.read_text()):
                if included != module and included not in allowed:
                    wrong.append(f"{file.relative_to(SOURCE)} includes {included}/")
    assert not wrong


def test_files_are_short():
    long = {str(file.relative_to(SOURCE)): lines for file in SOURCE.rglob("*.[ch]*")
            if (lines := len(file.read_text().splitlines())) > 500}
    assert not long
