"""Figures: each function takes arrays and returns a `Figure`, which any notebook that knows Vega-Lite shows.

`attention` is one head's weights read word by word; `heatmap` any matrix; `heads` many heads at a glance; `dials` pairs of numbers
as hands; `strips` what came out of repeated runs; `lines`, `bars` and `histogram` the rest; `tokens` shows a text as tokenizers cut
it, `routes` which experts it visits. Colours are the page's CSS variables, so one drawing serves light and dark; a magnitude is one
hue with more or less opacity, never a ramp of colours. Every figure carries its numbers as a table, for screen readers and for tests.
"""

from engineroom.viz.attention import attention
from engineroom.viz.charts import bars, histogram, lines
from engineroom.viz.dials import dials
from engineroom.viz.figure import Figure
from engineroom.viz.heatmap import heads, heatmap
from engineroom.viz.routes import routes
from engineroom.viz.strips import strips
from engineroom.viz.tokens import tokens

__all__ = ["Figure", "attention", "bars", "dials", "heads", "heatmap", "histogram", "lines", "routes", "strips", "tokens"]
