size=$(docker image inspect --format '{{.Size}}' "$IMAGE")
echo "The image has $size bytes, at most $MAXIMUM are allowed."
test "$size" -le "$MAXIMUM"
