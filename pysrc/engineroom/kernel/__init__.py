"""The page's Python session: what a notebook's kernel is to a notebook.

Pure Python, so that CPython tests it against a real Jupyter kernel. `display` is what a library needs to show something in the page;
`session` is what the page's worker drives.
"""
