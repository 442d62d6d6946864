"""Real trained models, each a forward pass over its own checkpoint."""
