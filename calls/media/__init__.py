"""What a participant sends (feed), what a participant watches and hears (stage), and how one reaches the other (hub).

All of it runs on the one event loop that aiortc uses; only the methods that say so may be called from other threads.
"""
