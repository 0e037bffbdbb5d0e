#!/usr/bin/env bash
# Installs what the tests need and runs them all.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."

compiler/testkit/tools/install.sh
if ! cargo deny --version >/dev/null 2>&1; then
  cargo install --locked --quiet cargo-deny@0.20.2
fi
cargo deny --locked check --hide-inclusion-graph licenses bans sources
cargo test --locked --workspace
cargo test --locked -p stackc-testkit --features tools --test tools --test editor --test secrets --test hostile_nginx --test asking
cargo test --locked -p stackc-testkit --features tools --test hostile yaml_1_1
cargo test --locked -p stackc-testkit --features tools --test live
