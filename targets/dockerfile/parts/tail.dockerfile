LABEL org.opencontainers.image.title={{ title | quoted }}
USER {{ user }}:{{ user }}
{% if ports %}
EXPOSE{% for port in ports %} {{ port }}{% endfor %}

{% endif %}
{% if health %}
HEALTHCHECK --interval={{ interval }} --timeout={{ timeout }} --start-period=60s --start-interval=2s --retries=3 \
    CMD {{ health | exec }}
{% else %}
# No HEALTHCHECK: {{ unasked | line }}.
{% endif %}
{% if site %}
STOPSIGNAL SIGQUIT
ENTRYPOINT ["nginx"]
{% else %}
{% if entrypoint %}
ENTRYPOINT ["/docker-entrypoint.sh"]
{% endif %}
CMD {{ run | exec }}
{% endif %}
