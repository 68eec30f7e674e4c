"""The core of Parley: calls, rooms, media and effects. No module here imports streamlit."""
