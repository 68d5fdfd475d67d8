"""Fixation: how often a new allele takes over, from harmful ones to those that nearly always do."""

import numpy as np

from analysis.arrays import Floats
from sim import CLONAL, SEXUAL, Demography, Population, evolve, pack
from sim.arrays import Words
from verification.theory.chain import fixation
from verification.theory.check import Check, Family, Findings, marks, ratio_of, replicates, seed, share_of
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import alleles, copies, counts, neutral, one_locus

SIZE = 30
COMMON = {-2.0: 19_500, -1.0: 8_500, 0.0: 3_300, 1.0: 1_300, 2.0: 600}
"""Populations that start with the allele in two thirds of them, by N s."""
SINGLE = {1.0: 82_000, 2.0: 46_000, 5.0: 17_500, 10.0: 7_500, 20.0: 2_800}
"""Those that start with one mutant."""
UNLINKED, NEUTRAL_POPULATIONS = 4096, 80
CLONES = ((10, 4, 2.0, 1_600), (10, 1, 5.0, 8_500))
"""Individuals, mutants, N s, populations of the clone engine."""
_AT_ONCE, _STEP = 4_000, 25


def diffusion(share: float, scaled: Floats) -> Floats:
    """Kimura's probability, from a starting frequency and ``N s``, haploid."""
    doubled = np.where(scaled == 0.0, 1e-9, 2.0 * scaled)
    return np.expm1(-doubled * share) / np.expm1(-doubled)


def measure(effort: float) -> Findings:
    """Small populations by the thousand, each followed until one allele is left."""
    checks: list[Check] = []
    points: list[Points] = []
    for cases, mutants, start in ((COMMON, 2 * SIZE // 3, "two thirds"), (SINGLE, 1, "one mutant")):
        found = []
        for scaled, count in cases.items():
            trials = replicates(count, effort)
            fixed = _islands(SIZE, mutants, scaled / SIZE, trials, seed("fixation", start, int(scaled)))
            found.append(_check(f"from {start}, N s = {scaled:g}", SIZE, mutants, scaled, fixed, trials))
        points.append(marks(list(cases), found, "clonal", f"from {start}", hollow=mutants == 1))
        checks += found
    kept = _neutral(replicates(NEUTRAL_POPULATIONS, effort))
    checks.append(
        ratio_of(
            "one mutant fixed, N s = 0, sexual",
            f"{len(kept)} populations of {SIZE}, {UNLINKED:,} unlinked loci",
            kept,
            np.ones(len(kept)),
            1.0 / SIZE,
        )
    )
    points.append(marks([0.0], checks[-1:], "sexual", "the same, unlinked loci"))
    for size, mutants, scaled, count in CLONES:
        trials = replicates(count, effort)
        fixed = _clones(size, mutants, scaled / size, trials, seed("fixation", "clones", mutants))
        checks.append(_check(f"clone engine, from {mutants}, N s = {scaled:g}", size, mutants, scaled, fixed, trials))
    dense = np.linspace(-2.5, 20.0, 91)
    lines = [Line(dense, [fixation(SIZE, s / SIZE)[k] for s in dense]) for k in (1, 2 * SIZE // 3)]
    lines += [Line(dense, diffusion(k / SIZE, dense), "approximation") for k in (1, 2 * SIZE // 3)]
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="Fixation",
            formula="exact chain; Kimura's diffusion dashed",
            x="N s",
            y="probability of fixation",
            lines=lines,
            points=points,
            log="y",
            legend="lower right",
        ),
    )


def _check(what: str, size: int, mutants: int, scaled: float, fixed: int, trials: int) -> Check:
    expected = float(fixation(size, scaled / size)[mutants])
    return share_of(f"fixed, {what}", f"{trials:,} populations of {size}, 1 locus", fixed, trials, expected)


def _islands(size: int, mutants: int, advantage: float, trials: int, own: int) -> int:
    """How many populations fix allele 1, some thousands of them at once; those that are done make room."""
    fixed, started, batch = 0, 0, 0
    landscape = one_locus(advantage)
    genomes = copies(size, mutants, 0)
    while started < trials or len(genomes):
        fresh = min(_AT_ONCE - len(genomes) // size, trials - started)
        genomes = np.concatenate([genomes, copies(size, mutants, fresh)])
        started, batch = started + fresh, batch + 1
        populations = len(genomes) // size
        late = evolve(
            landscape,
            CLONAL,
            genomes,
            generations=_STEP if started == trials else 4,
            mutation=0.0,
            seed=seed("fixation", own, batch),
            demography=Demography(size=size, islands=populations),
        )
        ones = counts(late, 1, populations)[:, 0]
        fixed += int(np.sum(ones == size))
        genomes = late.individuals.reshape(populations, size)[(ones > 0) & (ones < size)].reshape(-1, 1)
    return fixed


def _clones(size: int, mutants: int, advantage: float, trials: int, own: int) -> int:
    """The same, one population after the other, counted by clones."""
    landscape, fixed = one_locus(advantage), 0
    for trial in range(trials):
        start: Words | Population = copies(size, mutants)
        while not (isinstance(start, Population) and len(start.individuals) == 1):
            start = evolve(
                landscape,
                CLONAL,
                start,
                generations=10,
                mutation=0.0,
                seed=seed("fixation", own, trial),
                engine="clones",
            )
        fixed += int(start.individuals[0, 0])
    return fixed


def _neutral(populations: int) -> Floats:
    """Share of the loci at which the one mutant is fixed, (populations,); each locus' mutant is in anyone."""
    landscape = neutral(UNLINKED)
    kept = np.empty(populations)
    for number in range(populations):
        own = seed("fixation", "neutral", number)
        carriers = np.random.default_rng(own).integers(SIZE, size=UNLINKED)
        founders = pack(carriers == np.arange(SIZE)[:, None])
        late = evolve(landscape, SEXUAL, founders, generations=20 * SIZE, mutation=0.0, seed=own)
        kept[number] = alleles(late, UNLINKED).all(axis=0).mean()
    return kept


FAMILY = Family(
    name="fixation",
    title="Fixation of a new allele",
    law="(I - Q) u = R of the haploid Wright-Fisher chain, exactly; near u = (1 - e^(-2 N s p)) / (1 - e^(-2 N s))",
    source="Kimura 1962; the chain: Ewens 2004, section 3.2",
    seconds=50,
    measure=measure,
)
