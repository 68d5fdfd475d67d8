"""The ledger: every claim of the essays, what was run for it, and what came."""
