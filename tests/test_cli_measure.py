"""The door to tables of genotypes: what is printed where, exit codes, and nothing heavy for help."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import cli
from analysis import complete
from tests.door import mixability

ROOT = Path(__file__).resolve().parents[1]
KHAN = ROOT / "tests" / "data" / "khan2011_ecoli.csv"


def measure(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return mixability("measure", *map(str, arguments), cwd=cwd)


def rows(output: str, title: str) -> list[list[str]]:
    """The body of the table under a title, its cells split at double spaces."""
    lines = output[output.index(title) :].splitlines()
    rule = next(i for i, line in enumerate(lines) if line.strip().startswith("\N{BOX DRAWINGS LIGHT HORIZONTAL}"))
    end = next(i for i, line in enumerate(lines) if i > rule and not line.strip())
    return [line.split() for line in lines[rule + 1 : end]]


@pytest.fixture(scope="module")
def khan(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    return measure(KHAN, "--log", "--measurements", "12", "--pairs", "2", cwd=tmp_path_factory.mktemp("khan"))


def test_khan_2011_is_printed_in_100_columns(khan: subprocess.CompletedProcess[str]) -> None:
    assert (khan.returncode, khan.stderr) == (0, "")
    lines = khan.stdout.splitlines()
    assert lines[0] == "32 genotypes of 5 elements, complete; phenotype: log fitness"
    assert lines[1] == "- error: fitness_sd / sqrt(12), each value being a mean of 12"
    assert max(map(len, lines)) <= 100
    orders = rows(khan.stdout, "Shares of variance by order")
    assert [row[2] for row in orders] == ["0.932", "0.044", "0.014", "0.009", "0.001"]
    assert [row[1] for row in orders] == ["5", "10", "10", "5", "1"]
    assert [row[-1] for row in orders] == ["<0.001"] * 4 + ["0.070"]
    elements = rows(khan.stdout, "Elements")
    assert elements[0][:2] == ["site", "1"]
    assert elements[0][2:5] == ["+0.056", "±", "0.002"]
    assert len(rows(khan.stdout, "Strongest pairs")) == 2
    assert " ".join(lines[-2:]) == (
        "On log fitness, 93.2 % of the variance comes from elements on their own and 6.8 % from their  "
        "interactions; less measurement noise, 93.7 % and 6.3 %."
    )


def test_json_says_the_same_and_nothing_else(khan: subprocess.CompletedProcess[str], tmp_path: Path) -> None:
    result = measure(KHAN, "--log", "--measurements=12", "--json", cwd=tmp_path)
    document = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert result.returncode == 0
    assert [round(order["share"], 3) for order in document["orders"]] == [0.932, 0.044, 0.014, 0.009, 0.001]
    assert len(document["pairs"]) == 10
    assert document["headline"] in khan.stdout.replace(" \n", " ")
    assert result.stderr.splitlines() == [notice["text"] for notice in document["notices"]]
    assert not list(tmp_path.iterdir())


def test_what_is_undefined_is_null(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,y\n0,0,1.5\n1,0,1.5\n0,1,1.5\n1,1,1.5\n")
    document = json.loads(measure("t.csv", "--json", "--phenotype=y", cwd=tmp_path).stdout)
    assert document["reason"] == "the phenotype is the same in all rows"
    assert document["orders"][0]["share"] is None
    assert document["headline"] == "Shares are undefined: the phenotype is the same in all rows."
    assert "Shares are undefined" in measure("t.csv", cwd=tmp_path).stdout


def test_an_incomplete_table_says_what_it_can(tmp_path: Path) -> None:
    masks = complete(12).masks
    few = masks[masks.sum(1) <= 2]
    lines = [f"{''.join(map(str, row.astype(int)))};{row.sum()}" for row in few]
    (tmp_path / "scan.csv").write_text("\n".join(["genotype;growth rate", *lines]))
    result = measure("scan.csv", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout.startswith("79 genotypes of 12 elements, incomplete; phenotype: growth rate\n")
    assert "Shares of variance" not in result.stdout
    assert len(rows(result.stdout, "In the wild type's background (phenotype 0.00)")) == 22
    assert "No interaction spectrum: site 1 is present in 15 % of the rows" in result.stdout
    assert "R² = 1.00 (additive)." in result.stdout
    document = json.loads(measure("scan.csv", "--json", cwd=tmp_path).stdout)
    assert document["orders"] == []
    assert len(document["wild_type"]["pairs"]) == 66


def test_a_sample_is_called_one(tmp_path: Path) -> None:
    masks = np.unique(np.random.default_rng(0).random((120, 9)) < 0.5, axis=0)
    values = masks @ np.arange(1.0, 10.0)
    lines = [f"{','.join(map(str, m.astype(int)))},{v}" for m, v in zip(masks, values, strict=True)]
    (tmp_path / "s.csv").write_text("\n".join([",".join("abcdefghi") + ",[b]y[/b]", *lines]))
    result = measure("s.csv", cwd=tmp_path)
    assert "taken for a random sample; phenotype: [b]y[/b]" in result.stdout
    assert [row[0] for row in rows(result.stdout, "Shares of variance by order")] == ["1", "2", "3+"]
    assert "share ± error" in result.stdout
    assert "R² = 1.00 (additive)" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["absent.csv"], "cannot read absent.csv: No such file or directory; check the path\n"),
        (["."], "cannot read .: Is a directory; check the path\n"),
        (["t.csv"], "which state is the wild type's is not said of a (A or V)"),
        (["t.csv", "--wild-type=first", "--log"], "y is not above 0 in line 2"),
        (["t.csv", "--wild-type=first", "--phenotype=z"], "no column is called 'z'; there are a, b and y"),
        (["t.csv", "--pairs=-1"], "Invalid value for '--pairs'"),
        (["t.csv", "--measurements=many"], "Invalid value for '--measurements'"),
        ([], "Missing argument 'FILE'"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(arguments: Sequence[str], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,y\nA,0,0\nV,0,2\nA,1,3\nV,1,4\n")
    result = measure(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_where(tmp_path: Path) -> None:
    result = measure("absent.csv", "--debug", cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" in result.stderr


def test_choices_reach_the_table(tmp_path: Path) -> None:
    text = "strain,a,b,y,z,z_se\n" + "".join(f"s{k},{'AV'[k % 2]},{k // 2 % 2},{k},{k + 5},1\n" for k in range(4))
    (tmp_path / "t.csv").write_text(text + "s5,V,1,9,10,1\n")
    result = measure(
        "t.csv", "--wild-type=A,0", "--elements=a,b", "--phenotype=z", "--error=z_se", "--average", cwd=tmp_path
    )
    assert result.returncode == 0
    assert "4 genotypes of 2 elements, complete; phenotype: z" in result.stdout
    assert "- not read: strain and y" in result.stdout
    assert "- 5 rows averaged to 4 genotypes, their errors combined" in result.stdout
    assert measure("t.csv", "--wild-type=first", "--elements=a,b", "--phenotype=z", cwd=tmp_path).returncode == 2


def test_much_memory_is_said_beforehand(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from analysis.genotypes import measure as measures
    from analysis.genotypes import table

    huge = table.GenotypeTable(
        names=tuple(f"m{i}" for i in range(25)),
        genotypes=np.broadcast_to(np.False_, (2**25, 25)),
        phenotype=np.broadcast_to(np.float64(0), 2**25),
    )
    monkeypatch.setattr(table, "read_table", lambda *_, **__: huge)
    monkeypatch.setattr(sys, "argv", ["mixability", "measure", "huge.csv"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"33,554,432 genotypes: measuring takes about {measures.peak_bytes(huge) / 1e9:.1f} GB"
    assert said[1].startswith("33,554,432 rows are more than")


def test_help_loads_nothing_heavy() -> None:
    code = "sys.argv = ['mixability', 'measure', '--help']\nimport cli\ntry:\n cli.main()\nexcept SystemExit: pass"
    listing = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "--wild-type" in result.stdout
    assert not set(result.stdout.split()) & {"torch", "numba", "matplotlib", "scipy", "numpy", "sklearn"}
