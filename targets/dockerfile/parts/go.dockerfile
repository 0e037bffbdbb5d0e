ARG GO_IMAGE={{ image }}
ARG RUNTIME_IMAGE={{ runtime_image }}

FROM ${GO_IMAGE} AS base
WORKDIR /src
ENV CGO_ENABLED=0 GOCACHE=/var/cache/go-build

FROM base AS deps
COPY --link go.mod go.sum* ./
RUN --mount=type=cache,id=go-modules,target=/go/pkg/mod \
    go mod download

FROM deps AS build
{% for name in arguments %}
ARG {{ name }}
{% endfor %}
{% for name in public %}
ENV {{ name }}=${{ name }}
{% endfor %}
COPY --link . .
RUN --mount=type=cache,id=go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=go-build,target=/var/cache/go-build \
{% if command %}
   {% for word in command %} {{ word | shell }}{% endfor %} \
    && install -D {{ output }} /out/bin/{{ program }}
{% else %}
    go build -trimpath -ldflags='-s -w' -o /out/bin/{{ program }} {{ source }}
{% endif %}
