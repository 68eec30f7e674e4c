"""The one seam into aiortc: connections that hand on RTP packets as they come, where aiortc decodes and encodes.

One W3C object a module. The version of aiortc is pinned, and tests/test_media_rtc.py fails when what is used here
changes. The classes bear the names of the ones that they extend, so that Python's name mangling leads to the same
private attributes; each module's docstring lists the private names that it uses.
"""
