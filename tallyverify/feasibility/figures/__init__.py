"""What was published, as intervals of sums over stations, and what closes the world."""
