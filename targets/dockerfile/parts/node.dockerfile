ARG NODE_IMAGE={{ image }}
{% if build_image %}
ARG BUILD_IMAGE={{ build_image }}
{% endif %}
{% if web_image %}
ARG NGINX_IMAGE={{ web_image }}
{% endif %}

FROM ${NODE_IMAGE} AS base
WORKDIR /app

# What the lock file says, tools of the build included.
{% if build_image %}
# The tools of Prisma need OpenSSL, which the slim image does not hold.
FROM ${BUILD_IMAGE} AS deps
WORKDIR /app
{% else %}
FROM base AS deps
{% endif %}
{% if kind == "nextjs" %}
ENV NEXT_TELEMETRY_DISABLED=1
{% endif %}
{% if manager != "npm" %}
# The version that `packageManager` of package.json names wins over the one that is prepared here.
ENV COREPACK_HOME=/usr/local/share/corepack COREPACK_ENABLE_DOWNLOAD_PROMPT=0
RUN --mount=type=cache,id=npm,target=/var/cache/npm \
    npm install --global --cache /var/cache/npm {{ corepack }} \
    && corepack enable {{ manager }} \
    && corepack prepare {{ manager_version }} --activate
{% endif %}
{% if manager == "npm" and package %}
COPY --link --parents package.json package-lock.json .npmrc* ./**/package.json ./
{% elif manager == "npm" %}
COPY --link package.json package-lock.json .npmrc* ./
{% elif manager == "pnpm" and package %}
COPY --link --parents package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc* ./**/package.json ./
{% elif manager == "pnpm" %}
COPY --link package.json pnpm-lock.yaml pnpm-workspace.yaml* .npmrc* ./
{% else %}
COPY --link .yar[n] ./.yarn
{% if package %}
COPY --link --parents package.json yarn.lock .yarnrc.yml* ./**/package.json ./
{% else %}
COPY --link package.json yarn.lock .yarnrc.yml* ./
{% endif %}
{% endif %}
{% if manager != "yarn" %}
COPY --link patche[s] ./patches
{% endif %}
{% if prisma %}
# An install script of the project may make the client of Prisma, which is made from the schema.
COPY --link --parents ./**/prisma.config.* ./**/*.prisma ./
{% endif %}
{% if manager == "npm" %}
RUN --mount=type=cache,id=npm,target=/var/cache/npm \
    {%+ if prisma %}DATABASE_URL=postgresql://localhost/build {% endif %}npm ci --cache /var/cache/npm --no-audit --no-fund
{% elif manager == "pnpm" %}
RUN --mount=type=cache,id=pnpm,target=/var/cache/pnpm \
    {%+ if prisma %}DATABASE_URL=postgresql://localhost/build {% endif %}pnpm install --frozen-lockfile --store-dir /var/cache/pnpm
{% else %}
RUN --mount=type=cache,id=yarn,target=/var/cache/yarn \
    {%+ if prisma %}DATABASE_URL=postgresql://localhost/build {% endif %}YARN_GLOBAL_FOLDER=/var/cache/yarn yarn install --immutable
{% endif %}

FROM deps AS build
