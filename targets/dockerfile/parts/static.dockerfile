ARG NGINX_IMAGE={{ web_image }}

FROM ${NGINX_IMAGE} AS runtime
COPY --link {{ conf }} /etc/nginx/nginx.conf
COPY --link --exclude={{ conf }} {{ output }} /srv/www
