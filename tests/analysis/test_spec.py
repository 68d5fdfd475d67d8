"""Specs: read, completed, checked all at once, written out and read again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.experiments.compare import CompareSpec
from analysis.runs.spec import SpecError, apply_settings, build, dump_toml, read_toml, set_value


def problems(values: dict[str, object]) -> list[str]:
    with pytest.raises(SpecError) as raised:
        build(CompareSpec, values)
    return raised.value.problems


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems(
        {
            "replicats": 5,
            "seed": -1,
            "genes": {"landscape": {"kind": "pairwise", "locii": 3}, "population": 1},
            "neurons": {"recipe": {"width": "wide", "drop_prob": 1.0}},
            "panel": {"masks": 1.5},
        }
    )
    assert len(found) == 7
    text = "\n".join(found)
    for sentence in (
        "replicats: no such setting; did you mean replicates?",
        "seed = -1: must be a whole number at least 0",
        "genes.landscape.locii: no such setting; did you mean loci?",
        "genes.population = 1: must be a whole number at least 2 and at most 100000000 (individuals on an island)",
        "neurons.recipe.width = 'wide': must be a whole number",
        "neurons.recipe.drop_prob = 1.0: must be a number at least 0.0 and at most 0.9999",
        "panel.masks = 1.5: must be a whole number at least 256",
    ):
        assert sentence in text


def test_an_unknown_model_is_answered_with_the_known_ones() -> None:
    (found,) = problems({"genes": {"landscape": {"kind": "island"}}})
    assert found.startswith("genes.landscape.kind = 'island': must be one of pairwise, additive, ")


def test_a_setting_of_the_other_model_is_refused() -> None:
    (found,) = problems({"genes": {"landscape": {"kind": "gene-network", "loci": 20}}})
    assert found.startswith("genes.landscape.loci: no such setting; there are")


def test_settings_that_do_not_fit_together_are_said_in_a_sentence() -> None:
    (found,) = problems({"genes": {"landscape": {"kind": "nk", "loci": 5, "k": 7}}})
    assert found == "genes.landscape: k must be less than loci = 5; got 7"
    (found,) = problems({"genes": {"migration": 0.1}})
    assert found == "genes: migration needs a second island; set islands to 2 or more"
    (found,) = problems({"genes": {"reproduction": {"recombination": {"rates": [0.1, 0.1]}}}})
    assert found == "genes: a map of 50 loci has 49 intervals; got 2 rates: give one for each"


def test_a_landscape_brings_its_own_defaults_for_populations() -> None:
    networks = build(CompareSpec, {"genes": {"landscape": {"kind": "gene-network"}}}).genes
    assert (networks.population, networks.association_at) == (300, 1.0)
    assert build(CompareSpec, {"genes": {"landscape": {"loci": 20}}}).genes.population == 1000
    few = build(CompareSpec, {"genes": {"landscape": {"kind": "gene-network"}, "population": 50}}).genes
    assert few.population == 50


def test_a_value_in_place_of_a_table_is_refused() -> None:
    (found,) = problems({"neurons": 3})
    assert found == "neurons = 3: must be a table"


@given(
    st.builds(
        dict,
        seed=st.integers(0, 2**63 - 1),
        replicates=st.integers(1, 1000),
        genes=st.one_of(
            st.builds(dict, kind=st.just("pairwise"), selection=st.floats(1e-6, 1e6)),
            st.builds(dict, kind=st.just("gene-network"), density=st.floats(0.01, 1)),
            st.builds(dict, kind=st.just("conspiracies"), needs=st.sampled_from(["all", "any", 3])),
            st.builds(dict, kind=st.just("spectrum"), variances=st.lists(st.floats(0, 9), min_size=1, max_size=4)),
        ).map(lambda landscape: {"landscape": landscape}),
        neurons=st.builds(dict, data=st.sampled_from(["digits", "idx:a b/\"c'"])),
    )
)
def test_a_spec_survives_being_written(values: dict[str, object]) -> None:
    import tomllib

    spec = build(CompareSpec, values)
    assert build(CompareSpec, tomllib.loads(dump_toml(spec))) == spec


def test_settings_are_read_as_toml_and_else_as_text() -> None:
    values: dict[str, object] = {}
    apply_settings(values, ["a.b=3", "a.c=0.5", "d=text", 'e="quoted"', "f=true"])
    assert values == {"a": {"b": 3, "c": 0.5}, "d": "text", "e": "quoted", "f": True}
    with pytest.raises(SpecError, match="write it as key=value"):
        apply_settings({}, ["loci"])
    with pytest.raises(SpecError, match=r"a\.b: a is a value, not a table"):
        set_value({"a": 1}, "a.b", 2)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"nothing\.toml: No such file"):
        read_toml(tmp_path / "nothing.toml")
    (tmp_path / "broken.toml").write_text("a = = 1")
    with pytest.raises(SpecError, match="is not valid TOML"):
        read_toml(tmp_path / "broken.toml")


def test_more_memory_than_there_is_is_refused_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    from analysis.experiments.cost import check

    spec = build(CompareSpec, {"genes": {"landscape": {"loci": 10_000}, "population": 10_000_000}})
    monkeypatch.setattr(psutil, "virtual_memory", type("Memory", (), {"available": 8e9}))
    with pytest.raises(SpecError, match=r"needs about \d+.* GB of memory and 8.0 GB are free; lower genes.population"):
        check(spec, 1)
    assert check(CompareSpec(), 2).peak_bytes < 2e9


def test_more_training_images_than_there_are_is_refused() -> None:
    from analysis.experiments.cost import check

    with pytest.raises(SpecError, match="digits has 1797 images and 10 must be left"):
        check(build(CompareSpec, {"neurons": {"train_images": 1788}}), 1)
    with pytest.raises(SpecError, match=r"neurons\.data: idx:/nowhere is not a folder"):
        check(build(CompareSpec, {"neurons": {"data": "idx:/nowhere"}}), 1)


def test_a_setting_that_lies_deeper_is_found() -> None:
    from analysis.experiments.simulate import SimulationSpec

    with pytest.raises(SpecError, match=r"k: no such setting; did you mean landscape\.k\?"):
        build(SimulationSpec, {"k": 6})
    with pytest.raises(SpecError, match=r"widht: no such setting; there are"):
        build(SimulationSpec, {"widht": 6})
