FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY domain domain
COPY commands commands
COPY projections projections
COPY queries queries
COPY streams streams
COPY infra infra
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --create-home deedbook
USER deedbook
WORKDIR /home/deedbook
EXPOSE 8000
CMD ["deedbook", "api"]
