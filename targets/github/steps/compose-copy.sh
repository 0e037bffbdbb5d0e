# Folders are mirrored, so that a file that is no longer generated goes away on the host too.
mapfile -t files <<<"$FILES"
rsync --archive --relative --delete --mkpath --rsh "ssh -F $RUNNER_TEMP/ssh/config" \
  "${files[@]}" "deploy:$DEPLOY_PATH/"
