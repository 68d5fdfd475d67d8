"""Every kind of figure that can be drawn from results of both sides."""

from analysis.figures import (
    association,
    context,
    crossing,
    filters,
    forest,
    hybrids,
    knock_out,
    network,
    performance,
    spectrum,
)
from analysis.figures.chart import Kind

FIGURES: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        performance.KIND,
        crossing.KIND,
        spectrum.KIND,
        context.KIND,
        network.KIND,
        hybrids.KIND,
        knock_out.KIND,
        association.KIND,
        filters.KIND,
        forest.KIND,
    )
}
