"""Scenes: experiments of the simulator that run by one command and end in one picture each."""
