{% if tools %}

# Migrations and seeds run here: their tools are not in what is shipped.
FROM build AS migrate
ENV HOME=/tmp
COPY --link --chmod=0555 docker-entrypoint.sh /docker-entrypoint.sh
USER {{ user }}:{{ user }}
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD {{ tools | exec }}
{% endif %}

# On a developer's machine, where sources change while it runs.
FROM {% if kind == "node" %}build{% else %}deps{% endif %} AS dev
