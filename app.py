"""Parley's only entry: `streamlit run app.py`.

The server imports this file and finds an ASGI application with the route of /signal; each session runs it as a script
and finds the frame. A runner that knows nothing of `st.App` runs the script alone, and every page polls instead.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components import runner

runner.adapt()
if get_script_run_ctx(suppress_warning=True) is None:
    from components import door
    from components.server import Server, check

    settings = check()
    server = Server()
    app = st.App(__file__, routes=server.routes(), lifespan=server.lifespan, middleware=door.middleware(settings))
else:
    from components import frame

    frame.show()
