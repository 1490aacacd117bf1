"""Answering a question: what was meant, how the answer is laid out, and what customers think of it."""
