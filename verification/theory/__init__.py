"""The simulator held to population-genetic theory: a law a file, measured where its answer is known."""
