"""Populations of bi-allelic genomes as files of population genetics: VCF and tree sequences."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Bools, Indices

if TYPE_CHECKING:
    import tskit

_LAST_POSITION = 2**31 - 1
_BLOCK = 2**25
"""Alleles that are turned into text or mutations at a time: tens of megabytes, whatever the population."""
_CONTIG = re.compile(r"[0-9A-Za-z!#$%&+./:;?@^_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*")
_ID = re.compile(r"\S+")


def to_vcf(
    alleles: Bools,
    *,
    chromosomes: Sequence[int] | None = None,
    positions: ArrayLike | None = None,
    contigs: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    invariant_loci: bool = True,
) -> Iterator[str]:
    """The text of a VCF 4.3 file: first the header, then one record at a time.

    ``alleles``: (individuals, loci) for haploids, written ``0`` or ``1``, or (individuals, 2, loci) for diploids,
    written phased, as in ``0|1``. Allele 0 is REF ``A`` and allele 1 is ALT ``T`` at every locus; the letters stand
    for no bases. Locus ``i``, counted from 0 over all chromosomes, has the ID ``locus<i>``.

    ``chromosomes``: loci of each chromosome, in order (one holds all); ``contigs``: their names (``1``, ``2``, ...).
    ``positions``: (loci,) whole numbers from 1, increasing along a chromosome (the loci of each are counted from 1).
    A contig is as long as its last position. ``ids``: names of the individuals (``i0``, ``i1``, ...).

    Loci at which all alleles are equal are kept, unless ``invariant_loci`` is False; then the file may hold fewer
    records than there are loci.

    Source: The Variant Call Format Specification, VCFv4.3, sections 1.4 and 1.6. Raises ValueError, before the first
    text, where an argument does not fit.
    """
    haplotypes, ploidy = _haplotypes(alleles)
    samples, loci = haplotypes.shape
    lengths = _lengths(chromosomes, loci)
    at = _positions(positions, lengths)
    contigs = _names("contigs", contigs, [f"{i + 1}" for i in range(len(lengths))], _CONTIG)
    ids = _names("ids", ids, [f"i{i}" for i in range(samples // ploidy)], _ID)
    ends = at[np.cumsum(lengths) - 1]
    header = [
        "##fileformat=VCFv4.3",
        f"##source=mixability {_version()}",
        "##alleles=0 is written A and 1 is written T; the letters stand for no bases",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        *(f"##contig=<ID={name},length={end}>" for name, end in zip(contigs, ends, strict=True)),
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *ids]),
    ]
    places = zip(np.repeat(contigs, lengths).tolist(), at.tolist(), strict=True)
    sites = [f"{contig}\t{p}\tlocus{i}\tA\tT\t.\tPASS\t.\tGT\t" for i, (contig, p) in enumerate(places)]
    return chain(["\n".join(header) + "\n"], _records(haplotypes, ploidy, sites, invariant_loci=invariant_loci))


def to_tree_sequence(
    alleles: Bools, *, positions: ArrayLike | None = None, generation: int | None = None
) -> "tskit.TreeSequence":
    """The population as a tree sequence of tskit, with every genotype and no genealogy.

    ``alleles``: (individuals, loci) for haploids or (individuals, 2, loci) for diploids; individual ``i`` has the
    sample node ``i``, or ``2 i`` and ``2 i + 1``. ``positions``: (loci,) increasing whole numbers from 1 as in
    `to_vcf` (the loci are counted); tskit counts from 0, so position ``p`` becomes ``p - 1``. Chromosomes lie end to
    end. ``generation`` is kept in the metadata.

    The ancestors are not known, so all samples hang from one root. Each locus is a site with ancestral state ``0``.
    Where at most half of the samples carry allele 1, each of them has a mutation to ``1``; elsewhere the root has
    that mutation, and each sample with allele 0 a mutation back. So a site has at most half as many mutations as
    there are samples. Making the tree sequence takes about 160 bytes of memory for each.

    Statistics of sites are right: diversity, the allele frequency spectrum, ``ld_matrix``. Statistics of branches
    have no meaning: the time units are "uncalibrated", for which tskit refuses them, and the metadata says so. Counts
    of mutations have none either, nor has tskit's older ``LdCalculator``, which wants a single mutation at each site.

    Raises ValueError where an argument does not fit, and ModuleNotFoundError without tskit.
    """
    try:
        import tskit  # noqa: PLC0415 - an optional dependency
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("tree sequences need tskit: pip install 'mixability[export]'") from error
    haplotypes, ploidy = _haplotypes(alleles)
    samples, loci = haplotypes.shape
    at = _positions(positions, [loci]) - 1
    root = samples
    tables = tskit.TableCollection(sequence_length=float(at[-1] + 1))
    tables.time_units = tskit.TIME_UNITS_UNCALIBRATED
    tables.metadata_schema = tskit.MetadataSchema.permissive_json()
    tables.metadata = {
        "mixability": {
            "generation": generation,
            "genealogy": "unknown: one root stands for all ancestors, so branches, times and numbers of mutations "
            "mean nothing; genotypes and statistics of sites are right",
        }
    }
    tables.individuals.set_columns(flags=np.zeros(samples // ploidy, dtype=np.uint32))
    tables.nodes.set_columns(
        flags=np.where(np.arange(samples + 1) == root, 0, tskit.NODE_IS_SAMPLE).astype(np.uint32),
        time=(np.arange(samples + 1) == root).astype(np.float64),
        individual=np.append(np.arange(samples) // ploidy, tskit.NULL).astype(np.int32),
    )
    tables.edges.set_columns(
        left=np.zeros(samples),
        right=np.full(samples, tables.sequence_length),
        parent=np.full(samples, root, dtype=np.int32),
        child=np.arange(samples, dtype=np.int32),
    )
    tables.sites.set_columns(
        position=at.astype(np.float64),
        ancestral_state=np.full(loci, ord("0"), dtype=np.int8),
        ancestral_state_offset=np.arange(loci + 1, dtype=np.uint32),
    )
    for site, node, derived in _mutations(haplotypes, root):
        tables.mutations.append_columns(
            site=site.astype(np.int32),
            node=node.astype(np.int32),
            derived_state=np.where(derived, ord("1"), ord("0")).astype(np.int8),
            derived_state_offset=np.arange(len(site) + 1, dtype=np.uint32),
        )
    software = {"name": "mixability", "version": _version()}
    record = {"schema_version": "1.0.0", "software": software, "parameters": {}, "environment": {}}
    tables.provenances.add_row(json.dumps(record), timestamp="")  # equal populations make equal tables
    tables.build_index()
    tables.compute_mutation_parents()
    return tables.tree_sequence()


def write_vcf(path: Path, text: Iterable[str]) -> None:
    """Write what `to_vcf` gives; until it is whole, ``path`` stays what it was. Raises OSError."""
    with _replacing(path) as file:
        file.writelines(piece.encode() for piece in text)


def write_tree_sequence(path: Path, trees: "tskit.TreeSequence") -> None:
    """Write what `to_tree_sequence` gives; until it is whole, ``path`` stays what it was. Raises OSError."""
    with _replacing(path) as file:
        trees.dump(file)


def _records(haplotypes: Bools, ploidy: int, sites: Sequence[str], *, invariant_loci: bool) -> Iterator[str]:
    """Lines of a VCF: each of ``sites`` and the genotypes there."""
    samples = len(haplotypes)
    between = np.full((samples // ploidy, ploidy), ord("|"), dtype=np.uint8)
    between[:, -1] = ord("\t")
    between[-1, -1] = ord("\n")
    for first, block in _blocks(haplotypes):
        text = np.empty((len(block), samples, 2), dtype=np.uint8)
        np.add(block, ord("0"), out=text[:, :, 0], dtype=np.uint8)
        text[:, :, 1] = between.ravel()
        kept = range(len(block)) if invariant_loci else np.flatnonzero((block != block[:, :1]).any(axis=1)).tolist()
        for row in kept:
            yield sites[first + row] + text[row].tobytes().decode("ascii")


def _mutations(haplotypes: Bools, root: int) -> Iterator[tuple[Indices, Indices, Bools]]:
    """Blocks of mutations in tskit's order: site, node, and whether to allele 1. A root's comes before those below."""
    samples = len(haplotypes)
    for first, block in _blocks(haplotypes):
        most = 2 * np.count_nonzero(block, axis=1) > samples
        mutated = np.column_stack([most, block != most[:, None]])
        site, column = np.nonzero(mutated)
        at_root = column == 0
        yield first + site, np.where(at_root, root, column - 1), at_root | ~most[site]


def _blocks(haplotypes: Bools) -> Iterator[tuple[int, Bools]]:
    """The first locus and the alleles (loci, samples) of a few loci at a time."""
    samples, loci = haplotypes.shape
    step = max(1, _BLOCK // samples)
    for first in range(0, loci, step):
        yield first, np.ascontiguousarray(haplotypes[:, first : first + step].T)


def _haplotypes(alleles: Bools) -> tuple[Bools, int]:
    """Alleles as (samples, loci), the two of a diploid one after the other, and the ploidy."""
    if alleles.dtype != np.bool_:
        raise ValueError(f"alleles must be of dtype bool; got {alleles.dtype}; unpack words, or compare with 1")
    if alleles.ndim not in {2, 3} or (alleles.ndim == 3 and alleles.shape[1] != 2) or alleles.size == 0:
        raise ValueError(
            "alleles must be (individuals, loci) or (individuals, 2, loci), with at least one of each; "
            f"got the shape {alleles.shape}"
        )
    return alleles.reshape(-1, alleles.shape[-1]), alleles.ndim - 1


def _lengths(chromosomes: Sequence[int] | None, loci: int) -> Sequence[int]:
    lengths = [loci] if chromosomes is None else chromosomes
    if min(lengths, default=0) < 1 or sum(lengths) != loci:
        raise ValueError(
            f"chromosomes must have at least one locus each and {loci} together, as alleles has; got {list(lengths)}"
        )
    return lengths


def _positions(positions: ArrayLike | None, lengths: Sequence[int]) -> Indices:
    """Positions (loci,) from 1 on each chromosome; `lengths` are its loci."""
    if positions is None:
        return np.concatenate([np.arange(1, length + 1) for length in lengths])
    found, loci = np.asarray(positions), sum(lengths)
    if found.shape != (loci,) or found.dtype.kind not in "iu":
        raise ValueError(
            f"positions must be {loci} whole numbers, one for each locus; got {found.dtype} of shape {found.shape}"
        )
    found = found.astype(np.int64)
    if found.min() < 1 or found.max() > _LAST_POSITION:
        raise ValueError(f"positions must lie in 1 to 2**31 - 1; got {found.min()} to {found.max()}")
    rises = np.diff(found) > 0
    rises[np.cumsum(lengths)[:-1] - 1] = True
    if not rises.all():
        locus = int(np.argmin(rises))
        raise ValueError(
            f"positions must increase along a chromosome; locus {locus} has {found[locus]} and "
            f"locus {locus + 1} has {found[locus + 1]}; sort the loci, one to a position"
        )
    return found


def _names(argument: str, given: Sequence[str] | None, usual: list[str], allowed: re.Pattern[str]) -> Sequence[str]:
    if given is None:
        return usual
    if len(given) != len(usual) or len(set(given)) != len(given):
        raise ValueError(
            f"{argument} must be {len(usual)} different names; got {len(given)}, {len(set(given))} of them different"
        )
    wrong = next((name for name in given if not allowed.fullmatch(name)), None)
    if wrong is not None:
        raise ValueError(f"{argument} must be names that VCF allows, without blanks; got {wrong!r}")
    return given


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` when the block ends well, and vanishes when it does not."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OSError(f"cannot write {path}: {error.strerror or error}; choose another path") from error


def _version() -> str:
    try:
        return version("mixability")
    except PackageNotFoundError:
        return "0+unknown"
