"""A server that tells where it runs: see ../../README.md."""
