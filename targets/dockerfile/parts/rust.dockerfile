ARG RUST_IMAGE={{ image }}
ARG RUNTIME_IMAGE={{ runtime_image }}

FROM ${RUST_IMAGE} AS base
WORKDIR /src

FROM base AS build
{% for name in arguments %}
ARG {{ name }}
{% endfor %}
{% for name in public %}
ENV {{ name }}=${{ name }}
{% endfor %}
COPY --link . .
{% if command %}
RUN --mount=type=cache,id=cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=cargo-git,target=/usr/local/cargo/git \
   {% for word in command %} {{ word | shell }}{% endfor %} \
    && install -D {{ output }} /out/bin/{{ program }}
{% else %}
# What was compiled before stays in the cache. One program takes the name of the service; of several,
# one must have it.
RUN --mount=type=cache,id=cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=cargo-git,target=/usr/local/cargo/git \
    --mount=type=cache,id={{ cache }},target=/src/target,sharing=locked \
    cargo install --locked --no-track --root /out --path {{ source }} \
    && { test -e /out/bin/{{ program }} || mv /out/bin/* /out/bin/{{ program }}; }
{% endif %}
