#!/bin/sh
# Assembles the demo disk into demo.img. Needs nasm and Go.
set -e
cd "$(dirname "$0")"
code=$(mktemp)
trap 'rm -f "$code"' EXIT
nasm -f bin -Werror -o "$code" demo.asm
go run ./mkimage "$code" demo.img
