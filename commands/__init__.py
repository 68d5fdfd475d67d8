"""The commands, a module for each room behind the door, and what they share. They parse, call and print."""
