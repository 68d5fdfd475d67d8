"""Training seen: learning curves, filters and activations, without dropout beside with it."""
