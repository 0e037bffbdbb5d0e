#!/usr/bin/env bash
# Installs what the tests need and runs them all.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."

compiler/testkit/tools/install.sh
if ! cargo deny --version >/dev/null 2>&1; then
  # It runs for a second; its own profile would optimise it for minutes.
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install --locked --quiet cargo-deny@0.20.2
fi
cargo deny --locked check --hide-inclusion-graph licenses bans sources
# In one go, so that everything is built once; `--all-features` brings the trials that run real tools.
cargo test --locked --profile ci --workspace --all-features
