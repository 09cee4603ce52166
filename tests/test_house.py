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
    # Of the engine only its histogram, in which latencies are recorded.
    "judge": {"base", "stats", "suite", "engine/histogram.h", "engine/histogram_json.h"},
    "store": {"base", "suite"},
    # The generator's interface speaks in the engine's plans and results.
    "trial": {"base", "suite", "launch", "observe", "generator", "engine", "stats", "judge", "store"},
    "report": {"base", "suite", "judge", "stats"},
    "cli": EVERYTHING,
}


def test_every_module_has_its_arrows():
    assert {folder.name for folder in SOURCE.iterdir() if folder.is_dir()} == set(ARROWS) == EVERYTHING


def test_no_module_includes_what_it_may_not():
    wrong = []
    for module, allowed in ARROWS.items():
        for file in (SOURCE / module).glob("*.[ch]*"):
            for header, included in re.findall(r'#include "((\w+)/[^"]+)"', file.read_text()):
                if included != module and not {included, header} & allowed:
                    wrong.append(f"{file.relative_to(SOURCE)} includes {header}")
    assert not wrong


def test_what_judges_knows_no_clock_no_file_and_no_chance():
    """Statistics and verdicts follow from their arguments alone: the same record gives the same report, always."""
    impure = re.compile(r"<(chrono|ctime|fstream|filesystem|iostream|unistd\.h|time\.h|fcntl\.h|sys/\w+\.h)>|random_device|clock_gettime|"
                        r"std::time\b|getenv|\bfopen\b|\bsystem\(|_now\(\)")
    found = [f"{file.relative_to(SOURCE)}: {match.group(0)}" for module in ("stats", "judge") for file in (SOURCE / module).glob("*.[ch]*")
             if not file.stem.endswith("_test") for match in impure.finditer(file.read_text())]
    assert not found


def test_files_are_short():
    long = {str(file.relative_to(SOURCE)): lines for file in SOURCE.rglob("*.[ch]*")
            if (lines := len(file.read_text().splitlines())) > 500}
    assert not long
