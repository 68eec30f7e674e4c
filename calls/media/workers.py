"""The threads that decode, change and encode."""

import os
from concurrent.futures import ThreadPoolExecutor

WORKERS = ThreadPoolExecutor((os.cpu_count() or 1) + 1, thread_name_prefix="media")
"""Shared by all feeds and rooms: the codecs, OpenCV and NumPy let go of the interpreter's lock while they work."""

SOUND = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="sound")
"""For mixed rooms alone: each has to be served every 20 ms, however long somebody's effect takes."""
