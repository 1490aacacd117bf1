"""Stories told to the whole program from outside, over HTTP: nothing of ours is imported but its names."""
