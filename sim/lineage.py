"""One population of a scenario, from its founders on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from sim.arrays import Individuals
from sim.environment import Environment
from sim.evolution import evolve, live
from sim.landscape import Landscape
from sim.population import Population
from sim.reproduction import Reproduction
from sim.scenario import Scenario


@dataclass(frozen=True, kw_only=True, eq=False)
class Lineage:
    """Everything that determines a population. Arms that share seeds share landscape, environment and founders."""

    scenario: Scenario
    environment: Environment
    reproduction: Reproduction
    founders: Individuals
    seed: int
    """Of all that happens from the founders on."""

    @classmethod
    def of(
        cls, scenario: Scenario, landscape: Landscape, *, sexual: bool, founders: int, environment: int, evolution: int
    ) -> Self:
        """A population on a landscape; the last three are seeds."""
        return cls(
            scenario=scenario,
            environment=scenario.around(landscape, environment),
            reproduction=scenario.mode(sexual=sexual),
            founders=scenario.founders(landscape, founders),
            seed=evolution,
        )

    def advance(self, generations: int, population: Population | None = None) -> Population:
        """The population, or else its founders, so many generations later."""
        return evolve(*self._arguments(population), generations=generations, **self._settings())

    def live(self, generations: int, population: Population | None = None) -> Iterator[Population]:
        """The same, seen in every generation from the first on."""
        return live(*self._arguments(population), generations=generations, **self._settings())

    def _arguments(self, population: Population | None) -> tuple[Environment, Reproduction, Individuals | Population]:
        return self.environment, self.reproduction, self.founders if population is None else population

    def _settings(self) -> dict[str, Any]:
        scenario = self.scenario
        return {
            "mutation": scenario.mutation,
            "seed": self.seed,
            "selection": scenario.selection.build(),
            "demography": scenario.demography,
            "engine": "auto" if scenario.engine == "infinite" else scenario.engine,
        }
