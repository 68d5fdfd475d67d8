"""The page's script is the simulator, draw for draw."""

import base64
import json
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.essay import explorable
from analysis.essay.explorable.reference import Explored
from sim import unpack
from sim.reference import branch

ENGINE = Path(explorable.__file__).with_name("engine.js")
GENERATIONS = 60

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def run(script: str) -> Any:
    """What a script prints behind the engine, as JSON."""
    code = f"{ENGINE.read_text()}\n{script}"
    done = subprocess.run(["node", "-"], input=code, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@needs_node
@pytest.mark.oracle
@pytest.mark.parametrize(
    "explored",
    [
        Explored(),
        Explored(sex=False),
        Explored(recombination=0.05),
        Explored(recombination=0.0, block=1, mutation=0.05, seed=77),
        Explored(block=50, every=10, turned=3, mutation=0.001),
        Explored(selection=8.0, block=10, every=7, turned=20, mutation=0.01, seed=4),
        Explored(sex=False, selection=10.0, block=25, every=5, turned=10, size=60, mutation=0.02, seed=2**32 - 1),
    ],
    ids=repr,
)
def test_every_generation_is_that_of_the_simulator_to_the_bit(explored: Explored) -> None:
    found = run(f"""
        const population = new Population({json.dumps(asdict(explored))}), rows = [], values = [];
        for (let generation = 0; generation < {GENERATIONS}; generation++) {{
          population.step();
          rows.push(Buffer.from(population.genomes).toString("base64"));
          values.push(Array.from(population.values));
        }}
        console.log(JSON.stringify({{rows, values}}));
    """)
    generations = list(explored.live(GENERATIONS))[1:]
    for population, rows, values in zip(generations, found["rows"], found["values"], strict=True):
        genomes = unpack(population.individuals, explored.loci).astype(np.uint8)
        assert genomes.tobytes() == base64.b64decode(rows)
        assert (explored.selection * np.array(values) == population.log_fitness).all()
    assert len(set(found["rows"])) > 1


@needs_node
def test_hashes_and_seeds_are_those_of_the_simulator() -> None:
    states = [0, 1, 2**32 - 1, 2**32, 2**63 + 12345, 2**64 - 1]
    places = [(0, 0), (0, 2**32 - 1), (4, 7), (10, 1), (1, 2**24)]
    halves = [[state >> 32, state % 2**32] for state in states]
    found = run(f"""
        const found = {json.dumps(halves)}.map((s) => {json.dumps(places)}.map(([l, i]) => branch(s, l, i)));
        console.log(JSON.stringify({{found, keys: [0, 1, 77, 4294967295].map(keyOf)}}));
    """)
    for state, row in zip(states, found["found"], strict=True):
        for (lane, index), (high, low) in zip(places, row, strict=True):
            assert (high << 32) + low == branch(state, (lane << 32) + index)
    for seed, (high, low) in zip((0, 1, 77, 2**32 - 1), found["keys"], strict=True):
        assert (high << 32) + low == np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
