for attempt in {1..30}; do
  status=$(curl --silent --show-error --max-time 10 --output /dev/null --write-out '%{http_code}' \
    ${VIA:+--connect-to "$VIA"} "$ADDRESS") || status=0
  if [ "$status" -ge "$LOWEST_STATUS" ] && [ "$status" -le "$HIGHEST_STATUS" ]; then
    echo "$ADDRESS answers with $status."
    exit 0
  fi
  echo "Attempt $attempt: $ADDRESS answers with $status."
  sleep 10
done
exit 1
