"""Working on what we know: drafts, publishing, golden questions, misses."""
