# syntax=docker/dockerfile:1
# {{ header | line }}

