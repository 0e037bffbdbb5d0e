rustup toolchain install "$TOOLCHAIN" --profile minimal --component clippy,rustfmt
rustup default "$TOOLCHAIN"
