FROM python:3.12-slim-bookworm

WORKDIR /app

COPY packages.txt ./
RUN apt-get update \
    && xargs -a packages.txt apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY .streamlit/config.toml .streamlit/
COPY app.py ./
COPY pages pages
COPY components components
COPY calls calls

# The history is kept in /data: mount a volume there, or name another database.
RUN useradd --system parley --home-dir /data --create-home
USER parley
ENV PARLEY_DATABASE_URL=sqlite:////data/parley.sqlite3 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true

# The UDP port is that of the media where PARLEY_UDP_PORTS names it, see docs/deploy.md.
EXPOSE 8501 40000/udp
HEALTHCHECK --start-period=30s \
    CMD python -c "import os, urllib.request as r; r.urlopen(f'http://localhost:{os.environ[\"STREAMLIT_SERVER_PORT\"]}/_stcore/health', timeout=5)"
CMD ["streamlit", "run", "app.py"]
