
FROM ${NGINX_IMAGE} AS runtime
COPY --link {{ own }} /etc/nginx/nginx.conf
COPY --link --from=build /app/{{ output }} /srv/www
