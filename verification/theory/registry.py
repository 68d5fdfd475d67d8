"""All families, in the order of the report."""

from verification.theory import (
    coalescent,
    convergence,
    drift,
    engines,
    fixation,
    gametes,
    invariance,
    invasion,
    islands,
    linkage,
    mackay,
    mutation_selection,
    noise,
    quasi_linkage,
    ratchet,
    relatives,
    response,
    robustness,
    sizes,
    spectra,
    stationary,
    weights,
)
from verification.theory.check import Family

FAMILIES: tuple[Family, ...] = tuple(
    module.FAMILY
    for module in (
        drift,
        fixation,
        stationary,
        coalescent,
        islands,
        mutation_selection,
        ratchet,
        gametes,
        invariance,
        linkage,
        sizes,
        quasi_linkage,
        response,
        weights,
        relatives,
        noise,
        invasion,
        mackay,
        spectra,
        robustness,
        convergence,
        engines,
    )
)
