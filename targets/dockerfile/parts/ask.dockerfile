{% if healthcheck %}

# What asks the program whether it is well: the image that ships holds nothing that could.
FROM base AS healthcheck
COPY --link <<'EOF' /healthcheck/main.{% if kind == "go" %}go{% else %}rs{% endif %}

