"""The threads that decode, change and encode."""

import os
from concurrent.futures import ThreadPoolExecutor

WORKERS = ThreadPoolExecutor((os.cpu_count() or 1) + 1, thread_name_prefix="media")
"""Shared by all feeds: the codecs, OpenCV and NumPy let go of the interpreter's lock while they work."""
