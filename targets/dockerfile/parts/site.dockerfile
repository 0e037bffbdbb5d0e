
FROM ${NGINX_IMAGE} AS runtime
COPY --link {{ conf }} /etc/nginx/nginx.conf
COPY --link --from=build /app/{{ output }} /srv/www
