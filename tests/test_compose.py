"""The Compose files that are checked in are those that shootout makes from the suites."""

import pytest

from conftest import ROOT


@pytest.mark.parametrize("suite", ["io", "frameworks", "servers"])
def test_the_compose_file_is_the_suites(shootout, suite):
    done = shootout("compose", suite)
    assert done.returncode == 0, done.stderr
    assert (ROOT / "docker" / f"compose.{suite}.yaml").read_text() == done.stdout, f"make it anew: shootout compose {suite}"
