
FROM build AS production
{% if package %}
WORKDIR /app
{% endif %}
{% if manager == "npm" %}
RUN --mount=type=cache,id=npm,target=/var/cache/npm \
    npm prune --cache /var/cache/npm --omit=dev --no-audit --no-fund
{% elif manager == "pnpm" %}
RUN --mount=type=cache,id=pnpm,target=/var/cache/pnpm \
    CI=true pnpm prune --prod --store-dir /var/cache/pnpm
{% else %}
RUN --mount=type=cache,id=yarn,target=/var/cache/yarn \
    YARN_GLOBAL_FOLDER=/var/cache/yarn yarn workspaces focus --all --production
{% endif %}

FROM base AS runtime
ENV NODE_ENV=production
{% if output %}
COPY --link --from=production --chown={{ user }}:{{ user }} /app/package.json ./
COPY --link --from=production --chown={{ user }}:{{ user }} /app/node_modules ./node_modules
COPY --link --from=production --chown={{ user }}:{{ user }} /app/{{ output }} ./{{ output }}
{% else %}
# How packages are fetched may hold a token, and no program needs it.
COPY --link --from=production --chown={{ user }}:{{ user }} \
    --exclude=**/.npmrc --exclude=**/.yarnrc.yml /app ./
{% if package %}
WORKDIR {{ place }}
{% endif %}
{% endif %}
COPY --link --chmod=0555 docker-entrypoint.sh /docker-entrypoint.sh
