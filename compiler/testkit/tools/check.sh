#!/usr/bin/env bash
# Judges a generated tree with the real tools of one format and prints every finding.
#
#   check.sh FORMAT DIR...
#
# FORMAT  compose          docker compose config, dclint, the JSON schema of the specification
#         swarm            the loader and converter of docker stack deploy
#         kubernetes       strict schemas of objects and CRDs, kustomize build
#         kubernetes-lint  kube-score, kube-linter
#         nginx            nginx -t
#         nginx-lint       gixy
#         github           actionlint with shellcheck, zizmor, JSON schemas
#         prometheus       promtool, amtool
#         yaml             yamllint over every YAML file
#         dockerfile       hadolint, the checks of BuildKit
#         shell            shellcheck with all optional checks, shfmt, over every *.sh
#         dotenv           dotenv-linter, docker compose as a reader of the file
# DIR     root of a generated tree
#
# exit: 0 clean, 1 findings, 2 usage, 3 a tool is missing, 4 a DIR has no file of that format
#
# STACKC_TOOLS            where install.sh put the tools
# STACKC_WITHOUT          tools to leave out, e.g. "kube-linter"; each is named in the output
# STACKC_KUBE_SCORE_SKIP  checks of kube-score to leave out
#
# The tools run without the configuration files of the tree: a tree cannot silence its judge.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=versions.env
. "$here/versions.env"
export HOME=${HOME:-~}
tools=${STACKC_TOOLS:-$HOME/.cache/stackc-tools}
PATH=$tools/bin:$PATH

usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -ge 2 ] || usage
format=$1
shift

findings=0
scratch=$(mktemp -d)
# nginx runs as another user in there.
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT

skipped() { case " ${STACKC_WITHOUT-} " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
require() { # TOOL...: an executable, or a path below the tools directory
	local tool missing=
	for tool in "$@"; do
		if skipped "$tool"; then
			echo "NOTE $tool is left out (STACKC_WITHOUT)"
		elif ! command -v "$tool" >/dev/null && [ ! -e "$tools/$tool" ]; then
			echo "check: $tool is missing: run compiler/testkit/tools/install.sh" >&2
			missing=1
		fi
	done
	[ -z "$missing" ] || exit 3
}
finding() { # TOOL FILE, findings on standard input
	printf 'FAIL %s: %s\n' "$1" "$2"
	sed 's/^/  /'
	findings=1
}
# judge TOOL FILE COMMAND...: a finding when the command fails. For tools that warn and exit 0,
# judge_silent: a finding when it prints anything at all.
judge() {
	local tool=$1 file=$2
	shift 2
	if skipped "$tool"; then return; fi
	if ! "$@" </dev/null >"$scratch/out" 2>&1; then finding "$tool" "$file" <"$scratch/out"; else echo "ok   $tool: $file"; fi
}
judge_silent() {
	local tool=$1 file=$2 status=0
	shift 2
	if skipped "$tool"; then return; fi
	"$@" </dev/null >"$scratch/out" 2>&1 || status=$?
	if [ "$status" != 0 ] || [ -s "$scratch/out" ]; then finding "$tool" "$file" <"$scratch/out"; else echo "ok   $tool: $file"; fi
}
# files FIND-EXPRESSION...: sets the array `found` to the files below DIR, sorted
files() { mapfile -d '' found < <(find "$dir" -name node_modules -prune -o -name .git -prune -o -type f \( "$@" \) -print0 | sort -z); }
some() { # COUNT WHAT
	[ "$1" -gt 0 ] && return
	echo "check: no $2 below $dir: nothing was checked" >&2
	exit 4
}

# ---- compose ----------------------------------------------------------------------------------------

# Values for what a file demands with ${NAME:?}, by what the name says they are for.
demanded() { # FILE: NAME=VALUE lines
	local name
	# shellcheck disable=SC2016
	grep -oE '\$\{[A-Za-z_][A-Za-z0-9_]*:?\?' "$1" | tr -dc 'A-Za-z0-9_\n' | sort -u | while read -r name; do
		case $name in
		*DIGEST*) printf '%s=sha256:%064d\n' "$name" 0 ;;
		*TAG) echo "$name=1" ;;
		*IMAGE*) echo "$name=image.invalid/name:1" ;;
		*PORT*) echo "$name=8080" ;;
		*DIR | *PATH | *FILE) echo "$name=/tmp/$name" ;;
		*) echo "$name=1" ;;
		esac
	done
}
included() { # FILE: the files below its top-level `include:`, as seen from the folder of the file
	awk '/^[^ #]/ { inside = $1 == "include:" } inside && $1 == "-" { gsub(/"/, "", $2); print $2 }' "$1"
}
check_compose() {
	local file part values parts=
	files \( -path "$dir/compose.yaml" -o -path "$dir/compose.*.yaml" \) ! -path "$dir/*/*"
	some ${#found[@]} "compose file"
	for file in "${found[@]}"; do
		while read -r part; do parts+=" $dir/$part "; done < <(included "$file")
	done
	for file in "${found[@]}"; do
		judge dclint "$file" env -C "$scratch" NO_COLOR=1 dclint --max-warnings 0 "$(realpath "$file")"
		judge check-jsonschema "$file" check-jsonschema --builtin-schema vendor.compose-spec "$file"
		# A part that another file includes is judged with that file: it names what stands there.
		case $parts in *" $file "*) continue ;; esac
		mapfile -t values < <(for part in "$file" $(included "$file"); do demanded "$dir/${part#"$dir"/}" || true; done)
		# Warnings (an unset variable, an obsolete key) are findings too. All profiles are
		# looked at; env files are of the deployment and need not exist here.
		judge_silent docker-compose "$file" env "${values[@]}" COMPOSE_STATUS_STDOUT=0 \
			docker-compose --ansi never --env-file /dev/null --profile '*' -f "$file" config -q --no-env-resolution
	done
}

# ---- swarm ------------------------------------------------------------------------------------------

check_swarm() {
	local file values
	files -path "$dir/swarm.*.yaml"
	some ${#found[@]} "stack file"
	for file in "${found[@]}"; do
		mapfile -t values < <(demanded "$file" || true)
		judge_silent stack-check "$file" env "${values[@]}" stack-check "$file"
	done
}

# ---- Kubernetes ---------------------------------------------------------------------------------------

kustomizations() { # sets `found` to the folders below k8s that have or need a kustomization.yaml
	mapfile -d '' found < <(find "$dir/k8s" -mindepth 1 -maxdepth 3 -name '*.yaml' -printf '%h\0' 2>/dev/null | sort -zu)
	some ${#found[@]} "k8s/<environment>/*.yaml"
}
check_kubernetes() {
	local folder manifests
	kustomizations
	for folder in "${found[@]}"; do
		mapfile -d '' manifests < <(find "$folder" -maxdepth 1 -name '*.yaml' ! -name kustomization.yaml -print0 | sort -z)
		if [ ${#manifests[@]} -gt 0 ]; then
			judge schema "$folder" schema_check "${manifests[@]}"
		fi
		if [ ! -e "$folder/kustomization.yaml" ]; then
			echo "no kustomization.yaml" | finding kustomize "$folder"
		elif ! kustomize build "$folder" >"$scratch/built" 2>"$scratch/err" || [ -s "$scratch/err" ]; then
			finding kustomize "$folder" <"$scratch/err" # deprecated fields only warn
		else
			echo "ok   kustomize: $folder"
			judge 'schema of kustomize build' "$folder" built_check
		fi
	done
}
schema_check() { "$tools/python/bin/python" "$here/k8s-check.py" "$tools/crds" "$K8S_VERSIONS" "$@"; }
built_check() { schema_check - <"$scratch/built"; }

kube_score() { # without its many lines about what is in order
	local status=0
	kube-score score --color never -o ci --exit-one-on-warning --kubernetes-version "v${K8S_VERSIONS%% *}" \
		--disable-ignore-checks-annotations "$@" "$scratch/built.yaml" >"$scratch/score" 2>&1 || status=$?
	grep -vE '^\[(OK|SKIPPED)\]' "$scratch/score" || true
	return "$status"
}
check_kubernetes-lint() {
	local folder optional=() skip=() name linter=()
	kustomizations
	while IFS=, read -r name _; do
		optional+=(--enable-optional-test "$name")
	done < <(kube-score list | grep ',optional$')
	for name in ${STACKC_KUBE_SCORE_SKIP-}; do skip+=(--ignore-test "$name"); done
	# Wishes that contradict the design (replicas come from the autoscaler) or depend on a
	# company's own labels.
	for name in minimum-three-replicas hpa-minimum-three-replicas no-node-affinity sorted-keys priority-class-name \
		required-annotation-email required-label-owner; do
		linter+=(--exclude "$name")
	done
	for folder in "${found[@]}"; do
		[ "$folder" != "$dir/k8s" ] || continue # repeats an environment
		if ! kustomize build "$folder" >"$scratch/built.yaml" 2>"$scratch/err"; then
			finding kustomize "$folder" <"$scratch/err"
			continue
		fi
		judge kube-score "$folder" kube_score "${optional[@]}" "${skip[@]}"
		judge kube-linter "$folder" kube-linter lint --config /dev/null --add-all-built-in "${linter[@]}" "$scratch/built.yaml"
	done
}

# ---- nginx ----------------------------------------------------------------------------------------------

nginx_folders() {
	mapfile -d '' found < <(find "$dir/nginx" -mindepth 2 -maxdepth 2 -name nginx.conf -printf '%h\0' 2>/dev/null | sort -z)
	some ${#found[@]} "nginx/<environment>/nginx.conf"
}
# values DIRECTIVES FOLDER: the first argument of these directives, comments left out
values() {
	find "$2" -type f -print0 | xargs -0 sed -e 's/#.*//; s/[{};]/\n/g' |
		awk -v directive="^($1)\$" -v quotes="[\"']" '$1 ~ directive { gsub(quotes, "", $2); print $2 }' | grep -vF '$' | sort -u
}
# Puts into ROOT what the configuration expects of its surroundings: keys, names.
nginx_surroundings() { # FOLDER ROOT
	local root=$2 path name
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=check.invalid -keyout "$scratch/key" -out "$scratch/cert" 2>/dev/null
	place() { # SOURCE PATH: relative paths start at /etc/nginx
		case $2 in /*) path=$2 ;; *:*) return ;; *) path=/etc/nginx/$2 ;; esac
		[ ! -e "$root$path" ] || return 0
		mkdir -p "$root$(dirname "$path")"
		cp "$1" "$root$path"
	}
	while read -r name; do place "$scratch/cert" "$name"; done < <(values '((proxy|grpc|uwsgi)_)?ssl_(trusted_|client_)?certificate' "$1")
	while read -r name; do place "$scratch/key" "$name"; done < <(values '((proxy|grpc|uwsgi)_)?ssl_certificate_key' "$1")
	while read -r name; do
		openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out "$scratch/dh" 2>/dev/null
		place "$scratch/dh" "$name"
	done < <(values 'ssl_dhparam' "$1")
	while read -r name; do
		head -c 80 /dev/urandom >"$scratch/ticket"
		place "$scratch/ticket" "$name"
	done < <(values 'ssl_session_ticket_key' "$1")
	# nginx resolves plain names at start. Here every name is known: whether the service exists is
	# for the compiler to know, not for nginx.
	{
		echo "127.0.0.1 localhost"
		values 'server|proxy_pass|grpc_pass|fastcgi_pass|uwsgi_pass|scgi_pass|memcached_pass|resolver|auth_http' "$1" |
			sed -E 's,^[a-z]+://,,; s,[/:].*,,' | grep -E '^[A-Za-z0-9._-]*[A-Za-z][A-Za-z0-9._-]*$' | sort -u | sed 's/^/127.0.0.2 /' || true
	} >"$root/etc/hosts"
}
nginx_test() { # ROOT: in the chroot, without network, as the unprivileged user of the container
	# Without root a user namespace makes the chroot possible; where that is forbidden, sudo does.
	local namespace=(unshare --user --map-user=10001 --map-group=10001 --keep-caps --net)
	local run=(/usr/sbin/nginx -t -p /etc/nginx -c /etc/nginx/nginx.conf)
	if [ "$(id -u)" = 0 ]; then
		if unshare --net true 2>/dev/null; then
			unshare --net chroot --userspec=10001:10001 "$1" "${run[@]}"
		else
			chroot --userspec=10001:10001 "$1" "${run[@]}"
		fi
	elif "${namespace[@]}" chroot "$1" /usr/sbin/nginx -v 2>/dev/null; then
		"${namespace[@]}" chroot "$1" "${run[@]}"
	else
		sudo unshare --net chroot --userspec=10001:10001 "$1" "${run[@]}"
	fi
}
# Prints nothing for a configuration without errors and warnings.
nginx_judged() {
	local status=0
	nginx_test "$1" >"$scratch/nginx.log" 2>&1 || status=$?
	grep -vE 'syntax is ok$|test is successful$' "$scratch/nginx.log" || true
	return "$status"
}
check_nginx() {
	local folder root=$scratch/root
	nginx_folders
	for folder in "${found[@]}"; do
		rm -rf "$root"
		cp -a "$tools/nginx" "$root"
		cp -rL "$folder/." "$root/etc/nginx/"
		nginx_surroundings "$folder" "$root"
		: >"$root/dev/null"
		: >"$root/dev/stdout"
		: >"$root/dev/stderr"
		# Writable is what is a temporary file system in the container; the rest is not.
		chmod -R a+rX "$root"
		chmod -R a+rwX "$root"/dev "$root"/run "$root"/tmp "$root"/var/cache/nginx "$root"/var/lib/nginx "$root"/var/log/nginx
		judge_silent nginx "$folder" nginx_judged "$root"
	done
}
check_nginx-lint() {
	local folder file copy=$scratch/gixy
	nginx_folders
	for folder in "${found[@]}"; do
		rm -rf "$copy"
		cp -rL "$folder" "$copy"
		# gixy runs outside the chroot, so the container's path becomes that of the copy.
		find "$copy" -type f -exec sed -i -E "s,^([[:space:]]*include[[:space:]]+['\"]?)/etc/nginx/,\1$copy/," {} +
		for file in mime.types fastcgi_params uwsgi_params scgi_params; do
			[ -e "$copy/$file" ] || cp "$tools/nginx/etc/nginx/$file" "$copy/"
		done
		judge gixy "$folder" gixy_judged "$copy"
	done
}
gixy_judged() {
	local status=0
	(cd "$scratch" && gixy -f text "$1/nginx.conf") >"$scratch/gixy.log" 2>&1 || status=$?
	sed "s,$1,/etc/nginx,g" "$scratch/gixy.log"
	# An include it cannot read is only a warning to gixy, and would hide what is in there.
	! grep -qE 'File not found|Failed to parse|ERROR' "$scratch/gixy.log" || status=1
	return "$status"
}

# ---- GitHub ------------------------------------------------------------------------------------------------

check_github() {
	local actions dependabot
	files -path "$dir/.github/actions/*/action.y*ml"
	actions=("${found[@]}")
	files -path "$dir/.github/dependabot.y*ml"
	dependabot=("${found[@]}")
	files -path "$dir/.github/workflows/*" \( -name '*.yml' -o -name '*.yaml' \)
	some ${#found[@]} "workflow"
	judge actionlint "$dir" actionlint -no-color -shellcheck "$(command -v shellcheck)" -pyflakes= "${found[@]}"
	judge zizmor "$dir" zizmor --offline --strict-collection --persona auditor --no-config --no-progress --color never --format plain \
		"${found[@]}" "${actions[@]}" "${dependabot[@]}"
	judge check-jsonschema "$dir" check-jsonschema --builtin-schema vendor.github-workflows "${found[@]}"
	if [ ${#actions[@]} -gt 0 ]; then
		judge check-jsonschema "$dir" check-jsonschema --builtin-schema vendor.github-actions "${actions[@]}"
	fi
	if [ ${#dependabot[@]} -gt 0 ]; then
		judge check-jsonschema "$dir" check-jsonschema --builtin-schema vendor.dependabot "${dependabot[@]}"
	fi
}

# ---- Prometheus --------------------------------------------------------------------------------------------

check_prometheus() {
	local file seen=0
	files \( -path "$dir/monitoring/*" \( -name '*.rules.yml' -o -name '*.rules.yaml' \) \) -o \
		\( -path '*/rules/*' \( -name '*.yml' -o -name '*.yaml' \) ! -name '*.test.y*ml' \)
	for file in "${found[@]}"; do
		# A PrometheusRule object is judged with the other Kubernetes objects.
		grep -qE '^kind:' "$file" && continue
		seen=1
		judge promtool "$file" promtool check rules --lint=all --lint-fatal "$file"
	done
	files -name '*.test.yml' -o -name '*.test.yaml'
	for file in "${found[@]}"; do
		grep -qE '^rule_files:' "$file" || continue
		seen=1
		judge promtool "$file" promtool test rules "$file"
	done
	files -name prometheus.yml -o -name prometheus.yaml
	for file in "${found[@]}"; do
		seen=1
		judge promtool "$file" promtool check config --syntax-only --lint=all --lint-fatal "$file"
	done
	files -name alertmanager.yml -o -name alertmanager.yaml
	for file in "${found[@]}"; do
		seen=1
		judge amtool "$file" amtool check-config "$file"
	done
	some "$seen" "Prometheus rule or configuration"
}

# ---- YAML, Dockerfile ----------------------------------------------------------------------------------------

check_yaml() {
	files -name '*.yaml' -o -name '*.yml'
	some ${#found[@]} "YAML file"
	# `on:` of a workflow is a key, and long lines are not a fault of a generated file.
	judge yamllint "$dir" yamllint --strict -d \
		'{extends: default, rules: {truthy: {check-keys: false}, line-length: disable, document-start: disable, comments: {min-spaces-from-content: 1}}}' "${found[@]}"
}
check_dockerfile() {
	local file root=$scratch/root
	files \( -name Dockerfile -o -name 'Dockerfile.*' -o -name '*.Dockerfile' \) ! -name '*.dockerignore'
	some ${#found[@]} "Dockerfile"
	echo 'ignored: []' >"$scratch/hadolint.yaml"
	judge_silent hadolint "$dir" hadolint --config "$scratch/hadolint.yaml" --no-color --failure-threshold style \
		"${found[@]}"
	judge dockerfile-check "$dir" dockerfile-check "${found[@]}"
	# The web servers of static files, as the unprivileged user they run as.
	files -name 'docker-nginx*.conf'
	for file in "${found[@]}"; do
		rm -rf "$root"
		cp -a "$tools/nginx" "$root"
		cp "$file" "$root/etc/nginx/nginx.conf"
		mkdir -p "$root/srv/www"
		: >"$root/dev/null"
		: >"$root/dev/stdout"
		: >"$root/dev/stderr"
		chmod -R a+rX "$root"
		chmod -R a+rwX "$root"/dev "$root"/tmp
		judge_silent nginx "$file" nginx_judged "$root"
	done
}

# ---- shell, dotenv -------------------------------------------------------------------------------------------

check_shell() {
	local file
	files -name '*.sh'
	some ${#found[@]} "script"
	for file in "${found[@]}"; do
		judge shellcheck "$file" shellcheck --norc --color=never --enable=all --severity=style "$file"
		judge shfmt "$file" shfmt -i 2 -ci -d "$file"
		# The others are called by a shell, or copied with their mode.
		case $file in "$dir"/scripts/*) judge mode "$file" test -x "$file" ;; esac
	done
}
check_dotenv() {
	local file
	files -path "$dir/.env.example" -o -path "$dir/.env.*.example"
	some ${#found[@]} "template of variables"
	for file in "${found[@]}"; do
		judge dotenv-linter "$file" dotenv-linter --plain check "$file"
		judge 'docker compose' "$file" dotenv_read "$file"
	done
}
# Docker compose finds exactly the names, and no value.
dotenv_read() { # FILE
	local name
	{
		printf 'services:\n  it:\n    image: it\n    environment:\n'
		{ grep -oE '^[A-Z][A-Z0-9_]*=' "$1" || true; } | tr -d = | while read -r name; do printf '      %s: "<${%s?}>"\n' "$name" "$name"; done
	} >"$scratch/compose.yaml"
	env -i PATH="$PATH" HOME="$scratch" docker-compose --env-file "$1" -f "$scratch/compose.yaml" config --format json >"$scratch/read" || return
	! grep -E '"<.+>"' "$scratch/read"
}

case $format in
compose) require docker-compose dclint check-jsonschema ;;
swarm) require stack-check ;;
kubernetes) require python/bin/python kustomize crds ;;
kubernetes-lint) require kustomize kube-score kube-linter ;;
nginx) require nginx/usr/sbin/nginx openssl unshare ;;
nginx-lint) require gixy nginx/etc/nginx/mime.types ;;
github) require actionlint shellcheck zizmor check-jsonschema ;;
prometheus) require promtool amtool ;;
yaml) require yamllint ;;
dockerfile) require hadolint dockerfile-check nginx/usr/sbin/nginx unshare ;;
shell) require shellcheck shfmt ;;
dotenv) require dotenv-linter docker-compose ;;
*) usage ;;
esac
for dir in "$@"; do
	dir=${dir%/}
	[ -d "$dir" ] || { echo "check: $dir is not a directory" >&2; exit 2; }
	"check_$format"
done
[ "$findings" = 0 ]
