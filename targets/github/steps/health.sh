ask() { # WHAT OPTION...
  curl --silent --show-error --max-time 10 --output /dev/null --write-out "$1" \
    ${VIA:+--connect-to "$VIA"} "${@:2}" "$ADDRESS"
}
trust=()
for attempt in {1..30}; do
  fault=0
  status=$(ask '%{http_code}' "${trust[@]}") || fault=$?
  if [ "$fault" -eq 0 ] && [ "$status" -ge "$LOWEST_STATUS" ] && [ "$status" -le "$HIGHEST_STATUS" ]; then
    echo "$ADDRESS answers with $status."
    exit 0
  fi
  echo "Attempt $attempt: $ADDRESS answers with $status."
  # 60: nobody trusts the certificate.
  if [ "$fault" -eq 60 ] && [[ $(ask '%{certs}' --insecure) =~ Issuer:\ *CN\ *=\ *placeholder ]]; then
    echo "::warning::$ADDRESS shows the placeholder that nginx starts with. Let certbot get the certificate: on the host, run what the compose file has under the profile certbot, then reload nginx."
    if [ "${FIRST-}" != true ]; then
      exit 1
    fi
    trust=(--insecure)
    continue
  fi
  sleep 10
done
exit 1
