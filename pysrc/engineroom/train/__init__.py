"""Training: a loop that yields an entry of its log for each step, and a state that can be kept, continued and carried away.

run = train.Run(train.initial(config, tokenizer), ids, train.Plan(steps=500))
for entry in run:
    print(entry.line())
run.model  # as trained so far, whatever stopped the loop
"""

from engineroom.train.batches import Split, batch, held_out
from engineroom.train.export import exported
from engineroom.train.initial import initial
from engineroom.train.kept import load, save
from engineroom.train.log import Entry, read
from engineroom.train.loop import Plan, Run, State

__all__ = ["Entry", "Plan", "Run", "Split", "State", "batch", "exported", "held_out", "initial", "load", "read", "save"]
