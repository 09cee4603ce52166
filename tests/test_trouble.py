"""Whatever happens: the true cause, the right exit code, nothing left behind, no finished trial lost."""

import os
import signal
import subprocess
import time

import pytest

from conftest import ROOT, TINY


def start_run(shootout, *arguments):
    """A run that is in the middle: at least one trial is finished, the next one under way."""
    process = shootout.start("run", "tiny", *TINY, "--seed", "3", *arguments)
    try:
        shootout.wait_for(lambda: shootout.finished_trials() >= 1)
    except AssertionError:
        process.kill()
        raise AssertionError(process.communicate()) from None
    return process


def resumed(shootout, finished):
    done = shootout("run", "--resume", "last", *TINY)
    assert done.returncode == 0, done.stderr
    report = shootout.report()
    assert report["state"] == "finished"
    assert sorted(trial["number"] for trial in report["trials"] if trial["valid"]) == list(range(1, 13))
    assert len(report["trials"]) >= finished
    return report


def test_kill_9_of_shootout_leaves_nothing_and_loses_nothing(shootout):
    process = start_run(shootout)
    stopped = shootout.processes_named("hypercorn")[0]
    os.kill(stopped, signal.SIGSTOP)          # a stopped process must go, too
    before = shootout.report()["trials"]
    process.kill()
    process.wait()
    shootout.wait_until_nothing_is_left(5)
    assert list(shootout.home.glob("runs/*/logs")) and not list(shootout.home.glob("runs/*/tmp"))
    after = resumed(shootout, len(before))["trials"]
    assert after[: len(before)] == before     # finished trials are neither lost nor repeated


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_ends_everything_and_can_be_resumed(shootout, number, code):
    process = start_run(shootout)
    process.send_signal(number)
    _, err = process.communicate(timeout=15)
    assert process.returncode == code
    assert "--resume" in err
    shootout.wait_until_nothing_is_left(1)
    resumed(shootout, 1)


def test_interrupted_while_servers_start(shootout):
    process = shootout.start("run", "tiny", *TINY)
    shootout.wait_for(lambda: shootout.processes_named("gunicorn"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)
    assert process.returncode == 130
    shootout.wait_until_nothing_is_left(1)


def test_kill_9_of_a_worker_voids_the_trial_and_the_run_goes_on(shootout):
    process = start_run(shootout)
    workers = shootout.processes_named("gunicorn")
    master = min(workers)
    victim = next(pid for pid in sorted(workers) if pid != master)
    os.kill(victim, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    report = shootout.report()
    void = [trial for trial in report["trials"] if not trial["valid"]]
    for trial in void:
        assert any("worker" in reason or "process" in reason or "answer" in reason for reason in trial["reasons"]), trial["reasons"]
    assert sorted({trial["number"] for trial in report["trials"] if trial["valid"]}) == list(range(1, 13))


def test_kill_9_of_the_master_is_named_and_the_run_can_be_resumed(shootout):
    process = start_run(shootout)
    os.kill(min(shootout.processes_named("gunicorn")), signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "flask-gunicorn ended by itself" in err and "signal 9" in err and "--resume" in err
    shootout.wait_until_nothing_is_left()
    resumed(shootout, 1)


def test_kill_9_of_the_guardian(shootout):
    process = start_run(shootout)
    (guardian,) = shootout.processes_named("__guardian")
    os.kill(guardian, signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (1, 5), err
    shootout.wait_until_nothing_is_left()


def test_a_server_that_dies_shows_its_last_words(shootout):
    done = shootout.tiny("run", "--contenders", "dies-at-start")
    assert done.returncode == 5
    assert "cannot open the frobnicator" in done.stderr and "exit status 7" in done.stderr
    shootout.wait_until_nothing_is_left()


def test_a_server_that_never_gets_healthy(shootout):
    done = shootout.tiny("run", "--contenders", "never-healthy")
    assert done.returncode == 5
    assert "404" in done.stderr
    shootout.wait_until_nothing_is_left()


def test_two_runs_at_once_wait_for_each_other(shootout, tmp_path):
    first = start_run(shootout, "--repeat", "1")
    second = shootout.tiny("run", "--repeat", "1", "--loads", "internal")
    assert second.returncode == 0, second.stderr
    assert "waiting" in second.stderr and str(first.pid) in second.stderr
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err


def test_no_python(shootout, tmp_path):
    empty = tmp_path / "bin"
    empty.mkdir()
    done = shootout("run", "io", PATH=str(empty), XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 5
    assert "Python" in done.stderr and "python3-venv" in done.stderr


def test_no_network_with_nothing_prepared(shootout, tmp_path):
    done = shootout("run", "io", XDG_CACHE_HOME=str(tmp_path / "cache"), PIP_CONFIG_FILE="/dev/null",
                    PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0", PIP_NO_CACHE_DIR="1")
    assert done.returncode == 5
    assert "network" in done.stderr
    shootout.wait_until_nothing_is_left()


def test_an_unwritable_home(shootout, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    done = shootout("run", "io", SHOOTOUT_HOME=str(file / "home"))
    assert done.returncode == 5
    assert str(file / "home") in done.stderr and "SHOOTOUT_HOME" in done.stderr


def test_a_full_disk_ends_the_run_and_keeps_what_is_finished(shootout):
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    shootout.home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", shootout.home], check=True)
    try:
        process = start_run(shootout)
        filler = shootout.home / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        _, err = process.communicate(timeout=60)
        assert process.returncode == 5, err
        assert "full" in err or "space" in err
        shootout.wait_until_nothing_is_left()
        filler.unlink()
        resumed(shootout, 1)
    finally:
        subprocess.run(["umount", "-l", shootout.home], check=True)


@pytest.mark.parametrize("arguments, words", [
    (["run", "oi"], ["'io'"]),
    (["rnu", "io"], ["'run'"]),
    (["run", "io", "--contenders", "flask-gunicron"], ["did you mean 'flask-gunicorn'"]),
    (["run", "io", "--scenarios", "hihg"], ["'high'"]),
    (["run", "io", "--loads", "client"], ["'clients'"]),
    (["run", "io", "--profile", "quik"], ["'quick'"]),
    (["run", "io", "--scenaros", "high"], ["--scenarios"]),
    (["run", "io", "--set", "flask-gunicorn.wrokers=2"], ["'workers'"]),
    (["run", "io", "--set", "flask-gunicorn.workers=many"], ["workers"]),
    (["run", "io", "--set", "upstream=fastpai"], ["'fastapi'"]),
    (["run", "io", "--set", "nonsense"], ["--set"]),
    (["run", "io", "--repeat", "0"], ["--repeat"]),
    (["run", "io", "--pin", "99/0"], ["CPU 99"]),
    (["run"], ["SUITE"]),
    (["run", "--resume", "nothing"], ["nothing"]),
    (["report", "last"], ["run"]),
    (["report", "last", "--format", "pdf"], ["format"]),
])
def test_mistakes_get_a_clear_word(shootout, arguments, words):
    done = shootout(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr


def test_a_broken_suite_is_named_with_its_line(shootout, tmp_path):
    suite = (ROOT / "tests" / "suites" / "tiny.yaml").read_text().replace("timeout: 30", "timeuot: 30", 1)
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "tiny.yaml").write_text(suite)
    line = suite.splitlines().index("    timeuot: 30") + 1
    done = shootout("run", "tiny", "--suites-dir", tmp_path / "suites")
    assert done.returncode == 2
    assert f"tiny.yaml:{line}" in done.stderr and "timeuot" in done.stderr and "timeout" in done.stderr
