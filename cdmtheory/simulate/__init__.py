"""Simulation: step by step, at any step at once, and the exact step at which a tolerance is reached."""
