"""The card index: which entry answers a question, how sure that is, and when nothing does."""

import os

# One question is a few small products: threads of the linear algebra would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
