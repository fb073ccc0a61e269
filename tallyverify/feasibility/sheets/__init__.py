"""What each sheet bears witness to."""
