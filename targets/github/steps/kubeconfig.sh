: "${KUBE_CONFIG:?set the secret KUBE_CONFIG of this environment}"
(umask 077 && printf '%s\n' "$KUBE_CONFIG" >"$RUNNER_TEMP/kubeconfig")
echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >>"$GITHUB_ENV"
