lines=$(jq --raw-output "$LINES_OF" "$REPORT")
echo "Line coverage is $lines %, at least $MINIMUM % is asked for."
jq --exit-status --argjson minimum "$MINIMUM" "($LINES_OF | numbers) >= \$minimum" "$REPORT" >/dev/null
