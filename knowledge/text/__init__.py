"""Reading what people type: normal forms, words, sounds, numbers."""
