"""Forensic indicators that measure their own error first; none of them ever accuses."""
