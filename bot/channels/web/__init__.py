"""The web chat: a page for customers, its requests in, and a stream of what we say out."""
