"""Measuring: a plan (pure), workers on connections of their own, samples, statistics (pure), a report."""
