"""The essay companion: Markdown whose numbers, verdicts and figures are always those of the last run."""
