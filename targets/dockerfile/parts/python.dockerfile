ARG PYTHON_IMAGE={{ image }}

FROM ${PYTHON_IMAGE} AS base
WORKDIR /app

# What the lock file says, in an environment that is moved as a whole.
FROM base AS deps
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON=/usr/local/bin/python UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/venv
RUN pip install --no-cache-dir {{ uv }}
{% if package %}
COPY --link --parents pyproject.toml uv.lock ./**/pyproject.toml ./
WORKDIR {{ place }}
{% else %}
COPY --link pyproject.toml uv.lock ./
{% endif %}
RUN --mount=type=cache,id=uv,target=/var/cache/uv \
    uv sync --cache-dir /var/cache/uv --frozen --no-dev --no-install-workspace

FROM deps AS build
{% for name in arguments %}
ARG {{ name }}
{% endfor %}
{% for name in public %}
ENV {{ name }}=${{ name }}
{% endfor %}
COPY --link --chown={{ user }}:{{ user }}{% if own %} --exclude={{ own }}{% endif %} . /app
RUN --mount=type=cache,id=uv,target=/var/cache/uv \
    uv sync --cache-dir /var/cache/uv --frozen --no-dev --no-editable{% if command %} \
    &&{% for word in command %} {{ word | shell }}{% endfor %}{% endif %}


FROM base AS app
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --link --from=build /opt/venv /opt/venv
{% if output %}
COPY --link --from=build --chown={{ user }}:{{ user }} /app/{{ output }} /app/{{ output }}
{% else %}
COPY --link --from=build --chown={{ user }}:{{ user }} {{ place }} {{ place }}
{% endif %}
{% if package %}
WORKDIR {{ place }}
{% endif %}
COPY --link --chmod=0555 docker-entrypoint.sh /docker-entrypoint.sh

# On a developer's machine, where sources change while it runs.
FROM app AS dev
RUN chown {{ user }}:{{ user }} .
USER {{ user }}:{{ user }}
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD {{ run | exec }}

FROM app AS runtime
