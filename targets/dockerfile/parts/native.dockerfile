
FROM ${RUNTIME_IMAGE} AS runtime
{% if entrypoint %}
COPY --link --from=base /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --link --chmod=0555 docker-entrypoint.sh /docker-entrypoint.sh
{% endif %}
{% if healthcheck %}
COPY --link --from=healthcheck /healthcheck/healthcheck /docker-healthcheck
{% endif %}
COPY --link --from=build /out/bin/ /usr/local/bin/
