"""Live cells: from an author's fence to HTML that shows what the cell computed, and that a reader's page can run."""
