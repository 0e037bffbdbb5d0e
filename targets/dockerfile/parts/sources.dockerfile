{% for name in arguments %}
ARG {{ name }}
{% endfor %}
{% for name in public %}
ENV {{ name }}=${{ name }}
{% endfor %}
COPY --link --chown={{ user }}:{{ user }}{% if own %} --exclude={{ own }}{% endif %} . .
{% if package %}
WORKDIR {{ place }}
{% endif %}
