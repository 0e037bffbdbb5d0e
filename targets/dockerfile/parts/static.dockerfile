ARG NGINX_IMAGE={{ web_image }}

FROM ${NGINX_IMAGE} AS runtime
COPY --link {{ own }} /etc/nginx/nginx.conf
COPY --link --exclude={{ own }} {{ output }} /srv/www
