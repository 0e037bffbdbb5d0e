EOF

{% if kind == "go" %}
RUN --mount=type=cache,id=go-build,target=/var/cache/go-build \
    go build -trimpath -ldflags='-s -w' -o /healthcheck/healthcheck /healthcheck/main.go
{% else %}
RUN rustc --edition 2021 -C opt-level=s -C strip=symbols -o /healthcheck/healthcheck /healthcheck/main.rs
{% endif %}
{% endif %}
