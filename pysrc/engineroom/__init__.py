"""The parts of a language model, each written once as the equation it is."""
