"""Stories told at the front door, and a folder of tests for every room."""
