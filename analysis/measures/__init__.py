"""The measures: one definition for genes and neurons each."""
