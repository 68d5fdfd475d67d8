"""What is wrong with this installation, machine or store, and what to do about it."""
