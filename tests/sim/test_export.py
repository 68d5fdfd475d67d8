"""What is written is what other programs read, to the allele."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tskit
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sim import export
from sim.arrays import Bools

Records = tuple[list[str], list[tuple[str, int, str]], NDArray[np.int64]]

SIZES = [1, 2, 63, 64, 65]
POPULATIONS = st.sampled_from([(), (2,)]).flatmap(
    lambda ploidy: arrays(
        np.bool_, st.tuples(st.integers(1, 6), st.integers(1, 9)).map(lambda shape: (shape[0], *ploidy, shape[1]))
    )
)


def random_alleles(*shape: int) -> Bools:
    """Loci from rare to common, among them some without variation."""
    rng = np.random.default_rng(sum(shape))
    return rng.random(shape) < rng.choice([0.0, 0.1, 0.5, 0.9, 1.0], shape[-1])


def parsed(text: str) -> Records:
    """Samples, (contig, position, ID) of each record, and genotypes (records, samples, ploidy)."""
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("##")]
    sites = [(line[0], int(line[1]), line[2]) for line in lines[1:]]
    genotypes = [[[int(allele) for allele in cell.split("|")] for cell in line[9:]] for line in lines[1:]]
    return lines[0][9:], sites, np.array(genotypes)


def genotypes(alleles: Bools) -> NDArray[np.int64]:
    """Alleles as (loci, individuals, ploidy)."""
    return np.moveaxis(alleles, -1, 0).reshape(alleles.shape[-1], len(alleles), -1).astype(np.int64)


def test_a_vcf_in_full() -> None:
    alleles = np.array([[[0, 1, 1], [0, 0, 1]], [[0, 1, 1], [0, 1, 1]]], dtype=np.bool_)
    text = "".join(export.to_vcf(alleles, chromosomes=[2, 1], positions=[5, 9, 4], contigs=["X", "Y"], ids=["a", "b"]))
    first, source, *rest = text.splitlines()
    assert first == "##fileformat=VCFv4.3"
    assert source.startswith("##source=mixability ")
    assert rest == [
        "##alleles=0 is written A and 1 is written T; the letters stand for no bases",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        "##contig=<ID=X,length=9>",
        "##contig=<ID=Y,length=4>",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb",
        "X\t5\tlocus0\tA\tT\t.\tPASS\t.\tGT\t0|0\t0|0",
        "X\t9\tlocus1\tA\tT\t.\tPASS\t.\tGT\t1|0\t1|1",
        "Y\t4\tlocus2\tA\tT\t.\tPASS\t.\tGT\t1|1\t1|1",
    ]


@given(POPULATIONS)
def test_everything_reads_back(alleles: Bools) -> None:
    found = parsed("".join(export.to_vcf(alleles)))[2]
    assert np.array_equal(found, genotypes(alleles))
    matrix = export.to_tree_sequence(alleles).genotype_matrix()
    assert np.array_equal(matrix.reshape(found.shape), genotypes(alleles))


@pytest.mark.parametrize("loci", SIZES)
@pytest.mark.parametrize("shape", [(40,), (20, 2)])
def test_genotypes_go_through_files_and_agree_with_the_vcf_of_tskit(
    tmp_path: Path, shape: tuple[int, ...], loci: int
) -> None:
    alleles = random_alleles(*shape, loci)
    export.write_vcf(tmp_path / "population.vcf", export.to_vcf(alleles))
    export.write_tree_sequence(tmp_path / "population.trees", export.to_tree_sequence(alleles))
    trees = tskit.load(tmp_path / "population.trees")
    theirs = io.StringIO()
    trees.write_vcf(theirs, position_transform=lambda positions: np.add(positions, 1))

    samples, sites, ours = parsed((tmp_path / "population.vcf").read_text())
    others = parsed(theirs.getvalue())
    assert np.array_equal(ours, genotypes(alleles))
    assert np.array_equal(ours, others[2])
    assert [site[:2] for site in sites] == [site[:2] for site in others[1]]
    assert samples == [f"i{i}" for i in range(shape[0])]
    assert np.array_equal(trees.genotype_matrix(), alleles.reshape(40, loci).T)


@pytest.mark.parametrize("size", [1, 2, 5, 7])
def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    alleles = random_alleles(4, 2, 7)
    whole = list(export.to_vcf(alleles, invariant_loci=False)), export.to_tree_sequence(alleles)
    monkeypatch.setattr(export, "_BLOCK", size * 8)
    assert list(export.to_vcf(alleles, invariant_loci=False)) == whole[0]
    assert export.to_tree_sequence(alleles) == whole[1]


@pytest.mark.oracle
def test_statistics_of_sites_are_those_of_the_alleles() -> None:
    alleles = random_alleles(30, 2, 40)
    trees = export.to_tree_sequence(alleles)
    carriers = alleles.sum((0, 1))
    heterozygosity = 2 * carriers * (60 - carriers) / (60 * 59)
    assert trees.diversity(windows="sites", span_normalise=False) == pytest.approx(heterozygosity, rel=1e-12)
    assert trees.segregating_sites(span_normalise=False) == np.count_nonzero(heterozygosity)

    spectrum = trees.allele_frequency_spectrum(polarised=True, span_normalise=False)
    assert np.array_equal(spectrum[1:-1], np.bincount(carriers, minlength=61)[1:-1])

    varied = np.flatnonzero(heterozygosity)
    linkage = trees.ld_matrix(sites=[varied.tolist()])
    correlation = np.corrcoef(alleles.reshape(60, 40)[:, varied], rowvar=False)
    assert linkage == pytest.approx(correlation**2, abs=1e-12)


@pytest.mark.oracle
def test_statistics_of_sites_are_those_of_a_coalescent_with_the_same_genotypes() -> None:
    import msprime

    ancestry = msprime.sim_ancestry(20, sequence_length=2_000, recombination_rate=1e-3, random_seed=5)
    full = msprime.sim_mutations(ancestry, rate=4e-3, model=msprime.BinaryMutationModel(), random_seed=6)
    alleles = full.genotype_matrix().T.astype(np.bool_).reshape(20, 2, -1)
    assert alleles.shape[-1] > 50
    bare = export.to_tree_sequence(alleles, positions=1 + full.tables.sites.position.astype(int))
    assert np.array_equal(bare.tables.sites.position, full.tables.sites.position)

    def statistics(trees: Any) -> list[NDArray[np.float64]]:
        halves = [range(20), range(20, 40)]
        return [
            trees.diversity(windows="sites", span_normalise=False),
            trees.allele_frequency_spectrum(polarised=True, span_normalise=False)[1:-1],
            trees.Fst(halves, span_normalise=False),
            trees.Tajimas_D(),
            trees.ld_matrix(stat="D2"),
        ]

    for ours, theirs in zip(statistics(bare), statistics(full), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_a_site_has_at_most_half_as_many_mutations_as_samples() -> None:
    alleles = np.arange(8)[:, None] < np.arange(9)
    trees = export.to_tree_sequence(alleles)
    assert [len(site.mutations) for site in trees.sites()] == [0, 1, 2, 3, 4, 4, 3, 2, 1]


def test_a_tree_sequence_says_what_it_is() -> None:
    trees = export.to_tree_sequence(random_alleles(3, 2, 5), generation=70)
    assert [individual.nodes.tolist() for individual in trees.individuals()] == [[0, 1], [2, 3], [4, 5]]
    assert trees.num_trees == 1
    assert trees.sequence_length == 5
    assert trees.metadata["mixability"]["generation"] == 70
    assert "mean nothing" in trees.metadata["mixability"]["genealogy"]
    with pytest.raises(tskit.LibraryError, match="uncalibrated"):
        trees.diversity(mode="branch")

    record = json.loads(trees.provenance(0).record)
    tskit.validate_provenance(record)
    assert record["software"]["name"] == "mixability"
    assert not record["environment"]
    assert not trees.provenance(0).timestamp


def test_haploids_are_individuals_of_one_node() -> None:
    trees = export.to_tree_sequence(random_alleles(3, 5))
    assert [individual.nodes.tolist() for individual in trees.individuals()] == [[0], [1], [2]]


def test_equal_populations_make_equal_tables() -> None:
    assert export.to_tree_sequence(random_alleles(9, 70)) == export.to_tree_sequence(random_alleles(9, 70))


def test_chromosomes_are_contigs() -> None:
    text = "".join(export.to_vcf(random_alleles(5, 6), chromosomes=[3, 1, 2]))
    sites = parsed(text)[1]
    assert [site[:2] for site in sites] == [("1", 1), ("1", 2), ("1", 3), ("2", 1), ("3", 1), ("3", 2)]
    assert [line for line in text.splitlines() if line.startswith("##contig")] == [
        "##contig=<ID=1,length=3>",
        "##contig=<ID=2,length=1>",
        "##contig=<ID=3,length=2>",
    ]


def test_loci_without_variation_stay_or_go() -> None:
    alleles = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype=np.bool_)
    kept = parsed("".join(export.to_vcf(alleles)))
    assert [identity for *_, identity in kept[1]] == ["locus0", "locus1", "locus2", "locus3"]
    _, sites, found = parsed("".join(export.to_vcf(alleles, invariant_loci=False)))
    assert sites == [("1", 2, "locus1"), ("1", 3, "locus2")]
    assert found.squeeze().tolist() == [[0, 1], [1, 0]]
    assert parsed("".join(export.to_vcf(alleles[:1], invariant_loci=False)))[1] == []


@pytest.mark.parametrize("to_something", [export.to_vcf, export.to_tree_sequence])
@pytest.mark.parametrize(
    ("alleles", "positions", "sentence"),
    [
        (np.zeros((2, 1), dtype=np.uint64), None, "alleles must be of dtype bool; got uint64"),
        (np.zeros(3, dtype=np.bool_), None, r"alleles must be \(individuals, loci\) or .*\(3,\)"),
        (np.zeros((2, 3, 4), dtype=np.bool_), None, r"alleles must be .* got the shape \(2, 3, 4\)"),
        (np.zeros((0, 4), dtype=np.bool_), None, r"alleles must be .* got the shape \(0, 4\)"),
        (np.zeros((2, 0), dtype=np.bool_), None, r"alleles must be .* got the shape \(2, 0\)"),
        (np.zeros((2, 3), dtype=np.bool_), [1, 2], r"positions must be 3 whole numbers.*shape \(2,\)"),
        (np.zeros((2, 3), dtype=np.bool_), [1, 2, 3.5], "positions must be 3 whole numbers.*float64"),
        (np.zeros((2, 3), dtype=np.bool_), [0, 1, 2], "positions must lie in 1 .* got 0 to 2"),
        (np.zeros((2, 3), dtype=np.bool_), [1, 2, 2**31], "positions must lie in 1 .* to 2147483648"),
        (np.zeros((2, 3), dtype=np.bool_), [1, 7, 7], "positions must increase .* locus 1 has 7 and locus 2 has 7"),
    ],
)
def test_what_does_not_fit_is_told(to_something: Any, alleles: Any, positions: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        to_something(alleles, positions=positions)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"chromosomes": [1, 1]}, r"chromosomes must .* 3 together.* got \[1, 1\]"),
        ({"chromosomes": [3, 0]}, r"chromosomes must have at least one locus each"),
        ({"chromosomes": []}, r"chromosomes must .* got \[\]"),
        ({"chromosomes": [2, 1], "positions": [4, 3, 9]}, "locus 0 has 4 and locus 1 has 3"),
        ({"contigs": ["1", "2"]}, "contigs must be 1 different names; got 2"),
        ({"contigs": ["<1>"]}, "contigs must be names that VCF allows.*<1>"),
        ({"ids": ["a", "a"]}, "ids must be 2 different names; got 2, 1 of them different"),
        ({"ids": ["a", "b\t"]}, "ids must be names that VCF allows"),
    ],
)
def test_what_does_not_fit_a_vcf_is_told(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        export.to_vcf(np.zeros((2, 3), dtype=np.bool_), **options)


def test_without_tskit_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tskit", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'mixability\[export\]'"):
        export.to_tree_sequence(random_alleles(2, 2))


def test_a_file_is_whole_or_stays_what_it_was(tmp_path: Path) -> None:
    def breaking() -> Any:
        yield "half of it"
        raise RuntimeError

    path = tmp_path / "population.vcf"
    path.write_text("the old one")
    with pytest.raises(RuntimeError):
        export.write_vcf(path, breaking())
    assert path.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OSError, match=r"cannot write .*missing.*; choose another path"):
        export.write_vcf(tmp_path / "missing" / "population.vcf", ["text"])
