for result in $RESULTS; do
  if [ "$result" != success ]; then
    echo "::error::a check did not pass: $result"
    exit 1
  fi
done
