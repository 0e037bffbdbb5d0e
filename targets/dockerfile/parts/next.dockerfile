
FROM base AS runtime
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT={{ port }}
COPY --link --from=build --chown={{ user }}:{{ user }} {{ place }}/.next/standalone /app
COPY --link --from=build --chown={{ user }}:{{ user }} {{ place }}/.next/static {{ place }}/.next/static
COPY --link --from=build --chown={{ user }}:{{ user }} {{ place }}/public {{ place }}/public
COPY --link --chmod=0555 docker-entrypoint.sh /docker-entrypoint.sh
