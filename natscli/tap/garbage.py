"""How often Python looks for garbage while a registry grows: 100,000 subjects are many objects, and none is garbage."""

import gc


def collect_seldom() -> None:
    """Have it look less often for as long as the process lasts: the usual pace doubles the cost of many subjects."""
    gc.set_threshold(50_000, 20, 100)
