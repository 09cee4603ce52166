"""Claims of several figures, strengths and weaknesses: from real trials to every format of the report."""

import json

import jsonschema

from conftest import ROOT, TINY


def test_what_is_expected_is_put_to_the_test(shootout):
    done = shootout("run", "expected", *TINY, "--seed", "3")
    assert done.returncode == 0, done.stderr
    shootout.wait_until_nothing_is_left()
    report = shootout.report()
    jsonschema.validate(report, json.loads((ROOT / "schemas" / "shootout.run-1.schema.json").read_text()))

    claims = {claim["says"]: claim for claim in report["claims"]}
    assert {says: claim["result"] for says, claim in claims.items()} == {
        "Less work is quicker": "held", "More work is quicker": "did not hold", "Neither has errors": "held",
        "Several cores help": "could not tell", "More connections ruin it": "did not hold"}
    quicker = claims["Less work is quicker"]
    assert quicker["published"] == "three times the work"
    assert [part["what"] for part in quicker["parts"]] == [
        "Less work against More work, 4 connections", "Less work against More work, 16 connections"]
    assert all("n = 6" in part["figure"] for part in quicker["parts"])
    assert len(claims["Neither has errors"]["parts"]) == 4
    assert "this takes 4096" in claims["Several cores help"]["figure"]
    assert "parts" not in claims["Several cores help"]      # one figure needs no list

    said = {(advice["about"], advice["says"]) for advice in report["advice"]}
    assert {("less-work", "A request costs it less CPU than the other"),
            ("more-work", "A request costs it more CPU than the other")} <= said
    assert not {("more-work", "A request costs it less CPU than the other"),
                ("less-work", "A request costs it more CPU than the other")} & said
    assert all("n = 6" in advice["figure"] for advice in report["advice"])

    for text in (done.stdout, shootout("report", "last", "--format", "md").stdout):
        assert "Strengths and weaknesses" in text and "Published: three times the work" in text
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_claims_about_others_than_take_part_are_left_out(shootout):
    done = shootout("run", "expected", *TINY, "--contenders", "less-work", "--loads", "many", "--repeat", "1", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {claim["says"]: claim["result"] for claim in report["claims"]} == {"Several cores help": "could not tell"}
    assert report["advice"] == []                           # one replicate decides nothing
