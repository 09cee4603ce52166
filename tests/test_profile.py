"""`profile`: a flamegraph of a contender under load; `run --flamegraphs`: of all in a run."""

import json
import os
import signal
import time
import xml.etree.ElementTree

import jsonschema
import pytest

from conftest import ROOT, TINY

SVG = "{http://www.w3.org/2000/svg}"


def frames(file):
    """The frames' titles of a flamegraph, which is well-formed XML."""
    picture = xml.etree.ElementTree.parse(file).getroot()
    assert picture.tag == SVG + "svg"
    titles = [title.text for title in picture.iter(SVG + "title")]
    assert titles and titles[0].startswith("all (")
    return titles


def profile(shootout, *arguments, **extra):
    return shootout("profile", *arguments, *TINY, **extra)


def test_a_flamegraph_names_the_apps_functions(shootout, tmp_path):
    file = tmp_path / "out.svg"
    done = profile(shootout, "flask-gunicorn", "health", "--duration", "3s", "--output", file)
    assert done.returncode == 0, done.stderr
    titles = frames(file)
    assert any("app.py:" in title for title in titles)
    assert any("gthread.py:" in title for title in titles)
    assert not any(title.startswith("process ") for title in titles)      # all workers are one picture
    lines = done.stdout.splitlines()
    assert lines[0].startswith("flask-gunicorn: health under closed (10 connections), 3 s, ")
    assert lines[2].split() == ["SELF", "TOTAL", "FRAME"]
    assert 1 <= len([line for line in lines[3:] if " %" in line]) <= 10
    assert lines[-1].split() == ["flamegraph", str(file)]
    shootout.wait_until_nothing_is_left(1)
    assert not list(shootout.home.glob("profile/*"))


def test_the_heaviest_frames_as_json_under_the_load_that_is_named(shootout, tmp_path):
    file = tmp_path / "x.svg"
    done = profile(shootout, "quart-hypercorn", "health", "--load", "open", "--duration", "2", "--json", "-o", file)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads((ROOT / "schemas" / "shootout.profile-1.schema.json").read_text()))
    assert document["load"] == "open" and document["connections"] == 10 and document["duration_s"] == 2
    assert document["flamegraph"] == str(file)
    selves = [frame["self"] for frame in document["frames"]]
    assert selves == sorted(selves, reverse=True) and sum(selves) <= document["samples"]
    assert all(frame["self"] <= frame["total"] <= document["samples"] for frame in document["frames"])
    assert f"all ({document['samples']} samples" in frames(file)[0]


@pytest.mark.parametrize("arguments, says", [
    (["flask-gunicron", "small"], "did you mean 'flask-gunicorn'"),
    (["flask-gunicorn", "smal"], "did you mean 'small'"),
    (["flask-gunicorn", "small", "--suite", "tony"], "did you mean 'tiny'"),
    (["flask-gunicorn", "small", "--suite", "tiny", "--load", "klients"], "did you mean 'clients'"),
    (["flask-gunicorn", "wide", "--suite", "tiny", "--load", "internal"], "has the scenario wide"),
    (["flask-gunicorn", "small", "--duration", "soon"], "--duration soon"),
    (["flask-gunicorn", "small", "--duration", "0"], "--duration 0"),
    (["flask-gunicorn", "small", "--set", "flask-gunicorn.wrokers=2"], "did you mean 'workers'"),
    (["flask-gunicorn"], "SCENARIO"),
])
def test_wrong_usage_starts_nothing(shootout, arguments, says):
    done = profile(shootout, *arguments, "--output", os.devnull)
    assert done.returncode == 2 and says.lower() in done.stderr.lower(), done.stderr


def test_a_file_that_cannot_be_written_is_told_before_the_load(shootout, tmp_path):
    started = time.monotonic()
    done = profile(shootout, "flask-gunicorn", "small", "--output", tmp_path / "no" / "folder" / "x.svg")
    assert done.returncode == 5 and "cannot write" in done.stderr
    assert time.monotonic() - started < 5


def suite_of(folder, contender):
    (folder / "own.yaml").write_text(f"""
suite: own
title: One contender
question: What does it do?
contenders: [{contender}]
baseline: {contender}
request: {{target: "/"}}
verify: [{{target: "{{health}}"}}]
scenarios: {{any: {{title: Anything}}}}
loads: {{light: {{title: light, question: any, connections: 1, window: 0.3, cells: {{any: {{}}}}}}}}
profiles: {{quick: {{replicates: 1}}, full: {{replicates: 1}}, seed: {{replicates: 1}}}}
""")


def own(shootout, folder, contender_yaml, *arguments):
    (folder / "mine").mkdir()
    (folder / "mine" / "contender.yaml").write_text(contender_yaml)
    suite_of(folder, "mine")
    return shootout("profile", "mine", "any", "--suites-dir", folder, "--contenders-dir", folder, "--output", folder / "x.svg", *arguments)


def test_what_somebody_else_serves_cannot_be_looked_at(shootout, tmp_path):
    done = own(shootout, tmp_path, "title: Elsewhere\nurl: http://127.0.0.1:9\n")
    assert done.returncode == 2 and "served by somebody else" in done.stderr


def test_what_is_no_python_has_no_flamegraph(shootout, tmp_path):
    done = own(shootout, tmp_path, 'title: Minimal\ncommand: ["{shootout}", ceiling, --port, "{port}"]\nparameters: {port: 8300}\n',
               "--duration", "1")
    assert done.returncode == 2 and "mine is no Python program" in done.stderr, done.stderr
    assert not (tmp_path / "x.svg").exists()
    shootout.wait_until_nothing_is_left(1)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_whatever_ends_it_nothing_is_left(shootout, tmp_path, number, code):
    process = shootout.start("profile", "flask-gunicorn", "small", "--suite", "tiny", *TINY, "--duration", "60", "--output", tmp_path / "x.svg")
    shootout.wait_for(lambda: shootout.processes_named("py-spy record"))
    time.sleep(0.5)
    process.send_signal(number)
    process.communicate(timeout=15)
    assert process.returncode == code
    shootout.wait_until_nothing_is_left(5)
    assert not (tmp_path / "x.svg").exists()


def test_a_server_that_dies_under_the_profiler_is_the_cause(shootout, tmp_path):
    process = shootout.start("profile", "flask-gunicorn", "small", "--suite", "tiny", *TINY, "--duration", "20", "--output", tmp_path / "x.svg")
    looked_at = shootout.wait_for(lambda: [command.split()[3] for command in shootout.leftovers().values() if "py-spy record --pid" in command])
    time.sleep(1)
    os.kill(int(looked_at[0]), signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5 and "flask-gunicorn ended by itself" in err, err
    shootout.wait_until_nothing_is_left(5)


def test_a_run_with_flamegraphs_has_one_of_each(shootout):
    done = shootout("run", "health", *TINY, "--contenders", "flask-gunicorn,quart-hypercorn", "--loads", "closed", "--repeat", "1", "--flamegraphs")
    assert done.returncode == 0, done.stderr
    pictures = sorted(shootout.home.glob("runs/*/flamegraphs/*.svg"))
    assert [picture.name for picture in pictures] == ["flask-gunicorn-health.svg", "quart-hypercorn-health.svg"]
    for picture in pictures:
        assert any("app.py:" in title for title in frames(picture))
    assert f"2 flamegraphs: {pictures[0].parent}" in done.stderr
    report = shootout.report()
    assert {trial["number"] for trial in report["trials"]} == set(range(1, 7))        # none of them is a trial of the run
