"""How we are reached: channels, sender, clock, settings, command line."""
