"""Questions in the text: written as fences, read with their true lines, drawn as forms that are complete without a script."""
