ENV HOME=/tmp
{% if prisma and kind != "node" %}
# Prisma connects to nothing here, but wants the variable that its configuration names.
{% endif %}
RUN {% if prisma and kind != "node" %}DATABASE_URL=postgresql://localhost/build npx --no-install prisma generate \
    && {% endif %}{% if scratch %}mkdir -p{% for path in scratch %} {{ path }}{% endfor %} \
    && {% endif %}chown {{ user }}:{{ user }} .{% for path in scratch %} {{ path }}{% endfor %}

{% if entrypoint %}
COPY --link --chmod=0555 docker-entrypoint.sh /docker-entrypoint.sh
{% endif %}
USER {{ user }}:{{ user }}
{% if entrypoint %}
ENTRYPOINT ["/docker-entrypoint.sh"]
{% endif %}
CMD {{ dev | exec }}
