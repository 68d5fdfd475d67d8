"""What one replicate of a scene is: a module for each, of the same name, loaded when it is run."""
