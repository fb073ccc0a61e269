"""Proofs in exact integers, the multipliers that they rest on, and worlds that are shown."""
