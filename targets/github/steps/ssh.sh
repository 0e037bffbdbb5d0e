: "${SSH_KEY:?set the secret SSH_KEY of this environment}"
: "${SSH_KNOWN_HOSTS:?set the variable SSH_KNOWN_HOSTS of this environment}"
: "${DEPLOY_HOST:?set the variable DEPLOY_HOST of this environment}"
: "${DEPLOY_USER:?set the variable DEPLOY_USER of this environment}"
: "${DEPLOY_PATH:?set the variable DEPLOY_PATH of this environment}"
install -d -m 700 "$RUNNER_TEMP/ssh"
cd "$RUNNER_TEMP/ssh"
(umask 077 && printf '%s\n' "$SSH_KEY" >key)
printf '%s\n' "$SSH_KNOWN_HOSTS" >known_hosts
cat >config <<CONFIG
Host deploy
  HostName $DEPLOY_HOST
  User $DEPLOY_USER
  IdentityFile $PWD/key
  IdentitiesOnly yes
  UserKnownHostsFile $PWD/known_hosts
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 15
  ServerAliveInterval 15
CONFIG
