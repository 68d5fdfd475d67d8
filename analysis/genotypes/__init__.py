"""Tables of genotypes and phenotypes: read, checked, measured."""
