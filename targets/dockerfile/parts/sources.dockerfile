{% for name in arguments %}
ARG {{ name }}
{% endfor %}
{% for name in public %}
ENV {{ name }}=${{ name }}
{% endfor %}
COPY --link --chown={{ user }}:{{ user }} . .
{% if package %}
WORKDIR {{ place }}
{% endif %}
