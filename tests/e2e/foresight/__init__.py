"""What a plan is said to leave, beside what it leaves: random specs and changes, applied in the sandbox.

`python -m tests.e2e.foresight N [SEED]` tries N of them. `worlds` makes specs, `trial` applies them, `compare` tells
what differs.
"""
