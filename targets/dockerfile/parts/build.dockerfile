{% if prisma %}
# Prisma connects to nothing here, but wants the variable that its configuration names.
{% endif %}
{% if kind == "nextjs" %}
# What is shipped is the server that Next.js packs by itself, where it is told to.
{% elif kind == "vite" %}
# Files are packed once, so that no request waits for it; the copies carry no time of their making.
{% endif %}
RUN {% if prisma %}DATABASE_URL=postgresql://localhost/build npx --no-install prisma generate \
    && {% endif %}{% for word in command %}{{ word | shell }}{% if not loop.last %} {% endif %}{% endfor %}{% if kind == "nextjs" %} \
    && { test -f .next/standalone/{{ server }} \
        || { echo 'next.config must say: output: "standalone"' >&2; exit 1; }; } \
    && mkdir -p public{% elif kind == "vite" %} \
    && find /app/{{ output }} -type f -size +1k \
        \( -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' \) \
        -exec gzip -9 -k -n {} +{% endif %}

